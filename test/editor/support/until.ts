import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 10_000;
const LOOK_MS = 20;

/** The first value of `look` that is defined. @throws when there is none within ten seconds; `what` names it */
export async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`timed out waiting for ${what}`);
    await delay(LOOK_MS);
  }
}
