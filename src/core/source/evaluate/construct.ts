import type { ClassDeclaration } from '../python/ast.js';
import { bindFields, isFlax, nameModule, runFlax } from './flax.js';
import { isKeras, layersOfModel, nameLayer, runBuild } from './keras.js';
import { classMember } from './lineage.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { initialiseOutside } from './initialise.js';
import { definitionAt, opaqueModule } from './opaque.js';
import { partClasses } from './parts.js';
import { choiceOf, type ClassValue, type Instance, sizeValue, type Value } from './value.js';

/** Modules that are given modules that are given modules go no deeper. */
const MAX_PARTS_INSIDE = 6;

/** A class that makes itself inside itself is followed this far. */
const MAX_NESTED = 2;

/** Classes that are being made, from the outermost on. */
const open = new WeakMap<Evaluation, ClassValue[]>();

/** Makes an instance of a class of the sources by looking through its `__init__`. */
export function construct(evaluation: Evaluation, made: ClassValue, given: Arguments, site: CallSite): Value {
  const name = made.declaration.name;
  const flax = isFlax(evaluation, made);
  const keras = isKeras(evaluation, made);
  const instance = evaluation.instance({
    made,
    constructor: name,
    definition: definitionAt(site, name),
    opaque: keras,
    lazy: flax || keras,
  });
  if (flax) nameModule(evaluation, instance, name, given, site);
  if (keras) nameLayer(evaluation, instance, given, site);
  const { watched } = evaluation;
  if (watched?.declaration === made.declaration) {
    watched.given.push(given);
    instance.opaque = true;
    return instance;
  }
  const around = open.get(evaluation) ?? [];
  if (around.filter(({ declaration }) => declaration === made.declaration).length >= MAX_NESTED) {
    instance.opaque = true;
    return instance;
  }
  open.set(evaluation, [...around, made]);
  const { functional } = evaluation;
  if (keras) evaluation.functional = layersOfModel(evaluation, instance);
  initialise(evaluation, instance, made, given, site);
  if (flax) runFlax(evaluation, instance, made, site);
  if (keras) runBuild(evaluation, instance, made, site);
  evaluation.functional = functional;
  open.set(evaluation, around);
  return instance;
}

function initialise(
  evaluation: Evaluation,
  instance: Instance,
  made: ClassValue,
  given: Arguments,
  site: CallSite,
): void {
  const initialiser = classMember(evaluation, made, instance, '__init__');
  const { branches } = evaluation;
  // What is decided inside an instance is counted from its own beginning.
  if (initialiser?.kind === 'function') {
    const frame = { ...site.frame, self: { name: 'self', instance } };
    evaluation.callFunction(initialiser, given, { ...site, frame });
  } else {
    for (const outside of evaluation.lineage(made).outside)
      initialiseOutside(evaluation, instance, outside, given, site);
    if (isFlax(evaluation, made)) bindFields(evaluation, instance, made, given);
    else for (const [name, value] of given.named) if (value.kind === 'size') instance.given.set(name, value);
  }
  evaluation.branches = branches;
}

/**
 * An instance of a class with every parameter unknown but for its default, and for modules that the code tells the classes of: what the class makes
 * by itself.
 * @param around classes that it is a part of.
 */
export function constructAlone(
  evaluation: Evaluation,
  made: ClassValue,
  around: readonly ClassDeclaration[] = [],
): Instance {
  const { frame, declaration } = made;
  const site: CallSite = { frame, span: declaration.nameSpan, written: declaration.name };
  const initialiser = classMember(evaluation, made, null, '__init__');
  const named = new Map<string, Value>();
  if (initialiser?.kind === 'function') {
    const inner = [...around, declaration];
    for (const parameter of initialiser.declaration.parameters.slice(1)) {
      const { name, kind, fallback } = parameter;
      if (kind === 'list' || kind === 'dictionary') continue;
      const parts = partClasses(evaluation, made, initialiser, parameter);
      if (parts !== null) {
        named.set(name, partOf(evaluation, parts, inner, { ...site, written: '' }));
        continue;
      }
      const symbol = evaluation.symbol(name);
      const standard = fallback === null ? null : evaluation.evaluate(fallback, initialiser.frame);
      named.set(name, standard === null ? sizeValue(symbol) : { kind: 'size', size: symbol, fallback: standard });
    }
  }
  const instance = construct(evaluation, made, { positional: [], items: null, named, open: true }, site);
  return instance.kind === 'instance'
    ? instance
    : evaluation.instance({ made, constructor: declaration.name, definition: definitionAt(site, ''), opaque: true });
}

/** A module of one of these classes; nothing is known of it where there are none, or where it would be a part of itself. */
function partOf(
  evaluation: Evaluation,
  parts: readonly ClassValue[],
  around: readonly ClassDeclaration[],
  site: CallSite,
): Value {
  const inside = parts.some(({ declaration }) => around.includes(declaration));
  if (parts.length === 0 || inside || around.length > MAX_PARTS_INSIDE) return opaqueModule(evaluation, site);
  return choiceOf(parts.map((part) => constructAlone(evaluation, part, around)));
}
