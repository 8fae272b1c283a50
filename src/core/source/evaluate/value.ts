import type { ClassDeclaration, Expression, FunctionDeclaration, Parameter } from '../python/ast.js';
import type { PythonModule } from '../python/python-module.js';
import type { Definition } from './definition.js';
import type { Frame } from './frame.js';
import type { Loop, Size } from '../sizes/size.js';

/** What an expression of the code stands for, as far as it can be known without running it. */
export type Value =
  | { readonly kind: 'size'; readonly size: Size; readonly fallback: Value | null }
  | { readonly kind: 'text'; readonly parts: readonly TextPart[] }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'none' }
  | ListValue
  /** `open` where it may hold more than is known. */
  | { readonly kind: 'dictionary'; readonly entries: Map<string, Value>; readonly open: boolean }
  /** A module of the sources as a whole, as `import a.b` binds it. */
  | { readonly kind: 'module'; readonly module: PythonModule }
  | ClassValue
  /** Something outside of the sources by its dotted path, such as `torch.nn.Linear`. */
  | { readonly kind: 'external'; readonly path: string }
  | FunctionValue
  | {
      readonly kind: 'lambda';
      readonly parameters: readonly Parameter[];
      readonly body: Expression;
      readonly frame: Frame;
    }
  | {
      readonly kind: 'partial';
      readonly callee: Value;
      readonly positional: readonly Value[];
      readonly named: ReadonlyMap<string, Value>;
    }
  | Instance
  | ParameterValue
  /** A tensor that is no parameter yet; null for an unknown shape. */
  | { readonly kind: 'tensor'; readonly shape: readonly Size[] | null }
  /** One of several, which the code decides while it runs. */
  | { readonly kind: 'choice'; readonly options: readonly Value[] }
  | { readonly kind: 'unknown' };

/** A piece of a text: written, an index of a loop, or something unknown. */
export type TextPart = string | { readonly index: Size } | null;

/** A list, which the code may go on filling. */
export interface ListValue {
  readonly kind: 'list';
  readonly items: ListItem[];
  /** Set where it is made anew at every place that is asked for, as `range(depth)` is: the loop whose index it counts. */
  readonly loops: readonly Loop[];
  readonly branches: number;
}

/** An item; `loops` are the loops that add it again and again. */
export interface ListItem {
  readonly value: Value;
  readonly loops: readonly Loop[];
  /** True where a condition decides whether it is added. */
  readonly optional: boolean;
}

export interface ClassValue {
  readonly kind: 'class';
  readonly declaration: ClassDeclaration;
  readonly frame: Frame;
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly declaration: FunctionDeclaration;
  readonly frame: Frame;
  /** The instance and class that it is a method of. */
  readonly self: Instance | null;
  readonly owner: ClassValue | null;
}

/** A module that the code makes. */
export interface Instance {
  readonly kind: 'instance';
  readonly id: number;
  /** Class of the sources; null for one from outside. */
  readonly made: ClassValue | null;
  /** Constructor as the code calls it. */
  readonly madeBy: string;
  attributes: Map<string, Value>;
  /** Attributes whose names hold an index of a loop. */
  readonly counted: CountedAttribute[];
  /** Children by position: of `Sequential`, `ModuleList` and the like. */
  readonly items: ListItem[];
  /** Loops and branches in which it was made, against which later additions are counted. */
  readonly loops: readonly Loop[];
  readonly branches: number;
  /** True for a part of a layer from outside, such as the output projection of `nn.MultiheadAttention`: it has no definition of its own. */
  readonly part: boolean;
  /** True where it may have children or parameters that are not known. */
  opaque: boolean;
  definition: Definition;
  /** Names of its constructor's parameters and what they were given. */
  readonly given: Map<string, Value>;
  /** True where it has its parameters from being called, as in Flax and Keras: one that is never called has none. */
  readonly lazy: boolean;
  /** True where its class is only what a parameter is by default. */
  assumed?: true;
  /** The name that its maker gave it; null for none. */
  called: readonly TextPart[] | null;
}

export interface CountedAttribute {
  readonly parts: readonly TextPart[];
  readonly value: Value;
  readonly loops: readonly Loop[];
  /** Set where the first has no number and the others have theirs behind `_`, as Keras counts the layers of a list. */
  readonly firstPlain?: true;
}

/** A parameter or a buffer of a module. */
export interface ParameterValue {
  readonly kind: 'parameter';
  readonly shape: readonly Size[] | null;
  /** Null where it belongs to the layer that holds it. */
  definition: Definition | null;
  readonly buffer: boolean;
  /** False where it may be left out, true where it must be there; a condition of the code where that decides. */
  readonly present: boolean | { readonly condition: string };
}

export const UNKNOWN: Value = { kind: 'unknown' };
export const NONE: Value = { kind: 'none' };

/** A size without a fallback. */
export function sizeValue(size: Size): Value {
  return { kind: 'size', size, fallback: null };
}

/** All that a value may be. */
export function optionsOf(value: Value): readonly Value[] {
  return value.kind === 'choice' ? value.options : [value];
}

/** More alternatives than anybody writes. */
const MAX_OPTIONS = 12;

/** One of several; those that are the same count once. */
export function choiceOf(values: readonly Value[]): Value {
  const options: Value[] = [];
  for (const value of values.flatMap(optionsOf)) {
    if (options.length < MAX_OPTIONS && !options.some((other) => sameValue(other, value))) options.push(value);
  }
  const [only, ...more] = options;
  return only === undefined ? UNKNOWN : more.length === 0 ? only : { kind: 'choice', options };
}

function sameValue(one: Value, other: Value): boolean {
  if (one === other) return true;
  if (one.kind === 'none' || one.kind === 'unknown') return one.kind === other.kind;
  if (one.kind === 'truth') return other.kind === 'truth' && one.value === other.value;
  if (one.kind === 'external') return other.kind === 'external' && one.path === other.path;
  if (one.kind === 'class') return other.kind === 'class' && one.declaration === other.declaration;
  if (one.kind === 'size' && other.kind === 'size') {
    return (
      one.size === other.size ||
      (one.size.kind === 'number' && other.size.kind === 'number' && one.size.value === other.size.value)
    );
  }
  return false;
}

/** True or false where the code leaves no doubt, else null. */
export function truthOf(value: Value): boolean | null {
  switch (value.kind) {
    case 'truth':
      return value.value;
    case 'none':
      return false;
    case 'size':
      return value.size.kind === 'number' ? value.size.value !== 0 : null;
    case 'text':
      return value.parts.every((part) => typeof part === 'string') ? value.parts.join('') !== '' : null;
    case 'class':
    case 'external':
    case 'function':
    case 'lambda':
    case 'partial':
    case 'instance':
    case 'parameter':
      return value.kind === 'external' ? null : true;
    case 'list':
      return value.items.some(({ optional, loops }) => !optional && loops.length === 0)
        ? true
        : value.items.length === 0
          ? false
          : null;
    default:
      return null;
  }
}

/** A text that is written out whole; null for one with unknown pieces. */
export function plainText(value: Value | undefined): string | null {
  if (value?.kind !== 'text') return null;
  return value.parts.every((part) => typeof part === 'string') ? value.parts.join('') : null;
}
