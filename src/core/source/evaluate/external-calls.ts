import { sizeText } from '../sizes/size.js';
import { outsideLayer } from '../layers/find-layer.js';
import { weightNormed } from '../layers/named-layers.js';
import { fillFlaxSequence, nameModule } from './flax.js';
import { builtinCall } from './builtins.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { isKerasPath, nameLayer } from './keras.js';
import { initialiseOutside } from './initialise.js';
import { listOf, once } from './lists.js';
import { definitionAt, opaqueModule } from './opaque.js';
import { tensorCall } from './tensors.js';
import { type Instance, sizeValue, truthOf, UNKNOWN, type Value } from './value.js';

/** Functions that give back the module that they are given. */
const WRAPPERS = new Set([
  'checkpoint_wrapper',
  'compile',
  'deepcopy',
  'copy',
  'spectral_norm',
  'DataParallel',
  'no_sync',
  'script',
  'convert_sync_batchnorm',
]);

const COPIES = new Set(['copy', 'deepcopy']);

/** Transformations of a Flax module's class that leave its names as they are, where it is given one. */
const FLAX_WRAPPERS = new Set(['flax.linen.remat', 'flax.linen.checkpoint', 'flax.linen.jit']);

/** What a call of something outside of the sources gives. */
export function externalCall(evaluation: Evaluation, path: string, given: Arguments, site: CallSite): Value {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const builtin = builtinCall(evaluation, path, name, given, site);
  if (builtin !== null) return builtin;
  const tensor = tensorCall(evaluation, path, name, given);
  if (tensor !== null) return tensor;
  const [first] = given.positional;
  if (FLAX_WRAPPERS.has(path)) return first ?? UNKNOWN;
  if (name === 'partial') {
    return { kind: 'partial', callee: first ?? UNKNOWN, positional: given.positional.slice(1), named: given.named };
  }
  if ((name === 'Parameter' || name === 'Buffer') && /(?:^|\.)nn\./u.test(path))
    return parameter(given, site, name, path);
  if (name === 'weight_norm' && first?.kind === 'instance') return withWeightNorm(first, path);
  // A configuration is copied to be changed: what it says is unknown anew.
  if (COPIES.has(name) && first?.kind === 'size') return sizeValue(evaluation.symbol(sizeText(first.size)));
  if (WRAPPERS.has(name) && first !== undefined) return first;
  if (/^to_\d?n?tuple$|^to_2tuple$/u.test(name)) {
    if (first === undefined || first.kind === 'list') return first ?? UNKNOWN;
    return listOf(evaluation, [once(first), once(first)]);
  }
  return outsideModule(evaluation, path, given, site);
}

function outsideModule(evaluation: Evaluation, path: string, given: Arguments, site: CallSite): Value {
  const found = outsideLayer(path);
  const name = path.slice(path.lastIndexOf('.') + 1);
  const constructor = /(?:^|\.)nn\.(?:modules\.\w+\.)?\w+$/u.test(path)
    ? path.replace(/^torch\./u, '')
    : path.startsWith('flax.')
      ? site.written
      : name;
  const flax = path.startsWith('flax.');
  if (found.kind === 'unknown') {
    const keras = isKerasPath(path);
    const unknown = keras
      ? evaluation.instance({
          made: null,
          constructor,
          definition: definitionAt(site, constructor),
          opaque: true,
          lazy: true,
        })
      : opaqueModule(evaluation, site, constructor);
    if (flax) nameModule(evaluation, unknown, name, given, site);
    else if (keras) nameLayer(evaluation, unknown, given, site);
    return unknown;
  }
  const module = evaluation.instance({
    made: null,
    constructor,
    definition: definitionAt(site, constructor),
    opaque: false,
    lazy: flax || isKerasPath(path),
  });
  initialiseOutside(evaluation, module, path, given, site);
  if (flax) nameModule(evaluation, module, name, given, site);
  else if (module.lazy) nameLayer(evaluation, module, given, site);
  if (path === 'flax.linen.Sequential') fillFlaxSequence(evaluation, module, given, site);
  return module;
}

function parameter(given: Arguments, site: CallSite, name: string, path: string): Value {
  const tensor = given.positional[0] ?? given.named.get('data');
  const constructor = path.startsWith('torch.') ? path.slice('torch.'.length) : path;
  const persistent =
    name === 'Parameter' ? true : truthOf(given.named.get('persistent') ?? { kind: 'truth', value: true });
  return {
    kind: 'parameter',
    shape: tensor?.kind === 'tensor' || tensor?.kind === 'parameter' ? tensor.shape : null,
    definition: definitionAt(site, constructor),
    buffer: name === 'Buffer',
    present: persistent ?? { condition: 'persistent' },
  };
}

/** `weight_norm(layer)`: the function of old makes two parameters of one, the one of today puts a module around them. */
function withWeightNorm(layer: Instance, path: string): Instance {
  const weight = layer.attributes.get('weight');
  if (weight?.kind !== 'parameter') return layer;
  layer.attributes.delete('weight');
  if (path.includes('parametrizations')) layer.opaque = true;
  else {
    for (const [name, { shape }] of Object.entries(weightNormed(weight.shape))) {
      layer.attributes.set(name, { kind: 'parameter', shape, definition: null, buffer: false, present: true });
    }
  }
  return layer;
}
