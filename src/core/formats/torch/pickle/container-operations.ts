import * as l10n from '@vscode/l10n';
import { MAX_LINE } from './limits.js';
import type { PickleMachine } from './machine.js';
import type { OperationTable } from './operations.js';
import { PickleProblem } from './problem.js';
import { isKind, type PickleValue } from './values.js';

/** A Map takes the memory of several plain objects. */
const MAP_COST = 4;

function kindOf(value: PickleValue): string {
  if (value === null) return 'None';
  return typeof value === 'object' ? `a ${value.kind}` : `a ${typeof value}`;
}

function pushTuple(machine: PickleMachine, size: number): void {
  machine.count(1);
  const items: PickleValue[] = [];
  for (let i = 0; i < size; i++) items.unshift(machine.pop());
  machine.push({ kind: 'tuple', items });
}

/** What APPEND works on: a list, or an object of an unknown kind of list. */
function itemsOf(target: PickleValue): PickleValue[] {
  if (isKind(target, 'list')) return target.items;
  if (isKind(target, 'record')) return (target.items ??= []);
  throw new PickleProblem(l10n.t('a value is appended to {0}', kindOf(target)));
}

function append(machine: PickleMachine, values: readonly PickleValue[]): void {
  const items = itemsOf(machine.top());
  for (const value of values) items.push(value);
}

/** What SETITEM works on: a dictionary, or an object of an unknown kind of dictionary. */
function entriesOf(machine: PickleMachine, target: PickleValue): Map<PickleValue, PickleValue> {
  if (isKind(target, 'dict')) return target.entries;
  if (!isKind(target, 'record')) throw new PickleProblem(l10n.t('an item is set on {0}', kindOf(target)));
  if (target.entries === null) machine.count(MAP_COST);
  return (target.entries ??= new Map<PickleValue, PickleValue>());
}

function setItems(machine: PickleMachine, pairs: readonly PickleValue[]): void {
  const entries = entriesOf(machine, machine.top());
  if (pairs.length % 2 !== 0) throw new PickleProblem(l10n.t('a key has no value'));
  for (let i = 0; i + 1 < pairs.length; i += 2) entries.set(pairs[i] ?? null, pairs[i + 1] ?? null);
}

function pushDict(machine: PickleMachine, pairs: readonly PickleValue[]): void {
  machine.count(MAP_COST);
  machine.push({ kind: 'dict', entries: new Map() });
  if (pairs.length > 0) setItems(machine, pairs);
}

function popArguments(machine: PickleMachine): readonly PickleValue[] {
  const args = machine.pop();
  if (!isKind(args, 'tuple')) {
    throw new PickleProblem(l10n.t('a call has {0} in place of its arguments', kindOf(args)));
  }
  return args.items;
}

function popText(machine: PickleMachine): string {
  const text = machine.pop();
  if (typeof text !== 'string') throw new PickleProblem(l10n.t('{0} stands in place of a name', kindOf(text)));
  if (text.length > MAX_LINE) throw new PickleProblem(l10n.t('a name has more than {0} characters', MAX_LINE), 'limit');
  return text;
}

/** The text form of PUT and GET. */
function memoIndex(machine: PickleMachine): number {
  const text = machine.input.line(() => l10n.t('a memo index'));
  if (!/^\d{1,10}$/u.test(text)) throw new PickleProblem(l10n.t('a memo index in text form is no number'));
  return Number(text);
}

function pushNamed(machine: PickleMachine, module: string, name: string): void {
  machine.count(1);
  machine.push(machine.meaning.named(module, name));
}

function create(machine: PickleMachine, type: PickleValue, args: readonly PickleValue[]): void {
  machine.count(MAP_COST);
  machine.push(machine.meaning.created(type, args));
}

function pushExtension(machine: PickleMachine, code: number): void {
  pushNamed(machine, 'copyreg', `extension ${String(code)}`);
}

function refuseBuffer(): never {
  throw new PickleProblem(l10n.t('part of the pickle is in a buffer outside the file'), 'unsupported');
}

/** Opcodes that build containers, work on the stack and the memo, or name what Python would call. */
export const CONTAINER_OPERATIONS: OperationTable = {
  // MARK, POP, POP_MARK, DUP
  '(': (machine) => machine.mark(),
  '0': (machine) => machine.drop(),
  '1': (machine) => void machine.popToMark(),
  '2': (machine) => machine.push(machine.top()),
  // PUT, BINPUT, LONG_BINPUT, MEMOIZE; GET, BINGET, LONG_BINGET
  p: (machine) => machine.remember(memoIndex(machine)),
  q: (machine) => machine.remember(machine.input.uint8(() => l10n.t('a memo index'))),
  r: (machine) => machine.remember(machine.input.uint32(() => l10n.t('a memo index'))),
  '\x94': (machine) => machine.remember(),
  g: (machine) => machine.recall(memoIndex(machine)),
  h: (machine) => machine.recall(machine.input.uint8(() => l10n.t('a memo index'))),
  j: (machine) => machine.recall(machine.input.uint32(() => l10n.t('a memo index'))),
  // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
  ')': (machine) => pushTuple(machine, 0),
  '\x85': (machine) => pushTuple(machine, 1),
  '\x86': (machine) => pushTuple(machine, 2),
  '\x87': (machine) => pushTuple(machine, 3),
  t: (machine) => {
    machine.count(1);
    machine.push({ kind: 'tuple', items: machine.popToMark() });
  },
  // EMPTY_LIST, LIST, APPEND, APPENDS
  ']': (machine) => {
    machine.count(1);
    machine.push({ kind: 'list', items: [] });
  },
  l: (machine) => {
    machine.count(1);
    machine.push({ kind: 'list', items: machine.popToMark() });
  },
  a: (machine) => append(machine, [machine.pop()]),
  e: (machine) => append(machine, machine.popToMark()),
  // EMPTY_DICT, DICT, SETITEM, SETITEMS
  '}': (machine) => pushDict(machine, []),
  d: (machine) => pushDict(machine, machine.popToMark()),
  s: (machine) => {
    const value = machine.pop();
    setItems(machine, [machine.pop(), value]);
  },
  u: (machine) => setItems(machine, machine.popToMark()),
  // EMPTY_SET, ADDITEMS, FROZENSET
  '\x8f': (machine) => {
    machine.count(1);
    machine.push({ kind: 'set', items: [] });
  },
  '\x90': (machine) => {
    const values = machine.popToMark();
    const target = machine.top();
    if (!isKind(target, 'set')) {
      throw new PickleProblem(l10n.t('a member is added to {0}', kindOf(target)));
    }
    for (const value of values) target.items.push(value);
  },
  '\x91': (machine) => {
    machine.count(1);
    machine.push({ kind: 'set', items: machine.popToMark() });
  },
  // GLOBAL, STACK_GLOBAL, EXT1, EXT2, EXT4
  c: (machine) => {
    const module = machine.input.line(() => l10n.t('the name of a module'));
    pushNamed(
      machine,
      module,
      machine.input.line(() => l10n.t('the name of a class')),
    );
  },
  '\x93': (machine) => {
    const name = popText(machine);
    pushNamed(machine, popText(machine), name);
  },
  '\x82': (machine) =>
    pushExtension(
      machine,
      machine.input.uint8(() => l10n.t('an extension code')),
    ),
  '\x83': (machine) =>
    pushExtension(
      machine,
      machine.input.uint16(() => l10n.t('an extension code')),
    ),
  '\x84': (machine) =>
    pushExtension(
      machine,
      machine.input.int32(() => l10n.t('an extension code')),
    ),
  // REDUCE, BUILD
  R: (machine) => {
    machine.count(MAP_COST);
    const args = popArguments(machine);
    machine.push(machine.meaning.called(machine.pop(), args));
  },
  b: (machine) => {
    const state = machine.pop();
    machine.meaning.stated(machine.top(), state);
  },
  // INST, OBJ, NEWOBJ, NEWOBJ_EX
  i: (machine) => {
    const module = machine.input.line(() => l10n.t('the name of a module'));
    const type = machine.meaning.named(
      module,
      machine.input.line(() => l10n.t('the name of a class')),
    );
    create(machine, type, machine.popToMark());
  },
  o: (machine) => {
    const [type, ...args] = machine.popToMark();
    if (type === undefined) throw new PickleProblem(l10n.t('an object has no class'));
    create(machine, type, args);
  },
  '\x81': (machine) => {
    const args = popArguments(machine);
    create(machine, machine.pop(), args);
  },
  '\x92': (machine) => {
    // Arguments by name are of no use to an object that is never made.
    machine.pop();
    const args = popArguments(machine);
    create(machine, machine.pop(), args);
  },
  // PERSID, BINPERSID
  P: (machine) => machine.push(machine.meaning.persistent(machine.input.line(() => l10n.t('a persistent id')))),
  Q: (machine) => {
    machine.count(1);
    machine.push(machine.meaning.persistent(machine.pop()));
  },
  // NEXT_BUFFER, READONLY_BUFFER
  '\x97': refuseBuffer,
  '\x98': refuseBuffer,
};
