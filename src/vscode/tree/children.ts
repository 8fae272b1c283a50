import { l10n, type Uri } from 'vscode';
import { CheckpointError } from '../../core/errors.js';
import type { LayerSpec } from '../../core/model/model.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { GroupNode, LayerNode, ModelNode, RemarkNode, TensorNode, TensorsNode, TreeNode } from './nodes.js';
import { filterTensors, groupTensors } from './tensor-groups.js';

/** What stands under a checkpoint: its models, its other parts, and all its tensors. */
export function checkpointChildren(uri: Uri, { recognition, tensors }: Inspection): TreeNode[] {
  const id = uri.toString();
  const models = recognition.models.map((model): ModelNode => ({
    kind: 'model',
    id: `${id}#model=${model.name}`,
    uri,
    model,
  }));
  const others = recognition.others.map(({ name, tensorCount }): RemarkNode => {
    const text = l10n.t('no model, {0} tensors', tensorCount);
    return { kind: 'remark', id: `${id}#other=${name}`, label: name, text, icon: 'info' };
  });
  const none: RemarkNode[] =
    models.length > 0
      ? []
      : [{ kind: 'remark', id: `${id}#none`, label: l10n.t('No attention layers'), text: '', icon: 'info' }];
  const all: TensorsNode = { kind: 'tensors', id: `${id}#tensors`, uri, tensors };
  return [...models, ...none, ...others, all];
}

/** The line under a checkpoint that cannot be read. */
export function problemChild(uri: Uri, error: unknown): RemarkNode {
  const [label, text] =
    error instanceof CheckpointError
      ? [error.problem, error.advice]
      : [l10n.t('QK Lens failed on this file'), error instanceof Error ? error.message : String(error)];
  return { kind: 'remark', id: `${uri.toString()}#problem`, label, text, icon: 'error' };
}

/** The layers of a model. */
export function modelChildren({ id, uri, model }: ModelNode): LayerNode[] {
  return model.layers.map((layer) => ({ kind: 'layer', id: `${id}#layer=${layer.index}`, uri, model, layer }));
}

/** The tensors that form the heads of a layer. */
export function layerChildren({ id, uri, layer }: LayerNode): TensorNode[] {
  return tensorsOf(layer).map((tensor) => {
    const inside = tensor.name.startsWith(`${layer.path}.`) ? tensor.name.slice(layer.path.length + 1) : tensor.name;
    return { kind: 'tensor', id: `${id}#tensor=${tensor.name}`, uri, label: inside, tensor };
  });
}

function tensorsOf({ norm, query, key, value }: LayerSpec): readonly TensorEntry[] {
  const parts = [norm?.gain, norm?.shift, ...[query, key, value].flatMap((part) => [part?.weight, part?.bias])];
  const tensors = parts.map((part) => part?.tensor).filter((tensor) => tensor !== undefined);
  return [...new Map(tensors.map((tensor) => [tensor.name, tensor])).values()];
}

/** The next level of tensors, with only those that match the filter. */
export function tensorChildren(node: TensorsNode | GroupNode, filter: string): (GroupNode | TensorNode)[] {
  const prefix = node.kind === 'group' ? node.prefix : '';
  const { uri } = node;
  return groupTensors(filterTensors(node.tensors, filter), prefix).map((part) =>
    part.kind === 'tensor'
      ? { ...part, uri, id: `${node.id}#${JSON.stringify(part.label)}` }
      : { ...part, uri, id: `${node.id}/${JSON.stringify(part.label)}` },
  );
}
