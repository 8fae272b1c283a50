import type { Model, MatrixView } from '../model.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';
import type { FoundAttention } from './attention.js';
import type { GraphGeometry } from './geometry.js';
import type { GraphView } from './graph-view.js';
import { moduleOf, nameBeforeQuantisation } from './paths.js';
import { linearMap } from './projection.js';

/** Names of the output projection, and of what stands beside it in the same module. */
const BESIDE_OUTPUT: readonly (readonly [output: RegExp, query: string, key: string, value: string])[] = [
  [/o_proj$|out_proj$/u, 'q_proj', 'k_proj', 'v_proj'],
  [/output\.dense$/u, 'attention.query', 'attention.key', 'attention.value'],
];
/** What ONNX Runtime's quantisation adds beside a tensor. */
const SCALES = /_(?:scale|zero_point)$/u;
const FUSED_BESIDE = /(?:^|\.)proj$/u;

/**
 * The tensors under the names that they had before the export, as far as biases and nodes still say them: weights get their
 * modules' names and lie as (outputs, inputs) again. Only for telling the family.
 */
export function restoredTensors(
  view: GraphView,
  tensors: readonly TensorEntry[],
  attentions: readonly FoundAttention[],
  geometries: readonly Pick<GraphGeometry, 'table' | 'namelessClass'>[],
): TensorEntry[] {
  const names = new Set(tensors.map(({ name }) => name));
  const restored = new Map<string, TensorEntry[]>();
  const put = (weight: MatrixView, name: string, suffix = 'weight'): void => {
    const full = `${name}.${suffix}`;
    const { tensor, rows, columns, transposed } = weight;
    if (names.has(full)) return;
    names.add(full);
    const entry = { ...called(tensor, full), shape: [rows, columns], strides: transposed ? [1, rows] : null };
    const list = restored.get(tensor.name) ?? [];
    restored.set(tensor.name, list);
    list.push(entry);
  };
  for (const operation of view.graph.operations) {
    const map = linearMap(view, operation);
    if (map?.weight.tensor.shape.length !== 2) continue;
    const path = moduleOf(view, operation);
    if (path !== null) put(map.weight, path);
  }
  for (const { outputProjection, query, key, value, projection } of attentions) {
    const output = outputProjection === null ? null : moduleOf(view, outputProjection);
    if (output === null || value === null || linearMap(view, projection) !== null) continue;
    const beside = BESIDE_OUTPUT.find(([pattern]) => pattern.test(output));
    if (beside !== undefined) {
      const [pattern, ...parts] = beside;
      for (const [index, part] of [query, key, value].entries()) {
        put(part.weight, output.replace(pattern, parts[index] ?? ''));
      }
    } else if (FUSED_BESIDE.test(output)) {
      put({ ...query.weight, rowStart: 0, rows: 3 * query.weight.rows }, output.replace(/proj$/u, 'qkv'));
    }
  }
  for (const { table, namelessClass } of geometries) {
    const token = tensors.find(({ name }) => name === namelessClass);
    // A token that was repeated before the export lost its name; it stood beside the position table.
    if (token === undefined || table === null) continue;
    const around = table.slice(0, table.lastIndexOf('.') + 1);
    restored.set(
      token.name,
      ['cls_token', 'class_embedding'].map((name) => ({ ...token, name: `${around}${name}` })),
    );
  }
  return tensors
    .filter(({ name }) => !SCALES.test(name))
    .flatMap((tensor) => restored.get(tensor.name) ?? [called(tensor, nameBeforeQuantisation(tensor.name))]);
}

/** A tensor under another name, as one of fractions. */
function called(tensor: TensorEntry, name: string): TensorEntry {
  return { ...tensor, name, dtype: tensor.quantisation === undefined ? tensor.dtype : 'F32' };
}

/** The model that the restored names show, where it is as deep and as wide as what the graph shows. */
export function labelFor(
  models: readonly Model[],
  attentions: readonly FoundAttention[],
  taken: ReadonlySet<Model>,
): Model | null {
  const width = attentions[0]?.width ?? 0;
  const fits = (model: Model): boolean =>
    !taken.has(model) && model.layers.length === attentions.length && model.layers[0]?.width === width;
  return models.find((model) => fits(model) && model.family !== 'generic') ?? models.find(fits) ?? null;
}
