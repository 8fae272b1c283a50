import type { ImportedName, Statement } from '../python/ast.js';
import { namesBoundBy } from '../python/bound-names.js';
import { isPlainBase } from '../layers/find-layer.js';
import type { PythonModule } from '../python/python-module.js';
import { assign } from './assign.js';
import type { Evaluation, FindModule } from './evaluation.js';
import type { Frame, Place } from './frame.js';
import { itemsOf } from './lists.js';
import { choiceOf, UNKNOWN, type Value } from './value.js';

/** A frame for code that stands in a module's own scope. */
export function moduleFrame(place: Place): Frame {
  return { place, names: new Map(), parent: null, className: '', self: null, owner: null, returned: [] };
}

/** Finds what names of modules stand for; each is worked out when it is first asked for. */
export class ModuleNames {
  readonly #values = new Map<PythonModule, Map<string, Value | null>>();

  constructor(readonly findModule: FindModule) {}

  /** Null for a name that the module does not bind. */
  find(evaluation: Evaluation, module: PythonModule, name: string): Value | null {
    let values = this.#values.get(module);
    if (values === undefined) {
      values = new Map();
      this.#values.set(module, values);
    }
    const known = values.get(name);
    if (known !== undefined) return known;
    // A name that is asked for while it is worked out depends on itself.
    values.set(name, UNKNOWN);
    const value = this.#bound(evaluation, module, name);
    values.set(name, value);
    return value;
  }

  #bound(evaluation: Evaluation, module: PythonModule, name: string): Value | null {
    const top = module.bindings.get(name)?.at(-1);
    if (top === undefined) return this.#starImported(evaluation, module, name);
    const place: Place = { module, cell: top.cell, source: top.source };
    const values = top.statements
      .flatMap((statement) => leavesBinding(statement, name))
      .map((statement) => this.#valueOf(evaluation, statement, name, place));
    return choiceOf(values);
  }

  #starImported(evaluation: Evaluation, module: PythonModule, name: string): Value | null {
    for (const top of module.bindings.get('*') ?? []) {
      for (const imported of top.statements.flatMap((statement) =>
        statement.type === 'import' ? statement.names : [],
      )) {
        const from = imported.bound === '*' ? this.findModule(module.file, imported.module, imported.level) : null;
        const value = from === null || name === '*' ? null : this.find(evaluation, from, name);
        if (value !== null && value.kind !== 'unknown') return value;
      }
    }
    return null;
  }

  #valueOf(evaluation: Evaluation, statement: Statement, name: string, place: Place): Value {
    const frame = moduleFrame(place);
    switch (statement.type) {
      case 'class':
        return { kind: 'class', declaration: statement.declaration, frame };
      case 'function':
        return { kind: 'function', declaration: statement.declaration, frame, self: null, owner: null };
      case 'import': {
        const imported = statement.names.find(({ bound }) => bound === name);
        return imported === undefined ? UNKNOWN : this.imported(evaluation, place.module.file, imported);
      }
      case 'assign': {
        if (statement.value === null) return UNKNOWN;
        const value = evaluation.evaluate(statement.value, frame);
        for (const target of statement.targets) assign(evaluation, target, value, frame, null);
        return frame.names.get(name) ?? UNKNOWN;
      }
      case 'for': {
        const [item] = itemsOf(evaluation, evaluation.evaluate(statement.iterable, frame));
        if (item !== undefined) assign(evaluation, statement.target, item.value, frame, null);
        return frame.names.get(name) ?? UNKNOWN;
      }
      default:
        return UNKNOWN;
    }
  }

  /** What an import binds: a module or name of the sources, else something from outside. */
  imported(evaluation: Evaluation, file: string, { module, level, name }: ImportedName): Value {
    const outside = [module, name].filter((part) => part !== null && part !== '').join('.');
    if (name !== null && isPlainBase(name)) return { kind: 'external', path: outside };
    const from = module === '' && level === 0 ? null : this.findModule(file, module, level);
    if (name === null) return from === null ? { kind: 'external', path: outside } : { kind: 'module', module: from };
    const value = from === null ? null : this.find(evaluation, from, name);
    if (value !== null) return value;
    const inner = module === '' ? name : `${module}.${name}`;
    const submodule = from === null && level === 0 ? null : this.findModule(file, inner, level);
    return submodule === null ? { kind: 'external', path: outside } : { kind: 'module', module: submodule };
  }
}

/** The statements inside a statement that bind a name: several where conditions decide. */
function leavesBinding(statement: Statement, name: string): Statement[] {
  switch (statement.type) {
    case 'branches':
      return statement.branches.flatMap(({ body }) => body.flatMap((inner) => leavesBinding(inner, name)));
    case 'block':
      return statement.body.flatMap((inner) => leavesBinding(inner, name));
    default:
      return namesBoundBy([statement]).includes(name) ? [statement] : [];
  }
}
