import type { Equation } from '../sizes/solve.js';
import type { Laid } from './find-root.js';

/** What the shapes of the matched tensors say about the sizes of the code. */
export function equationsOf({ covers }: Laid): Equation[] {
  const equations: Equation[] = [];
  for (const { value, tensor, runs } of covers.flatMap(({ pairs }) => pairs)) {
    const shape = value?.shape ?? null;
    if (shape?.length !== tensor.shape.length) continue;
    shape.forEach((size, axis) => {
      const actual = tensor.shape[axis];
      if (actual !== undefined) equations.push({ size, actual, runs });
    });
  }
  return equations;
}
