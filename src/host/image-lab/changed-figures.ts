import * as l10n from '@vscode/l10n';
import { setImmediate } from 'node:timers/promises';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import { Products } from '../../core/analysis/image/products.js';
import { CheckpointError } from '../../core/errors.js';
import { tokenOfPatch } from '../../core/inference/layer-token.js';
import { placesOf, rowInWindow } from '../../core/inference/windows.js';
import type { ChangedTasks, LabSubject } from '../../protocol/image-worker.js';
import { changedHead } from './changed-head.js';
import type { ChangedPicture } from './changed-picture.js';
import type { LayerParts } from './layer-parts.js';
import { withWeights } from './opened-model.js';
import { LayerPreferences } from './preference-figures.js';

/** Attention of the layer of the changed model that is looked at, kept whole where it is no more; else a token is computed anew. */
const MAX_KEPT_BYTES = 64 * 2 ** 20;

type Task<Name extends keyof ChangedTasks> = (
  params: ChangedTasks[Name]['params'],
  context: { readonly signal: AbortSignal },
) => Promise<ChangedTasks[Name]['result']>;

/** What is asked about the newest changed run. */
export class ChangedFigures {
  readonly #products = new Products();
  #run: ChangedPicture | null = null;
  /** Attention of one layer, (heads, tokens, tokens) or (heads, windows, places, places). */
  #kept: { readonly run: ChangedPicture; readonly layer: number; readonly attention: Float32Array } | null = null;

  constructor(private readonly subject: LabSubject) {}

  /** From now on this run is asked about; null: none. */
  follow(run: ChangedPicture | null): void {
    this.#run = run;
    this.#kept = null;
  }

  /** What a token attends to in every head of a layer. */
  readonly attention: Task<'changed-attention'> = ({ layer, token }, { signal }) =>
    this.#withLayer(layer, signal, async ({ spec, attention: { windows } }, { count, prefix }, each, run) => {
      const own = tokenOfPatch(token, run.grid, run.gridOf(layer), prefix);
      if (own >= count) throw wrongUse(l10n.t('the picture has tokens 0 to {0}, no token {1}', count - 1, own));
      const rows = new Float32Array(spec.heads * count);
      await each((head, attention) => {
        const row =
          windows === null ? attention.subarray(own * count, (own + 1) * count) : rowInWindow(windows, attention, own);
        rows.set(row, head * count);
      });
      return { layer, token, rows };
    });

  /** What the patches of the object, and of other objects, attend to. */
  readonly preference: Task<'changed-preference'> = ({ layer, keys, patches }, { signal }) =>
    this.#withLayer(layer, signal, async ({ attention: { windows } }, { count, prefix }, each, run) => {
      if (patches.length !== count - prefix) {
        throw wrongUse(l10n.t('the mask has {0} patches and the picture {1}', patches.length, count - prefix));
      }
      const shape = { grid: run.gridOf(layer), tokens: count, windows };
      const preferences = new LayerPreferences(Int32Array.from(patches), shape, keys, false);
      await each((_, attention) => preferences.add(attention));
      return preferences.finish(layer);
    });

  /** Gives an action a layer of the run and what goes through its heads, which must not keep what it is given. */
  async #withLayer<Result>(
    layer: number,
    signal: AbortSignal,
    action: (
      parts: LayerParts,
      after: Tokens,
      each: (use: (head: number, attention: Float32Array) => void) => Promise<void>,
      run: ChangedPicture,
    ) => Promise<Result>,
  ): Promise<Result> {
    const run = this.#run;
    if (run === null) throw wrongUse(l10n.t('nothing is changed'));
    const { parts, after } = await withWeights(this.subject, (sourceOf) => run.layerParts(layer, sourceOf));
    const each = (use: (head: number, attention: Float32Array) => void): Promise<void> =>
      this.#eachHead(run, parts, after, signal, use);
    return action(parts, after, each, run);
  }

  async #eachHead(
    run: ChangedPicture,
    parts: LayerParts,
    after: Tokens,
    signal: AbortSignal,
    use: (head: number, attention: Float32Array) => void,
  ): Promise<void> {
    const { heads, index: layer } = parts.spec;
    const { windows } = parts.attention;
    const size = windows === null ? after.count ** 2 : windows.count * placesOf(windows) ** 2;
    const known = this.#kept?.run === run && this.#kept.layer === layer ? this.#kept.attention : null;
    const fits = heads * size * Float32Array.BYTES_PER_ELEMENT <= MAX_KEPT_BYTES;
    const kept = known === null && fits ? new Float32Array(heads * size) : null;
    for (let head = 0; head < heads; head++) {
      const own =
        known?.subarray(head * size, (head + 1) * size) ??
        (await setImmediate(changedHead(this.#products, parts, after, run.rerun, head), { signal }));
      kept?.set(own, head * size);
      use(head, own);
    }
    if (kept !== null && this.#run === run) this.#kept = { run, layer, attention: kept };
  }
}

function wrongUse(problem: string): CheckpointError {
  return new CheckpointError('wrong-use', l10n.t('the changed model'), problem, l10n.t('choose again'));
}
