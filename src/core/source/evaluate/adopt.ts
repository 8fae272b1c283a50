import type { Span } from '../python/ast.js';
import type { Definition } from './definition.js';
import type { Frame } from './frame.js';
import { type ListItem, optionsOf, type Value } from './value.js';

/** Where a module got its name. */
interface Naming {
  readonly frame: Frame;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly attribute: string;
}

/** Deeper nesting of containers is not written by people. */
const MAX_DEPTH = 8;

/** Makes a statement the definition of the modules and parameters that it names first. */
export function adopt(value: Value, naming: Naming): void {
  const { frame, span, nameSpan, attribute } = naming;
  for (const option of optionsOf(value)) {
    if (option.kind !== 'instance' && option.kind !== 'parameter') continue;
    const own = option.definition;
    if (own?.attribute !== '') {
      if (own !== null || option.kind !== 'parameter') continue;
    }
    option.definition = {
      place: frame.place,
      span,
      nameSpan,
      className: frame.className,
      attribute,
      madeBy: own?.madeBy ?? 'buffer',
    };
    if (option.kind === 'instance') adoptItems(option.items, attribute, 0);
    if (option.kind === 'instance') {
      for (const [name, child] of option.attributes) {
        adoptInner(child, `${attribute}.${name}`, 0);
        // What others keep in lists is named in their own code.
        if (child.kind === 'list' && option.made === null) adoptItems(child.items, `${attribute}.${name}`, 0);
      }
    }
  }
}

/** Modules inside a container keep their own place and are called by the container's attribute and their position. */
function adoptItems(items: readonly ListItem[], attribute: string, depth: number): void {
  items.forEach(({ value }, index) => {
    adoptInner(value, `${attribute}.${positionName(items, index)}`, depth);
  });
}

/** Position of an item for people; `{i}` where it is counted, or stands behind others of unknown number. */
export function positionName(items: readonly Pick<ListItem, 'loops' | 'optional'>[], index: number): string {
  const known = items.slice(0, index + 1).every(({ loops, optional }) => loops.length === 0 && !optional);
  return known ? String(index) : '{i}';
}

function adoptInner(value: Value, attribute: string, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const option of optionsOf(value)) {
    if ((option.kind !== 'instance' && option.kind !== 'parameter') || option.definition?.attribute !== '') continue;
    option.definition = named(option.definition, attribute);
    if (option.kind !== 'instance') continue;
    adoptItems(option.items, attribute, depth + 1);
    for (const [name, child] of option.attributes) adoptInner(child, `${attribute}.${name}`, depth + 1);
  }
}

function named(definition: Definition, attribute: string): Definition {
  return { ...definition, attribute };
}
