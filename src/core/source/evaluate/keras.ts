import type { ClassDeclaration, FunctionDeclaration, Statement } from '../python/ast.js';
import { adopt } from './adopt.js';
import { asSize } from './as-size.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { classMember } from './lineage.js';
import { definitionAt } from './opaque.js';
import type { ClassValue, Instance, ListValue, Value } from './value.js';

const KERAS = /(?:^|\.)keras\.|^layers\.Layer$/u;

/** A call of which nothing is known. */
const ANYTHING: Arguments = { positional: [], items: null, named: new Map(), open: true };

/** True for something of Keras by its dotted path. */
export function isKerasPath(path: string): boolean {
  return KERAS.test(path);
}

/** True for a class that is a layer or model of Keras, and for a function that makes a model. */
export function isKeras(evaluation: Evaluation, made: ClassValue): boolean {
  return functions.has(made.declaration) || evaluation.lineage(made).outside.some(isKerasPath);
}

const functions = new WeakSet<ClassDeclaration>();
const classes = new WeakMap<FunctionDeclaration, ClassDeclaration>();

/** A function that makes a functional model, as a class whose constructor does what the function does. */
export function functionalClass(statement: Extract<Statement, { type: 'function' }>): ClassDeclaration {
  const { declaration } = statement;
  const known = classes.get(declaration);
  if (known !== undefined) return known;
  const { name, nameSpan, span, parameters } = declaration;
  const self = { name: 'self', kind: 'plain', fallback: null } as const;
  const method: FunctionDeclaration = { ...declaration, name: '__init__', parameters: [self, ...parameters] };
  const made: ClassDeclaration = { name, nameSpan, span, bases: [], body: [{ ...statement, declaration: method }] };
  classes.set(declaration, made);
  functions.add(made);
  return made;
}

/**
 * The layers of a functional model, which its file keeps under `layers` by the names that they were given. What has no such name, and what else
 * Keras keeps, is not known.
 */
export function layersOfModel(evaluation: Evaluation, instance: Instance): Instance {
  const { definition } = instance;
  const layers = evaluation.instance({ made: null, constructor: '', definition, opaque: true, part: true, lazy: true });
  instance.attributes.set('layers', layers);
  return layers;
}

/** `name=` of a layer that a functional model is made of. */
export function nameLayer(
  evaluation: Evaluation,
  layer: Instance,
  { named }: Arguments,
  { frame, span }: CallSite,
): void {
  const name = named.get('name');
  const parent = evaluation.functional;
  if (parent === null || name?.kind !== 'text' || name.parts.includes(null)) return;
  const attribute = name.parts.map((part) => (typeof part === 'string' ? part : '{i}')).join('');
  adopt(layer, { frame, span, nameSpan: span, attribute });
  layer.called = name.parts;
  const loops = evaluation.loops.slice(parent.loops.length);
  if (name.parts.every((part) => typeof part === 'string')) parent.attributes.set(attribute, layer);
  else parent.counted.push({ parts: name.parts, value: layer, loops });
}

/** Looks through `build`, where layers make what depends on their input. */
export function runBuild(evaluation: Evaluation, instance: Instance, made: ClassValue, site: CallSite): void {
  const build = classMember(evaluation, made, instance, 'build');
  if (build?.kind === 'function') evaluation.callFunction(build, ANYTHING, site);
}

/** `self.add_weight(shape=..., name=...)`: the attribute that it becomes names it, its place among the variables the file. */
export function kerasWeight(evaluation: Evaluation, { named }: Arguments, site: CallSite): Value {
  const shape = named.get('shape');
  const fixed = shape?.kind === 'list' && shape.items.every(({ loops, optional }) => loops.length === 0 && !optional);
  return {
    kind: 'parameter',
    shape: fixed ? shape.items.map(({ value }) => asSize(evaluation, value)) : null,
    definition: definitionAt(site, site.written),
    buffer: false,
    // Variables that are not trained stand behind all others.
    present: named.has('trainable') ? { condition: 'trainable' } : true,
  };
}

/** What Keras calls a class in a file: `MultiHeadAttention` is `multi_head_attention` (`to_snake_case` of keras/src/utils/naming.py). */
function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/gu, '$1_$2')
    .replace(/([a-z])([A-Z])/gu, '$1_$2')
    .toLowerCase();
}

const containers = new WeakMap<ListValue, Instance>();

/** A list of layers that is an attribute: its items are called by their classes, counted from the second of each on. */
export function layersInList(list: ListValue, attribute: string): Instance | null {
  const known = containers.get(list);
  if (known !== undefined) return known;
  const [first] = list.items.flatMap(({ value }) => (value.kind === 'instance' ? [value] : []));
  if (first === undefined) return null;
  const container: Instance = {
    ...first,
    made: null,
    madeBy: '',
    attributes: new Map(),
    counted: [],
    items: [],
    part: true,
    opaque: true,
    lazy: true,
  };
  const counts = new Map<string, number>();
  for (const { value, loops, optional } of list.items) {
    const [loop] = loops;
    // Behind items of unknown number or class, the numbers of the next are unknown.
    if (value.kind === 'instance' && ((value.made === null && !value.lazy) || value.assumed === true)) break;
    if (value.kind !== 'instance' || optional || loops.length > 1 || (loop !== undefined && list.items.length > 1))
      break;
    const name = snakeCase(value.made?.declaration.name ?? value.madeBy.replace(/^.*\./u, ''));
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    if (loop === undefined) container.attributes.set(count === 0 ? name : `${name}_${String(count)}`, value);
    else {
      const index = { kind: 'index', loop, name: 'i' } as const;
      container.counted.push({ parts: [name, { index }], value, loops, firstPlain: true });
    }
    if (value.definition.attribute === '') value.definition = { ...value.definition, attribute: `${attribute}.{i}` };
  }
  containers.set(list, container);
  return container;
}
