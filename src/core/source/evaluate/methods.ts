import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { adopt, positionName } from './adopt.js';
import { flaxParameter } from './flax.js';
import { setNamed } from './assign.js';
import { kerasWeight } from './keras.js';
import { addItem, enumerated, itemsOf, listOf, once } from './lists.js';
import { type Instance, NONE, plainText, type TextPart, truthOf, UNKNOWN, type Value } from './value.js';

/** Calls on tensors that keep the shape. */
const KEEPS_SHAPE =
  /_$|^(?:to|float|half|double|clone|detach|contiguous|cuda|cpu|type|requires_grad|bfloat16|abs|log|exp)$/u;

/** Calls on modules that give the module back. */
const GIVES_ITSELF = new Set([
  'to',
  'cuda',
  'cpu',
  'eval',
  'train',
  'float',
  'half',
  'bfloat16',
  'requires_grad_',
  'apply',
  'double',
]);

/** A method of a list, a dictionary, a text, a tensor or a module; null where the object has no such method of its own. */
export function callMethod(
  evaluation: Evaluation,
  object: Value,
  name: string,
  given: () => Arguments,
  site: CallSite,
): Value | null {
  switch (object.kind) {
    case 'list':
      return listMethod(evaluation, object, name, given());
    case 'dictionary':
      return dictionaryMethod(evaluation, object, name, given());
    case 'text':
      return name === 'format' ? { kind: 'text', parts: [null] } : UNKNOWN;
    case 'tensor':
      return KEEPS_SHAPE.test(name) ? object : { kind: 'tensor', shape: null };
    case 'parameter':
      return object;
    case 'instance': {
      const layers = object.lazy && name === 'add' ? object.attributes.get('layers') : undefined;
      if (layers?.kind === 'list') return listMethod(evaluation, layers, name, given());
      return moduleMethod(evaluation, object, name, given, site);
    }
    default:
      return null;
  }
}

function listMethod(
  evaluation: Evaluation,
  list: Extract<Value, { kind: 'list' }>,
  name: string,
  { positional }: Arguments,
): Value {
  const [first, second] = positional;
  if ((name === 'append' || name === 'add') && first !== undefined) addItem(evaluation, list, once(first));
  else if (name === 'extend' && first !== undefined)
    for (const item of itemsOf(evaluation, first)) addItem(evaluation, list, item);
  else if (name === 'insert' && second !== undefined) insert(evaluation, list, first, second);
  else if (name === 'copy') return listOf(evaluation, list.items);
  else if (name === 'pop') return list.items.pop()?.value ?? UNKNOWN;
  return NONE;
}

function insert(
  evaluation: Evaluation,
  list: Pick<Instance, 'items' | 'loops' | 'branches'>,
  at: Value | undefined,
  value: Value,
): void {
  addItem(evaluation, list, once(value));
  const atStart = at?.kind === 'size' && at.size.kind === 'number' && at.size.value === 0;
  const added = atStart ? list.items.pop() : undefined;
  if (added !== undefined) list.items.unshift(added);
}

function dictionaryMethod(
  evaluation: Evaluation,
  dictionary: Extract<Value, { kind: 'dictionary' }>,
  name: string,
  { positional, named }: Arguments,
): Value {
  const [first, second] = positional;
  const key = plainText(first);
  switch (name) {
    case 'get':
    case 'pop':
    case 'setdefault': {
      const found = key === null ? undefined : dictionary.entries.get(key);
      if (found !== undefined) return found;
      if (second === undefined) return dictionary.open ? UNKNOWN : NONE;
      return dictionary.open && key !== null
        ? { kind: 'size', size: evaluation.symbol(key), fallback: second }
        : second;
    }
    case 'update':
      if (first?.kind === 'dictionary')
        for (const [inner, value] of first.entries) dictionary.entries.set(inner, value);
      for (const [inner, value] of named) dictionary.entries.set(inner, value);
      return NONE;
    case 'items':
      return listOf(
        evaluation,
        [...dictionary.entries].map(([inner, value]) =>
          once(listOf(evaluation, [once({ kind: 'text', parts: [inner] }), once(value)])),
        ),
      );
    case 'keys':
      return listOf(
        evaluation,
        [...dictionary.entries.keys()].map((inner) => once({ kind: 'text', parts: [inner] })),
      );
    case 'values':
      return listOf(evaluation, [...dictionary.entries.values()].map(once));
    case 'copy':
      return { ...dictionary, entries: new Map(dictionary.entries) };
    default:
      return UNKNOWN;
  }
}

function moduleMethod(
  evaluation: Evaluation,
  module: Instance,
  name: string,
  arguments_: () => Arguments,
  site: CallSite,
): Value | null {
  if (GIVES_ITSELF.has(name)) return module;
  switch (name) {
    case 'append':
    case 'extend':
    case 'insert': {
      // Only containers from outside have these; a class of the sources may have its own.
      if (module.made !== null && module.items.length === 0 && module.madeBy === '') return null;
      const { positional } = arguments_();
      const [first, second] = positional;
      if (name === 'insert' && second !== undefined) insert(evaluation, module, first, second);
      else if (first !== undefined) {
        for (const item of name === 'append' ? [once(first)] : itemsOf(evaluation, first))
          addItem(evaluation, module, item);
      }
      nameItems(module, site);
      return NONE;
    }
    case 'param':
      return module.lazy ? flaxParameter(evaluation, module, arguments_(), site) : null;
    case 'add_weight':
    case 'add_variable':
      return module.lazy ? kerasWeight(evaluation, arguments_(), site) : null;
    case 'add_module':
    case 'register_module':
    case 'register_parameter':
    case 'register_buffer':
      register(evaluation, module, name, arguments_(), site);
      return NONE;
    case 'items':
      return listOf(
        evaluation,
        [...module.attributes].map(([key, value]) =>
          once(listOf(evaluation, [once({ kind: 'text', parts: [key] }), once(value)])),
        ),
      );
    case 'values':
      return listOf(evaluation, [...module.attributes.values()].map(once));
    case 'children':
      return enumerated(evaluation, listOf(evaluation, module.items), 0);
    default:
      return null;
  }
}

/** Modules that are added to a container that has its name already get theirs. */
function nameItems(module: Instance, { frame }: CallSite): void {
  const { attribute } = module.definition;
  if (attribute === '') return;
  module.items.forEach(({ value }, index) => {
    const own = value.kind === 'instance' ? value.definition : null;
    if (own?.attribute !== '') return;
    adopt(value, {
      frame,
      span: own.span,
      nameSpan: own.nameSpan,
      attribute: `${attribute}.${positionName(module.items, index)}`,
    });
  });
}

function register(
  evaluation: Evaluation,
  module: Instance,
  method: string,
  { positional, named }: Arguments,
  site: CallSite,
): void {
  const name = positional[0] ?? named.get('name');
  const value = positional[1] ?? named.get('module') ?? named.get('param') ?? named.get('tensor') ?? NONE;
  const parts: readonly TextPart[] = name?.kind === 'text' ? name.parts : [null];
  const naming = { frame: site.frame, span: site.span, nameSpan: site.span };
  if (method !== 'register_buffer') {
    setNamed(evaluation, module, parts, value, naming);
    return;
  }
  const persistent = truthOf(named.get('persistent') ?? positional[2] ?? { kind: 'truth', value: true });
  if (persistent === false) return;
  const shape = value.kind === 'tensor' || value.kind === 'parameter' ? value.shape : null;
  const present = value.kind === 'none' ? false : persistent === true ? true : { condition: 'persistent' };
  setNamed(evaluation, module, parts, { kind: 'parameter', shape, definition: null, buffer: true, present }, naming);
}
