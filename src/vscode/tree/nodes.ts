import type * as vscode from 'vscode';
import type { LayerSpec, Model } from '../../core/model/model.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { FoundCheckpoint } from './find-checkpoints.js';

/** An item of the tree of checkpoints. */
export type TreeNode = CheckpointNode | ModelNode | LayerNode | TensorsNode | GroupNode | TensorNode | RemarkNode;

/** A checkpoint: a file of the workspace, or one that is open from elsewhere. */
export interface CheckpointNode {
  readonly kind: 'checkpoint';
  readonly id: string;
  readonly found: FoundCheckpoint;
}

/** A model in a checkpoint. */
export interface ModelNode {
  readonly kind: 'model';
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly model: Model;
}

/** A layer of a model. */
export interface LayerNode {
  readonly kind: 'layer';
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly model: Model;
  readonly layer: LayerSpec;
}

/** All tensors of a checkpoint. */
export interface TensorsNode {
  readonly kind: 'tensors';
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly tensors: readonly TensorEntry[];
}

/** Tensors whose names start alike. */
export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly label: string;
  readonly prefix: string;
  readonly tensors: readonly TensorEntry[];
}

/** A tensor. */
export interface TensorNode {
  readonly kind: 'tensor';
  readonly id: string;
  /** The checkpoint that holds it. */
  readonly uri: vscode.Uri;
  readonly label: string;
  readonly tensor: TensorEntry;
}

/** A line that says something about its parent: a problem, or a part without a model. */
export interface RemarkNode {
  readonly kind: 'remark';
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly icon: 'error' | 'info';
}
