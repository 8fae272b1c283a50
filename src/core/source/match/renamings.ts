import type { TensorEntry } from '../../tensors/tensor-index.js';
import { fileParts } from './name-tree.js';

/** A way from the names in a file to those that the code has. */
export interface Naming {
  /** True where every part of a name stands for one part of the code's. */
  readonly keepsParts: boolean;
  partsOf(tensor: TensorEntry): readonly string[];
}

/** Names that a library saves under others than its code has, by what is replaced. */
type Steps = readonly (readonly [RegExp, string])[];

const TRANSFORMERS_ATTENTION: Steps = [
  [/attention\.attention\.query\b/u, 'attention.q_proj'],
  [/attention\.attention\.key\b/u, 'attention.k_proj'],
  [/attention\.attention\.value\b/u, 'attention.v_proj'],
  [/attention\.output\.dense\b/u, 'attention.o_proj'],
];

/**
 * Transformers 5 renames on loading and saving: `conversion_mapping.py` of 5.23.0, entries `ViTModel` (with those copied from it: BEiT, DeiT,
 * I-JEPA, ViT-MAE, ...) and `Dinov2Model`, `Dinov2WithRegistersModel`.
 */
const RENAMINGS: readonly Steps[] = [
  [
    [/\bencoder\.layer\./u, 'layers.'],
    ...TRANSFORMERS_ATTENTION,
    [/\bintermediate\.dense\b/u, 'mlp.fc1'],
    [/\boutput\.dense\b/u, 'mlp.fc2'],
  ],
  TRANSFORMERS_ATTENTION,
];

/** The names as they are in the file, and under each renaming that changes some. */
export function namingsOf(tensors: readonly TensorEntry[]): Naming[] {
  const namings: Naming[] = [{ keepsParts: true, partsOf: plainParts }];
  for (const steps of RENAMINGS) {
    if (tensors.some(({ name }) => renamed(name, steps) !== name))
      namings.push({ keepsParts: false, partsOf: ({ name }) => renamed(name, steps).split('.') });
  }
  if (tensors.some(({ given }) => given !== undefined)) namings.push({ keepsParts: true, partsOf: functionalParts });
  const linen = linenParts(tensors);
  if (linen !== null) namings.push({ keepsParts: true, partsOf: linen });
  return namings;
}

function renamed(name: string, steps: Steps): string {
  return steps.reduce((text, [from, to]) => text.replace(from, to), name);
}

/** Keras and TensorFlow write the number of an output behind a variable's name. */
function plainParts(tensor: TensorEntry): readonly string[] {
  const parts = fileParts(tensor);
  const last = parts.pop() ?? '';
  return [...parts, tensor.path === undefined ? last : last.replace(/:\d+$/u, '')];
}

/** Keras keeps the layers of a functional model in the order of its graph under their classes; the code knows them by their given names. */
function functionalParts(tensor: TensorEntry): readonly string[] {
  const parts = plainParts(tensor);
  const given = tensor.given?.split('.') ?? [];
  return parts.map((part, index) => (parts[index - 1] === 'layers' ? (given[index] ?? part) : part));
}

/** `LayerNorm_2`: a class and a number. */
const COUNTED = /^([A-Z]\w*?)_(\d{1,6})$/u;

/**
 * Before Linen, Flax counted the modules of one parent whatever their class, as Google's first vision transformers have them: `LayerNorm_0`,
 * `MultiHeadDotProductAttention_1`, `LayerNorm_2`. Linen counts each class, and `convert_pre_linen` of `vision_transformer/vit_jax/checkpoint.py`
 * gives them their new numbers in order.
 * @returns null where nothing is counted so.
 */
function linenParts(tensors: readonly TensorEntry[]): Naming['partsOf'] | null {
  const siblings = new Map<string, Map<string, Set<number>>>();
  for (const tensor of tensors) {
    const parts = tensor.path === undefined ? [] : fileParts(tensor);
    for (const [index, part] of parts.entries()) {
      const [, className, number] = COUNTED.exec(part) ?? [];
      if (className === undefined) continue;
      const parent = parts.slice(0, index).join('/');
      const classes = siblings.get(parent) ?? new Map<string, Set<number>>();
      siblings.set(parent, classes);
      classes.set(className, (classes.get(className) ?? new Set<number>()).add(Number(number)));
    }
  }
  const places = new Map<string, string>();
  for (const [parent, classes] of siblings) {
    for (const [className, numbers] of classes) {
      [...numbers]
        .sort((one, other) => one - other)
        .forEach((number, place) => {
          if (number !== place) places.set(`${parent}/${className}_${String(number)}`, `${className}_${String(place)}`);
        });
    }
  }
  if (places.size === 0) return null;
  return (tensor) => {
    const parts = fileParts(tensor);
    return plainParts(tensor).map((part, index) => places.get(parts.slice(0, index + 1).join('/')) ?? part);
  };
}
