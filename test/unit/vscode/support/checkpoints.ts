import type { HeadFigures, LayerFigures } from '../../../../src/core/analysis/figures.js';
import type { Assumption, LayerSpec, Model } from '../../../../src/core/model/model.js';
import type { TensorEntry } from '../../../../src/core/tensors/tensor-index.js';
import type { Inspection } from '../../../../src/host/engine/contract.js';

/** A tensor of float32 with nothing behind it. */
export function tensor(name: string, shape: readonly number[] = [4, 4]): TensorEntry {
  return { name, dtype: 'F32', shape, strides: null, file: 0, offset: 0, byteLength: 64 };
}

function layer(index: number, heads: number, norm: boolean): LayerSpec {
  const path = `blocks.${String(index)}.attn`;
  const projection = (part: string): LayerSpec['query'] => ({
    weight: { tensor: tensor(`${path}.${part}.weight`), rowStart: 0, rows: 12, columns: 12, transposed: false },
    bias: null,
  });
  return {
    index,
    path,
    heads,
    keyValueHeads: heads,
    headSize: 12 / heads,
    width: 12,
    query: projection('q'),
    key: projection('k'),
    value: null,
    norm: norm ? { kind: 'layer', gain: null, shift: null } : null,
    qkNorm: false,
    scale: 1,
  };
}

/** How a model differs from a sound little vision transformer. */
export interface ModelOptions {
  readonly name?: string;
  readonly depth?: number;
  readonly heads?: number;
  readonly norm?: boolean;
  readonly assumptions?: readonly Assumption[];
}

/** A model of 12 wide layers. */
export function model(options: ModelOptions = {}): Model {
  const { name = 'vision', depth = 3, heads = 3, norm = true, assumptions = [] } = options;
  return {
    name,
    wrapper: null,
    prefix: '',
    family: 'timm-vit',
    title: 'ViT',
    remark: '',
    tower: 'vision',
    layers: Array.from({ length: depth }, (_, index) => layer(index, heads, norm)),
    patch: 16,
    imageSize: [224, 224],
    prefixTokens: { class: 1, distillation: 0, registers: 0 },
    position: 'absolute',
    causal: false,
    assumptions,
    tensorCount: 30,
    parameterCount: 1000,
    dtype: 'F32',
    confirmedBy: [],
    unmatched: [],
  };
}

/** That six heads were assumed. */
export const HEADS_ASSUMED: Assumption = {
  code: 'heads',
  text: '3 heads assumed. Every head figure depends on it.',
  choices: [2, 3, 6],
  value: 3,
};

/** How an inspection differs from one of a file with one model. */
export interface InspectionOptions {
  readonly models?: readonly Model[];
  readonly defaults?: readonly string[];
  readonly tensors?: readonly TensorEntry[];
  readonly looksLike?: string | null;
  readonly modifiedMs?: number;
  readonly headerHash?: string;
}

/** What an engine tells of a file. */
export function inspection(options: InspectionOptions = {}): Inspection {
  const { models = [model()], looksLike = null, modifiedMs = 1, headerHash = 'hash' } = options;
  const { defaults = models.slice(0, 1).map(({ name }) => name), tensors = [tensor('blocks.0.attn.q.weight')] } =
    options;
  return {
    source: {
      path: '/models/model.safetensors',
      format: 'safetensors',
      sizeBytes: 1000,
      bytesRead: 100,
      identity: { sizeBytes: 1000, modifiedMs, headerHash },
    },
    checkpoint: { folder: '/models', files: [{ name: 'model.safetensors', sizeBytes: 1000, modifiedMs }] },
    tensors,
    recognition: { models, defaults, others: [], looksLike, warnings: [] },
    warnings: [],
  };
}

/** Figures of a layer, of which only the place and the summary are looked at. */
export function layerFigures(index: number, weighted: number | null = 0.5): LayerFigures {
  const heads: HeadFigures[] = [];
  return { index, mean: weighted, weighted, symmetricShare: 0.5, weightedBand: 0.01, modeBand: 0.1, heads };
}
