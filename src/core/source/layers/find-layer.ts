import type { Given } from './given.js';
import type { Layer } from './layer.js';
import { FLAX_LAYERS, FLAX_PLAIN, KERAS_LAYERS, KERAS_PLAIN, transposedLinear } from './named-layers.js';
import { TORCH_LAYERS, TORCH_OPAQUE } from './torch-layers.js';

/** What a path outside of the sources makes. */
export type OutsideLayer =
  | { readonly kind: 'layer'; readonly make: (given: Given) => Layer }
  | { readonly kind: 'container'; readonly name: 'list' | 'dictionary' | 'sequence' | 'encoder' | 'layers' }
  /** A module without parameters or children of its own. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'unknown' };

const TORCH = /^(?:torch\.)?nn\.(?:modules\.\w+\.)?(\w+)$/u;
const FLAX = /^flax\.linen\.(\w+)$/u;
const KERAS = /^(?:(?:tensorflow|tf)\.)?(?:keras\.)?layers\.(\w+)$|^(?:tensorflow|tf)\.keras\.(?:layers\.)?(\w+)$/u;
const KERAS_SEQUENCE = /(?:^|\.)keras\.(?:models\.)?Sequential$/u;
const CONTAINERS: ReadonlyMap<string, 'list' | 'dictionary' | 'sequence' | 'encoder'> = new Map([
  ['Sequential', 'sequence'],
  ['ModuleList', 'list'],
  ['ParameterList', 'list'],
  ['ModuleDict', 'dictionary'],
  ['ParameterDict', 'dictionary'],
  ['TransformerEncoder', 'encoder'],
  ['TransformerDecoder', 'encoder'],
]);

/** Bases that add no parameters: of PyTorch and the libraries around it, and mixtures of methods. */
const PLAIN_BASE =
  /(?:^|\.)(?:Module|object|ABC|Generic|Protocol|LightningModule|LightningDataModule|GradientCheckpointingLayer|Layer|Model|str|Enum|dict|NamedTuple)$|Mixin$|PreTrainedModel$|PretrainedModel$|ModelHubMixin$/u;

/** True for a base without parameters that many models inherit from; nothing is gained by following it into its library. */
export function isPlainBase(name: string): boolean {
  return PLAIN_BASE.test(name);
}

/** What a dotted path from outside of the sources makes when it is called or inherited from. */
export function outsideLayer(path: string): OutsideLayer {
  const torch = TORCH.exec(path)?.[1];
  if (torch !== undefined) {
    const container = CONTAINERS.get(torch);
    if (container !== undefined) return { kind: 'container', name: container };
    if (Object.hasOwn(TORCH_LAYERS, torch)) return layer(TORCH_LAYERS[torch]);
    return { kind: TORCH_OPAQUE.has(torch) ? 'unknown' : 'plain' };
  }
  const flax = FLAX.exec(path)?.[1];
  if (flax !== undefined) {
    if (Object.hasOwn(FLAX_LAYERS, flax)) return layer(FLAX_LAYERS[flax]);
    return { kind: FLAX_PLAIN.has(flax) || !/^[A-Z]/u.test(flax) ? 'plain' : 'unknown' };
  }
  if (KERAS_SEQUENCE.test(path)) return { kind: 'container', name: 'layers' };
  const keras = KERAS.exec(path);
  const named = keras?.[1] ?? keras?.[2];
  if (named !== undefined) {
    if (Object.hasOwn(KERAS_LAYERS, named)) return layer(KERAS_LAYERS[named]);
    return { kind: KERAS_PLAIN.has(named) || !/^[A-Z]/u.test(named) ? 'plain' : 'unknown' };
  }
  if (path.endsWith('pytorch_utils.Conv1D') || path.endsWith('modeling_utils.Conv1D')) return layer(transposedLinear);
  return { kind: PLAIN_BASE.test(path) ? 'plain' : 'unknown' };
}

function layer(make: ((given: Given) => Layer) | undefined): OutsideLayer {
  return make === undefined ? { kind: 'unknown' } : { kind: 'layer', make };
}
