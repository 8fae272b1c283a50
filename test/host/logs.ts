import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Errors that extension hosts logged: what nobody caught, and extensions that do not activate. */
export function loggedErrors(logs: string): string[] {
  const names = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('exthost.log'));
  const lines = names.flatMap((name) => readFileSync(path.join(logs, name), 'utf8').split('\n'));
  return lines.filter((line) => / \[(error|critical)\] /.test(line));
}
