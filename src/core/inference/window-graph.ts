import type { DecomposedBiases } from './decomposed-graph.js';
import type { QueryEdit } from './edits.js';
import type { PatchGrid, PatchMerging, WholeAttention } from './forward.js';
import type { GraphBuilder } from './graph-builder.js';
import type { LayerShape } from './layer-shapes.js';
import { linear, norm, selfAttention } from './modules.js';
import type { ScoreBiases } from './score-bias.js';
import { APART, placesOf, type WindowLayout } from './windows.js';

type WindowedShape = LayerShape & { readonly windows: WindowLayout };

/** Attention within windows as values of a graph; layers of the same windows share their mask. */
export class WindowValues {
  readonly #masks = new Map<string, string>();

  constructor(
    private readonly graph: GraphBuilder,
    private readonly biases: ScoreBiases,
    private readonly decomposed: DecomposedBiases,
  ) {}

  /** Multi-head attention of the tokens of each window to each other, output projection included; (tokens, width), as the tokens that it is given. */
  async attend(
    tokens: string,
    weights: WholeAttention,
    { windows, grid, width }: WindowedShape,
    query: QueryEdit | null,
  ): Promise<string> {
    const { graph } = this;
    const attended = selfAttention(graph, gather(graph, tokens, windows.tokens, width), weights, {
      bias: await this.biases.ofWindow(weights, windows.size),
      prompt: this.#mask(windows, grid),
      rotate: null,
      query,
      nearestKeys: null,
      windows: windows.count,
      widening: await this.decomposed.of(weights, windows.size, windows.count),
    });
    return graph.node('Gather', [attended, graph.integers(Array.from(windows.places))]);
  }

  /** Added to the scores, (windows, 1, places, places); null where nothing is moved. */
  #mask(layout: WindowLayout, grid: PatchGrid): string | null {
    const { graph } = this;
    if (layout.regions === null) return null;
    const key = [...grid, ...layout.size].join(' ');
    const known = this.#masks.get(key);
    if (known !== undefined) return known;
    const places = placesOf(layout);
    const regions = graph.integers(Array.from(layout.regions));
    const as = (...dims: number[]): string => graph.node('Reshape', [regions, graph.integers(dims)]);
    const same = graph.node('Equal', [as(layout.count, 1, places, 1), as(layout.count, 1, 1, places)]);
    const number = (value: number): string => graph.floats(Float32Array.of(value), []);
    const mask = graph.node('Where', [same, number(0), number(APART)]);
    this.#masks.set(key, mask);
    return mask;
  }
}

/** Rows of a matrix by their numbers; zeros for -1. */
function gather(graph: GraphBuilder, tokens: string, rows: ArrayLike<number>, width: number): string {
  const wanted = Array.from(rows);
  if (wanted.every((row) => row >= 0)) return graph.node('Gather', [tokens, graph.integers(wanted)]);
  // The row behind the last, which is added in front so that its number does not depend on how many there are.
  const more = graph.node('Concat', [graph.floats(new Float32Array(width), [1, width]), tokens], { axis: { int: 0 } });
  return graph.node('Gather', [more, graph.integers(wanted.map((row) => row + 1))]);
}

/** Makes one token of each two by two neighbours, (tokens, width of the next stage); a grid of odd sides is filled up with zeros. */
export function mergePatches(
  graph: GraphBuilder,
  x: string,
  [rows, columns]: PatchGrid,
  { norm: weights, reduction, normBehind }: PatchMerging,
): string {
  const width = reduction.weight.columns / 4;
  const neighbours: number[] = [];
  for (let row = 0; row < rows; row += 2) {
    for (let column = 0; column < columns; column += 2) {
      // Down first, then across.
      for (const [y, x] of [
        [row, column],
        [row + 1, column],
        [row, column + 1],
        [row + 1, column + 1],
      ] as const) {
        neighbours.push(y < rows && x < columns ? y * columns + x : -1);
      }
    }
  }
  const together = gather(graph, x, neighbours, width);
  const four = graph.node('Reshape', [together, graph.integers([-1, 4 * width])]);
  if (normBehind === true) return norm(graph, linear(graph, four, reduction), weights);
  return linear(graph, norm(graph, four, weights), reduction);
}
