import type { SourceOf } from '../analysis/layer.js';
import { continuousBias } from './continuous-bias.js';
import type { AttentionWeights, CosineAttention, PatchGrid, PositionBias } from './forward.js';
import type { GraphBuilder } from './graph-builder.js';
import { biasTable, windowIndex } from './relative-positions.js';

/** Name of the input that says which entry of the bias table each pair of tokens has. */
export const RELATIVE_INDEX = 'relative-index';

/**
 * Biases of the scores, (heads, tokens, tokens), as values of a graph. The index of their entries is an input and no constant: the
 * runtime would gather constants once for all layers and keep them.
 */
export class ScoreBiases {
  readonly #known = new Map<string, string>();

  constructor(
    private readonly graph: GraphBuilder,
    private readonly grid: PatchGrid,
    private readonly sourceOf: SourceOf,
  ) {}

  /** True when the graph has the input. */
  get used(): boolean {
    return this.#known.size > 0;
  }

  /** The same value for layers that share a table. */
  async of(bias: PositionBias | null): Promise<string | null> {
    if (bias === null) return null;
    const { name } = bias.table.tensor;
    const value = this.#known.get(name) ?? (await this.#gather(bias));
    this.#known.set(name, value);
    return value;
  }

  /** The same for the places of a window, (heads, places, places), which are few: their index is a constant. */
  async ofWindow({ bias, cosine, spec }: AttentionWeights, size: PatchGrid): Promise<string | null> {
    const { graph } = this;
    const table = await this.#windowTable(bias, cosine, size);
    if (table === null) return null;
    const places = size[0] * size[1];
    const entries = graph.node('Gather', [table, graph.integers(Array.from(windowIndex(size)))]);
    const square = graph.node('Reshape', [entries, graph.integers([places, places, spec.heads])]);
    return graph.node('Transpose', [square], { perm: { ints: [2, 0, 1] } });
  }

  async #windowTable(
    bias: PositionBias | null,
    cosine: CosineAttention | undefined,
    size: PatchGrid,
  ): Promise<string | null> {
    const { graph } = this;
    if (cosine === undefined) return bias === null ? null : graph.matrix(bias.table).name;
    const values = await continuousBias(cosine, size, this.sourceOf);
    const heads = cosine.bias.weight.rows;
    return graph.floats(values, [values.length / heads, heads]);
  }

  async #gather(bias: PositionBias): Promise<string> {
    const { graph, grid } = this;
    const tokens = grid[0] * grid[1] + 1;
    const index = this.used ? RELATIVE_INDEX : graph.input(RELATIVE_INDEX, 'int32', [tokens, tokens]);
    const same = bias.grid[0] === grid[0] && bias.grid[1] === grid[1];
    const { columns } = bias.table;
    const table = same ? null : await biasTable(bias, grid, this.sourceOf);
    const values =
      table === null ? graph.matrix(bias.table).name : graph.floats(table, [table.length / columns, columns]);
    return graph.node('Transpose', [graph.node('Gather', [values, index])], { perm: { ints: [2, 0, 1] } });
  }
}
