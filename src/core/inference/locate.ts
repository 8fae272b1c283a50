import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { FAMILIES } from '../model/families/index.js';
import { joinPath, type Layout } from '../model/layout.js';
import type { Model } from '../model/model.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { notRunnable } from './not-runnable.js';

/** Where the modules of a model stand in its file; each ends in a dot, or is empty. */
export interface ModelPaths {
  readonly root: string;
  /** In order of the layers. */
  readonly blocks: readonly string[];
}

/** Characters that mean something in a regular expression. */
const SPECIAL = /[.*+?^${}()|[\]\\]/gu;

/** Finds root and blocks of a model again from the paths of its attention modules. @throws CheckpointError when layers are left out. */
export function locate(model: Model, tensors: readonly TensorEntry[], file: string): ModelPaths {
  const layouts = FAMILIES.find(({ id }) => id === model.family)?.towers.find(({ tower }) => tower === model.tower);
  for (const layout of layouts?.layouts ?? []) {
    const paths = pathsIn(model, layout);
    if (paths === null) continue;
    checkComplete(paths, layout, tensors, file);
    return paths;
  }
  throw notRunnable(
    file,
    l10n.t('its layers are named like those of no family whose forward pass is known'),
    l10n.t('a known family'),
  );
}

/** Template of a block as a regular expression; layers are counted in decimal digits. */
function pattern(block: string): string {
  return block
    .split(/\{[is]\}/u)
    .map((text) => text.replace(SPECIAL, '\\$&'))
    .join('\\d+');
}

function pathsIn({ layers }: Model, layout: Layout): ModelPaths | null {
  const whole = new RegExp(`^(|.*?\\.)(${pattern(layout.block)})$`, 'u');
  const tail = layout.attention === '' ? '' : `.${layout.attention}`;
  const blocks: string[] = [];
  let root: string | null = null;
  for (const { path } of layers) {
    if (!path.endsWith(tail)) return null;
    const block = path.slice(0, path.length - tail.length);
    const found = whole.exec(block)?.[1];
    if (found === undefined || (root ?? found) !== found) return null;
    root = found;
    blocks.push(`${block}.`);
  }
  return root === null ? null : { root, blocks };
}

/** A forward pass with a layer left out would be that of another model. */
function checkComplete(
  { root, blocks }: ModelPaths,
  layout: Layout,
  tensors: readonly TensorEntry[],
  file: string,
): void {
  const known = new Set(blocks);
  const staged = layout.block.includes('{s}');
  // Numbers of stages stand for other modules too: only what attends is a layer.
  const inBlock = new RegExp(
    staged ? `^${pattern(layout.block)}\\.(?=${pattern(layout.attention)}\\.)` : `^${pattern(layout.block)}\\.`,
    'u',
  );
  for (const tensor of tensors) {
    const name = tensor.path ?? tensor.name;
    const block = name.startsWith(root) ? inBlock.exec(name.slice(root.length))?.[0] : undefined;
    if (block === undefined || known.has(`${root}${block}`)) continue;
    const module = quoteName(joinPath(`${root}${block}`.slice(0, -1), layout.attention));
    throw notRunnable(file, l10n.t('the layer {0} could not be used', module), l10n.t('all layers'));
  }
  if (staged) checkStages(blocks, file);
  for (const [index, block] of staged ? [] : blocks.entries()) {
    const number = /(\d+)\.$/u.exec(block)?.[1];
    if (number !== undefined && Number(number) === index) continue;
    throw notRunnable(file, l10n.t('its layer {0} is missing', index), l10n.t('all layers'));
  }
}

/** Layers are counted from 0 in each stage. */
function checkStages(blocks: readonly string[], file: string): void {
  let [stage, next] = [-1, 0];
  for (const [index, block] of blocks.entries()) {
    const [own = NaN, number] = (block.match(/\d+(?=\.)/gu) ?? []).slice(-2).map(Number);
    const fits = own === stage ? number === next : own > stage && number === 0;
    if (!fits)
      throw notRunnable(file, l10n.t('the layer in front of its layer {0} is missing', index), l10n.t('all layers'));
    [stage, next] = [own, (number ?? 0) + 1];
  }
}
