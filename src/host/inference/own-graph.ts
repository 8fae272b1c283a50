import * as l10n from '@vscode/l10n';
import type { Tensor } from 'onnxruntime-node';
import { CheckpointError } from '../../core/errors.js';
import { onnx } from '../../core/formats/onnx/onnx.js';
import { halveGraph, LINEAR } from '../../core/inference/attend-graphs.js';
import { isUnchanged } from '../../core/inference/edits.js';
import { type OwnGraphModel, prefixLength } from '../../core/inference/forward.js';
import { writeModel } from '../../core/inference/onnx/write-model.js';
import type { IdleInput } from '../../core/inference/own-graph-inputs.js';
import { checkChangeable, ownAttention } from '../../core/inference/own-graph-model.js';
import { patchGrid } from '../../core/inference/patch-grid.js';
import { ADDED, tapOwnGraph } from '../../core/inference/tap-own-graph.js';
import { elementCount } from '../../core/tensors/tensor-index.js';
import type { LoadParams } from '../../protocol/inference.js';
import { graphFile } from './graph-file.js';
import type { OpenFiles } from './open-files.js';
import { createSession, firstLine, type ReadyGraph } from './ready-graph.js';
import { type OnnxRuntime, runOptions } from './runtime.js';

const graphAdvice = (): string =>
  l10n.t('try the file in ONNX Runtime itself, and export it again where that refuses it too');

/** Gives the graph of an ONNX file to the runtime as it is, with taps beside it. @throws CheckpointError saying why it cannot be run. */
export async function ownGraph(
  runtime: OnnxRuntime,
  forward: OwnGraphModel,
  params: LoadParams,
  open: OpenFiles,
): Promise<ReadyGraph> {
  const { checkpoint, model, imageSize, taps, edits } = params;
  const file = checkpoint.files[0]?.name ?? '';
  if (!isUnchanged(edits)) checkChangeable(forward, file);
  const grid = patchGrid(forward, file, imageSize);
  const index = await onnx.open(await open.sourceOf(0), open.folder, {});
  const { inputs, addition, outputs, assumptions, meetings } = tapOwnGraph(index, model, forward, imageSize, taps);
  const source = await graphFile(addition, index.files, open);
  const session = await createSession(runtime, source.model, source.folder, params, graphAdvice());
  const idle = Object.fromEntries(inputs.idle.map((input) => [input.name, ones(runtime, input)]));
  const added = session.outputNames.filter((name) => name.startsWith(ADDED));
  return {
    forward: meetings === null ? forward : { ...forward, assumptions: ownAttention() },
    grid,
    tokens: prefixLength(forward) + grid[0] * grid[1],
    outputs,
    sizeIsFree: inputs.picture.anySize,
    assumptions,
    copiedBytes: 0,
    meetings,
    async run(pixels, prompt) {
      if (prompt !== null) throw new Error('the model was not loaded as promptable');
      const { name, type } = inputs.picture;
      const picture = type === 'float16' ? await halved(runtime, pixels) : pixels;
      const found = await session.run({ ...idle, [name]: picture }, added).catch((error: unknown) => {
        const problem = l10n.t(
          'its graph cannot be run on pictures of {0} pixels: {1}',
          imageSize.join(' x '),
          firstLine(error),
        );
        throw new CheckpointError(
          'unsupported',
          file,
          problem,
          l10n.t('try pictures of the size that it was exported for'),
        );
      });
      return Object.fromEntries(Object.entries(found).map(([name, value]) => [name.slice(ADDED.length), value]));
    },
  };
}

/** Float16 numbers, which the language has not. */
async function halved(runtime: OnnxRuntime, pixels: Tensor): Promise<Tensor> {
  const session = await runtime.InferenceSession.create(writeModel(halveGraph()), runOptions(1));
  const { [LINEAR.out]: found } = await session.run({ [LINEAR.x]: pixels });
  await session.release();
  if (found === undefined) throw new Error('the picture is not there');
  return found;
}

/** What an input is given that says nothing about the picture. */
function ones({ Tensor: OnnxTensor }: OnnxRuntime, { type, dims }: IdleInput): Tensor {
  const count = elementCount(dims);
  switch (type) {
    case 'int64':
      return new OnnxTensor(type, new BigInt64Array(count).fill(1n), dims);
    case 'int32':
      return new OnnxTensor(type, new Int32Array(count).fill(1), dims);
    case 'float32':
      return new OnnxTensor(type, new Float32Array(count).fill(1), dims);
    case 'bool':
      return new OnnxTensor(type, new Uint8Array(count).fill(1), dims);
  }
}
