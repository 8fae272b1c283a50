/** Places of the slider of nearest keys: every number up to 16, then ever wider steps, and all tokens at its end. */
export function nearestSteps(tokens: number): number[] {
  const steps: number[] = [];
  for (let keys = 1; keys < tokens; keys += Math.max(1, Math.floor(keys / 8))) steps.push(keys);
  return [...steps, tokens];
}
