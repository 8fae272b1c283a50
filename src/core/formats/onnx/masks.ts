import type { ByteSource } from '../../bytes/byte-source.js';
import type { ComputationGraph } from '../../onnx/graph.js';
import { readMatrixView } from '../../tensors/read.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';

/** Masks of one graph; exporters write one for all layers, or one a layer. */
const MAX_MASKS = 256;
/** What is added to a score that must not count is at least this far below zero. */
const FORBIDDEN = -1e3;

/** Nodes that take masks. */
const USERS = new Set(['Add', 'Where', 'Attention', 'com.microsoft.MultiHeadAttention', 'com.microsoft.Attention']);

/** Values that keep the first token from attending to the last, and not the other way round; two elements of each are read. */
export async function causalMasks(
  tensors: readonly TensorEntry[],
  graph: Pick<ComputationGraph, 'operations' | 'tensors'>,
  sourceOf: (file: number) => Promise<ByteSource>,
): Promise<ReadonlySet<string>> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const used = new Set(graph.operations.flatMap(({ operator, inputs }) => (USERS.has(operator) ? inputs : [])));
  const masks = new Set<string>();
  let looked = 0;
  for (const [value, name] of graph.tensors) {
    const tensor = byName.get(name);
    const [rows = 0, columns = 0] = tensor?.shape.slice(-2) ?? [];
    if (tensor === undefined || rows < 2 || rows !== columns || !used.has(value) || tensor.packing !== undefined)
      continue;
    if (tensor.dtype !== 'BOOL' && !tensor.dtype.includes('F')) continue;
    looked++;
    if (looked > MAX_MASKS) break;
    const source = await sourceOf(tensor.file);
    const at = async (rowStart: number): Promise<number> => {
      const [element = 0] = await readMatrixView(source, { tensor, rowStart, rows: 1, columns: 1, transposed: false });
      return element;
    };
    const [ahead, back] = [await at(columns - 1), await at((rows - 1) * columns)];
    if (tensor.dtype === 'BOOL' ? ahead !== back : ahead < FORBIDDEN && back > FORBIDDEN) masks.add(value);
  }
  return masks;
}
