import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The checkout; npm runs every script there. */
export const root = process.cwd();

/** Where runs leave what helps to understand a failure; nothing in it is committed. */
export const artefacts = path.join(root, 'build');

/** The packaged extension that `npm run package` left. @throws when there is none */
export function packagedExtension(): string {
  const [name, ...more] = readdirSync(artefacts).filter((file) => file.endsWith('.vsix'));
  if (name === undefined || more.length > 0) {
    throw new Error('Expected one .vsix in the folder build. Run `npm run package` to make it.');
  }
  return path.join(artefacts, name);
}
