import * as vscode from 'vscode';
import { collectDiagnostics, type DiagnosticsParts } from '../diagnostics.js';
import { askPlace } from '../editor/ask.js';
import type { BaseParts } from '../editor/ask-base.js';
import { chooseBase, chooseHeads, chooseModel } from '../editor/intents.js';
import type { Panel } from '../editor/panel.js';
import type { Panels } from '../editor/panels.js';
import { exportFigures, type ExportParts } from '../export/export-figures.js';
import { exportImage } from '../image/export-image.js';
import { chooseImage, type ImageIntentParts } from '../image/image-intents.js';
import { exportGuidedMasks } from '../image/guided-masks.js';
import { keypointsOfFolder, keypointsOfImage } from '../image/keypoints-folder.js';
import { measurePreference } from '../image/measure-preference.js';
import { checkRunnable } from '../image/over-folder.js';
import { PICTURES, type Picture } from '../../protocol/panel.js';
import { FROM_TREE, type CommandName } from '../manifest/commands.js';
import type { CheckpointList } from '../tree/checkpoint-list.js';
import type { CheckpointsView } from '../tree/view.js';
import { sourceHandlers, type SourceCommandParts } from '../source/commands.js';
import type { TensorViews } from '../tensor/tensor-views.js';
import { openCheckpoint, openSample, openWalkthrough, openWithLens } from './open.js';

/** What the commands act on. */
export interface CommandParts extends DiagnosticsParts, SourceCommandParts, ExportParts {
  readonly panels: Panels;
  readonly list: CheckpointList;
  readonly view: CheckpointsView;
  readonly tensors: TensorViews;
  readonly images: ImageIntentParts;
  readonly bases: BaseParts;
}

/** Runs a command with the arguments that VS Code or a menu gives; they may be anything. */
export type Handler = (...args: readonly unknown[]) => Promise<void> | void;

/** One handler for each command of the table. */
export function commandHandlers(parts: CommandParts): Readonly<Record<CommandName, Handler>> {
  const { extension, engine, panels, list, view, log, tensors, images, bases } = parts;
  const withPanel = (act: (panel: Panel) => Promise<void> | void): Handler => {
    return () => (panels.active === null ? undefined : act(panels.active));
  };
  return {
    openCheckpoint,
    openWith: async (target, from) => {
      const uri = uriOf(target);
      await (uri === null ? openCheckpoint() : openWithLens(uri, { preserveFocus: from === FROM_TREE }));
    },
    openSample: () => openSample(extension.extensionUri),
    openImage: withPanel((panel) => {
      checkRunnable(panel);
      return chooseImage(panel, images);
    }),
    exportImage: withPanel((panel) => {
      const { layer, head } = panel.selection ?? { layer: 0, head: 0 };
      return exportImage(panel, layer, head, extension.extensionUri);
    }),
    measurePreference: withPanel((panel) => measurePreference(panel, extension)),
    keypointsOfImage: withPanel((panel) => keypointsOfImage(panel, images)),
    keypointsOfFolder: withPanel((panel) => keypointsOfFolder(panel, extension, images)),
    exportGuidedMasks: withPanel((panel) => exportGuidedMasks(panel, images.version)),
    goToHead: withPanel(goToHead),
    chooseModel: withPanel(chooseModel),
    setHeads: withPanel(chooseHeads),
    chooseBase: withPanel((panel) => chooseBase(panel, bases)),
    export: withPanel((panel) => exportFigures(panel, { extension, engine })),
    savePicture: (target) => withPanel((panel) => exportFigures(panel, { extension, engine }, pictureOf(target)))(),
    copyPicture: (target) => withPanel((panel) => panel.post({ type: 'copy-picture', picture: pictureOf(target) }))(),
    reload: withPanel(({ session }) => session.open()),
    refreshCheckpoints: () => list.refresh(),
    filterTensors: () => view.askFilter(),
    clearTensorFilter: () => view.setFilter(''),
    selectLayer: (target, model, layer) => selectLayer(panels, target, model, layer),
    showTensor: (node) => tensors.show(node),
    copyTensorName: async (node) => {
      const name = tensorNameOf(node);
      if (name !== null) await vscode.env.clipboard.writeText(name);
    },
    ...sourceHandlers(parts),
    openWalkthrough: () => openWalkthrough(extension.id),
    showLog: () => log.show(),
    collectDiagnostics: () => collectDiagnostics(parts),
  };
}

async function goToHead(panel: Panel): Promise<void> {
  const focus = panel.session.runOf(panel)?.focus;
  const heads = panel.session.opened?.card.models.find(({ name }) => name === focus?.model)?.heads;
  const place = heads === undefined ? undefined : await askPlace(heads);
  if (place !== undefined) panel.select(place.layer, place.head);
}

async function selectLayer(panels: Panels, target: unknown, model: unknown, layer: unknown): Promise<void> {
  const uri = uriOf(target);
  if (uri === null || typeof model !== 'string' || typeof layer !== 'number') return;
  const [open] = panels.of(uri);
  if (open === undefined) await openWithLens(uri, { preserveFocus: true });
  const [panel] = panels.of(uri);
  if (panel === undefined) return;
  panel.reveal();
  if (panel.session.runOf(panel)?.focus.model !== model) await panel.session.setModel(panel, model);
  const heads = panel.session.opened?.card.models.find(({ name }) => name === model)?.heads[layer] ?? 1;
  panel.select(layer, Math.min(panel.selection?.head ?? 0, heads - 1));
}

/** The picture under the mouse, as the panel's context menu tells it. */
function pictureOf(target: unknown): Picture {
  if (typeof target !== 'object' || target === null) return 'layers';
  const { webviewSection }: { webviewSection?: unknown } = target;
  return PICTURES.find((picture) => picture === webviewSection) ?? 'layers';
}

/** A file out of a menu's argument: of the explorer a URI, of the tree an item. */
function uriOf(target: unknown): vscode.Uri | null {
  if (target instanceof vscode.Uri) return target;
  if (typeof target !== 'object' || target === null) return null;
  const { found }: { found?: unknown } = target;
  if (typeof found !== 'object' || found === null) return null;
  const { uri }: { uri?: unknown } = found;
  return uri instanceof vscode.Uri ? uri : null;
}

function tensorNameOf(node: unknown): string | null {
  if (typeof node !== 'object' || node === null) return null;
  const { tensor }: { tensor?: unknown } = node;
  if (typeof tensor !== 'object' || tensor === null) return null;
  const { name }: { name?: unknown } = tensor;
  return typeof name === 'string' ? name : null;
}
