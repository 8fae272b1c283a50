import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** VS Code's own race: a tree is drawn again while an item of it is being revealed; nothing is lost, and the next change reveals it. */
const KNOWN_NOISE = '[TreeView:qkLens.checkpoints] Failed to resolve tree node for element ';

/** Errors that extension hosts logged: what nobody caught, and extensions that do not activate. */
export function loggedErrors(logs: string): string[] {
  const names = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('exthost.log'));
  const lines = names.flatMap((name) => readFileSync(path.join(logs, name), 'utf8').split('\n'));
  return lines.filter((line) => / \[(error|critical)\] /.test(line) && !line.includes(KNOWN_NOISE));
}
