import * as l10n from '@vscode/l10n';
import type { TitleFacts } from './families/family.js';

/** Widths and depths that have a letter of their own. */
const SIZES: readonly (readonly [letter: string, width: number, depth: number])[] = [
  ['Ti', 192, 12],
  ['S', 384, 12],
  ['B', 768, 12],
  ['L', 1024, 24],
  ['SO400M', 1152, 27],
  ['H', 1280, 32],
  ['g', 1408, 40],
  ['g', 1536, 40],
  ['G', 1664, 48],
  ['E', 1792, 64],
  ['7B', 4096, 40],
];

/**
 * A vision transformer's name by its size: `DINOv2 ViT-S/14`, or `DINOv2 ViT/14, width 320` where the size has no letter.
 * @param part what it is a part of or has besides, such as `vision tower`.
 */
export function vitTitle(label: string, { width, depth, patch }: TitleFacts, part = ''): string {
  const letter = SIZES.find((size) => size[1] === width && size[2] === depth)?.[0] ?? null;
  const family = label === '' ? 'ViT' : `${label} ViT`;
  const grid = patch === null ? '' : `/${patch}`;
  const tail = part === '' ? '' : ` ${part}`;
  return letter === null
    ? l10n.t('{0}{1}{2}, width {3}', family, grid, tail, width)
    : `${family}-${letter}${grid}${tail}`;
}

/** Words for a title where the model has register tokens. */
export function withRegisters({ registers }: TitleFacts): string {
  return registers > 0 ? l10n.t('with registers') : '';
}

/** A name that tells the width only: `BERT, width 768`. */
export function widthTitle(label: string, { width }: TitleFacts): string {
  return l10n.t('{0}, width {1}', label, width);
}

/** Widths of the first stage of Swin with a letter of their own; 96 is T or S by the number of layers. */
const SWIN_SIZES: ReadonlyMap<string, string> = new Map([
  ['96x12', 'T'],
  ['96x24', 'S'],
  ['128x24', 'B'],
  ['192x24', 'L'],
]);

/** A Swin transformer's name by its size: `Swin-T/4`. */
export function swinTitle(label: string, { width, lastWidth, depth, patch }: TitleFacts): string {
  const letter = SWIN_SIZES.get(`${width}x${depth}`) ?? null;
  const grid = patch === null ? '' : `/${patch}`;
  return letter === null
    ? l10n.t('{0}{1}, width {2} to {3}', label, grid, width, lastWidth)
    : `${label}-${letter}${grid}`;
}
