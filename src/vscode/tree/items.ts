import * as vscode from 'vscode';
import { byteSize } from '../../core/text/bytes.js';
import { fixed } from '../../core/text/numbers.js';
import type { LayerFigures } from '../../core/analysis/figures.js';
import { quoteName } from '../../core/bytes/quote.js';
import { DTYPES } from '../../core/tensors/dtype.js';
import { COMMANDS, FROM_TREE } from '../manifest/commands.js';
import { TREE_ITEMS } from '../manifest/views.js';
import { baseName, parentUri } from '../uris.js';
import { depthIcon } from './depth-icon.js';
import type { FoundCheckpoint } from './find-checkpoints.js';
import type { CheckpointNode, GroupNode, LayerNode, ModelNode, RemarkNode, TensorNode, TensorsNode } from './nodes.js';
import type { Verdict } from './verdicts.js';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** File names that every second checkpoint has; their folder is what tells them apart. */
const GENERIC_NAME = /^(model|pytorch_model|last|best|checkpoint)\b/iu;

/** A checkpoint, with its verdict if that is of this state of the file. */
export function checkpointItem({ id, found }: CheckpointNode, verdict: Verdict | undefined): vscode.TreeItem {
  const { uri, sizeBytes } = found;
  const known = verdict !== undefined && isOf(verdict, found) ? verdict : undefined;
  const item = new vscode.TreeItem(shownName(uri), Collapsed);
  item.id = id;
  item.description = [known?.title, byteSize(sizeBytes)].filter(Boolean).join(' · ');
  item.tooltip = [vscode.workspace.asRelativePath(uri), known?.text].filter(Boolean).join('\n');
  item.accessibilityInformation = {
    label: [shownName(uri), byteSize(sizeBytes), known?.title, known?.text].join(', '),
  };
  item.iconPath = known === undefined ? new vscode.ThemeIcon('file-binary') : verdictIcon(known);
  item.contextValue = TREE_ITEMS.checkpoint;
  item.command = { command: COMMANDS.openWith, title: vscode.l10n.t('Open with QK Lens'), arguments: [uri, FROM_TREE] };
  return item;
}

function verdictIcon({ columns }: Verdict): { light: vscode.Uri; dark: vscode.Uri } {
  const uri = (theme: 'light' | 'dark'): vscode.Uri =>
    vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(depthIcon(columns, theme)).toString('base64')}`);
  return { light: uri('light'), dark: uri('dark') };
}

/** Clocks of file systems differ in their fractions of a millisecond. */
const SAME_TIME_MS = 2;

function isOf(verdict: Verdict, { sizeBytes, modifiedMs }: FoundCheckpoint): boolean {
  return verdict.sizeBytes === sizeBytes && Math.abs(verdict.modifiedMs - modifiedMs) < SAME_TIME_MS;
}

function shownName(uri: vscode.Uri): string {
  const name = baseName(uri);
  const folder = parentUri(uri);
  const isRoot = vscode.workspace.workspaceFolders?.some((root) => root.uri.toString() === folder.toString()) ?? false;
  return GENERIC_NAME.test(name) && !isRoot ? `${baseName(folder)}/${name}` : name;
}

/** A model, with what tells it from the others. */
export function modelItem({ id, model }: ModelNode): vscode.TreeItem {
  const item = new vscode.TreeItem(quoteName(model.name), Collapsed);
  item.id = id;
  const heads = model.layers[0]?.heads ?? 0;
  item.description = [`${model.title}, ${model.layers.length} × ${heads}`, model.remark].filter(Boolean).join(', ');
  item.iconPath = new vscode.ThemeIcon('layers');
  return item;
}

/** A layer, with its figure once computed; selecting it selects it in the panel. */
export function layerItem({ id, uri, model, layer }: LayerNode, figures: LayerFigures | undefined): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Layer {0}', layer.index), Collapsed);
  item.id = id;
  const weighted = figures === undefined ? '' : vscode.l10n.t('weighted {0}', fixed(figures.weighted));
  item.description = [vscode.l10n.t('{0} heads', layer.heads), weighted].filter(Boolean).join(' · ');
  item.tooltip = quoteName(layer.path);
  // Without it the tooltip alone would be read out.
  item.accessibilityInformation = {
    label: `${vscode.l10n.t('Layer {0}', layer.index)}, ${item.description}`,
  };
  item.iconPath = new vscode.ThemeIcon('symbol-array');
  item.contextValue = TREE_ITEMS.layer;
  item.command = {
    command: COMMANDS.selectLayer,
    title: vscode.l10n.t('Select'),
    arguments: [uri, model.name, layer.index],
  };
  return item;
}

/** All tensors, or those that match the filter. */
export function tensorsItem({ id, tensors }: TensorsNode, filter: string, matching: number): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Tensors'), filter === '' ? Collapsed : Expanded);
  // Another id with another filter, so that the tree opens the matches instead of remembering how it was.
  item.id = filter === '' ? id : `${id}?${filter}`;
  item.description = filter === '' ? String(tensors.length) : vscode.l10n.t('{0} of {1}', matching, tensors.length);
  item.iconPath = new vscode.ThemeIcon('list-tree');
  return item;
}

/** A common start of names. */
export function groupItem({ id, label, tensors }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(quoteName(label), Collapsed);
  item.id = id;
  item.description = String(tensors.length);
  item.iconPath = new vscode.ThemeIcon('symbol-namespace');
  return item;
}

/** A tensor with its type, shape and size. */
export function tensorItem({ id, uri, label, tensor }: TensorNode): vscode.TreeItem {
  const item = new vscode.TreeItem(quoteName(label), None);
  item.id = id;
  const shape = `(${tensor.shape.join(', ')})`;
  item.description = `${DTYPES[tensor.dtype].label} ${shape} · ${byteSize(tensor.byteLength)}`;
  item.tooltip = `${quoteName(tensor.name)}\n${item.description}`;
  item.iconPath = new vscode.ThemeIcon('symbol-numeric');
  item.contextValue = TREE_ITEMS.tensor;
  item.command = { command: COMMANDS.showTensor, title: vscode.l10n.t('Show Tensor'), arguments: [{ uri, tensor }] };
  return item;
}

/** A remark. */
export function remarkItem({ id, label, text, icon }: RemarkNode): vscode.TreeItem {
  const item = new vscode.TreeItem(quoteName(label), None);
  item.id = id;
  item.description = text;
  item.tooltip = text === '' ? label : `${label}\n${text}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}
