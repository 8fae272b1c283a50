import { numberSize, type Size } from '../sizes/size.js';
import type { Evaluation } from './evaluation.js';
import type { Value } from './value.js';

/** A value as a number; an unknown of its own where it is none. */
export function asSize(evaluation: Evaluation, value: Value | undefined): Size {
  switch (value?.kind) {
    case 'size':
      return value.size;
    case 'truth':
      return numberSize(Number(value.value));
    case 'choice': {
      const sizes = value.options.filter((option) => option.kind === 'size');
      const [only, ...more] = sizes;
      return only !== undefined && more.length === 0 ? only.size : evaluation.symbol('?');
    }
    default:
      return evaluation.symbol('?');
  }
}
