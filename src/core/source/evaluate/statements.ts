import type { Expression, Statement } from '../python/ast.js';
import { namesBoundBy } from '../python/bound-names.js';
import { loopsIn } from '../sizes/size.js';
import { assign } from './assign.js';
import type { CompactScope, Evaluation } from './evaluation.js';
import { inRuns, mergedCounts } from './flax.js';
import type { Frame } from './frame.js';
import { assumedFlag, isUnlikely } from './likely.js';
import { addItem, itemsOf } from './lists.js';
import { merge } from './merge.js';
import { NONE, sizeValue, truthOf, UNKNOWN, type Value } from './value.js';

/** Looks through statements. @returns true where they have certainly returned. */
export function runStatements(evaluation: Evaluation, statements: readonly Statement[], frame: Frame): boolean {
  return statements.some((statement) => evaluation.spend() && runStatement(evaluation, statement, frame));
}

function runStatement(evaluation: Evaluation, statement: Statement, frame: Frame): boolean {
  switch (statement.type) {
    case 'assign': {
      const value = statement.value === null ? null : assigned(evaluation, statement.value, statement.targets, frame);
      if (value !== null)
        for (const target of statement.targets) assign(evaluation, target, value, frame, statement.span);
      return false;
    }
    case 'augmented':
      augment(evaluation, statement, frame);
      return false;
    case 'expression':
      evaluation.evaluate(statement.value, frame);
      return false;
    case 'return':
      frame.returned.push(statement.value === null ? NONE : evaluation.evaluate(statement.value, frame));
      return true;
    case 'branches':
      return branch(evaluation, statement, frame);
    case 'for':
      loop(evaluation, statement, frame);
      return false;
    case 'block':
      return evaluation.run(statement.body, frame);
    case 'function':
      frame.names.set(statement.declaration.name, {
        kind: 'function',
        declaration: statement.declaration,
        frame,
        self: null,
        owner: null,
      });
      return false;
    case 'class':
      frame.names.set(statement.declaration.name, { kind: 'class', declaration: statement.declaration, frame });
      return false;
    case 'import':
      for (const imported of statement.names) {
        if (imported.bound !== '*')
          frame.names.set(imported.bound, evaluation.imported(frame.place.module.file, imported));
      }
      return false;
  }
}

const CONDITIONS: ReadonlySet<Expression['type']> = new Set(['compare', 'logic', 'unary']);

function assigned(
  evaluation: Evaluation,
  expression: Expression,
  [target]: readonly Expression[],
  frame: Frame,
): Value {
  const value = evaluation.evaluate(expression, frame);
  const isFlag = value.kind === 'unknown' && target?.type === 'name' && CONDITIONS.has(expression.type);
  return isFlag ? assumedFlag(evaluation, expression, target.name, frame) : value;
}

function augment(evaluation: Evaluation, statement: Extract<Statement, { type: 'augmented' }>, frame: Frame): void {
  const { target, operator, value, span } = statement;
  const before = evaluation.evaluate(target, frame);
  if (operator === '+' && (before.kind === 'list' || before.kind === 'instance')) {
    for (const item of itemsOf(evaluation, evaluation.evaluate(value, frame))) addItem(evaluation, before, item);
    return;
  }
  assign(
    evaluation,
    target,
    evaluation.evaluate({ type: 'binary', operator, left: target, right: value, span }, frame),
    frame,
    span,
  );
}

/** What one scope knows, and the module that is being made. */
interface Snapshot {
  readonly names: Map<string, Value>;
  readonly attributes: Map<string, Value> | null;
  /** Of the compact method around. */
  readonly counts: CompactScope['counts'];
}

function snapshot({ compact }: Evaluation, { names, self }: Frame): Snapshot {
  const attributes = self === null ? null : new Map(self.instance.attributes);
  return { names: new Map(names), attributes, counts: compact?.counts ?? new Map() };
}

function restore({ compact }: Evaluation, frame: Frame, { names, attributes, counts }: Snapshot): void {
  frame.names = new Map(names);
  if (compact !== null) compact.counts = counts;
  if (frame.self !== null && attributes !== null) frame.self.instance.attributes = new Map(attributes);
}

/** Runs every body that may run from the same beginning, and keeps what came of each as alternatives. */
function branch(evaluation: Evaluation, statement: Extract<Statement, { type: 'branches' }>, frame: Frame): boolean {
  const before = snapshot(evaluation, frame);
  const outcomes: Snapshot[] = [];
  const unlikely: Snapshot[] = [];
  const { branches } = evaluation;
  let decided = false;
  let returned = 0;
  let ran = 0;
  for (const [index, { condition, body }] of statement.branches.entries()) {
    const last = statement.total && index === statement.branches.length - 1;
    const truth =
      condition === null ? (last && ran === 0 ? true : null) : truthOf(evaluation.evaluate(condition, frame));
    if (truth === false) continue;
    ran++;
    const outcomesOfIt =
      truth === null && condition !== null && isUnlikely(evaluation, condition, frame) ? unlikely : outcomes;
    evaluation.branches = truth === true && ran === 1 ? branches : branches + 1;
    const returns = evaluation.run(body, frame);
    evaluation.branches = branches;
    if (returns) returned++;
    else outcomesOfIt.push(snapshot(evaluation, frame));
    restore(evaluation, frame, before);
    decided = truth === true || last;
    if (decided) break;
  }
  if (!decided) outcomes.push(before);
  const all = [...outcomes, ...unlikely];
  if (all.length === 0) return returned > 0;
  restore(evaluation, frame, merged(evaluation, all));
  return false;
}

function merged(evaluation: Evaluation, outcomes: readonly Snapshot[]): Snapshot {
  const [only, ...more] = outcomes;
  if (only !== undefined && more.length === 0) return only;
  const names = mergedMaps(
    evaluation,
    outcomes.map((outcome) => outcome.names),
    null,
  );
  const attributes = outcomes.flatMap((outcome) => (outcome.attributes === null ? [] : [outcome.attributes]));
  const counts = mergedCounts(outcomes.map((outcome) => outcome.counts));
  return { names, attributes: attributes.length === 0 ? null : mergedMaps(evaluation, attributes, NONE), counts };
}

/** @param missing what a name stands for where an outcome lacks it; null leaves that outcome out. */
function mergedMaps(
  evaluation: Evaluation,
  maps: readonly ReadonlyMap<string, Value>[],
  missing: Value | null,
): Map<string, Value> {
  const all = new Map<string, Value>();
  for (const name of new Set(maps.flatMap((map) => [...map.keys()]))) {
    const values = maps.map((map) => map.get(name) ?? missing).filter((value) => value !== null);
    const [first = UNKNOWN] = values;
    all.set(name, values.every((value) => value === first) ? first : merge(evaluation, name, values));
  }
  return all;
}

function loop(evaluation: Evaluation, statement: Extract<Statement, { type: 'for' }>, frame: Frame): void {
  const outer = evaluation.loops;
  const bound = namesBoundBy(statement.body);
  for (const item of itemsOf(evaluation, evaluation.evaluate(statement.iterable, frame))) {
    inRuns(evaluation, item, () => {
      evaluation.loops = [...outer, ...item.loops];
      // A number that the body changes is another one in each run.
      if (item.loops.length > 0) forget(evaluation, bound, frame);
      if (item.optional) evaluation.branches++;
      assign(evaluation, statement.target, item.value, frame, null);
      evaluation.run(statement.body, frame);
      if (item.optional) evaluation.branches--;
      evaluation.loops = outer;
    });
    if (item.loops.length > 0) forgetRuns(evaluation, frame);
  }
}

function forget(evaluation: Evaluation, names: readonly string[], frame: Frame): void {
  for (const name of names) {
    if (frame.names.get(name)?.kind === 'size') frame.names.set(name, sizeValue(evaluation.symbol(name)));
  }
}

/** Behind a loop, what its runs decided is unknown. */
function forgetRuns(evaluation: Evaluation, frame: Frame): void {
  for (const [name, value] of frame.names) {
    if (value.kind === 'size' && loopsIn(value.size).some((own) => !evaluation.loops.includes(own))) {
      frame.names.set(name, sizeValue(evaluation.symbol(name)));
    }
  }
}
