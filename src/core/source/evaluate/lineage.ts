import type { ClassDeclaration, Statement } from '../python/ast.js';
import { namesBoundBy } from '../python/bound-names.js';
import type { Evaluation, Lineage } from './evaluation.js';
import type { Frame } from './frame.js';
import { type ClassValue, type Instance, optionsOf, sizeValue, type Value } from './value.js';

/** Longer chains of inheritance are not written by people. */
const MAX_CLASSES = 40;

/** Classes from a class to its last base, depth first; a class that inherits from itself is met once. */
export function lineageOf(evaluation: Evaluation, made: ClassValue): Lineage {
  const classes: ClassValue[] = [];
  const outside: string[] = [];
  const visit = (value: Value): void => {
    if (value.kind === 'external') outside.push(value.path.replace(/\[\]$/u, ''));
    else if (value.kind === 'class') {
      if (classes.length >= MAX_CLASSES || classes.some(({ declaration }) => declaration === value.declaration)) return;
      classes.push(value);
      for (const base of value.declaration.bases) {
        for (const option of optionsOf(evaluation.evaluate(base, value.frame))) visit(option);
      }
    } else outside.push('?');
  };
  visit(made);
  return { classes, outside };
}

const members = new WeakMap<ClassDeclaration, ReadonlyMap<string, Statement>>();

function membersOf(declaration: ClassDeclaration): ReadonlyMap<string, Statement> {
  const known = members.get(declaration);
  if (known !== undefined) return known;
  const found = new Map<string, Statement>();
  const collect = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      if (statement.type === 'branches') for (const { body } of statement.branches) collect(body);
      else if (statement.type === 'block') collect(statement.body);
      else for (const name of namesBoundBy([statement])) found.set(name, statement);
    }
  };
  collect(declaration.body);
  members.set(declaration, found);
  return found;
}

/** A method or attribute that a class has or inherits; null where none of the sources has it. */
export function classMember(
  evaluation: Evaluation,
  made: ClassValue,
  self: Instance | null,
  name: string,
): Value | null {
  return memberAmong(evaluation, evaluation.lineage(made).classes, self, name);
}

/** The member of the next class behind `owner`. */
export function superMember(
  evaluation: Evaluation,
  made: ClassValue,
  owner: ClassValue,
  self: Instance | null,
  name: string,
): Value | null {
  const { classes } = evaluation.lineage(made);
  const own = classes.findIndex(({ declaration }) => declaration === owner.declaration);
  return memberAmong(evaluation, classes.slice(own + 1), self, name);
}

function memberAmong(
  evaluation: Evaluation,
  classes: readonly ClassValue[],
  self: Instance | null,
  name: string,
): Value | null {
  for (const owner of classes) {
    const statement = membersOf(owner.declaration).get(name);
    if (statement !== undefined) return memberValue(evaluation, owner, self, name, statement);
  }
  return null;
}

function memberValue(
  evaluation: Evaluation,
  owner: ClassValue,
  self: Instance | null,
  name: string,
  statement: Statement,
): Value | null {
  const frame: Frame = { ...owner.frame, names: new Map(), parent: owner.frame, className: owner.declaration.name };
  switch (statement.type) {
    case 'function': {
      const { declaration } = statement;
      const decorators = declaration.decorators.map((decorator) => (decorator.type === 'name' ? decorator.name : ''));
      const method: Value = {
        kind: 'function',
        declaration,
        frame: owner.frame,
        self: decorators.includes('staticmethod') ? null : self,
        owner: decorators.includes('staticmethod') ? null : owner,
      };
      if (!decorators.includes('property') && !decorators.includes('cached_property')) return method;
      const site = { frame, span: statement.span, written: name };
      return evaluation.callFunction(method, { positional: [], items: null, named: new Map(), open: false }, site);
    }
    case 'assign':
      // A field without a value, as in a dataclass, is given when an instance is made.
      return statement.value === null
        ? sizeValue(evaluation.symbol(name))
        : evaluation.evaluate(statement.value, frame);
    case 'class':
      return { kind: 'class', declaration: statement.declaration, frame };
    default:
      return null;
  }
}
