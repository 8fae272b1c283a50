import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What VS Code itself logs where nothing is lost. */
const KNOWN_NOISE = [
  // a tree is drawn again while an item of it is being revealed; the next change reveals it
  /\[TreeView:qkLens\.checkpoints\] Failed to resolve tree node for element /,
  // a window that loads again finds the lock of the one before, which is being written
  /EEXIST: file already exists, open '.*vscode\.lock'/,
  / SyntaxError: Unexpected end of JSON input$/,
  // work that nobody waits for any more, as when the window closes
  /: Canceled$/,
];

/** Errors that extension hosts logged: what nobody caught, and extensions that do not activate. */
export function loggedErrors(logs: string): string[] {
  const names = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('exthost.log'));
  const lines = names.flatMap((name) => readFileSync(path.join(logs, name), 'utf8').split('\n'));
  return lines.filter((line) => / \[(error|critical)\] /.test(line) && !KNOWN_NOISE.some((noise) => noise.test(line)));
}
