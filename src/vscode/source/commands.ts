import * as vscode from 'vscode';
import type { CommandName } from '../manifest/commands.js';
import type { Panels } from '../editor/panels.js';
import type { CheckpointsView } from '../tree/view.js';
import { definitionsAt } from './at-position.js';
import type { ClassLinks } from './class-links.js';
import { definitionPlaces, searchDefinition } from './definition-places.js';
import type { Figures } from './figures.js';
import type { KnownFile } from './known.js';
import { askLink } from './link-class.js';
import { mainPattern } from './model-places.js';
import { showInPanel } from './show-in-panel.js';
import type { SourceIndex } from './source-index.js';
import { tensorOf } from './tensor-of.js';
import type { CheckpointList } from '../tree/checkpoint-list.js';

/** What the commands beside the code act on. */
export interface SourceCommandParts {
  readonly index: SourceIndex;
  readonly figures: Figures;
  readonly classLinks: ClassLinks;
  readonly panels: Panels;
  readonly list: CheckpointList;
  readonly view: CheckpointsView;
}

/** The commands beside the code. */
type SourceCommand = Extract<
  CommandName,
  'showInPanel' | 'revealTensors' | 'analyse' | 'goToDefinition' | 'revealInCheckpoint' | 'linkClass'
>;

/** Runs a command with what VS Code, a link or a menu gives. */
type Handler = (...args: readonly unknown[]) => Promise<void> | void;

/** One handler for each of them; what links and menus give is checked. */
export function sourceHandlers(parts: SourceCommandParts): Readonly<Record<SourceCommand, Handler>> {
  const { index, figures, panels, view } = parts;
  return {
    showInPanel: async (target, model, layer, head) => {
      const file = fileOf(index, target);
      if (file === null) return;
      await showInPanel(panels, file.uri, { model: textOr(model), layer: countOr(layer), head: countOr(head) });
    },
    revealTensors: async (target, pattern) => {
      const file = fileOf(index, target);
      if (file !== null) await revealTensors(view, file.uri, textOr(pattern) ?? '');
    },
    analyse: async (target, name) => {
      const file = fileOf(index, target);
      const model = file?.inspection.recognition.models.find((one) => one.name === name);
      if (file !== null && model !== undefined) await figures.analyse(file.inspection, model, file.name);
    },
    goToDefinition: (target) => goToDefinition(parts, target),
    revealInCheckpoint: () => revealInCheckpoint(parts),
    linkClass: (target, line) => askLink(parts, target, line),
  };
}

/** A checkpoint that belongs to the sources; links name no others. */
function fileOf(index: SourceIndex, target: unknown): KnownFile | null {
  if (typeof target !== 'string') return null;
  const match = index.matches.find(({ uri }) => uri.toString() === target);
  return match ?? index.named(vscode.Uri.parse(target));
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const countOr = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;

/** Opens the tree at a checkpoint with only the tensors of a pattern such as `blocks.{i}.attn.qkv.weight`. */
async function revealTensors(view: CheckpointsView, uri: vscode.Uri, pattern: string): Promise<void> {
  view.setFilter(pattern.split(/\{\w+\}/u).join(' '));
  await view.showTensors(uri);
}

async function revealInCheckpoint({ index, view }: SourceCommandParts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return;
  await index.settled(editor.document);
  const [found] = definitionsAt(index, editor.document, editor.selection.active);
  if (found === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Nothing under the cursor became a tensor of a checkpoint that QK Lens knows.'),
    );
    return;
  }
  await revealTensors(view, found.known.uri, mainPattern(found.definition)?.pattern ?? '');
}

async function goToDefinition({ index, panels }: SourceCommandParts, target: unknown): Promise<void> {
  const wanted = tensorOf(target, panels.active);
  if (wanted === null) return;
  const { tensor, checkpoint } = wanted;
  let places = definitionPlaces(index, tensor, checkpoint);
  if (places.length === 0) {
    const title = vscode.l10n.t('QK Lens: looking for the code of {0}', tensor);
    places = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      searchDefinition(index, tensor, checkpoint),
    );
  }
  const [first] = places;
  if (first === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'No Python file of this workspace makes {0}. Open the file with the class of the model first.',
        tensor,
      ),
    );
    return;
  }
  const editor = await showBesidePanel(first);
  if (places.length > 1) {
    await vscode.commands.executeCommand(
      'editor.action.peekLocations',
      first.uri,
      editor.selection.active,
      places,
      'peek',
    );
  }
}

/** Shows a place in a group of text editors, so that the panel stays on show. */
async function showBesidePanel({ uri, range }: vscode.Location): Promise<vscode.TextEditor> {
  const column = vscode.window.visibleTextEditors.find(({ viewColumn }) => viewColumn !== undefined)?.viewColumn;
  const active = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const overPanel = active instanceof vscode.TabInputCustom;
  return vscode.window.showTextDocument(uri, {
    selection: range,
    viewColumn: column ?? (overPanel ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active),
  });
}
