import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { LIMIT_MS } from './limit.js';

const LOOK_MS = 50;

/** The bytes of a file that somebody writes, once it is there and no longer grows. */
export async function writtenFile(file: string): Promise<Buffer> {
  const end = performance.now() + LIMIT_MS;
  let size = -1;
  for (;;) {
    const now = existsSync(file) ? statSync(file).size : 0;
    if (now > 0 && now === size) return readFileSync(file);
    size = now;
    if (performance.now() > end) throw new Error(`${file} was not written.`);
    await delay(LOOK_MS);
  }
}
