import * as l10n from '@vscode/l10n';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Tensor } from 'onnxruntime-node';
import { groupDigits } from '../../core/bytes/quote.js';
import { type BuiltGraph, buildGraph } from '../../core/inference/build-graph.js';
import { promptInput } from '../../core/inference/edits.js';
import type { WrittenModel } from '../../core/inference/forward.js';
import { writeModel } from '../../core/inference/onnx/write-model.js';
import { RELATIVE_INDEX } from '../../core/inference/score-bias.js';
import type { LoadParams, Prompted } from '../../protocol/inference.js';
import type { OpenFiles } from './open-files.js';
import { createSession, type ReadyGraph } from './ready-graph.js';
import type { OnnxRuntime } from './runtime.js';
import { copyProblem, type WeightFolder, weightFolder, writeCopies } from './weight-files.js';

/** Writes a model as a graph and gives it to the runtime. @throws CheckpointError saying why it cannot be run. */
export async function writtenGraph(
  runtime: OnnxRuntime,
  forward: WrittenModel,
  params: LoadParams,
  { sourceOf, paths }: OpenFiles,
): Promise<ReadyGraph> {
  const { checkpoint, imageSize, taps, edits, scratchFolder } = params;
  const file = checkpoint.files[0]?.name ?? '';
  const build = (places: WeightFolder): Promise<BuiltGraph> =>
    buildGraph(forward, { file, imageSize, taps, edits, places }, sourceOf);
  let places = await weightFolder(paths, null);
  let built = await build(places);
  const copyFile = path.join(scratchFolder, 'weights.bin');
  if (built.copyBytes > 0) {
    places = await weightFolder(paths, copyFile);
    built = await build(places);
    await writeCopies(copyFile, built.copies, sourceOf).catch((error: unknown) => {
      throw copyProblem(error, l10n.t('{0} bytes of its weights', groupDigits(built.copyBytes)), file);
    });
  }
  const session = await createSession(
    runtime,
    writeModel(built.graph),
    places.folder,
    params,
    l10n.t('report it with this text'),
  );
  // Most systems let go of a name while the runtime still reads the file; where not, the parent removes it in the end.
  if (built.copyBytes > 0) await rm(scratchFolder, { recursive: true, force: true }).catch(() => undefined);
  const { grid, tokens, outputs, relativeIndex } = built;
  const index =
    relativeIndex === null ? {} : { [RELATIVE_INDEX]: new runtime.Tensor('int32', relativeIndex, [tokens, tokens]) };
  return {
    forward,
    grid,
    tokens,
    outputs,
    // Every position that the forward passes know, learned or computed, can be brought to another grid.
    sizeIsFree: true,
    assumptions: [],
    copiedBytes: built.copyBytes,
    meetings: null,
    run: (pixels, prompt) => session.run({ pixels, ...promptFeeds(runtime, built, prompt), ...index }),
  };
}

/** What the prompt inputs of a graph are given: zeros where nothing is added. */
function promptFeeds(
  { Tensor: OnnxTensor }: OnnxRuntime,
  { promptHeads, tokens }: BuiltGraph,
  prompt: Prompted | null,
): Record<string, Tensor> {
  if (promptHeads === null) {
    if (prompt === null) return {};
    throw new Error('the model was not loaded as promptable');
  }
  const feeds = promptHeads.map((heads, layer) => {
    const added = prompt === null ? new Float32Array(heads * tokens) : prompt[layer];
    if (added?.length !== heads * tokens) throw new Error(`the prompt of layer ${layer} is not ${heads} x ${tokens}`);
    return [promptInput(layer), new OnnxTensor('float32', added, [heads, 1, tokens])] as const;
  });
  return Object.fromEntries(feeds);
}
