import type { PythonModule } from '../python/python-module.js';
import type { StatementSource } from '../python/statement-source.js';
import type { ClassValue, Instance, Value } from './value.js';

/** The top-level statement that a piece of code stands in. */
export interface Place {
  readonly module: PythonModule;
  readonly cell: number | null;
  readonly source: StatementSource;
}

/** Names of one scope while its code is looked through. */
export interface Frame {
  readonly place: Place;
  names: Map<string, Value>;
  /** The scope around it; null for the module's own. */
  readonly parent: Frame | null;
  /** Class in whose text it stands, else the function; for people. */
  readonly className: string;
  /** The module that its method makes, and the name that it has there. */
  readonly self: { readonly name: string; readonly instance: Instance } | null;
  /** Class whose method it is, for `super()`. */
  readonly owner: ClassValue | null;
  readonly returned: Value[];
}
