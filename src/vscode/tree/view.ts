import * as vscode from 'vscode';
import { setContext } from '../context-keys.js';
import type { Panels } from '../editor/panels.js';
import type { Log } from '../log.js';
import { CHECKPOINTS_VIEW } from '../manifest/views.js';
import type { CheckpointList } from './checkpoint-list.js';
import type { CheckpointTree } from './checkpoint-tree.js';
import { MAX_CHECKPOINTS } from './find-checkpoints.js';
import type { TreeNode } from './nodes.js';

/** VS Code fails to reveal an item that it was told of but has yet to draw, and tells nobody when it has. */
const DRAWN_MS = 200;

/** Changes come in bursts; looked at is what they leave. */
const SETTLE_MS = 250;

/** What the view is made with. */
export interface ViewParts {
  readonly tree: CheckpointTree;
  readonly list: CheckpointList;
  readonly panels: Panels;
  readonly log: Log;
}

/** The view of checkpoints: what surrounds its tree. */
export class CheckpointsView implements vscode.Disposable {
  readonly #parts: ViewParts;
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  /** The file whose tensors somebody wants to see, once its item is drawn. */
  #wanted: vscode.Uri | null = null;

  constructor(parts: ViewParts) {
    this.#parts = parts;
    const { tree, panels } = parts;
    this.#view = vscode.window.createTreeView(CHECKPOINTS_VIEW, { treeDataProvider: tree, showCollapseAll: true });
    const soon = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#reveal(), SETTLE_MS);
    };
    this.#subscriptions = vscode.Disposable.from(
      this.#view,
      { dispose: () => clearTimeout(this.#timer) },
      panels.onDidChange(soon),
      this.#view.onDidChangeVisibility(soon),
      tree.onDidReadRoots(() => {
        this.#describe();
        soon();
      }),
    );
  }

  /** Shows the file's item opened, with all of its tensors in reach. */
  async showTensors(uri: vscode.Uri): Promise<void> {
    this.#wanted = uri;
    await vscode.commands.executeCommand(`${CHECKPOINTS_VIEW}.focus`);
    await this.#reveal();
  }

  /** Asks for words that the names of tensors must hold. */
  async askFilter(): Promise<void> {
    const filter = await vscode.window.showInputBox({
      title: vscode.l10n.t('Filter Tensors'),
      prompt: vscode.l10n.t('Words that the names must hold, such as qkv weight. Empty shows all.'),
      value: this.#parts.tree.filter,
    });
    if (filter !== undefined) this.setFilter(filter);
  }

  setFilter(filter: string): void {
    const { tree } = this.#parts;
    tree.filter = filter;
    this.#describe();
    setContext('tensorFilter', tree.filter !== '');
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** Selects the item that is wanted, else that of the active panel; a view that is not on show is left alone. */
  async #reveal(): Promise<void> {
    const { tree, panels, log } = this.#parts;
    const uri = this.#wanted ?? panels.active?.uri;
    const node = uri === undefined || !this.#view.visible ? undefined : tree.drawn(uri, DRAWN_MS);
    if (node === undefined) return;
    const wanted = this.#wanted !== null;
    this.#wanted = null;
    if (!wanted && this.#view.selection.some(({ id }) => id.startsWith(node.id))) return;
    try {
      await this.#view.reveal(node, { select: true, focus: wanted, expand: wanted });
    } catch (error) {
      log.info(`The tree did not reveal a checkpoint: ${String(error)}`);
    }
  }

  /** Says over the tree what it leaves out. */
  #describe(): void {
    const { list, tree } = this.#parts;
    const capped = vscode.l10n.t(
      'The first {0} checkpoints are listed. Narrow them in the setting qkLens.checkpoints.include.',
      MAX_CHECKPOINTS,
    );
    const filtered = vscode.l10n.t('Tensors whose names hold: {0}', tree.filter);
    this.#view.message = [list.capped && capped, tree.filter !== '' && filtered]
      .filter((text) => text !== false)
      .join('\n');
  }
}
