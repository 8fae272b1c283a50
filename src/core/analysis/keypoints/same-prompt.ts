/** A prompt but for its strength. */
interface WithoutStrength {
  readonly by: string;
  readonly how: string;
  readonly layers: readonly number[] | null;
  readonly heads: readonly number[] | null;
  readonly region: Float32Array | null;
}

/** Whether two prompts differ in their strength at most. */
export function samePrompt(one: WithoutStrength, other: WithoutStrength): boolean {
  const isSame = (a: ArrayLike<number> | null, b: ArrayLike<number> | null): boolean => {
    if (a === null || b === null) return a === b;
    return a.length === b.length && Array.from(a).every((value, index) => value === b[index]);
  };
  return (
    one.by === other.by &&
    one.how === other.how &&
    isSame(one.layers, other.layers) &&
    isSame(one.heads, other.heads) &&
    isSame(one.region, other.region)
  );
}
