import type { Evaluation } from './evaluation.js';
import type { Frame } from './frame.js';
import type { Value } from './value.js';

/** What a name stands for in a scope; what nobody binds is taken for something from outside. */
export function lookUp(evaluation: Evaluation, frame: Frame, name: string): Value {
  for (let scope: Frame | null = frame; scope !== null; scope = scope.parent) {
    const value = scope.names.get(name);
    if (value !== undefined) return value;
  }
  return evaluation.moduleName(frame.place.module, name) ?? { kind: 'external', path: name };
}
