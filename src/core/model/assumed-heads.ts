import * as l10n from '@vscode/l10n';
import type { ShapedLayer } from './read-layer.js';

/** Heads of vision transformers that are not 64 wide, by width. */
const USUAL_HEADS: ReadonlyMap<number, number> = new Map([
  [1152, 16],
  [1280, 16],
  [1408, 16],
  [1664, 16],
  [1792, 16],
  [2432, 32],
  [4096, 32],
]);

/** Widths of which released vision transformers have more than one head count. */
const DIVIDED_WIDTHS = new Set([768, 1024, 1280, 1536]);

/** Widths of released vision transformers. */
const STANDARD_WIDTHS = new Set([192, 256, 320, 384, 512, 640, 832, 896, ...DIVIDED_WIDTHS, ...USUAL_HEADS.keys()]);

/** Width of a head in nearly every transformer since the first. */
const USUAL_HEAD_SIZE = 64;

/** Width of a head in models smaller than one usual head, which are made for tests. */
const SMALL_HEAD_SIZE = 8;

/** A narrower head is no head. */
const LEAST_HEAD_SIZE = 4;

/** The width of a head where nothing says it, and why that one. */
export function assumeHeadSize(
  layer: ShapedLayer,
  usual: {
    readonly vision: boolean;
    readonly usualHeads: ReadonlyMap<number, number> | null;
    readonly usualHeadSize: number | null;
  },
): { headSize: number; reason: string } {
  const { width } = layer;
  const rows = layer.query.weight.rows;
  // With grouped queries a head's width divides the rows of the key as well.
  const common = greatestCommonDivisor(rows, layer.key.weight.rows);
  const fits = (headSize: number): boolean =>
    Number.isInteger(headSize) && common % headSize === 0 && headSize <= width;
  const known = usual.usualHeads?.get(width) ?? (usual.vision ? USUAL_HEADS.get(width) : undefined);
  if (known !== undefined && rows === width && fits(rows / known)) {
    const how = DIVIDED_WIDTHS.has(width) ? l10n.t('most models') : l10n.t('every ViT');
    return {
      headSize: rows / known,
      reason: l10n.t('as in {0} of this width', usual.vision ? how : l10n.t('the released models')),
    };
  }
  const size = usual.usualHeadSize ?? USUAL_HEAD_SIZE;
  if (fits(size)) {
    if (!usual.vision) return { headSize: size, reason: l10n.t('as in most transformers') };
    const standard = STANDARD_WIDTHS.has(width) && rows === width;
    const how = DIVIDED_WIDTHS.has(width) ? l10n.t('most ViTs') : l10n.t('every ViT');
    return { headSize: size, reason: standard ? l10n.t('as in {0} of this width', how) : l10n.t('as in most ViTs') };
  }
  const wanted = common < USUAL_HEAD_SIZE ? SMALL_HEAD_SIZE : USUAL_HEAD_SIZE;
  const why =
    common < size
      ? l10n.t('{0} rows are less than one usual head of {1}', common, size)
      : l10n.t('heads of {0} do not fit', size);
  return { headSize: nearestDivisor(common, wanted, width), reason: l10n.t('a guess: {0}', why) };
}

/** The divisor of `rows` that is nearest to `wanted`; the larger of two as near; multiples of 8 first. */
function nearestDivisor(rows: number, wanted: number, width: number): number {
  const divisors: number[] = [];
  for (let low = 1; low * low <= rows; low++) {
    if (rows % low === 0) divisors.push(low, rows / low);
  }
  const fitting = divisors.filter((size) => size >= LEAST_HEAD_SIZE && size <= width);
  const even = fitting.filter((size) => size % 8 === 0);
  const near = (best: number, size: number): number => {
    const closer = Math.abs(size - wanted) - Math.abs(best - wanted);
    return closer < 0 || (closer === 0 && size > best) ? size : best;
  };
  const [first, ...others] = even.length > 0 ? even : fitting;
  return first === undefined ? rows : others.reduce(near, first);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
