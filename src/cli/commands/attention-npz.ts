import { layerShape } from '../../core/inference/layer-shapes.js';
import { attentionDims, windowArrays } from '../../host/export/attention-arrays.js';
import { createNpzFile, type NpzFile } from '../../host/export/npz-file.js';
import { mainOutput } from '../../host/image-lab/run-output.js';
import type { RunOnImage } from './run-on-image.js';

/**
 * Starts the archive of a run: `attention_L` (heads, T, T) and `tokens_L` (T, width) of the named layers, which come later; `pixels` and `output`
 * are written at once. Of layers whose tokens attend within windows, `attention_L` is (heads, windows, places, places), and `windows_L` (windows, places)
 * says which token stands at each place, row by row in the layer's own grid, -1 for none.
 */
export async function startNpz(
  file: string,
  { input, loaded, run, forward }: RunOnImage,
  layers: readonly { readonly index: number; readonly heads: number }[],
): Promise<NpzFile> {
  const { tokens, width } = loaded;
  const { name, values } = mainOutput(run);
  const shapes = layers.map(({ index, heads }) => ({ index, heads, shape: layerShape(forward, loaded.grid, index) }));
  const windows = shapes.flatMap(({ index, shape }) => windowArrays(index, shape));
  const archive = await createNpzFile(file, [
    ...shapes.flatMap(({ index, heads, shape }) => [
      { name: `attention_${index}`, shape: [heads, ...attentionDims(shape)] },
      { name: `tokens_${index}`, shape: [shape.tokens, shape.width] },
    ]),
    ...windows.map(({ name: own, shape }) => ({ name: own, shape })),
    { name: 'pixels', shape: [1, 3, ...input.size] },
    { name: 'output', shape: name === 'tokens' ? [tokens, width] : [values.length] },
  ]);
  try {
    for (const { name: own, values: held } of windows) await archive.append(own, held);
    await archive.append('pixels', Float64Array.from(input.pixels));
    await archive.append('output', Float64Array.from(values));
  } catch (error) {
    await archive.discard();
    throw error;
  }
  return archive;
}
