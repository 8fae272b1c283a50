import type { AnalysedModel } from '../../core/export/analysis-json.js';
import type { Inspection } from '../../host/engine/contract.js';
import { createNpzFile, type NpzArray, type NpzFile } from '../../host/export/npz-file.js';
import type { CommandContext } from '../context.js';

/**
 * Writes `sigma` and `cos` of (depth, heads, headSize), and `u` and `v` of (depth, heads, headSize, width) where wanted, layer by layer.
 * Where layers differ, the arrays have the largest shape and NaN where a layer is smaller; several models put their name before the array's.
 * @returns bytes read from disk for the vectors.
 */
export async function writeNpz(
  context: CommandContext,
  inspection: Inspection,
  models: readonly AnalysedModel[],
  file: string,
  vectors: boolean,
): Promise<number> {
  const prefix = (analysed: AnalysedModel): string => (models.length > 1 ? `${analysed.model.name}_` : '');
  const arrays = models.flatMap((analysed): NpzArray[] => {
    const { depth, heads, modes, width } = shapeOf(analysed);
    const name = prefix(analysed);
    const spectra = ['sigma', 'cos'].map((array) => ({ name: `${name}${array}`, shape: [depth, heads, modes] }));
    const directions = ['u', 'v'].map((array) => ({ name: `${name}${array}`, shape: [depth, heads, modes, width] }));
    return vectors ? [...spectra, ...directions] : spectra;
  });
  const archive = await createNpzFile(file, arrays);
  try {
    let bytesRead = 0;
    for (const analysed of models) {
      await appendSpectra(archive, prefix(analysed), analysed);
      if (vectors) bytesRead += await appendVectors(context, inspection, archive, prefix(analysed), analysed);
    }
    await archive.finish();
    return bytesRead;
  } catch (error) {
    await archive.discard();
    throw error;
  }
}

interface Shape {
  readonly depth: number;
  readonly heads: number;
  readonly modes: number;
  readonly width: number;
}

function shapeOf({ model }: AnalysedModel): Shape {
  const largest = (values: readonly number[]): number => Math.max(0, ...values);
  return {
    depth: model.layers.length,
    heads: largest(model.layers.map((layer) => layer.heads)),
    modes: largest(model.layers.map((layer) => layer.headSize)),
    width: largest(model.layers.map((layer) => layer.width)),
  };
}

async function appendSpectra(archive: NpzFile, prefix: string, analysed: AnalysedModel): Promise<void> {
  const { heads, modes } = shapeOf(analysed);
  for (const layer of analysed.figures.layers) {
    for (const array of ['sigma', 'cos'] as const) {
      const values = new Float64Array(heads * modes).fill(NaN);
      for (const head of layer.heads) values.set(head[array], head.index * modes);
      await archive.append(`${prefix}${array}`, values);
    }
  }
}

async function appendVectors(
  { engine, signal }: CommandContext,
  inspection: Inspection,
  archive: NpzFile,
  prefix: string,
  analysed: AnalysedModel,
): Promise<number> {
  const { heads, modes, width } = shapeOf(analysed);
  const { model, figures } = analysed;
  let bytesRead = 0;
  for (const spec of model.layers) {
    const request = { inspection, model: model.name, basis: figures.basis };
    const layer = await engine.vectors(request, spec.index, signal);
    bytesRead += layer.bytesRead;
    for (const array of ['u', 'v'] as const) {
      const values = new Float64Array(heads * modes * width).fill(NaN);
      layer.heads.forEach((head, index) => {
        if (head === null) return;
        for (let mode = 0; mode < spec.headSize; mode++) {
          const row = head[array].subarray(mode * spec.width, (mode + 1) * spec.width);
          values.set(row, (index * modes + mode) * width);
        }
      });
      await archive.append(`${prefix}${array}`, values);
    }
  }
  return bytesRead;
}
