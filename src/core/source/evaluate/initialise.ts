import { outsideLayer } from '../layers/find-layer.js';
import { Given } from '../layers/given.js';
import type { Layer } from '../layers/layer.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { addItem, itemsOf, listOf, once } from './lists.js';
import { type Instance, plainText, UNKNOWN } from './value.js';

/** Gives a module what the constructor of something from outside of the sources makes: parameters, children, or nothing known. */
export function initialiseOutside(
  evaluation: Evaluation,
  instance: Instance,
  path: string,
  given: Arguments,
  site: CallSite,
): void {
  const found = outsideLayer(path);
  switch (found.kind) {
    case 'layer':
      fill(evaluation, instance, found.make(new Given(evaluation, given)), site);
      for (const [name, value] of given.named) if (value.kind === 'size') instance.given.set(name, value);
      return;
    case 'container':
      fillContainer(evaluation, instance, found.name, given);
      return;
    case 'plain': {
      // Models of Transformers keep what they are given as `self.config`.
      const [config] = given.positional;
      if (path.endsWith('PreTrainedModel') && config !== undefined && !instance.attributes.has('config'))
        instance.attributes.set('config', config);
      return;
    }
    case 'unknown':
      instance.opaque = true;
  }
}

function fill(evaluation: Evaluation, instance: Instance, layer: Layer, site: CallSite): void {
  for (const [name, { shape, present, buffer }] of Object.entries(layer.parameters)) {
    if (present === false) continue;
    instance.attributes.set(name, { kind: 'parameter', shape, definition: null, buffer: buffer ?? false, present });
  }
  for (const [name, inner] of Object.entries(layer.parts ?? {})) {
    const { definition } = instance;
    const part = evaluation.instance({
      made: null,
      constructor: '',
      definition,
      opaque: false,
      part: true,
      lazy: instance.lazy,
    });
    fill(evaluation, part, inner, site);
    instance.attributes.set(name, part);
  }
}

function fillContainer(
  evaluation: Evaluation,
  instance: Instance,
  kind: 'list' | 'dictionary' | 'sequence' | 'encoder' | 'layers',
  given: Arguments,
): void {
  const [first] = given.positional;
  if (kind === 'layers') {
    // Keras keeps them under `layers` by their classes and order, whatever names they were given; more may be added to them.
    const layers = first ?? given.named.get('layers');
    if (layers === undefined || layers.kind === 'list') {
      instance.attributes.set('layers', listOf(evaluation, layers?.items ?? []));
    }
    instance.opaque = true;
    return;
  }
  if (kind === 'encoder') {
    fillEncoder(evaluation, instance, given);
    return;
  }
  if (first === undefined) return;
  if (kind === 'dictionary' || first.kind === 'dictionary') {
    fillByName(evaluation, instance, given);
    return;
  }
  if (kind === 'list') for (const item of itemsOf(evaluation, first)) addItem(evaluation, instance, item);
  else for (const item of given.items ?? given.positional.map(once)) addItem(evaluation, instance, item);
}

/** `ModuleDict({...})`, `Sequential(OrderedDict(...))`. */
function fillByName(evaluation: Evaluation, instance: Instance, { positional }: Arguments): void {
  const [first = UNKNOWN] = positional;
  if (first.kind === 'dictionary') {
    for (const [name, value] of first.entries) instance.attributes.set(name, value);
    if (first.open) instance.opaque = true;
    return;
  }
  for (const { value } of itemsOf(evaluation, first)) {
    const name = value.kind === 'list' ? plainText(value.items[0]?.value) : null;
    const module = value.kind === 'list' ? value.items[1]?.value : undefined;
    if (name !== null && module !== undefined) instance.attributes.set(name, module);
    else instance.opaque = true;
  }
}

/** `TransformerEncoder(layer, number, norm)` repeats one layer. */
function fillEncoder(evaluation: Evaluation, instance: Instance, { positional, named }: Arguments): void {
  const layer = positional[0] ?? named.get('encoder_layer') ?? named.get('decoder_layer') ?? UNKNOWN;
  const norm = positional[2] ?? named.get('norm');
  const layers = evaluation.instance({
    made: null,
    constructor: '',
    definition: instance.definition,
    opaque: false,
    part: true,
  });
  layers.items.push({ value: layer, loops: [evaluation.loop()], optional: false });
  instance.attributes.set('layers', layers);
  if (norm !== undefined) instance.attributes.set('norm', norm);
}
