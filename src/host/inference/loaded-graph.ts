import { rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { groupDigits } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { type BuiltGraph, buildGraph, tapOutput, type TapName } from '../../core/inference/build-graph.js';
import { describeForward } from '../../core/inference/describe.js';
import { type ForwardModel, prefixLength } from '../../core/inference/forward.js';
import { writeModel } from '../../core/inference/onnx/write-model.js';
import { RELATIVE_INDEX } from '../../core/inference/score-bias.js';
import type { InferenceTasks, LoadedModel, LoadParams, NonFinite, RunResult } from '../../protocol/inference.js';
import { readJsonBeside } from '../files/json-beside.js';
import { checkUnchanged, withFiles } from './open-files.js';
import { loadRuntime, type OnnxRuntime, sessionOptions } from './runtime.js';
import { type WeightFolder, weightFolder, writeCopies } from './weight-files.js';

/** A model in the runtime, with the taps of its last run. */
export class LoadedGraph {
  #last: Readonly<Record<string, Tensor>> = {};

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: InferenceSession,
    private readonly built: BuiltGraph,
    private readonly params: LoadParams,
    readonly facts: LoadedModel,
  ) {}

  /** Describes the model as a graph and gives it to the runtime. @throws CheckpointError saying why it cannot be run. */
  static async load(params: LoadParams): Promise<LoadedGraph> {
    const started = performance.now();
    const { checkpoint, model, tensors, imageSize } = params;
    const file = checkpoint.files[0]?.name ?? '';
    return withFiles(checkpoint, async ({ sourceOf, paths, folder }) => {
      const config = await readJsonBeside(folder, 'config.json');
      const forward = describeForward(model, tensors, config.value, file);
      checkMemory(model.parameterCount, file);
      const build = (places: WeightFolder): Promise<BuiltGraph> =>
        buildGraph(forward, { file, imageSize, taps: params.taps, edits: params.edits, places }, sourceOf);
      let places = await weightFolder(paths, null);
      let built = await build(places);
      const copyFile = path.join(params.scratchFolder, 'weights.bin');
      if (built.copyBytes > 0) {
        places = await weightFolder(paths, copyFile);
        built = await build(places);
        await writeCopies(copyFile, built.copies, sourceOf).catch((error: unknown) => {
          throw copyProblem(error, built.copyBytes, file);
        });
      }
      const runtime = await loadRuntime();
      const session = await createSession(runtime, built, places.folder, params);
      // Most systems let go of a name while the runtime still reads the file; where not, the parent removes it in the end.
      if (built.copyBytes > 0) await rm(params.scratchFolder, { recursive: true, force: true }).catch(() => undefined);
      const facts = factsOf(forward, built, imageSize, performance.now() - started);
      return new LoadedGraph(runtime, session, built, params, facts);
    });
  }

  /** Runs the model on one picture. @throws CheckpointError `changed` when the checkpoint is no longer what was loaded. */
  async run({ pixels }: InferenceTasks['run']['params']): Promise<RunResult> {
    const { runtime, built, params, facts } = this;
    const { channels } = facts;
    const [height, width] = params.imageSize;
    const file = params.checkpoint.files[0]?.name ?? '';
    if (pixels.length !== channels * height * width || !allFinite(pixels)) {
      const wanted = `${String(channels)} x ${String(height)} x ${String(width)} finite numbers`;
      throw new CheckpointError('wrong-use', file, `the model takes ${wanted}`, 'prepare the picture for this model');
    }
    await checkUnchanged(params.checkpoint);
    this.#last = {};
    // The taps of a large model have 100 MB and more, of which V8 would let those of several runs gather.
    globalThis.gc?.();
    const feeds: Record<string, Tensor> = {
      pixels: new runtime.Tensor('float32', pixels, [1, channels, height, width]),
    };
    if (built.relativeIndex !== null) {
      feeds[RELATIVE_INDEX] = new runtime.Tensor('int32', built.relativeIndex, [built.tokens, built.tokens]);
    }
    const started = performance.now();
    this.#last = await this.session.run(feeds);
    const runMs = performance.now() - started;
    // The runtime reads weights from the file while it runs.
    await checkUnchanged(params.checkpoint);
    return {
      outputs: Object.fromEntries(built.outputs.map((name) => [name, this.#values(name)])),
      nonFinite: this.#firstNonFinite(),
      runMs,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  }

  /** A tap of the last run. */
  tap({ tap, layer }: InferenceTasks['tap']['params']): Float32Array {
    return this.#values(tapOutput(tap, layer));
  }

  #values(name: string): Float32Array {
    const data = this.#last[name]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`the last run has no ${name}`);
    return data;
  }

  #firstNonFinite(): NonFinite | null {
    const isFinite = (name: string): boolean => allFinite(this.#values(name));
    // What is not finite in a layer stays so in the tokens that it adds to, up to the last.
    const output = this.built.outputs.find((name) => !isFinite(name));
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

/** Why weights could not be copied; what is wrong with the checkpoint itself is told as it is. */
function copyProblem(error: unknown, bytes: number, file: string): CheckpointError {
  if (error instanceof CheckpointError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const problem = `${groupDigits(bytes)} bytes of its weights have to be copied to a temporary file, and cannot be: ${said}`;
  return new CheckpointError('limit', file, problem, 'make room in the folder for temporary files');
}

/** All weights as float32 must fit into this machine. */
function checkMemory(parameters: number, file: string): void {
  const needed = parameters * Float32Array.BYTES_PER_ELEMENT;
  if (needed <= totalmem()) return;
  const problem = `its weights need ${groupDigits(needed)} bytes of memory as float32, and this machine has ${groupDigits(totalmem())}`;
  throw new CheckpointError('limit', file, problem, 'everything from the weights is shown; run it on a larger machine');
}

async function createSession(
  runtime: OnnxRuntime,
  { graph }: BuiltGraph,
  folder: string,
  { threads, checkpoint }: LoadParams,
): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(writeModel(graph), sessionOptions(folder, threads));
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const file = checkpoint.files[0]?.name ?? '';
    throw new CheckpointError(
      'unsupported',
      file,
      `ONNX Runtime refused the model: ${said}`,
      'report it with this text',
    );
  }
}

function factsOf(
  forward: ForwardModel,
  { grid, tokens, outputs, copyBytes }: BuiltGraph,
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
    assumptions: forward.assumptions,
    copiedBytes: copyBytes,
    loadMs,
  };
}
