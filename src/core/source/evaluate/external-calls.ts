import { outsideLayer } from '../layers/find-layer.js';
import { weightNormed } from '../layers/named-layers.js';
import { builtinCall } from './builtins.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { initialiseOutside } from './initialise.js';
import { listOf, once } from './lists.js';
import { definitionAt, opaqueModule } from './opaque.js';
import { tensorCall } from './tensors.js';
import { type Instance, plainText, truthOf, UNKNOWN, type Value } from './value.js';

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

/** What a call of something outside of the sources gives. */
export function externalCall(evaluation: Evaluation, path: string, given: Arguments, site: CallSite): Value {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const builtin = builtinCall(evaluation, path, name, given, site);
  if (builtin !== null) return builtin;
  const tensor = tensorCall(evaluation, path, name, given);
  if (tensor !== null) return tensor;
  const [first] = given.positional;
  if (name === 'partial') {
    return { kind: 'partial', callee: first ?? UNKNOWN, positional: given.positional.slice(1), named: given.named };
  }
  if ((name === 'Parameter' || name === 'Buffer') && /(?:^|\.)nn\./u.test(path))
    return parameter(given, site, name, path);
  if (name === 'weight_norm' && first?.kind === 'instance') return withWeightNorm(first, path);
  if (WRAPPERS.has(name) && first !== undefined) return first;
  if (/^to_\d?n?tuple$|^to_2tuple$/u.test(name)) {
    if (first === undefined || first.kind === 'list') return first ?? UNKNOWN;
    return listOf(evaluation, [once(first), once(first)]);
  }
  return outsideModule(evaluation, path, given, site);
}

function outsideModule(evaluation: Evaluation, path: string, given: Arguments, site: CallSite): Value {
  const found = outsideLayer(path);
  const constructor = /(?:^|\.)nn\.(?:modules\.\w+\.)?\w+$/u.test(path)
    ? path.replace(/^torch\./u, '')
    : path.slice(path.lastIndexOf('.') + 1);
  if (found.kind === 'unknown')
    return named(evaluation, opaqueModule(evaluation, site, constructor), given, site, path);
  const module = evaluation.instance({
    made: null,
    constructor,
    definition: definitionAt(site, constructor),
    opaque: false,
  });
  initialiseOutside(evaluation, module, path, given, site);
  return named(evaluation, module, given, site, path);
}

/** Layers of Flax inside `@nn.compact` methods become children by the name that they are given. */
function named(
  evaluation: Evaluation,
  module: Instance,
  given: Arguments,
  { frame, span }: CallSite,
  path: string,
): Instance {
  const name = plainText(given.named.get('name'));
  const parent = frame.self?.instance;
  if (name === null || parent === undefined || !path.startsWith('flax.') || module.definition.attribute !== '')
    return module;
  module.definition = { ...module.definition, attribute: name, span, nameSpan: span };
  parent.attributes.set(name, module);
  evaluation.spend();
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
