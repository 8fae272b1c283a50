import type { Expression } from '../python/ast.js';
import type { Evaluation } from './evaluation.js';
import type { Frame } from './frame.js';
import { truthOf } from './value.js';

/** True where a condition does not hold with the defaults of all parameters: of alternatives that fit alike, the default comes first. */
export function isUnlikely(evaluation: Evaluation, condition: Expression, frame: Frame): boolean {
  const { assuming } = evaluation;
  evaluation.assuming = true;
  const truth = truthOf(evaluation.evaluate(condition, { ...frame, names: new Map(frame.names) }));
  evaluation.assuming = assuming;
  return truth === false;
}
