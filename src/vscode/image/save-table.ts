import * as vscode from 'vscode';
import type { SavedTable } from '../../protocol/off-object.js';
import type { ImageFigures } from '../session/image-figures.js';
import type { Panel } from '../editor/panel.js';
import { headToJson } from '../../core/export/analysis-json.js';
import { provenanceOf } from '../export/provenance.js';
import { besidePicture } from './beside.js';
import type { ImageIntentParts } from './image-intents.js';
import { save } from './over-folder.js';

/** Asks where a table of the image row goes, as CSV, and writes it. */
export async function saveTable(panel: Panel, table: SavedTable, text: string, parts: ImageIntentParts): Promise<void> {
  const { figures } = panel.session.image;
  if (figures === null) return;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Table'),
    defaultUri: usualFile(panel, figures, `${table}.csv`, parts),
    filters: { CSV: ['csv'] },
  });
  if (target !== undefined) await save(target, text);
}

/** Asks where what lies off the object goes, as JSON in full precision, and writes it. */
export async function saveOffObject(panel: Panel, parts: ImageIntentParts): Promise<void> {
  const { figures } = panel.session.image;
  const { opened } = panel.session;
  const found = offObjectToJson(figures);
  if (figures === null || opened === null || found === null) return;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Figures off the Object'),
    defaultUri: usualFile(panel, figures, 'off-object.json', parts),
    filters: { JSON: ['json'] },
  });
  if (target === undefined) return;
  const { version } = parts;
  const warnings = found.notes.map((message) => ({ code: 'off-object', message }));
  const told = { version, command: 'semantics', warnings, totalMs: figures.card.runMs, bytesRead: 0 };
  const content = { ...headToJson(provenanceOf(opened, told)), ...found.json };
  await save(target, `${JSON.stringify(content, null, 1)}\n`);
}

/** The form of `qk-lens semantics --json`, with what the picture is beside it. */
function offObjectToJson(figures: ImageFigures | null) {
  const found = figures?.offObject.found ?? null;
  const own = found?.figures ?? null;
  if (figures === null || found === null || own === null) return null;
  const { card, mask } = figures;
  const { relevance, object, offRatio, log2Lift, candidates, pieces, notes } = own;
  const rows = (values: ArrayLike<number>): number[][] => {
    const all = Array.from(values);
    const [count, columns] = card.grid;
    return Array.from({ length: count }, (_, row) => all.slice(row * columns, (row + 1) * columns));
  };
  const json = {
    model: card.model,
    image: { name: card.name, originalSize: card.originalSize, inputSize: card.inputSize },
    preprocessing: card.preprocessing,
    grid: card.grid,
    objectFrom: found.wish.object === 'mask' ? (mask?.name ?? null) : 'final tokens',
    spurious: {
      relevance: relevance === null ? null : { kind: relevance.kind, asker: relevance.asker },
      offRatio,
      log2Lift,
      pieces,
      candidates: candidates.map((candidate, index) => ({ ...candidate, ...found.checks?.[index] })),
      map: relevance === null ? null : rows(relevance.values),
      object: rows(object),
    },
  };
  return { json, notes };
}

function usualFile(panel: Panel, { card }: ImageFigures, ending: string, { extension }: ImageIntentParts): vscode.Uri {
  return besidePicture({ name: card.name, source: panel.session.image.source, ending }, extension);
}
