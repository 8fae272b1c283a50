import * as vscode from 'vscode';
import type { LayerFigures } from '../../core/analysis/figures.js';
import { onDidOpenCopies } from '../copies/opened.js';
import type { Sessions } from '../editor/sessions.js';
import type { CheckpointList } from './checkpoint-list.js';
import { checkpointChildren, layerChildren, modelChildren, problemChild, tensorChildren } from './children.js';
import type { Inspections } from './inspections.js';
import { checkpointItem, groupItem, layerItem, modelItem, remarkItem, tensorItem, tensorsItem } from './items.js';
import type { CheckpointNode, LayerNode, TreeNode } from './nodes.js';
import { filterTensors } from './tensor-groups.js';
import type { Verdicts } from './verdicts.js';

/** What the tree shows and where it has it from. */
export interface TreeParts {
  readonly list: CheckpointList;
  readonly inspections: Inspections;
  readonly sessions: Sessions;
  readonly verdicts: Verdicts;
}

/** The tree of checkpoints: files, models, layers and tensors, each level read when it is opened. */
export class CheckpointTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #parts: TreeParts;
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #read = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  #roots = new Map<string, CheckpointNode>();
  #readMs = Infinity;
  #filter = '';

  readonly onDidChangeTreeData = this.#changed.event;
  /** Fires when the list of checkpoints was read, which the view then draws. */
  readonly onDidReadRoots = this.#read.event;

  constructor(parts: TreeParts) {
    this.#parts = parts;
    this.#subscriptions = vscode.Disposable.from(
      parts.list.onDidChange((uri) => {
        if (uri !== null) this.#parts.inspections.forget(uri);
        else this.#refresh();
      }),
      parts.sessions.onDidChange((uri) => this.#sessionChanged(uri)),
      onDidOpenCopies(parts.sessions, (uri) => this.#changed.fire(this.#roots.get(uri.toString()))),
    );
  }

  /** Words that tensors' names must hold to be listed; empty for all. */
  get filter(): string {
    return this.#filter;
  }

  set filter(filter: string) {
    this.#filter = filter.trim();
    this.#refresh();
  }

  /** The item of a file, when the view has been given the list, and has had that long to draw it. */
  drawn(uri: vscode.Uri, beforeMs: number): CheckpointNode | undefined {
    return performance.now() - this.#readMs >= beforeMs ? this.#roots.get(uri.toString()) : undefined;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    switch (node?.kind) {
      case undefined:
        return this.#readRoots();
      case 'checkpoint':
        return this.#inside(node);
      case 'model':
        return modelChildren(node);
      case 'layer':
        return layerChildren(node);
      case 'tensors':
      case 'group':
        return tensorChildren(node, this.#filter);
      case 'tensor':
      case 'remark':
        return [];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'checkpoint':
        return checkpointItem(node, this.#parts.verdicts.get(node.found.uri));
      case 'model':
        return modelItem(node);
      case 'layer':
        return layerItem(node, layerFigures(this.#parts.sessions, node));
      case 'tensors':
        return tensorsItem(node, this.#filter, filterTensors(node.tensors, this.#filter).length);
      case 'group':
        return groupItem(node);
      case 'tensor':
        return tensorItem(node);
      case 'remark':
        return remarkItem(node);
    }
  }

  /** Only checkpoints are revealed, and they have no parent. */
  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
    this.#read.dispose();
  }

  /** Has the view ask for everything again, which it does when it is next on show. */
  #refresh(): void {
    this.#readMs = Infinity;
    this.#changed.fire(undefined);
  }

  async #readRoots(): Promise<CheckpointNode[]> {
    const found = await this.#parts.list.get();
    const nodes = found.map((one): CheckpointNode => ({ kind: 'checkpoint', id: one.uri.toString(), found: one }));
    this.#roots = new Map(nodes.map((node) => [node.id, node]));
    this.#readMs = performance.now();
    this.#read.fire();
    return nodes;
  }

  async #inside({ found: { uri } }: CheckpointNode): Promise<TreeNode[]> {
    try {
      return checkpointChildren(uri, await this.#parts.inspections.of(uri));
    } catch (error) {
      return [problemChild(uri, error)];
    }
  }

  #sessionChanged(uri: vscode.Uri): void {
    const { sessions, verdicts } = this.#parts;
    const session = sessions.get(uri);
    const root = this.#roots.get(uri.toString());
    const news = session !== undefined && verdicts.learn(uri, session);
    if (session === undefined || root === undefined) this.#refresh();
    else if (news) this.#changed.fire(root);
  }
}

/** Figures of a layer in the basis that was computed first. */
function layerFigures(sessions: Sessions, { uri, model, layer }: LayerNode): LayerFigures | undefined {
  const run = sessions.get(uri)?.runs.find(({ focus }) => focus.model === model.name);
  return run?.layers.find(({ index }) => index === layer.index);
}
