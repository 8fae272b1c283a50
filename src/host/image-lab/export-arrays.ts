import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import type { HeadOnImage } from '../../protocol/image.js';
import { createNpzFile } from '../export/npz-file.js';
import { writeWhole } from '../files/write-whole.js';
import type { LayerShape } from '../../core/inference/layer-shapes.js';
import { attentionDims, windowArrays } from '../export/attention-arrays.js';
import type { ShownPicture } from './shown-picture.js';

/** A picture, and the tokens that the layer makes of it. */
type OnLayer = Pick<ShownPicture, 'input'> & { readonly shape: LayerShape };
type Figures = Omit<HeadOnImage, 'image'>;
type EachHead = (use: (head: number, attention: Float32Array) => void) => Promise<void>;

/**
 * Writes the maps of a head, and as .npz also the attention of its layer; a .csv has one row a patch and mode.
 * @throws CheckpointError `wrong-use` for a file name that ends in neither.
 */
export async function exportArrays(file: string, figures: Figures, shown: OnLayer, each: EachHead): Promise<void> {
  const name = quoteName(path.basename(file));
  try {
    if (file.endsWith('.npz')) await writeNpz(file, figures, shown, each);
    else if (file.endsWith('.csv')) await writeWhole(file, csv(figures, shown));
    else
      throw new CheckpointError(
        'wrong-use',
        name,
        l10n.t('its name ends in neither .npz nor .csv'),
        l10n.t('choose one of the two'),
      );
  } catch (error) {
    const isSystem = error instanceof Error && 'syscall' in error;
    if (!isSystem) throw error;
    const problem = l10n.t('it cannot be written: {0}', error.message);
    throw new CheckpointError('unreadable', name, problem, l10n.t('choose another folder, or make room on the disk'));
  }
}

async function writeNpz(
  file: string,
  { layer, head, queryMaps, keyMaps, keyBias, entries }: Figures,
  { shape, input }: OnLayer,
  each: EachHead,
): Promise<void> {
  const { grid } = shape;
  const patches = grid[0] * grid[1];
  const modes = queryMaps.length / patches;
  const name = (what: string): string => `${what}_${layer}_${head}`;
  const windows = windowArrays(layer, shape);
  const attention: Float32Array[] = [];
  await each((index, own) => {
    if (index === head) attention.push(own.slice());
  });
  const archive = await createNpzFile(file, [
    { name: name('query_maps'), shape: [modes, ...grid] },
    { name: name('key_maps'), shape: [modes, ...grid] },
    { name: name('key_bias'), shape: [...grid] },
    { name: name('contribution'), shape: [entries.length, 3] },
    { name: name('attention'), shape: attentionDims(shape) },
    ...windows.map(({ name: own, shape: dims }) => ({ name: own, shape: dims })),
    { name: 'pixels', shape: [1, 3, ...input.size] },
  ]);
  try {
    await archive.append(name('query_maps'), Float64Array.from(queryMaps));
    await archive.append(name('key_maps'), Float64Array.from(keyMaps));
    await archive.append(name('key_bias'), Float64Array.from(keyBias.map));
    const rows = entries.flatMap(({ first, last, contribution }) => [first, last, contribution]);
    await archive.append(name('contribution'), Float64Array.from(rows));
    for (const own of attention) await archive.append(name('attention'), Float64Array.from(own));
    for (const { name: own, values } of windows) await archive.append(own, values);
    await archive.append('pixels', Float64Array.from(input.pixels));
    await archive.finish();
  } catch (error) {
    await archive.discard();
    throw error;
  }
}

const COLUMNS = ['layer', 'head', 'basis', 'mode', 'row', 'column', 'query', 'key'];

function csv({ layer, head, basis, queryMaps, keyMaps }: Figures, { shape }: OnLayer): string {
  const [rows, columns] = shape.grid;
  const lines = [COLUMNS.join(',')];
  queryMaps.forEach((query, at) => {
    const patch = at % (rows * columns);
    const place = [Math.floor(at / (rows * columns)), Math.floor(patch / columns), patch % columns];
    lines.push([layer, head, basis, ...place, query, keyMaps[at] ?? NaN].join(','));
  });
  return `${lines.join('\r\n')}\r\n`;
}
