import * as vscode from 'vscode';
import type { Panels } from '../editor/panels.js';
import { setContext } from '../context-keys.js';
import { CHECKPOINTS_VIEW } from '../manifest/views.js';
import type { CheckpointList } from './checkpoint-list.js';
import type { CheckpointTree } from './checkpoint-tree.js';
import { MAX_CHECKPOINTS } from './find-checkpoints.js';
import type { TreeNode } from './nodes.js';

/** The view of checkpoints: what surrounds its tree. */
export class CheckpointsView implements vscode.Disposable {
  readonly #tree: CheckpointTree;
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable;

  constructor(tree: CheckpointTree, list: CheckpointList, panels: Panels) {
    this.#tree = tree;
    this.#view = vscode.window.createTreeView(CHECKPOINTS_VIEW, { treeDataProvider: tree, showCollapseAll: true });
    this.#subscriptions = vscode.Disposable.from(
      this.#view,
      panels.onDidChange(() => void this.#follow(panels)),
      this.#view.onDidChangeVisibility(() => void this.#follow(panels)),
      tree.onDidChangeTreeData(() => this.#describe(list)),
    );
  }

  /** Opens the file's item with all of its tensors in reach. */
  async showTensors(uri: vscode.Uri): Promise<void> {
    const node = await this.#tree.nodeOf(uri);
    if (node === undefined) return;
    await this.#view.reveal(node, { select: true, focus: true, expand: true });
  }

  /** Asks for words that the names of tensors must hold. */
  async askFilter(): Promise<void> {
    const filter = await vscode.window.showInputBox({
      title: 'Filter Tensors',
      prompt: 'Words that the names must hold, such as qkv weight. Empty shows all.',
      value: this.#tree.filter,
    });
    if (filter !== undefined) this.setFilter(filter);
  }

  setFilter(filter: string): void {
    this.#tree.filter = filter;
    this.#view.description = this.#tree.filter === '' ? '' : `tensors: ${this.#tree.filter}`;
    setContext('tensorFilter', this.#tree.filter !== '');
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** Selects the item of the active panel's file; a view that is not on show is left alone. */
  async #follow({ active }: Panels): Promise<void> {
    const isOnShow = (): boolean => this.#view.visible;
    if (active === null || !isOnShow()) return;
    const id = active.uri.toString();
    if (this.#view.selection.some((node) => node.id.startsWith(id))) return;
    const node = await this.#tree.nodeOf(active.uri);
    if (node !== undefined && isOnShow()) await this.#view.reveal(node, { select: true, focus: false });
  }

  #describe(list: CheckpointList): void {
    const text = `The first ${MAX_CHECKPOINTS} checkpoints are listed. Narrow them in the setting qkLens.checkpoints.include.`;
    this.#view.message = list.capped ? text : '';
  }
}
