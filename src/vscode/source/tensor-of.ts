import * as vscode from 'vscode';
import type { Panel } from '../editor/panel.js';

/** A tensor, and the checkpoint in which somebody points at it. */
export interface PointedTensor {
  readonly tensor: string;
  readonly checkpoint: vscode.Uri | null;
}

/** The tensor that a menu's argument means: an item of the tree, else the query projection of the layer that the panel shows. */
export function tensorOf(target: unknown, active: Panel | null): PointedTensor | null {
  const { tensor, layer, uri } = parts(target);
  const name = nameOf(tensor) ?? queryOf(layer);
  if (name !== null) return { tensor: name, checkpoint: uri instanceof vscode.Uri ? uri : null };
  const focus = active?.session.runOf(active)?.focus;
  const model = active?.session.opened?.inspection.recognition.models.find((one) => one.name === focus?.model);
  const shown = model?.layers[active?.selection?.layer ?? 0];
  return active === null || shown === undefined
    ? null
    : { tensor: shown.query.weight.tensor.name, checkpoint: active.uri };
}

function parts(target: unknown): { tensor?: unknown; layer?: unknown; uri?: unknown } {
  return typeof target === 'object' && target !== null ? target : {};
}

function nameOf(tensor: unknown): string | null {
  const { name }: { name?: unknown } = typeof tensor === 'object' && tensor !== null ? tensor : {};
  return typeof name === 'string' ? name : null;
}

function queryOf(layer: unknown): string | null {
  const { query }: { query?: unknown } = typeof layer === 'object' && layer !== null ? layer : {};
  const { weight }: { weight?: unknown } = typeof query === 'object' && query !== null ? query : {};
  return typeof weight === 'object' && weight !== null && 'tensor' in weight ? nameOf(weight.tensor) : null;
}
