import type { Expression } from '../python/ast.js';
import type { Evaluation } from './evaluation.js';
import type { Frame } from './frame.js';
import { truthOf, UNKNOWN, type Value } from './value.js';

/** Whether a condition holds with the defaults of all parameters; null where that is not known either. */
function assumedTruth(evaluation: Evaluation, condition: Expression, frame: Frame): boolean | null {
  const { assuming } = evaluation;
  evaluation.assuming = true;
  const truth = truthOf(evaluation.evaluate(condition, { ...frame, names: new Map(frame.names) }));
  evaluation.assuming = assuming;
  return truth;
}

/** What `flag = a is not None and not b` stands for: unknown, with what it is by default. */
export function assumedFlag(evaluation: Evaluation, condition: Expression, name: string, frame: Frame): Value {
  const truth = assumedTruth(evaluation, condition, frame);
  if (truth === null) return UNKNOWN;
  return { kind: 'size', size: evaluation.symbol(name), fallback: { kind: 'truth', value: truth } };
}

/** True where a condition does not hold with the defaults of all parameters: of alternatives that fit alike, the default comes first. */
export function isUnlikely(evaluation: Evaluation, condition: Expression, frame: Frame): boolean {
  return assumedTruth(evaluation, condition, frame) === false;
}
