import * as v from 'valibot';

const LOOK_MS = 4;

const usage = v.object({ user: v.number(), system: v.number() });

/** Processor time of this thread so far in milliseconds; null where this Node does not tell it. */
function threadMs(): number | null {
  const threadCpuUsage: unknown = Reflect.get(process, 'threadCpuUsage');
  if (typeof threadCpuUsage !== 'function') return null;
  const read: unknown = threadCpuUsage.call(process);
  const { user, system } = v.parse(usage, read);
  return (user + system) / 1000;
}

/**
 * Measures how long this thread is busy between two looks at the clock. Processor time, where Node tells it: on a
 * machine with more to do than processors a thread may have to wait without being blocked by anything of its own.
 * @returns ends the measurement and gives the longest time in milliseconds
 */
export function measureBusy(): () => number {
  let longest = 0;
  let lookedMs = performance.now();
  let usedMs = threadMs();
  const look = (): void => {
    const nowMs = performance.now();
    const nowUsedMs = threadMs();
    const busyMs = nowUsedMs === null || usedMs === null ? nowMs - lookedMs - LOOK_MS : nowUsedMs - usedMs;
    longest = Math.max(longest, busyMs);
    lookedMs = performance.now();
    usedMs = threadMs();
  };
  const timer = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}
