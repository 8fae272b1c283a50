import type { Operation } from '../../onnx/graph.js';
import { NBITS_PRODUCT } from '../../onnx/quantised.js';
import type { FoundAttention } from './attention.js';
import { tensorBehind } from './constants.js';
import type { GraphView } from './graph-view.js';

/** Names of biases that stand behind a product as its own. */
const BIAS = '.bias';

/** Positions at which nodes take the bias of a product: their own, or that of the product in front of them. */
const BIASED: ReadonlyMap<string, readonly number[]> = new Map([
  ['Add', [0, 1]],
  ['Gemm', [2]],
  ['Conv', [2]],
  ['com.microsoft.DynamicQuantizeMatMul', [4]],
  [NBITS_PRODUCT, [5]],
  ['com.microsoft.BiasGelu', [1]],
  ['com.microsoft.FastGelu', [1]],
  ['com.microsoft.SkipLayerNormalization', [4]],
  ['com.microsoft.SkipSimplifiedLayerNormalization', [3]],
]);

/** ONNX Runtime's quantisation writes behind the names of what it changes. */
export function nameBeforeQuantisation(name: string): string {
  return name.replace(/_quantized$/u, '');
}

/** Path of the module in whose scope PyTorch's exporter wrote a node: `/blocks/blocks.0/attn/qkv/MatMul` is `blocks.0.attn.qkv`. */
function scopeOf({ name }: Operation): string | null {
  if (!name.startsWith('/')) return null;
  const parts = name.split('/').slice(1, -1);
  // A list is written in front of its entries: `blocks/blocks.0`.
  const kept = parts.filter((part, index) => parts[index + 1]?.startsWith(`${part}.`) !== true);
  return kept.length === 0 ? null : kept.join('.');
}

/** Path of the module that a product is, from its node or its bias; null where the exporter left no name. */
export function moduleOf(view: GraphView, operation: Operation): string | null {
  // Exporters write equal biases once: the node's own name is the surer one.
  const scope = scopeOf(operation);
  if (scope !== null) return scope;
  const bias = [operation, ...view.consumers(operation.outputs[0] ?? '')]
    .flatMap(({ operator, inputs }) => (BIASED.get(operator) ?? []).map((place) => inputs[place] ?? ''))
    .map((value) => nameBeforeQuantisation(tensorBehind(view, value)?.name ?? ''))
    .find((name) => name.endsWith(BIAS));
  return bias?.slice(0, -BIAS.length) ?? null;
}

function parentOf(path: string): string {
  return path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : path;
}

/** Paths of attentions, such as `blocks.0.attn`; by their numbers where the graph has no names that differ. */
export function attentionPaths(view: GraphView, attentions: readonly FoundAttention[]): string[] {
  const paths = attentions.map((attention, index) => attentionPath(view, attention, index));
  return new Set(paths).size === paths.length ? paths : paths.map((_, index) => numbered(index));
}

function numbered(index: number): string {
  return `attention.${String(index)}`;
}

function attentionPath(view: GraphView, attention: FoundAttention, index: number): string {
  const own = moduleOf(view, attention.projection);
  if (own !== null) return parentOf(own);
  const output = attention.outputProjection === null ? null : moduleOf(view, attention.outputProjection);
  if (output !== null) return parentOf(output);
  const gain = nameBeforeQuantisation(attention.norm?.norm.gain?.tensor.name ?? '');
  const named = /^(.*\d)\.[^.]+\.(?:weight|gamma|scale)$/u.exec(gain)?.[1];
  return named ?? scopeOf(attention.operation) ?? numbered(index);
}
