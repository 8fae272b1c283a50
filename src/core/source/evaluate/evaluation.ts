import type { CallExpression, Expression, ImportedName, Span, Statement } from '../python/ast.js';
import type { PythonModule } from '../python/python-module.js';
import type { Loop, Size } from '../sizes/size.js';
import type { Definition } from './definition.js';
import type { Frame, Place } from './frame.js';
import type { ClassValue, FunctionValue, Instance, ListItem, Value } from './value.js';

/** What a call gives. */
export interface Arguments {
  readonly positional: readonly Value[];
  /** The same with the loops and conditions that add them; null where each is given just once. */
  readonly items: readonly ListItem[] | null;
  readonly named: ReadonlyMap<string, Value>;
  /** True where it gives more than can be known, as in `f(**kwargs)`. */
  readonly open: boolean;
}

/** Where a call stands. */
export interface CallSite {
  readonly frame: Frame;
  readonly span: Span;
  /** The callee as the code writes it. */
  readonly written: string;
}

/** A name that the code builds while it runs. */
export interface RunTimeNameSite {
  readonly place: Place;
  readonly span: Span;
  readonly reason: string;
}

/** The module whose `@nn.compact` method is looked through, and what it has made so far. */
export interface CompactScope {
  readonly module: Instance;
  /** Modules of a class that were named by it; null where that depends on what runs. */
  counts: ReadonlyMap<string, number | null>;
  /** Made by the loop around, which gives them their numbers at its end. */
  waiting: Waiting[];
}

/** A module without a name yet; `sure` where each run of the one loop around makes it. */
export interface Waiting {
  readonly module: Instance;
  readonly className: string;
  readonly naming: { readonly frame: Frame; readonly span: Span; readonly nameSpan: Span };
  readonly sure: boolean;
}

/** One look through the code of a class: what its parts need of each other. */
export interface Evaluation {
  /** Loops and conditions around the code that is looked at. */
  loops: readonly Loop[];
  branches: number;
  /** True while parameters are taken for their defaults. */
  assuming: boolean;
  /** Calls inside calls. */
  depth: number;
  readonly runTimeNames: RunTimeNameSite[];
  /** Null outside of Flax's compact methods. */
  compact: CompactScope | null;
  /** The layers of the Keras model that is being made; null outside of one. */
  functional: Instance | null;
  /** A class whose constructor's calls are noted down instead of followed; null for none. */
  watched: { readonly declaration: ClassValue['declaration']; readonly given: Arguments[] } | null;
  /** Functions of the sources whose text calls a class. */
  makersOf(made: ClassValue): readonly FunctionValue[];
  /** Counts the work; false when it is more than a model's code can need. */
  spend(): boolean;
  evaluate(expression: Expression, frame: Frame): Value;
  /** Looks through statements. @returns true where it has certainly returned. */
  run(statements: readonly Statement[], frame: Frame): boolean;
  call(callee: Value, given: Arguments, site: CallSite): Value;
  callFunction(callee: FunctionValue, given: Arguments, site: CallSite): Value;
  construct(made: ClassValue, given: Arguments, site: CallSite): Value;
  argumentsOf(call: CallExpression, frame: Frame): Arguments;
  /** A name of a module's own scope; null where it has none. */
  moduleName(module: PythonModule, name: string): Value | null;
  /** What an import in a file binds. */
  imported(file: string, name: ImportedName): Value;
  /** Classes from a class to its last base in the order of lookup, and the bases that are not in the sources. */
  lineage(made: ClassValue): Lineage;
  /** A loop of its own. */
  loop(): Loop;
  /** An unknown of its own, another one in each run of the loops around. */
  symbol(name: string): Size;
  instance(parts: {
    made: ClassValue | null;
    constructor: string;
    definition: Definition;
    opaque: boolean;
    part?: boolean;
    lazy?: boolean;
  }): Instance;
}

export interface Lineage {
  readonly classes: readonly ClassValue[];
  /** Dotted paths. */
  readonly outside: readonly string[];
}

/** Finds the module that an import in a file means; null where it is not in the sources. */
export type FindModule = (from: string, module: string, level: number) => PythonModule | null;
