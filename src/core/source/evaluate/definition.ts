import type { Span } from '../python/ast.js';
import type { Place } from './frame.js';

/** The place of the code that makes a layer or parameter; one for all modules that are made there. */
export interface Definition {
  readonly place: Place;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly className: string;
  readonly attribute: string;
  readonly madeBy: string;
}
