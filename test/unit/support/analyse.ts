import path from 'node:path';
import { analyzeLayer, type SourceOf } from '../../../src/core/analysis/layer.js';
import type { Basis, LayerFigures } from '../../../src/core/analysis/figures.js';
import { openCheckpoint } from '../../../src/core/formats/open-checkpoint.js';
import { HeadSolver } from '../../../src/core/linalg/head-solver.js';
import type { Model, Recognition, RecognitionOptions } from '../../../src/core/model/model.js';
import { recognise } from '../../../src/core/model/recognise.js';
import { openCheckpointFolder } from '../../../src/host/files/checkpoint-folder.js';
import { readJsonBeside } from '../../../src/host/files/json-beside.js';
import { resolveCheckpoint } from '../../../src/host/files/resolve-checkpoint.js';

export const FIXTURES = path.join(import.meta.dirname, '../../fixtures');
export const SAMPLE = path.join(import.meta.dirname, '../../../media/sample');

/** A checkpoint opened in this thread through the real readers. */
export interface Analysed {
  readonly recognition: Recognition;
  readonly sourceOf: SourceOf;
  figures(model: Model, basis: Basis): Promise<LayerFigures[]>;
}

const solver = new HeadSolver();

/** Opens and recognises a checkpoint, gives it to `use`, and closes it. */
export async function withCheckpoint<Result>(
  checkpoint: string,
  options: RecognitionOptions,
  use: (analysed: Analysed) => Promise<Result>,
): Promise<Result> {
  const place = await resolveCheckpoint(checkpoint);
  const folder = openCheckpointFolder(place, { bytes: 0 });
  try {
    const index = await openCheckpoint(await folder.open(place.name), folder, {});
    const config = await readJsonBeside(folder, 'config.json');
    const sourceOf: SourceOf = (file) => folder.open(index.files[file] ?? '');
    return await use({
      sourceOf,
      recognition: recognise(index, config.value, options),
      async figures(model, basis) {
        const layers: LayerFigures[] = [];
        for (const spec of model.layers) {
          layers.push(await analyzeLayer(spec, basis, sourceOf, solver));
        }
        return layers;
      },
    });
  } finally {
    await folder.close();
  }
}
