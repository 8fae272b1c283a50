import * as l10n from '@vscode/l10n';
import type { Expression } from '../python/ast.js';
import { numberSize, operation, type Size } from '../sizes/size.js';
import { adopt } from './adopt.js';
import type { Arguments, CallSite, CompactScope, Evaluation, Waiting } from './evaluation.js';
import { asSize } from './as-size.js';
import type { Frame } from './frame.js';
import { classMember } from './lineage.js';
import type { Span } from '../python/ast.js';
import {
  type ClassValue,
  type FunctionValue,
  type Instance,
  type ListItem,
  optionsOf,
  type TextPart,
  type Value,
} from './value.js';

/** A call of which nothing is known. */
const ANYTHING: Arguments = { positional: [], items: null, named: new Map(), open: true };

/** Where something gets its name. */
interface Naming {
  readonly frame: Frame;
  readonly span: Span;
  readonly nameSpan: Span;
}

/** True for a class of the sources that is a module of `flax.linen`. */
export function isFlax(evaluation: Evaluation, made: ClassValue | null): made is ClassValue {
  return made !== null && evaluation.lineage(made).outside.some((path) => path.startsWith('flax.'));
}

/** Gives a module the fields of its class, as the constructor of a dataclass does: those of its bases first. */
export function bindFields(evaluation: Evaluation, instance: Instance, made: ClassValue, given: Arguments): void {
  const names = new Map<string, { readonly owner: ClassValue; readonly standard: Expression | null }>();
  for (const owner of [...evaluation.lineage(made).classes].reverse()) {
    for (const statement of owner.declaration.body) {
      const target = statement.type === 'assign' ? statement.targets[0] : undefined;
      if (statement.type === 'assign' && target?.type === 'name')
        names.set(target.name, { owner, standard: statement.value });
    }
  }
  let position = 0;
  for (const [name, { owner, standard }] of names) {
    const value = given.named.get(name) ?? given.positional[position];
    position++;
    if (value !== undefined) instance.given.set(name, value);
    else if (given.open || standard === null) {
      const fallback = standard === null ? null : evaluation.evaluate(standard, owner.frame);
      instance.given.set(name, { kind: 'size', size: evaluation.symbol(name), fallback });
    }
  }
}

/** Looks through `setup`, and through the method that `@nn.compact` stands over: what they make are the module's children. */
export function runFlax(evaluation: Evaluation, instance: Instance, made: ClassValue, site: CallSite): void {
  const outer = evaluation.compact;
  evaluation.compact = null;
  const setup = classMember(evaluation, made, instance, 'setup');
  if (setup?.kind === 'function') evaluation.callFunction(setup, ANYTHING, site);
  const method = compactMethod(evaluation, made, instance);
  if (method !== null) {
    evaluation.compact = { module: instance, counts: new Map(), waiting: [] };
    evaluation.callFunction(method, ANYTHING, site);
  }
  evaluation.compact = outer;
}

function compactMethod(evaluation: Evaluation, made: ClassValue, self: Instance): FunctionValue | null {
  for (const { declaration } of evaluation.lineage(made).classes) {
    for (const statement of declaration.body) {
      const decorators = statement.type === 'function' ? statement.declaration.decorators : [];
      if (statement.type !== 'function' || !decorators.some(isCompact)) continue;
      const method = classMember(evaluation, made, self, statement.declaration.name);
      // A class that overrides the method without the decorator makes nothing in it.
      const own = method?.kind === 'function' && method.declaration.decorators.some(isCompact);
      return own ? method : null;
    }
  }
  return null;
}

function isCompact(decorator: Expression): boolean {
  return (
    (decorator.type === 'attribute' && decorator.name === 'compact') ||
    (decorator.type === 'name' && decorator.name === 'compact')
  );
}

/** Names a module that was just made: by `name=`, or inside a compact method by its class and how many of it there were before. */
export function nameModule(
  evaluation: Evaluation,
  module: Instance,
  className: string,
  given: Arguments,
  { frame, span }: CallSite,
): void {
  const name = given.named.get('name');
  module.called = name === undefined || name.kind === 'none' ? null : name.kind === 'text' ? name.parts : [null];
  const scope = evaluation.compact;
  if (scope === null) return;
  const waiting: Waiting = { module, className, naming: { frame, span, nameSpan: span }, sure: true };
  const loops = evaluation.loops.slice(scope.module.loops.length);
  if (module.called !== null) put(evaluation, scope.module, module.called, module, waiting.naming, loops);
  else if (loops.length > 0) {
    const sure = loops.length === 1 && evaluation.branches === scope.module.branches;
    scope.waiting.push({ ...waiting, sure });
  } else {
    const count = countOf(scope, className);
    const parts = count === null ? [null] : [`${className}_${String(count)}`];
    put(evaluation, scope.module, parts, module, waiting.naming, loops);
    if (count !== null) scope.counts = new Map([...scope.counts, [className, count + 1]]);
  }
}

function countOf({ counts }: CompactScope, className: string): number | null {
  const count = counts.get(className);
  return count === undefined ? 0 : count;
}

/** Goes through what a loop runs again and again; the modules that it makes are counted on from run to run. */
export function inRuns(evaluation: Evaluation, { loops }: ListItem, body: () => void): void {
  const scope = evaluation.compact;
  if (scope === null || loops.length === 0) {
    body();
    return;
  }
  const outer = scope.waiting;
  scope.waiting = [];
  body();
  const made = scope.waiting;
  scope.waiting = outer;
  const [loop] = loops;
  const inner = evaluation.loops.length > scope.module.loops.length;
  for (const className of new Set(made.map((each) => each.className))) {
    const same = made.filter((each) => each.className === className);
    const start = countOf(scope, className);
    const sure = !inner && loops.length === 1 && start !== null && same.every((each) => each.sure);
    same.forEach(({ module, naming }, offset) => {
      const index = loop === undefined || !sure ? null : counted(start + offset, same.length, loop);
      put(evaluation, scope.module, index === null ? [null] : [`${className}_`, { index }], module, naming, loops);
    });
    // How many there are behind the loop depends on its runs.
    scope.counts = new Map([...scope.counts, [className, null]]);
  }
}

function counted(start: number, step: number, loop: ListItem['loops'][number]): Size {
  const index: Size = { kind: 'index', loop, name: `i${String(loop.id)}` };
  const steps = step === 1 ? index : operation('*', numberSize(step), index);
  return start === 0 ? steps : operation('+', numberSize(start), steps);
}

/** What several pieces of code give of which one runs: where they make different numbers of a class, the next of it has no known name. */
export function alternatives<Result>(evaluation: Evaluation, arms: readonly (() => Result)[]): Result[] {
  const scope = evaluation.compact;
  const before = scope?.counts ?? new Map<string, number | null>();
  const outcomes: CompactScope['counts'][] = [];
  const results = arms.map((arm) => {
    if (scope !== null) scope.counts = before;
    const result = arm();
    if (scope !== null) outcomes.push(scope.counts);
    return result;
  });
  if (scope !== null) scope.counts = mergedCounts(outcomes);
  return results;
}

/** Numbers of modules behind alternatives; null where they differ. */
export function mergedCounts(outcomes: readonly CompactScope['counts'][]): CompactScope['counts'] {
  const merged = new Map<string, number | null>();
  for (const className of outcomes.flatMap((counts) => [...counts.keys()])) {
    const values = new Set(outcomes.map((counts) => (counts.has(className) ? (counts.get(className) ?? null) : 0)));
    const [only] = values;
    merged.set(className, values.size === 1 && only !== undefined ? only : null);
  }
  return merged;
}

/** `self.name = value` in `setup`: modules get the name of the field, those of a list with their position behind it. */
export function setField(evaluation: Evaluation, object: Instance, name: string, value: Value, naming: Naming): void {
  object.given.set(name, value);
  const loops = evaluation.loops.slice(object.loops.length);
  const add = (parts: readonly TextPart[], item: Value, runs: ListItem['loops']): void => {
    const modules = optionsOf(item).filter((option) => option.kind === 'instance');
    const [first] = modules;
    if (first === undefined) return;
    const own = modules.every(({ called }) => called === null) ? parts : (first.called ?? [null]);
    put(evaluation, object, modules.length > 1 && own !== parts ? [null] : own, item, naming, runs);
  };
  if (value.kind === 'list') {
    const fixed = value.items.every((item) => item.loops.length === 0 && !item.optional);
    value.items.forEach((item, position) => {
      const [loop] = item.loops;
      const single = value.items.length === 1 && item.loops.length === 1 && !item.optional;
      const part = fixed ? String(position) : single && loop !== undefined ? { index: counted(0, 1, loop) } : null;
      add(typeof part === 'string' ? [`${name}_${part}`] : [`${name}_`, part], item.value, item.loops);
    });
  } else if (value.kind === 'dictionary') {
    for (const [key, item] of value.entries) add([`${name}_${key}`], item, loops);
  } else add([name], value, loops);
}

/** `nn.Sequential([...])` of Flax; inside a compact method its layers are that module's children already. */
export function fillFlaxSequence(
  evaluation: Evaluation,
  module: Instance,
  { positional, named }: Arguments,
  { frame, span }: CallSite,
): void {
  const layers = positional[0] ?? named.get('layers');
  if (evaluation.compact === null && layers !== undefined)
    setField(evaluation, module, 'layers', layers, { frame, span, nameSpan: span });
}

/** `self.param(name, init, shape)`. */
export function flaxParameter(
  evaluation: Evaluation,
  object: Instance,
  { positional, named }: Arguments,
  { frame, span, written }: CallSite,
): Value {
  const name = positional[0] ?? named.get('name');
  const shape = positional[2] ?? named.get('shape');
  const fixed = shape?.kind === 'list' && shape.items.every(({ loops, optional }) => loops.length === 0 && !optional);
  const value: Value = {
    kind: 'parameter',
    shape: fixed ? shape.items.map((item) => asSize(evaluation, item.value)) : null,
    definition: {
      place: frame.place,
      span,
      nameSpan: span,
      className: frame.className,
      attribute: '',
      madeBy: written,
    },
    buffer: false,
    present: true,
  };
  const loops = evaluation.loops.slice(object.loops.length);
  put(evaluation, object, name?.kind === 'text' ? name.parts : [null], value, { frame, span, nameSpan: span }, loops);
  return value;
}

function put(
  evaluation: Evaluation,
  parent: Instance,
  parts: readonly TextPart[],
  value: Value,
  { frame, span, nameSpan }: Naming,
  loops: ListItem['loops'],
): void {
  if (parts.includes(null)) {
    const reason = l10n.t('the name follows only while the code runs');
    evaluation.runTimeNames.push({ place: frame.place, span: nameSpan, reason });
    // Tensors that it has no place for may be those.
    parent.opaque = true;
    return;
  }
  const attribute = parts.map((part) => (typeof part === 'string' ? part : '{i}')).join('');
  adopt(value, { frame, span, nameSpan, attribute });
  if (parts.every((part) => typeof part === 'string')) parent.attributes.set(attribute, value);
  else parent.counted.push({ parts, value, loops });
}

/** What a field of a Flax module is: what it was given, what `setup` made. */
export function fieldOf({ lazy, given }: Instance, name: string): Value | null {
  return (lazy ? given.get(name) : undefined) ?? null;
}
