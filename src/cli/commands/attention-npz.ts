import { createNpzFile, type NpzFile } from '../../host/export/npz-file.js';
import { mainOutput } from '../../host/image-lab/run-output.js';
import type { RunOnImage } from './run-on-image.js';

/**
 * Starts the archive of a run: `attention_L` (heads, T, T) and `tokens_L` (T, width) of the named layers, which come later; `pixels` and `output`
 * are written at once.
 */
export async function startNpz(
  file: string,
  { input, loaded, run }: RunOnImage,
  layers: readonly { readonly index: number; readonly heads: number }[],
): Promise<NpzFile> {
  const { tokens, width } = loaded;
  const { name, values } = mainOutput(run);
  const archive = await createNpzFile(file, [
    ...layers.flatMap(({ index, heads }) => [
      { name: `attention_${index}`, shape: [heads, tokens, tokens] },
      { name: `tokens_${index}`, shape: [tokens, width] },
    ]),
    { name: 'pixels', shape: [1, 3, ...input.size] },
    { name: 'output', shape: name === 'tokens' ? [tokens, width] : [values.length] },
  ]);
  try {
    await archive.append('pixels', Float64Array.from(input.pixels));
    await archive.append('output', Float64Array.from(values));
  } catch (error) {
    await archive.discard();
    throw error;
  }
  return archive;
}
