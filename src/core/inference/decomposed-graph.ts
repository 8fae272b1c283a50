import type { SourceOf } from '../analysis/layer.js';
import type { MatrixView } from '../model/model.js';
import { waysAlong } from './decomposed-bias.js';
import type { AttentionWeights, PatchGrid } from './forward.js';
import type { GraphBuilder } from './graph-builder.js';

/** A decomposed bias as values of a graph; queries and keys are widened by it as in `decomposed-bias`. */
export interface WideningValues {
  /** Rows and columns of a window, or of all tokens. */
  readonly grid: PatchGrid;
  /** Entries for the way from a row to each row, (rows, size of a head, rows); the same for columns. */
  readonly rows: string;
  readonly columns: string;
  /** Ones for the row and the column of a key, (heads, places, rows + columns), with the windows in front where there are any. */
  readonly marks: string;
}

/** Decomposed biases of the layers of a graph. */
export class DecomposedBiases {
  readonly #marks = new Map<string, string>();

  constructor(
    private readonly graph: GraphBuilder,
    private readonly sourceOf: SourceOf,
  ) {}

  /** @param windows number of windows; null where every token attends to all. */
  async of(
    { decomposed, spec }: AttentionWeights,
    grid: PatchGrid,
    windows: number | null,
  ): Promise<WideningValues | null> {
    if (decomposed === undefined) return null;
    return {
      grid,
      rows: await this.#ways(decomposed.rows, grid[0]),
      columns: await this.#ways(decomposed.columns, grid[1]),
      marks: this.#marksOf(grid, windows === null ? [spec.heads] : [windows, spec.heads]),
    };
  }

  /** (length, size, length), from query to key. */
  async #ways(table: MatrixView, length: number): Promise<string> {
    const { graph } = this;
    const entries = 2 * length - 1;
    const size = table.columns;
    const stored =
      entries === table.rows
        ? graph.matrix(table).name
        : graph.floats(Float32Array.from(await waysAlong(table, length, this.sourceOf)), [entries, size]);
    const index = Array.from(
      { length: length * length },
      (_, at) => Math.floor(at / length) - (at % length) + length - 1,
    );
    const square = graph.node('Reshape', [
      graph.node('Gather', [stored, graph.integers(index)]),
      graph.integers([length, length, size]),
    ]);
    return graph.node('Transpose', [square], { perm: { ints: [0, 2, 1] } });
  }

  /** One value for all layers of the same shape: the runtime keeps it. */
  #marksOf([height, width]: PatchGrid, lead: readonly number[]): string {
    const { graph } = this;
    const key = [height, width, ...lead].join(' ');
    const known = this.#marks.get(key);
    if (known !== undefined) return known;
    const columns = height + width;
    const ones = new Float32Array(height * width * columns);
    for (let place = 0; place < height * width; place++) {
      ones[place * columns + Math.floor(place / width)] = 1;
      ones[place * columns + height + (place % width)] = 1;
    }
    const dims = [height * width, columns];
    const marks = graph.node('Expand', [graph.floats(ones, dims), graph.integers([...lead, ...dims])]);
    this.#marks.set(key, marks);
    return marks;
  }
}

/**
 * Queries with what they make of the way to each row and column: (heads, places, size) to (heads, places, size + rows + columns), with the windows in front
 * where there are any.
 * @param queries before the scale, which the bias does not get.
 * @param scaled the same with it.
 */
export function widenQueries(
  graph: GraphBuilder,
  { queries, scaled }: { readonly queries: string; readonly scaled: string },
  { grid: [height, width], rows, columns }: WideningValues,
  sizes: { readonly lead: readonly number[]; readonly headSize: number },
): string {
  const { lead, headSize } = sizes;
  const reshape = (value: string, ...dims: number[]): string =>
    graph.node('Reshape', [value, graph.integers([...lead, ...dims])]);
  // Rows and columns are the two axes behind the leading ones.
  const axes = lead.map((_, axis) => axis);
  const [first, second, last] = [lead.length, lead.length + 1, lead.length + 2];
  const exchange = (value: string): string =>
    graph.node('Transpose', [value], { perm: { ints: [...axes, second, first, last] } });
  const apart = reshape(queries, height, width, headSize);
  const down = graph.node('MatMul', [apart, rows]);
  const across = exchange(graph.node('MatMul', [exchange(apart), columns]));
  const parts = [scaled, reshape(down, height * width, height), reshape(across, height * width, width)];
  return graph.node('Concat', parts, { axis: { int: -1 } });
}

/** Keys with the ones of their rows and columns. */
export function widenKeys(graph: GraphBuilder, keys: string, { marks }: WideningValues): string {
  return graph.node('Concat', [keys, marks], { axis: { int: -1 } });
}
