import { setImmediate } from 'node:timers/promises';
import type { QueriesAndKeys } from '../../core/analysis/image/attention.js';
import type { Products } from '../../core/analysis/image/products.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import { type LayerShape, layerShape } from '../../core/inference/layer-shapes.js';
import type { RecomputedOutput } from '../../core/inference/recompute-layer.js';
import { placesOf, rowInWindow } from '../../core/inference/windows.js';
import type { AttentionRows } from '../../protocol/image.js';
import { attendToken } from './attend-token.js';
import { headAttention, meetingOf } from './head-attention.js';
import type { LayerParts } from './layer-parts.js';
import type { OpenedModel } from './opened-model.js';
import type { ShownPicture } from './shown-picture.js';

/** Attention that is kept, heads x tokens x tokens: all layers of ViT-B at 224 x 224 pixels; that of one of ViT-L at 518 x 518 is computed token by token. */
const MAX_KEPT_BYTES = 64 * 2 ** 20;

/** The attention of all heads of a layer, (tokens, tokens) or (windows, places, places) each, as the process of the model gives it. */
interface Whole {
  readonly heads: readonly Float32Array[];
  readonly recomputed: RecomputedOutput;
}

/** Gives the weights and tokens of a layer while an action runs. */
export type WithParts = <Result>(
  layer: number,
  action: (parts: LayerParts, sourceOf: SourceOf) => Promise<Result>,
) => Promise<Result>;

/**
 * Attention on one picture, of which the layers that were looked at last are kept. The process of the model computes it; where that of one layer is
 * too large to be passed on and kept, rows and heads are computed here, one at a time.
 */
export class LayerAttentionStore {
  readonly #kept = new Map<number, Promise<Whole>>();
  readonly #shapes = new Map<number, LayerShape>();
  #meetings: { readonly layer: number; readonly value: Promise<readonly QueriesAndKeys[]> } | null = null;

  /** @param maxBytes of the attention that is kept. */
  constructor(
    private readonly products: Products,
    private readonly model: OpenedModel,
    private readonly shown: Pick<ShownPicture, 'loaded'> & {
      readonly run: Pick<ShownPicture['run'], 'attend' | 'tap'>;
    },
    private readonly withParts: WithParts,
    private readonly maxBytes = MAX_KEPT_BYTES,
  ) {}

  /** What a token attends to in every head of a layer, (heads, tokens). */
  async rows(layer: number, token: number): Promise<Pick<AttentionRows, 'rows' | 'recomputed'>> {
    const { windows, tokens: count } = this.#shapeOf(layer);
    // Windows are small: what one token attends to takes no less than all of them.
    if (windows === null && !this.#fits(layer, 1)) return this.#tokenRows(layer, token);
    const { heads, recomputed } = await this.#keep(layer);
    const rows = new Float32Array(heads.length * count);
    for (const [head, own] of heads.entries()) {
      const row =
        windows === null ? own.subarray(token * count, (token + 1) * count) : rowInWindow(windows, own, token);
      rows.set(row, head * count);
    }
    return { rows, recomputed };
  }

  /**
   * Gives the attention of each head of a layer to `use`, (tokens, tokens) or (windows, places, places), which must not change or keep it.
   * @param next the layer that will be asked for then, so that it is on its way meanwhile; null: none.
   */
  async each(
    layer: number,
    next: number | null,
    signal: AbortSignal,
    use: (head: number, attention: Float32Array) => void,
  ): Promise<void> {
    if (!this.#fits(layer, 1)) {
      await this.#headByHead(layer, signal, use);
      return;
    }
    const { heads } = await this.#keep(layer);
    // Two of them, so that the process has the second when it is done with the first, whatever is computed here meanwhile.
    if (next !== null)
      for (const [at, ahead] of [next, next + 1].entries()) this.prepare(ahead, at + 1).catch(() => undefined);
    for (const [head, own] of heads.entries()) {
      // Lets requests that do not wait for this come in.
      await setImmediate(undefined, { signal });
      use(head, own);
    }
  }

  /** Computes the attention of a layer before it is asked for; none that could not be kept along with `others` of its size. Gives whether it is kept. */
  async prepare(layer: number, others: number): Promise<boolean> {
    const isThere = this.model.forward.blocks[layer] !== undefined;
    if (!isThere || !this.#fits(layer, 1 + others)) return false;
    await this.#keep(layer);
    return true;
  }

  #fits(layer: number, layers: number): boolean {
    return layers * this.#bytesOf(layer) <= this.maxBytes;
  }

  #bytesOf(layer: number): number {
    const heads = this.model.forward.blocks[layer]?.attention.spec.heads ?? 0;
    const { windows, tokens } = this.#shapeOf(layer);
    const scores = windows === null ? tokens ** 2 : windows.count * placesOf(windows) ** 2;
    return heads * scores * Float32Array.BYTES_PER_ELEMENT;
  }

  #shapeOf(layer: number): LayerShape {
    const known = this.#shapes.get(layer) ?? layerShape(this.model.forward, this.shown.loaded.grid, layer);
    this.#shapes.set(layer, known);
    return known;
  }

  #keep(layer: number): Promise<Whole> {
    const known = this.#kept.get(layer);
    if (known !== undefined) {
      // The layer that was used last goes last.
      this.#kept.delete(layer);
      this.#kept.set(layer, known);
      return known;
    }
    const value = this.shown.run.attend(layer).then(({ attention, recomputed }) => ({ heads: attention, recomputed }));
    this.#kept.set(layer, value);
    let bytes = 0;
    for (const each of this.#kept.keys()) bytes += this.#bytesOf(each);
    for (const oldest of this.#kept.keys()) {
      if (bytes <= this.maxBytes || oldest === layer) break;
      bytes -= this.#bytesOf(oldest);
      this.#kept.delete(oldest);
    }
    value.catch(() => {
      if (this.#kept.get(layer) === value) this.#kept.delete(layer);
    });
    return value;
  }

  #tokenRows(layer: number, token: number): Promise<Pick<AttentionRows, 'rows' | 'recomputed'>> {
    return this.withParts(layer, async (parts, sourceOf) => {
      if (this.#meetings?.layer !== layer) {
        const value = this.#meet(parts);
        const meetings = { layer, value };
        this.#meetings = meetings;
        value.catch(() => {
          if (this.#meetings === meetings) this.#meetings = null;
        });
      }
      const { loaded, run } = this.shown;
      const on = { forward: this.model.forward, loaded, run, sourceOf };
      return attendToken(this.products, on, layer, parts, await this.#meetings.value, token);
    });
  }

  /** Queries and keys of each head. */
  async #meet({ attention, tokens }: LayerParts): Promise<readonly QueriesAndKeys[]> {
    const meetings: QueriesAndKeys[] = [];
    for (const head of attention.heads.keys()) {
      await setImmediate(undefined, { signal: this.#life.signal });
      meetings.push(meetingOf(this.products, attention, head, tokens));
    }
    return meetings;
  }

  #headByHead(layer: number, signal: AbortSignal, use: (head: number, attention: Float32Array) => void): Promise<void> {
    return this.withParts(layer, async ({ attention, tokens }) => {
      for (const head of attention.heads.keys()) {
        await setImmediate(undefined, { signal });
        use(head, headAttention(this.products, attention, head, tokens));
      }
    });
  }

  /** Shared by all who ask for a layer, so that none of them ends it for the others. */
  readonly #life = new AbortController();

  /** Ends what is computed for a picture that is no longer shown. */
  dispose(): void {
    this.#life.abort();
  }
}
