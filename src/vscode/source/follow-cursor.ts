import * as vscode from 'vscode';
import type { Config } from '../config.js';
import type { Panels } from '../editor/panels.js';
import type { Log } from '../log.js';
import { classesAt, definitionsAt } from './at-position.js';
import { attentionOf, layerInScope, layersOf, type ModelPlaces } from './model-places.js';
import { selectPlace } from './show-in-panel.js';
import type { SourceIndex } from './source-index.js';

/** The cursor rests this long before the panel follows. */
const REST_MS = 150;

/** What follows, and what it follows by. */
export interface FollowParts {
  readonly index: SourceIndex;
  readonly panels: Panels;
  readonly config: Config;
  readonly log: Log;
}

/** Lets an open panel show the model and layer that the code under the cursor makes, where the setting says so. */
export function followCursor(parts: FollowParts): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const subscription = vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
    if (!parts.config.get('followCursor')) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      follow(parts, textEditor).catch((error: unknown) => parts.log.error('following the cursor', error));
    }, REST_MS);
  });
  return vscode.Disposable.from(subscription, { dispose: () => clearTimeout(timer) });
}

async function follow({ index, panels }: FollowParts, { document, selection }: vscode.TextEditor): Promise<void> {
  if (!(await index.settled(document))) return;
  const line = document.lineAt(selection.active.line).text;
  for (const { uri, places } of placesAt(index, document, selection.active)) {
    const [panel] = panels.of(uri);
    if (panel === undefined) continue;
    const inside = places.layers.map((layer) => layer.index);
    const shown = panel.selection?.layer;
    const stays = shown !== undefined && inside.includes(shown);
    const layer = layerInScope(line, places) ?? (stays ? null : (inside[0] ?? null));
    await selectPlace(panel, { model: places.model.name, layer, head: null });
    return;
  }
}

function placesAt(
  index: SourceIndex,
  document: vscode.TextDocument,
  position: vscode.Position,
): { readonly uri: vscode.Uri; readonly places: ModelPlaces }[] {
  const byDefinition = definitionsAt(index, document, position).flatMap(({ known, definition }) => {
    const places = attentionOf(definition, known.inspection.recognition);
    return places === null ? [] : [{ uri: known.uri, places }];
  });
  if (byDefinition.length > 0) return byDefinition;
  const file = index.texts.get(document)?.key.file ?? '';
  return index.matchesOf(document).flatMap(({ uri, match, inspection }) => {
    for (const one of classesAt(match.classes, file, position)) {
      const places = layersOf(one, inspection.recognition);
      if (places !== null) return [{ uri, places }];
    }
    return [];
  });
}
