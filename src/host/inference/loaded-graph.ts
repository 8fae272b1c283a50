import * as l10n from '@vscode/l10n';
import { totalmem } from 'node:os';
import type { Tensor } from 'onnxruntime-node';
import { type AttentionFigures, attentionFigures } from '../../core/analysis/image/attention-figures.js';
import type { Concentration } from '../../core/analysis/keypoints/concentration.js';
import { type HeadOnKeypoints, KeypointAnalysis } from '../../core/analysis/keypoints/keypoint-analysis.js';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { tapOutput, type TapName } from '../../core/inference/build-graph.js';
import { describeForward } from '../../core/inference/describe.js';
import { type ForwardModel, prefixLength } from '../../core/inference/forward.js';
import { checkWhole, type LayerShape, layerShape } from '../../core/inference/layer-shapes.js';
import { notRunnable } from '../../core/inference/not-runnable.js';
import type { OwnScores } from '../../core/inference/own-scores.js';
import { attendLayer, recomputeLayer } from '../../core/inference/recompute-layer.js';
import { windowedFigures } from '../../core/inference/windowed-figures.js';
import { rowInWindow, type WindowLayout } from '../../core/inference/windows.js';
import type {
  AttendParams,
  AttendResult,
  InferenceTasks,
  InterrelateParams,
  LoadedModel,
  LoadParams,
  NonFinite,
  RunResult,
} from '../../protocol/inference.js';
import { readJsonBeside } from '../files/json-beside.js';
import { DoubleArithmetic } from './double-arithmetic.js';
import { checkUnchanged, withFiles } from './open-files.js';
import { ownGraph } from './own-graph.js';
import type { ReadyGraph } from './ready-graph.js';
import { loadRuntime, type OnnxRuntime } from './runtime.js';
import { writtenGraph } from './written-graph.js';

/** A model in the runtime, with the taps of its last run. */
export class LoadedGraph {
  #last: Readonly<Record<string, Tensor>> = {};
  #isPrompted = false;
  /** Of the concentration that was asked about last: every layer is asked about the same. */
  #keypoints: KeypointAnalysis | null = null;

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly ready: ReadyGraph,
    private readonly params: LoadParams,
    private readonly arithmetic: DoubleArithmetic,
    readonly facts: LoadedModel,
  ) {}

  /**
   * Gives the model to the runtime: as a graph that is written for it, or as the graph of its own file.
   * @param ready arithmetic with as many threads as there are cores.
   * @throws CheckpointError saying why it cannot be run.
   */
  static async load(params: LoadParams, ready: DoubleArithmetic): Promise<LoadedGraph> {
    const started = performance.now();
    const { checkpoint, model, tensors, imageSize } = params;
    const file = checkpoint.files[0]?.name ?? '';
    return withFiles(checkpoint, async (open) => {
      const config = await readJsonBeside(open.folder, 'config.json');
      const forward = describeForward(model, tensors, config.value, file);
      checkMemory(forward, params, file);
      const runtime = await loadRuntime();
      const graph =
        forward.runs === 'graph-of-ours'
          ? await writtenGraph(runtime, forward, params, open)
          : await ownGraph(runtime, forward, params, open);
      const facts = factsOf(graph, imageSize, performance.now() - started);
      const arithmetic = params.threads === null ? ready : new DoubleArithmetic(runtime, params.threads);
      return new LoadedGraph(runtime, graph, params, arithmetic, facts);
    });
  }

  /** Runs the model on one picture. @throws CheckpointError `changed` when the checkpoint is no longer what was loaded. */
  async run({ pixels, prompt }: InferenceTasks['run']['params']): Promise<RunResult> {
    const { runtime, ready, params, facts } = this;
    const { channels } = facts;
    const [height, width] = params.imageSize;
    const file = params.checkpoint.files[0]?.name ?? '';
    if (pixels.length !== channels * height * width || !allFinite(pixels)) {
      const wanted = l10n.t('{0} x {1} x {2} finite numbers', channels, height, width);
      throw new CheckpointError(
        'wrong-use',
        file,
        l10n.t('the model takes {0}', wanted),
        l10n.t('prepare the picture for this model'),
      );
    }
    await checkUnchanged(params.checkpoint);
    const isFirst = Object.keys(this.#last).length === 0;
    this.#last = {};
    this.#isPrompted = prompt !== null;
    // The taps of a large model have 100 MB and more, of which V8 would let those of several runs gather.
    if (!isFirst) globalThis.gc?.();
    const picture = new runtime.Tensor('float32', pixels, [1, channels, height, width]);
    const started = performance.now();
    this.#last = await ready.run(picture, prompt);
    const runMs = performance.now() - started;
    // The runtime reads weights from the file while it runs.
    await checkUnchanged(params.checkpoint);
    this.#checkTokens(file);
    return {
      outputs: Object.fromEntries(facts.outputs.map((name) => [name, this.#values(name)])),
      nonFinite: this.#firstNonFinite(),
      runMs,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  }

  /** Attention of the last run. @throws Error after one with a prompt, of which it would know nothing. */
  async attend(wishes: AttendParams): Promise<AttendResult> {
    const { layer, head, questions, keep, token, mean = false } = wishes;
    const { ready, params, facts } = this;
    if (this.#isPrompted) throw new Error('the attention of a prompted run is not computed');
    const shape = layerShape(ready.forward, ready.grid, layer);
    if (shape.windows !== null) return this.#attendInWindows(wishes, shape, shape.windows);
    const values = this.tap({ tap: 'attention-input', layer });
    const output = this.tap({ tap: 'attention-output', layer });
    const tokens = { values, count: facts.tokens, width: facts.width, prefix: facts.prefixTokens };
    const figures: AttentionFigures[] = [];
    const attention: Float32Array[] = [];
    const rows: Float32Array[] = [];
    const { concentration } = questions;
    const keypoints = concentration === undefined ? null : this.#analysisOf(concentration);
    const sum = mean ? new Float32Array(tokens.count ** 2) : null;
    const counter = { bytes: 0 };
    const recomputed = await withFiles(
      params.checkpoint,
      ({ sourceOf }) =>
        recomputeLayer(
          this.arithmetic,
          { forward: ready.forward, layer, grid: ready.grid, sourceOf, tokens, output, own: this.#ownScores(layer) },
          (index, found) => {
            if (head !== null && head !== index) return;
            const told = attentionFigures(index, found, tokens.count, tokens.prefix, questions);
            figures.push(keypoints === null ? told : { ...told, keypoints: keypoints.head(found, tokens.prefix) });
            if (sum !== null) for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (found[at] ?? 0);
            if (keep) attention.push(found);
            if (token !== null) rows.push(found.slice(token * tokens.count, (token + 1) * tokens.count));
          },
        ),
      counter,
    );
    const average = sum?.map((value) => value / figures.length) ?? null;
    return { figures, attention, rows, mean: average, recomputed, bytesRead: counter.bytes };
  }

  /** Keypoint figures of each head of a layer of the last run. @throws Error after one with a prompt. */
  async interrelate({ layer, concentration }: InterrelateParams): Promise<readonly HeadOnKeypoints[]> {
    const { ready, params, facts } = this;
    const { forward, grid } = ready;
    if (this.#isPrompted) throw new Error('the attention of a prompted run is not computed');
    checkWhole(forward, params.checkpoint.files[0]?.name ?? '', l10n.t('attention between all tokens'));
    const values = this.tap({ tap: 'attention-input', layer });
    const tokens = { values, count: facts.tokens, width: facts.width, prefix: facts.prefixTokens };
    const analysis = this.#analysisOf(concentration);
    const attention = await withFiles(params.checkpoint, ({ sourceOf }) =>
      attendLayer(this.arithmetic, { forward, layer, grid, sourceOf, tokens, own: this.#ownScores(layer) }),
    );
    return attention.map((found) => analysis.head(found, tokens.prefix));
  }

  #analysisOf(concentration: Concentration): KeypointAnalysis {
    if (this.#keypoints?.isOf(concentration) !== true) this.#keypoints = new KeypointAnalysis(concentration);
    return this.#keypoints;
  }

  /** The same where tokens attend within windows. @throws CheckpointError `unsupported` for questions about attention to all tokens. */
  async #attendInWindows(
    { layer, head, questions, keep, token, mean = false }: AttendParams,
    { tokens: count, width }: LayerShape,
    windows: WindowLayout,
  ): Promise<AttendResult> {
    const { forward, grid } = this.ready;
    const { checkpoint } = this.params;
    const { nearestKeys, concentration } = questions;
    if (mean || nearestKeys !== null || concentration !== undefined) {
      checkWhole(forward, checkpoint.files[0]?.name ?? '', l10n.t('attention between all tokens'));
    }
    const tokens = { values: this.tap({ tap: 'attention-input', layer }), count, width, prefix: 0 };
    const output = this.tap({ tap: 'attention-output', layer });
    const figures: AttentionFigures[] = [];
    const attention: Float32Array[] = [];
    const rows: Float32Array[] = [];
    const counter = { bytes: 0 };
    const recomputed = await withFiles(
      checkpoint,
      ({ sourceOf }) =>
        recomputeLayer(this.arithmetic, { forward, layer, grid, sourceOf, tokens, output }, (index, found) => {
          if (head !== null && head !== index) return;
          figures.push(windowedFigures(index, found, windows, questions));
          if (keep) attention.push(found);
          if (token !== null) rows.push(rowInWindow(windows, found, token));
        }),
      counter,
    );
    return { figures, attention, rows, mean: null, recomputed, bytesRead: counter.bytes };
  }

  /** A tap of the last run. */
  tap({ tap, layer }: InferenceTasks['tap']['params']): Float32Array {
    return this.#values(tapOutput(tap, layer));
  }

  /** Queries and keys of the last run as they meet, where the graph gives them. */
  #ownScores(layer: number): OwnScores | null {
    const meeting = this.facts.meetings?.[layer];
    if (meeting === undefined) return null;
    return { meeting, query: this.tap({ tap: 'own-query', layer }), key: this.tap({ tap: 'own-key', layer }) };
  }

  #values(name: string): Float32Array {
    const data = this.#last[name]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`the last run has no ${name}`);
    return data;
  }

  /** A graph that is not ours may make other tokens of a picture than it seems. */
  #checkTokens(file: string): void {
    const { layers, prefixTokens } = this.facts;
    const { forward, grid } = this.ready;
    if (!this.params.taps) return;
    for (let layer = 0; layer < layers; layer++) {
      const { tokens, width } = layerShape(forward, grid, layer);
      const found = this.tap({ tap: 'attention-input', layer }).length / width;
      if (found === tokens) continue;
      const why = l10n.t(
        'layer {0} attends to {1} tokens, where the picture has {2} patches and {3} tokens in front of them',
        layer,
        found,
        tokens - prefixTokens,
        prefixTokens,
      );
      throw notRunnable(
        file,
        why,
        l10n.t('tokens that stand for patches; where the patch is another one, give it with --patch'),
      );
    }
  }

  #firstNonFinite(): NonFinite | null {
    const isFinite = (name: string): boolean => allFinite(this.#values(name));
    // What is not finite in a layer stays so in the tokens that it adds to, up to the last.
    const output = this.facts.outputs.find((name) => !isFinite(name));
    if (output === undefined) return null;
    const taps: readonly TapName[] = this.params.taps ? ['attention-input', 'attention-output'] : [];
    for (let layer = 0; layer < this.facts.layers; layer++) {
      for (const tap of taps) if (!isFinite(tapOutput(tap, layer))) return { tap, layer };
    }
    return { output };
  }
}

function allFinite(values: Float32Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
}

/** All weights must fit into this machine. */
function checkMemory({ runs }: ForwardModel, { model, checkpoint }: LoadParams, file: string): void {
  const stored = checkpoint.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isOurs = runs === 'graph-of-ours';
  const needed = isOurs ? model.parameterCount * Float32Array.BYTES_PER_ELEMENT : stored;
  if (needed <= totalmem()) return;
  const problem = isOurs
    ? l10n.t(
        'its weights need {0} bytes of memory as float32, and this machine has {1}',
        groupDigits(needed),
        groupDigits(totalmem()),
      )
    : l10n.t(
        'its weights need {0} bytes of memory, and this machine has {1}',
        groupDigits(needed),
        groupDigits(totalmem()),
      );
  throw new CheckpointError(
    'limit',
    file,
    problem,
    l10n.t('everything from the weights is shown; run it on a larger machine'),
  );
}

function factsOf(
  { forward, grid, tokens, outputs, sizeIsFree, assumptions, copiedBytes, meetings }: ReadyGraph,
  imageSize: readonly [number, number],
  loadMs: number,
): LoadedModel {
  return {
    channels: forward.patches.channels,
    imageSize,
    patch: forward.patches.patch,
    grid,
    prefixTokens: prefixLength(forward),
    tokens,
    width: forward.width,
    layers: forward.blocks.length,
    outputs,
    sizeIsFree,
    meetings,
    assumptions: [...forward.assumptions, ...assumptions],
    copiedBytes,
    loadMs,
  };
}
