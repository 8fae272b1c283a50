import type { Arguments, Evaluation } from '../evaluate/evaluation.js';
import { asSize } from '../evaluate/as-size.js';
import type { ListItem, ParameterValue, Value } from '../evaluate/value.js';
import { truthOf } from '../evaluate/value.js';
import { numberSize, type Size, sizeText } from '../sizes/size.js';

/** Reads the arguments of a layer's constructor by name or position. */
export class Given {
  constructor(
    readonly evaluation: Evaluation,
    readonly given: Arguments,
  ) {}

  value(name: string, position: number): Value | undefined {
    return this.given.named.get(name) ?? this.given.positional[position];
  }

  /** A number; an unknown where it is not given. */
  size(name: string, position: number, standard?: Size): Size {
    const value = this.value(name, position);
    return value === undefined && standard !== undefined ? standard : asSize(this.evaluation, value);
  }

  /** Whether a parameter is there: by a flag that is true unless the code says otherwise. */
  present(name: string, position: number, standard: boolean): ParameterValue['present'] {
    const value = this.value(name, position);
    if (value === undefined) return this.given.open ? { condition: name } : standard;
    return truthOf(value) ?? { condition: value.kind === 'size' ? sizeText(value.size) : name };
  }

  /** A size along each axis from a number or a list. */
  sizes(name: string, position: number, axes: number): Size[] {
    const value = this.value(name, position);
    const items = value?.kind === 'list' ? value.items : null;
    if (items?.length === axes) return items.map((item: ListItem) => asSize(this.evaluation, item.value));
    const size = value?.kind === 'size' ? value.size : this.evaluation.symbol(name);
    return Array.from({ length: axes }, () => size);
  }

  /** A shape from a number or a list; null where it is neither. */
  shape(name: string, position: number): Size[] | null {
    const value = this.value(name, position);
    if (value?.kind === 'list') return value.items.map((item) => asSize(this.evaluation, item.value));
    return value === undefined ? null : [asSize(this.evaluation, value)];
  }
}

export const ONE = numberSize(1);
