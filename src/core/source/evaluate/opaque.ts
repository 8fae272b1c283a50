import type { CallSite, Evaluation } from './evaluation.js';
import type { Instance } from './value.js';

/** A module, perhaps, of which nothing is known but where it is made. */
export function opaqueModule(evaluation: Evaluation, site: CallSite, constructor = site.written): Instance {
  return evaluation.instance({ made: null, constructor, definition: definitionAt(site, constructor), opaque: true });
}

/** The place of a call, before an attribute names what it makes. */
export function definitionAt({ frame, span }: CallSite, constructor: string): Instance['definition'] {
  return { place: frame.place, span, nameSpan: span, className: frame.className, attribute: '', madeBy: constructor };
}
