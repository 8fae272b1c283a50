import type * as vscode from 'vscode';
import type { Panels } from './editor/panels.js';
import type { Sessions } from './editor/sessions.js';
import type { SourceIndex } from './source/source-index.js';
import type { CheckpointTree } from './tree/checkpoint-tree.js';

/** What `activate` gives to the tests inside the editor: eyes, no hands. */
export interface QkLensApi {
  /** Milliseconds of processor time that activation took; the clock would count what others do meanwhile. */
  readonly activationMs: number;
  readonly sessions: Pick<Sessions, 'get' | 'uris' | 'onDidChange'>;
  readonly panels: Pick<Panels, 'active' | 'of' | 'onDidChange'>;
  readonly tree: Pick<CheckpointTree, 'getChildren' | 'getTreeItem' | 'filter'>;
  readonly source: { readonly index: Pick<SourceIndex, 'matches' | 'settled' | 'running'> };
  readonly log: { readonly troubles: readonly string[] };
  /** The trained model that comes with the extension. */
  readonly sample: vscode.Uri;
}
