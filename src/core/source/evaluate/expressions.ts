import type { Expression } from '../python/ast.js';
import { isIndex, numberSize, operation, type SizeOperator, sizeText, unnamed } from '../sizes/size.js';
import { asSize } from './as-size.js';
import { attributeOf } from './attributes.js';
import { callExpression } from './calls.js';
import type { Evaluation } from './evaluation.js';
import { alternatives, inRuns } from './flax.js';
import type { Frame } from './frame.js';
import { addItem, itemAt, itemsOf, listOf, once, repeated } from './lists.js';
import { merge } from './merge.js';
import { isUnlikely } from './likely.js';
import { lookUp } from './scope.js';
import { assign } from './assign.js';
import { choiceOf, NONE, plainText, sizeValue, type TextPart, truthOf, UNKNOWN, type Value } from './value.js';

/** What an expression stands for. */
export function evaluate(evaluation: Evaluation, expression: Expression, frame: Frame): Value {
  if (!evaluation.spend()) return UNKNOWN;
  const value = valueOfExpression(evaluation, expression, frame);
  return evaluation.assuming ? assumed(value) : value;
}

/** What a value is by default: of alternatives, what the code takes by its defaults comes first. */
function assumed(value: Value): Value {
  if (value.kind === 'size') return value.fallback ?? value;
  const [first] = value.kind === 'choice' ? value.options : [];
  return first?.kind === 'text' || first?.kind === 'truth' ? first : value;
}

function valueOfExpression(evaluation: Evaluation, expression: Expression, frame: Frame): Value {
  const value = (inner: Expression): Value => evaluation.evaluate(inner, frame);
  switch (expression.type) {
    case 'name':
      return lookUp(evaluation, frame, expression.name);
    case 'number':
      return sizeValue(numberSize(expression.value));
    case 'truth':
      return { kind: 'truth', value: expression.value };
    case 'none':
      return NONE;
    case 'text':
      return {
        kind: 'text',
        parts: expression.parts.flatMap((part) => (typeof part === 'string' ? [part] : textPartsOf(value(part)))),
      };
    case 'attribute':
      return attributeOf(evaluation, value(expression.object), expression.name);
    case 'call':
      return callExpression(evaluation, expression, frame);
    case 'binary':
      return binary(evaluation, expression.operator, value(expression.left), value(expression.right));
    case 'unary':
      return unary(expression.operator, value(expression.operand));
    case 'logic':
      return logic(evaluation, expression.operator, value(expression.left), () => value(expression.right));
    case 'compare':
      return compare(expression.operator, value(expression.left), value(expression.right));
    case 'conditional': {
      const truth = truthOf(value(expression.condition));
      if (truth !== null) return value(truth ? expression.consequence : expression.alternative);
      const arms = alternatives(evaluation, [() => value(expression.consequence), () => value(expression.alternative)]);
      return merge(evaluation, '?', isUnlikely(evaluation, expression.condition, frame) ? arms.reverse() : arms);
    }
    case 'list': {
      const list = listOf(evaluation, []);
      for (const item of expression.items) {
        if (item.type !== 'splat') addItem(evaluation, list, once(value(item)));
        else for (const spread of itemsOf(evaluation, value(item.value))) addItem(evaluation, list, spread);
      }
      return list;
    }
    case 'dictionary':
      return dictionary(expression, value);
    case 'comprehension':
      return comprehension(evaluation, expression, frame);
    case 'subscript':
      return subscript(evaluation, value(expression.object), value(expression.index));
    case 'lambda':
      return { kind: 'lambda', parameters: expression.parameters, body: expression.body, frame };
    case 'walrus': {
      const given = value(expression.value);
      frame.names.set(expression.name, given);
      return given;
    }
    default:
      return UNKNOWN;
  }
}

function textPartsOf(value: Value): readonly TextPart[] {
  if (value.kind === 'text') return value.parts;
  if (value.kind !== 'size') return [null];
  const plain = unnamed(value.size);
  if (plain.kind === 'number') return [String(plain.value)];
  return isIndex(value.size) ? [{ index: value.size }] : [null];
}

const OPERATORS: ReadonlySet<string> = new Set<SizeOperator>(['+', '-', '*', '/', '//', '%', '**']);

function isOperator(operator: string): operator is SizeOperator {
  return OPERATORS.has(operator);
}

function binary(evaluation: Evaluation, operator: string, left: Value, right: Value): Value {
  // `scale * torch.ones(n)` has the shape of the tensor.
  for (const side of [left, right]) if (side.kind === 'tensor') return side;
  if (operator === '+' && left.kind === 'list' && right.kind === 'list') {
    return listOf(evaluation, [...left.items, ...right.items]);
  }
  if (operator === '*' && left.kind === 'list' && right.kind === 'size') return repeated(evaluation, left, right.size);
  if (operator === '*' && right.kind === 'list' && left.kind === 'size') return repeated(evaluation, right, left.size);
  if (operator === '+' && left.kind === 'text') return { kind: 'text', parts: [...left.parts, ...textPartsOf(right)] };
  if (operator === '+' && right.kind === 'text') return { kind: 'text', parts: [...textPartsOf(left), ...right.parts] };
  if (operator === '%' && left.kind === 'text') return { kind: 'text', parts: [null] };
  if (operator === '|' && left.kind === 'dictionary' && right.kind === 'dictionary') {
    return { kind: 'dictionary', entries: new Map([...left.entries, ...right.entries]), open: left.open || right.open };
  }
  if (!isOperator(operator)) return UNKNOWN;
  return sizeValue(operation(operator, asSize(evaluation, left), asSize(evaluation, right)));
}

function unary(operator: string, operand: Value): Value {
  const truth = truthOf(operand);
  if (operator === 'not') return truth === null ? UNKNOWN : { kind: 'truth', value: !truth };
  if (operand.kind !== 'size') return operand.kind === 'tensor' ? operand : UNKNOWN;
  return operator === '-' ? sizeValue(operation('-', numberSize(0), operand.size)) : operand;
}

function logic(evaluation: Evaluation, operator: 'and' | 'or', left: Value, right: () => Value): Value {
  const truth = truthOf(left);
  if (truth !== null) return truth === (operator === 'or') ? left : right();
  const other = right();
  // A side that decides nothing by itself may still be decided by the other: `unknown and False` is false.
  if (truthOf(other) === (operator === 'or') && other.kind === 'truth') return other;
  if (operator === 'and') return choiceOf([left, other]);
  const kept = left.kind === 'size' && left.fallback?.kind === 'none' && other.kind !== 'size' ? [] : [left];
  // What stands behind `or` is what the code takes where nothing is given, so it comes first.
  return merge(evaluation, left.kind === 'size' ? sizeText(left.size) : '?', [other, ...kept.map(withoutNothing)]);
}

function withoutNothing(value: Value): Value {
  return value.kind === 'choice' ? choiceOf(value.options.filter(({ kind }) => kind !== 'none')) : value;
}

/** Only what is certain: `is None`, and comparison of written numbers and texts. */
function compare(operator: string, left: Value, right: Value): Value {
  const certain = (value: boolean): Value => ({ kind: 'truth', value });
  if (right.kind === 'none' && (operator === 'is' || operator === 'is not')) {
    if (left.kind === 'none') return certain(operator === 'is');
    const open = left.kind === 'unknown' || left.kind === 'choice' || left.kind === 'external';
    const decided = !open && (left.kind !== 'size' || unnamed(left.size).kind === 'number');
    return decided ? certain(operator === 'is not') : UNKNOWN;
  }
  if (left.kind === 'none' && right.kind === 'list' && (operator === 'in' || operator === 'not in')) {
    const decided = right.items.every(({ value }) => ['external', 'text', 'size', 'truth'].includes(value.kind));
    return decided ? certain(operator === 'not in') : UNKNOWN;
  }
  const [one, other] = [literal(left), literal(right)];
  if (one === null || other === null) {
    const names = right.kind === 'list' && one !== null ? right.items.map(({ value }) => literal(value)) : [null];
    if (names.includes(null)) return UNKNOWN;
    if (operator === 'in') return certain(names.includes(one));
    return operator === 'not in' ? certain(!names.includes(one)) : UNKNOWN;
  }
  switch (operator) {
    case '==':
      return certain(one === other);
    case '!=':
      return certain(one !== other);
    case '<':
      return certain(one < other);
    case '>':
      return certain(one > other);
    case '<=':
      return certain(one <= other);
    case '>=':
      return certain(one >= other);
    default:
      return UNKNOWN;
  }
}

function literal(value: Value): number | string | null {
  if (value.kind === 'size') {
    const plain = unnamed(value.size);
    return plain.kind === 'number' ? plain.value : null;
  }
  return plainText(value);
}

function dictionary(
  { entries: written }: Extract<Expression, { type: 'dictionary' }>,
  value: (inner: Expression) => Value,
): Value {
  const entries = new Map<string, Value>();
  let open = false;
  for (const { key, value: expression } of written) {
    const given = value(expression);
    if (key === null) {
      if (given.kind === 'dictionary') for (const [name, inner] of given.entries) entries.set(name, inner);
      open ||= given.kind !== 'dictionary' || given.open;
      continue;
    }
    const name = literal(value(key));
    if (name === null) open = true;
    else entries.set(String(name), given);
  }
  return { kind: 'dictionary', entries, open };
}

function comprehension(
  evaluation: Evaluation,
  expression: Extract<Expression, { type: 'comprehension' }>,
  frame: Frame,
): Value {
  const inner: Frame = { ...frame, names: new Map(), parent: frame };
  const list = listOf(evaluation, []);
  const entries = new Map<string, Value>();
  const through = (clause: number): void => {
    const each = expression.clauses[clause];
    if (each === undefined) {
      const value = evaluation.evaluate(expression.body, inner);
      const key = expression.key === null ? null : plainText(evaluation.evaluate(expression.key, inner));
      if (key !== null) entries.set(key, value);
      addItem(evaluation, list, { value, loops: [], optional: expression.filtered });
      return;
    }
    for (const item of itemsOf(evaluation, evaluation.evaluate(each.iterable, inner))) {
      const outer = evaluation.loops;
      inRuns(evaluation, item, () => {
        evaluation.loops = [...outer, ...item.loops];
        assign(evaluation, each.target, item.value, inner, null);
        through(clause + 1);
        evaluation.loops = outer;
      });
    }
  };
  through(0);
  if (expression.key === null) return list;
  return { kind: 'dictionary', entries, open: entries.size < list.items.length };
}

function subscript(evaluation: Evaluation, object: Value, index: Value): Value {
  if (object.kind === 'dictionary') {
    const key = literal(index);
    const found = key === null ? undefined : object.entries.get(String(key));
    // A table of classes with a key that only the configuration knows: any of them.
    return found ?? (object.open ? UNKNOWN : choiceOf([...object.entries.values()]));
  }
  if (object.kind === 'instance') {
    const key = plainText(index);
    if (key !== null) return object.attributes.get(key) ?? UNKNOWN;
  }
  if (object.kind === 'external') return { kind: 'external', path: `${object.path}[]` };
  if (index.kind === 'size') return itemAt(evaluation, object, index.size);
  if (object.kind === 'size' && index.kind === 'text') {
    const key = plainText(index);
    return key === null ? UNKNOWN : attributeOf(evaluation, object, key);
  }
  return object.kind === 'list' ? object : UNKNOWN;
}
