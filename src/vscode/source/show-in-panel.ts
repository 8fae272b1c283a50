import * as vscode from 'vscode';
import type { Panel } from '../editor/panel.js';
import type { Panels } from '../editor/panels.js';
import { EDITORS } from '../manifest/views.js';

/** A place in a checkpoint; null where the panel stays as it is. */
export interface PanelPlace {
  readonly model: string | null;
  readonly layer: number | null;
  readonly head: number | null;
}

/** Shows a place of a checkpoint in its panel, which opens beside the code if there is none; the focus stays. */
export async function showInPanel(panels: Panels, uri: vscode.Uri, place: PanelPlace): Promise<void> {
  const options = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  if (panels.of(uri).length === 0)
    await vscode.commands.executeCommand('vscode.openWith', uri, EDITORS.checkpoint, options);
  const [panel] = panels.of(uri);
  if (panel === undefined) return;
  panel.reveal();
  await selectPlace(panel, place);
}

/** Selects a place in an open panel. */
export async function selectPlace(panel: Panel, { model, layer, head }: PanelPlace): Promise<void> {
  const { session } = panel;
  if (model !== null && session.runOf(panel)?.focus.model !== model) await session.setModel(panel, model);
  const name = model ?? session.runOf(panel)?.focus.model;
  const heads = session.opened?.card.models.find((card) => card.name === name)?.heads;
  if (layer === null || (heads !== undefined && heads[layer] === undefined)) return;
  const last = (heads?.[layer] ?? Infinity) - 1;
  panel.select(layer, Math.min(head ?? panel.selection?.head ?? 0, last));
}
