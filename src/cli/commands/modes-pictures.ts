import {
  entryMaps,
  type HeadModes,
  type ModeEntry,
  type ModesOnImage,
} from '../../core/analysis/image/modes-on-image.js';
import { halfPeakContours } from '../../core/image/overlay/contours.js';
import type { PatchMap } from '../../core/image/overlay/interpolate.js';
import { type End, overlayScale, paintModes } from '../../core/image/overlay/modes.js';
import type { Tile } from '../../core/image/overlay/sheet.js';
import type { GrayPicture } from '../../core/image/gray.js';
import type { PatchGrid } from '../../core/inference/forward.js';
import { fixed } from '../../core/text/numbers.js';
import { dataAddress } from '../../host/images/encode-png.js';
import { groundOf, type PictureFiles, writeSheet } from './picture-sheet.js';
import type { RunOnImage } from './run-on-image.js';

const SIDE = 224;

const BLOCKS = 'Modes that cannot be told apart have no ends: lengths, from the smallest to the largest.';

/** Draws query and key maps of modes over the picture, in the grid of the layer's tokens, both ends of each. */
export async function drawModes(
  files: PictureFiles,
  { input, grid, model }: Pick<RunOnImage, 'input' | 'model'> & { readonly grid: PatchGrid },
  place: { readonly layer: number; readonly head: number },
  found: ModesOnImage,
  { basis }: HeadModes,
  entries: readonly ModeEntry[],
): Promise<void> {
  const ground = groundOf(input, grid, SIDE);
  const file = files.png ?? files.svg ?? '';
  await writeSheet(
    {
      title: `${model.title}: modes of layer ${place.layer}, head ${place.head}, ${basis} basis`,
      remarks: [
        'Red: where the query finds what it looks for; cyan: where the key holds it; white: both.',
        'Lines: half of the peak, query solid, key dashed. Percent: share of the score.',
        ...(entries.some(({ first, last }) => first !== last) ? [BLOCKS] : []),
      ],
      rows: await Promise.all(
        entries.map(async (entry) => ({ name: nameOf(entry), tiles: await tilesOf(entry, found, ground, grid, file) })),
      ),
      size: [ground.height, ground.width],
      grid,
      chart: null,
    },
    files,
  );
}

function nameOf({ first, last, shareOfScore }: ModeEntry): string {
  const share = shareOfScore === null ? '' : ` ${fixed(100 * shareOfScore, 0)} %`;
  return `${first === last ? `M${first}` : `M${first}–${last}`}${share}`;
}

async function tilesOf(
  entry: ModeEntry,
  found: ModesOnImage,
  ground: GrayPicture,
  [rows, columns]: readonly [number, number],
  file: string,
): Promise<Tile[]> {
  const maps = entryMaps(found, entry);
  const query: PatchMap = { rows, columns, values: maps.query };
  const key: PatchMap = { rows, columns, values: maps.key };
  const isBlock = entry.first !== entry.last;
  const scale = overlayScale([query, key], isBlock);
  const ends: readonly End[] = isBlock ? [1] : [1, -1];
  return Promise.all(
    ends.map(async (end): Promise<Tile> => {
      const most = ({ values }: PatchMap): string => fixed(Math.max(0, ...values.map((value) => value * end)), 1);
      const sign = isBlock ? 'span' : end > 0 ? '+ end' : '− end';
      return {
        caption: `${sign}: query to ${most(query)}, key to ${most(key)} of ${fixed(scale.high, 1)}`,
        address: await dataAddress(paintModes(ground, { query, key, end, scale }, 'smooth'), file),
        contours: [
          { line: 'key', lines: halfPeakContours(key, end, scale, 'smooth') },
          { line: 'query', lines: halfPeakContours(query, end, scale, 'smooth') },
        ],
        patch: null,
      };
    }),
  );
}
