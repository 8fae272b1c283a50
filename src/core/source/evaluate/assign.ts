import * as l10n from '@vscode/l10n';
import type { Expression, Span } from '../python/ast.js';
import { namedSize, numberSize } from '../sizes/size.js';
import { adopt } from './adopt.js';
import type { Evaluation } from './evaluation.js';
import { isFlax, setField } from './flax.js';
import type { Frame } from './frame.js';
import { itemAt } from './lists.js';
import { type Instance, sizeValue, type TextPart, UNKNOWN, type Value } from './value.js';

/**
 * Binds what stands on the left of `=`, `for` or `as`.
 * @param span of the whole statement; null where no definition can stand.
 */
export function assign(
  evaluation: Evaluation,
  target: Expression,
  value: Value,
  frame: Frame,
  span: Span | null,
): void {
  switch (target.type) {
    case 'name':
      frame.names.set(target.name, calledBy(value, target.name));
      return;
    case 'list':
      target.items.forEach((item, index) => {
        if (item.type === 'splat') assign(evaluation, item.value, UNKNOWN, frame, span);
        else assign(evaluation, item, itemAt(evaluation, value, numberSize(index)), frame, span);
      });
      return;
    case 'attribute': {
      const object = evaluation.evaluate(target.object, frame);
      // A configuration that the code changes says something else from here on.
      if (object.kind === 'size' && target.object.type === 'name')
        frame.names.set(target.object.name, sizeValue(evaluation.symbol(target.object.name)));
      if (object.kind !== 'instance') return;
      if (object.lazy && isFlax(evaluation, object.made)) {
        const naming = { frame, span: span ?? target.span, nameSpan: target.nameSpan };
        setField(evaluation, object, target.name, calledBy(value, target.name), naming);
        return;
      }
      // An attribute says more of a layer of Keras than the name that it was given.
      if (object.lazy && value.kind === 'instance' && value.called !== null)
        value.definition = { ...value.definition, attribute: '' };
      if (span !== null) adopt(value, { frame, span, nameSpan: target.nameSpan, attribute: target.name });
      setAttribute(object, target.name, calledBy(value, target.name));
      return;
    }
    case 'subscript': {
      const object = evaluation.evaluate(target.object, frame);
      const key = evaluation.evaluate(target.index, frame);
      if (key.kind !== 'text') return;
      if (object.kind === 'dictionary' && key.parts.every((part) => typeof part === 'string')) {
        object.entries.set(key.parts.join(''), value);
      } else if (object.kind === 'instance' && span !== null) {
        setNamed(evaluation, object, key.parts, value, { frame, span, nameSpan: target.index.span });
      }
      return;
    }
    default:
  }
}

/** Gives a module an attribute under a name that may hold the index of a loop; says so where the name is unknown. */
export function setNamed(
  evaluation: Evaluation,
  instance: Instance,
  parts: readonly TextPart[],
  value: Value,
  { frame, span, nameSpan }: { readonly frame: Frame; readonly span: Span; readonly nameSpan: Span },
): void {
  if (parts.includes(null)) {
    evaluation.runTimeNames.push({
      place: frame.place,
      span: nameSpan,
      reason: l10n.t('the name is built while the code runs'),
    });
    return;
  }
  const attribute = parts.map((part) => (typeof part === 'string' ? part : '{i}')).join('');
  adopt(value, { frame, span, nameSpan, attribute });
  if (parts.every((part) => typeof part === 'string')) setAttribute(instance, attribute, value);
  else instance.counted.push({ parts, value, loops: evaluation.loops.slice(instance.loops.length) });
}

function setAttribute(instance: Instance, name: string, value: Value): void {
  instance.attributes.set(name, value);
}

/** A number under the name that the code has for it. */
export function calledBy(value: Value, name: string): Value {
  if (value.kind !== 'size') return value;
  return { ...value, size: namedSize(name, value.size) };
}
