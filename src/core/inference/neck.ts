import type { Neck, PatchGrid } from './forward.js';
import type { GraphBuilder } from './graph-builder.js';
import { linear, norm } from './modules.js';

/** Side of the second convolution, and what is added round the grid so that it stays as large. */
export const NECK_SIDE = 3;
const AROUND = 1;

/** Tokens behind the neck of a model, (tokens, channels). */
export function throughNeck(
  graph: GraphBuilder,
  tokens: string,
  [rows, columns]: PatchGrid,
  { first, firstNorm, second, secondNorm }: Neck,
): string {
  const channels = second.rows;
  const turn = (value: string): string => graph.node('Transpose', [value], { perm: { ints: [1, 0] } });
  const mapped = norm(graph, linear(graph, tokens, first), firstNorm);
  const map = graph.node('Reshape', [turn(mapped), graph.integers([1, channels, rows, columns])]);
  const kernel = graph.matrix(second, [channels, channels, NECK_SIDE, NECK_SIDE]).name;
  const mixed = graph.node('Conv', [map, kernel], {
    kernel_shape: { ints: [NECK_SIDE, NECK_SIDE] },
    pads: { ints: [AROUND, AROUND, AROUND, AROUND] },
  });
  return norm(graph, turn(graph.node('Reshape', [mixed, graph.integers([channels, -1])])), secondNorm);
}
