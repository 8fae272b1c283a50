/** Milliseconds of processor time that this process has taken; unlike the clock, it does not run while others work. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
