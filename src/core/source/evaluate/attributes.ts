import { sizeText, unnamed } from '../sizes/size.js';
import type { Evaluation } from './evaluation.js';
import { fieldOf } from './flax.js';
import { classMember } from './lineage.js';
import { choiceOf, type Instance, sizeValue, UNKNOWN, type Value } from './value.js';

/** `value.name`. */
export function attributeOf(evaluation: Evaluation, value: Value, name: string): Value {
  switch (value.kind) {
    case 'external':
      return { kind: 'external', path: `${value.path}.${name}` };
    case 'module':
      return evaluation.moduleName(value.module, name) ?? UNKNOWN;
    case 'instance':
      return memberOf(evaluation, value, name);
    case 'class':
      return classMember(evaluation, value, null, name) ?? UNKNOWN;
    case 'size': {
      // A configuration or another object that is handed in: its attributes are unknowns of their own.
      const symbol = unnamed(value.size);
      if (symbol.kind !== 'symbol') return UNKNOWN;
      return sizeValue({ ...symbol, id: `${symbol.id}.${name}`, name: `${sizeText(value.size)}.${name}` });
    }
    case 'choice': {
      const options = value.options
        .map((option) => attributeOf(evaluation, option, name))
        .filter(({ kind }) => kind !== 'unknown');
      return choiceOf(options);
    }
    case 'dictionary':
      return value.entries.get(name) ?? UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function memberOf(evaluation: Evaluation, instance: Instance, name: string): Value {
  const own = fieldOf(instance, name) ?? instance.attributes.get(name);
  if (own !== undefined) return own;
  if (instance.made === null) return sizeOfLayer(evaluation, instance, name);
  return classMember(evaluation, instance.made, instance, name) ?? UNKNOWN;
}

/** `self.fc.in_features` and the like: what the layer was given. */
function sizeOfLayer(evaluation: Evaluation, instance: Instance, name: string): Value {
  const given = instance.given.get(name);
  if (given !== undefined) return given;
  return instance.opaque ? sizeValue(evaluation.symbol(name)) : UNKNOWN;
}
