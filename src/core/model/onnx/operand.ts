import * as l10n from '@vscode/l10n';
import type { Projection } from '../model.js';
import { type Arrangement, type Atom, sizeOf } from './axes.js';
import type { Traced } from './trace.js';

/** Query or key of all heads as it stands in front of the scores. */
export interface Operand {
  readonly heads: number;
  readonly headSize: number;
  readonly projection: Projection;
  readonly traced: Traced;
}

/**
 * Which outputs of a projection form which head.
 * @param axis axis along which query and key are multiplied; the one along which tokens lie is given beside it.
 * @returns why they do not, as the end of a sentence.
 */
export function operandOf(traced: Traced, axis: number, tokens: number): Operand | string {
  const { axes, first } = traced.arrangement;
  const inHead = outputsOf(axes[axis] ?? []);
  if (inHead === null && outputsOf(axes[tokens] ?? []) !== null)
    return l10n.t('it attends between channels and not between tokens');
  if (inHead?.stride !== 1 || sizeOf(axes[axis] ?? []) !== inHead.size) {
    return l10n.t('its heads do not lie one after the other in the weight');
  }
  if (!axes.every(sharesInside)) return l10n.t('its queries do not share keys group by group');
  if (outputsOf(axes[tokens] ?? []) !== null) return l10n.t('its heads lie along its tokens');
  const around = axes.filter((_, each) => each !== axis && each !== tokens).flatMap(headAtoms);
  const [head, ...more] = around;
  if (more.length > 0) return l10n.t('its heads lie in several groups');
  if (head !== undefined && head.stride !== inHead.size) {
    return l10n.t('it mixes query, key and value head by head in one weight');
  }
  return whole(traced, first, head?.size ?? 1, inHead.size);
}

/** The same for a node that parts `heads` heads itself. */
export function partedOperand(traced: Traced, heads: number): Operand | string {
  const { axes, first } = traced.arrangement;
  const all = axes.flatMap((atoms) => outputsOf(atoms) ?? []);
  const [outer, inner, ...more] = all;
  if (outer === undefined || more.length > 0) return l10n.t('its heads lie in several groups');
  const size = inner === undefined ? outer.size : outer.size * inner.size;
  const step = inner === undefined ? outer.stride : inner.stride;
  if (step !== 1 || (inner !== undefined && outer.stride !== inner.size)) {
    return l10n.t('it mixes query, key and value head by head in one weight');
  }
  const headSize = size / heads;
  return Number.isInteger(headSize) ? whole(traced, first, heads, headSize) : l10n.t('its heads are not of one size');
}

function whole(traced: Traced, first: number, heads: number, headSize: number): Operand {
  const rows = heads * headSize;
  const { weight } = traced.map;
  const bias = traced.bias === null ? null : { ...traced.bias, start: traced.bias.start + first, length: rows };
  return { heads, headSize, projection: { weight: { ...weight, rowStart: first, rows }, bias }, traced };
}

/** True when copies of a key head follow each other, as in every model whose heads share keys. */
function sharesInside(atoms: readonly Atom[]): boolean {
  const copies = atoms.findIndex(({ kind }) => kind === 'copies');
  const outputs = atoms.findIndex(({ kind }) => kind === 'outputs');
  return copies < 0 || outputs < 0 || outputs < copies;
}

function outputsOf(atoms: Arrangement['axes'][number]): Extract<Atom, { kind: 'outputs' }> | null {
  return atoms.find((atom) => atom.kind === 'outputs') ?? null;
}

/** Heads along an axis; what is copied for each key head must stand inside of it. */
function headAtoms(atoms: readonly Atom[]): Extract<Atom, { kind: 'outputs' }>[] {
  return atoms.flatMap((atom) => (atom.kind === 'outputs' ? [atom] : []));
}
