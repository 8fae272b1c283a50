import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Tensor } from 'onnxruntime-node';
import type { SourceOf } from '../../../../../src/core/analysis/layer.js';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { type BuiltGraph, buildGraph } from '../../../../../src/core/inference/build-graph.js';
import { describeWritten } from '../../../../../src/core/inference/describe.js';
import { type ForwardEdits, NO_EDITS, promptInput } from '../../../../../src/core/inference/edits.js';
import type { WrittenModel } from '../../../../../src/core/inference/forward.js';
import { writeModel } from '../../../../../src/core/inference/onnx/write-model.js';
import { RELATIVE_INDEX } from '../../../../../src/core/inference/score-bias.js';
import type { Model, RecognitionOptions } from '../../../../../src/core/model/model.js';
import { recognise } from '../../../../../src/core/model/recognise.js';
import { openCheckpointFolder } from '../../../../../src/host/files/checkpoint-folder.js';
import { readJsonBeside } from '../../../../../src/host/files/json-beside.js';
import { resolveCheckpoint } from '../../../../../src/host/files/resolve-checkpoint.js';
import { loadRuntime, sessionOptions } from '../../../../../src/host/inference/runtime.js';
import { weightFolder, writeCopies } from '../../../../../src/host/inference/weight-files.js';

/** The vision model of a checkpoint, opened and described in this thread. */
export interface OpenedModel {
  readonly model: Model;
  readonly forward: WrittenModel;
  readonly sourceOf: SourceOf;
  /** Runs it on pixels (1, channels, height, width) in the runtime; a promptable model with what is added to the scores of each layer, or zeros. */
  readonly run: (
    pixels: Float32Array,
    shape: readonly number[],
    edits?: ForwardEdits,
    prompt?: readonly Float32Array[],
  ) => Promise<Ran>;
}

export interface Ran {
  readonly built: BuiltGraph;
  readonly output: (name: string) => Float32Array;
}

/** Opens a checkpoint, gives its vision model to `use` and closes it. */
export async function withModel<Result>(
  checkpoint: string,
  options: RecognitionOptions,
  use: (opened: OpenedModel) => Promise<Result>,
): Promise<Result> {
  const place = await resolveCheckpoint(checkpoint);
  const folder = openCheckpointFolder(place, { bytes: 0 });
  const scratch = await mkdtemp(path.join(tmpdir(), 'qk-lens-test-'));
  try {
    const index = await openCheckpoint(await folder.open(place.name), folder, {});
    const config = await readJsonBeside(folder, 'config.json');
    const { models, defaults } = recognise(index, config.value, options);
    const seeing = models.filter(({ tower }) => tower === 'vision' || tower === 'encoder');
    const model = seeing.find(({ name }) => defaults.includes(name)) ?? seeing[0];
    if (model === undefined) throw new Error(`${checkpoint} has no vision model`);
    const forward = describeWritten(model, index.tensors, config.value, place.name);
    const sourceOf: SourceOf = (file) => folder.open(index.files[file] ?? '');
    const paths = index.files.map((name) => path.join(place.folder, name));
    let copies = 0;
    return await use({
      model,
      forward,
      sourceOf,
      async run(pixels, shape, edits = NO_EDITS, prompt = []) {
        const [, , height = 0, width = 0] = shape;
        const copyFile = path.join(scratch, `weights-${String(copies++)}`, 'weights.bin');
        const places = await weightFolder(paths, copyFile);
        const build = { file: place.name, imageSize: [height, width], taps: true, edits, places } as const;
        const built = await buildGraph(forward, build, sourceOf);
        if (built.copyBytes > 0) await writeCopies(copyFile, built.copies, sourceOf);
        const runtime = await loadRuntime();
        const session = await runtime.InferenceSession.create(
          writeModel(built.graph),
          sessionOptions(places.folder, 1),
        );
        const feeds: Record<string, Tensor> = { pixels: new runtime.Tensor('float32', pixels, shape) };
        if (built.relativeIndex !== null) {
          feeds[RELATIVE_INDEX] = new runtime.Tensor('int32', built.relativeIndex, [built.tokens, built.tokens]);
        }
        for (const [layer, heads] of built.promptHeads?.entries() ?? []) {
          const added = prompt[layer] ?? new Float32Array(heads * built.tokens);
          feeds[promptInput(layer)] = new runtime.Tensor('float32', added, [heads, 1, built.tokens]);
        }
        const results = await session.run(feeds);
        return {
          built,
          output(name) {
            const data = results[name]?.data;
            if (!(data instanceof Float32Array)) throw new Error(`the graph has no output ${name}`);
            return data;
          },
        };
      },
    });
  } finally {
    await folder.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
