import type { CallExpression, Expression } from '../python/ast.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { attributeOf } from './attributes.js';
import { externalCall } from './external-calls.js';
import type { Frame } from './frame.js';
import { initialiseOutside } from './initialise.js';
import { itemsOf, listOf } from './lists.js';
import { superMember } from './lineage.js';
import { callMethod } from './methods.js';
import { calledBy } from './assign.js';
import { merge } from './merge.js';
import { opaqueModule } from './opaque.js';
import { type FunctionValue, type Instance, NONE, UNKNOWN, type Value } from './value.js';

/** Calls inside calls beyond this are recursion without an end that can be seen. */
const MAX_DEPTH = 40;

/** What a call gives, with the forms that Python gives a meaning of their own: `super()`, methods of what is being made. */
export function callExpression(evaluation: Evaluation, call: CallExpression, frame: Frame): Value {
  const { callee } = call;
  const given = (): Arguments => evaluation.argumentsOf(call, frame);
  const site: CallSite = { frame, span: call.span, written: writtenName(callee) };
  if (callee.type === 'name' && callee.name === 'super') return frame.self?.instance ?? UNKNOWN;
  if (callee.type !== 'attribute') return evaluation.call(evaluation.evaluate(callee, frame), given(), site);
  if (isSuper(callee.object)) return callSuper(evaluation, callee.name, given(), site);
  const object = evaluation.evaluate(callee.object, frame);
  const own = callMethod(evaluation, object, callee.name, given, site);
  if (own !== null) return own;
  const method = attributeOf(evaluation, object, callee.name);
  if (object.kind === 'class') return callOnClass(evaluation, object, callee.name, method, given(), site);
  if (method.kind === 'external' && method.path.endsWith('.__init__')) {
    const [first] = given().positional;
    if (first?.kind === 'instance') {
      const inner = { ...given(), positional: given().positional.slice(1) };
      initialiseOutside(evaluation, first, method.path.slice(0, -'.__init__'.length), inner, site);
    }
    return NONE;
  }
  return evaluation.call(method, given(), site);
}

/** `Parent.__init__(self, ...)`, `Model.from_config(config)`, and class methods. */
function callOnClass(
  evaluation: Evaluation,
  made: Extract<Value, { kind: 'class' }>,
  name: string,
  method: Value,
  given: Arguments,
  site: CallSite,
): Value {
  const [first, ...rest] = given.positional;
  if (method.kind === 'function') {
    if (first?.kind === 'instance' && name === '__init__') {
      return evaluation.callFunction({ ...method, self: first }, { ...given, positional: rest }, site);
    }
    const isClassMethod = method.declaration.decorators.some(
      (each) => each.type === 'name' && each.name === 'classmethod',
    );
    const positional = isClassMethod ? [made, ...given.positional] : given.positional;
    return evaluation.callFunction({ ...method, self: null }, { ...given, positional }, site);
  }
  if (name === '_from_config' || name === 'from_config' || name === 'from_pretrained') {
    const parameters =
      name === 'from_pretrained' ? { positional: [], items: null, named: given.named, open: true } : given;
    return evaluation.construct(made, parameters, site);
  }
  return evaluation.call(method, given, site);
}

function isSuper(expression: Expression): boolean {
  return expression.type === 'call' && expression.callee.type === 'name' && expression.callee.name === 'super';
}

function callSuper(evaluation: Evaluation, name: string, given: Arguments, site: CallSite): Value {
  const { self, owner } = site.frame;
  const made = self?.instance.made ?? null;
  if (self === null || owner === null || made === null) return UNKNOWN;
  const method = superMember(evaluation, made, owner, self.instance, name);
  if (method?.kind === 'function') return evaluation.callFunction(method, given, site);
  if (name !== '__init__') return callMethod(evaluation, self.instance, name, () => given, site) ?? UNKNOWN;
  for (const outside of evaluation.lineage(made).outside)
    initialiseOutside(evaluation, self.instance, outside, given, site);
  return NONE;
}

/** The callee as the code writes it, such as `nn.Linear`; empty where it is no plain name. */
function writtenName(callee: Expression): string {
  if (callee.type === 'name') return callee.name;
  if (callee.type !== 'attribute') return '';
  const object = writtenName(callee.object);
  return object === '' ? '' : `${object}.${callee.name}`;
}

/** Values of a call's arguments, with lists and dictionaries spread. */
export function argumentsOf(evaluation: Evaluation, call: CallExpression, frame: Frame): Arguments {
  const list = listOf(evaluation, []);
  const named = new Map<string, Value>();
  let open = false;
  for (const argument of call.positional) {
    if (argument.type !== 'splat') {
      list.items.push({ value: evaluation.evaluate(argument, frame), loops: [], optional: false });
      continue;
    }
    const value = evaluation.evaluate(argument.value, frame);
    if (!argument.double) list.items.push(...itemsOf(evaluation, value));
    else if (value.kind === 'dictionary') {
      for (const [name, inner] of value.entries) named.set(name, inner);
      open ||= value.open;
    } else open = true;
  }
  for (const { name, value } of call.named) named.set(name, evaluation.evaluate(value, frame));
  const counted = list.items.some(({ loops, optional }) => loops.length > 0 || optional);
  return { positional: list.items.map(({ value }) => value), items: counted ? list.items : null, named, open };
}

/** Calls what a value stands for. */
export function call(evaluation: Evaluation, callee: Value, given: Arguments, site: CallSite): Value {
  if (evaluation.depth > MAX_DEPTH || !evaluation.spend()) return UNKNOWN;
  switch (callee.kind) {
    case 'class':
      return evaluation.construct(callee, given, site);
    case 'external':
      return externalCall(evaluation, callee.path, given, site);
    case 'function':
      return evaluation.callFunction(callee, given, site);
    case 'lambda': {
      const frame: Frame = { ...callee.frame, names: new Map(), parent: callee.frame, returned: [] };
      bind(evaluation, callee.parameters, given, frame, callee.frame);
      return evaluation.evaluate(callee.body, frame);
    }
    case 'partial': {
      const positional = [...callee.positional, ...given.positional];
      const named = new Map([...callee.named, ...given.named]);
      return evaluation.call(callee.callee, { positional, items: null, named, open: given.open }, site);
    }
    case 'choice': {
      const results = callee.options.map((option) => evaluation.call(option, given, site));
      const known = results.filter(
        (result) => result.kind !== 'unknown' && !(result.kind === 'instance' && result.opaque),
      );
      return merge(evaluation, '?', known.length > 0 ? known : results);
    }
    case 'size':
      // A parameter that is called: its default, where it has one.
      if (callee.fallback !== null && callee.fallback.kind !== 'none') {
        const made = evaluation.call(callee.fallback, given, site);
        if (made.kind === 'instance') made.assumed = true;
        return made;
      }
      return opaqueModule(evaluation, site);
    case 'unknown':
      return opaqueModule(evaluation, site);
    default:
      return UNKNOWN;
  }
}

/** Looks through a function's body with its parameters bound. */
export function callFunction(evaluation: Evaluation, callee: FunctionValue, given: Arguments, site: CallSite): Value {
  if (evaluation.depth > MAX_DEPTH) return UNKNOWN;
  const { declaration, self, owner } = callee;
  const [first] = declaration.parameters;
  const bound = self !== null && first?.kind === 'plain';
  const outer = callee.frame;
  const frame: Frame = {
    place: outer.place,
    names: new Map(),
    parent: outer,
    className: owner?.declaration.name ?? (outer.className === '' ? declaration.name : outer.className),
    self: bound ? { name: first.name, instance: self } : owner === null ? outer.self : null,
    owner: owner ?? outer.owner,
    returned: [],
  };
  if (bound) frame.names.set(first.name, self);
  evaluation.depth++;
  bind(evaluation, bound ? declaration.parameters.slice(1) : declaration.parameters, given, frame, outer);
  const parameters = new Map(frame.names);
  evaluation.run(declaration.body(), frame);
  evaluation.depth--;
  if (self !== null && declaration.name === '__init__' && site.frame.self?.instance === self)
    rememberGiven(declaration, parameters, self);
  return frame.returned.length === 0 ? NONE : merge(evaluation, declaration.name, frame.returned);
}

function rememberGiven(
  { parameters }: FunctionValue['declaration'],
  given: ReadonlyMap<string, Value>,
  self: Instance,
): void {
  for (const { name } of parameters) {
    const value = given.get(name);
    if (value?.kind === 'size' && !self.given.has(name)) self.given.set(name, value);
  }
}

/** Binds parameters to what a call gives, else to their defaults. */
function bind(
  evaluation: Evaluation,
  parameters: CallableParameters,
  given: Arguments,
  frame: Frame,
  defaults: Frame,
): void {
  let position = 0;
  const taken = new Set<string>();
  for (const { name, kind, fallback } of parameters) {
    if (kind === 'list') {
      const rest =
        given.items?.slice(position) ??
        given.positional.slice(position).map((value) => ({ value, loops: [], optional: false }));
      frame.names.set(name, listOf(evaluation, rest));
      position = given.positional.length;
      continue;
    }
    if (kind === 'dictionary') {
      const entries = new Map([...given.named].filter(([key]) => !taken.has(key)));
      frame.names.set(name, { kind: 'dictionary', entries, open: given.open });
      continue;
    }
    taken.add(name);
    const value = given.named.get(name) ?? (kind === 'plain' ? given.positional[position++] : undefined);
    if (value !== undefined) {
      frame.names.set(name, calledBy(value, name));
      continue;
    }
    const standard = fallback === null ? null : evaluation.evaluate(fallback, defaults);
    const known = standard !== null && !given.open;
    frame.names.set(
      name,
      known ? calledBy(standard, name) : { kind: 'size', size: evaluation.symbol(name), fallback: standard },
    );
  }
}

type CallableParameters = FunctionValue['declaration']['parameters'];
