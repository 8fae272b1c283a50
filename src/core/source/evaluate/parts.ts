import type { FunctionDeclaration, Parameter } from '../python/ast.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import type { Frame } from './frame.js';
import { isKerasPath } from './keras.js';
import { type ClassValue, optionsOf, plainText, type Value } from './value.js';

/** A base class whose instances have parameters. */
const MODULE = /(?:^|\.)(?:Module|LightningModule)$|PreTrainedModel$/u;

/** A class that any module fits. */
const ANY_MODULE = /(?:^|\.)nn\.Module$|(?:^|\.)keras\.(?:Layer|Model)$/u;

/** Classes that are made of one another are followed this far. */
const MAX_PARTS = 4;

/**
 * The classes of modules that a constructor's parameter may be given, as the code says it: by its annotation, or where that names no class of
 * the sources, by what functions of the sources give it. Empty for a module of which neither tells; null for what is no module, and where a default
 * says what it is.
 */
export function partClasses(
  evaluation: Evaluation,
  made: ClassValue,
  { declaration, frame }: { readonly declaration: FunctionDeclaration; readonly frame: Frame },
  parameter: Parameter,
): readonly ClassValue[] | null {
  const { annotation, fallback } = parameter;
  if (annotation === undefined || fallback !== null) return null;
  // A name that is not bound yet may stand in quotes.
  const written = annotation.type === 'text' ? plainText(evaluation.evaluate(annotation, frame)) : null;
  const said =
    written === null
      ? evaluation.evaluate(annotation, frame)
      : /^\w+$/u.test(written)
        ? evaluation.moduleName(frame.place.module, written)
        : null;
  if (said?.kind === 'class') return isModule(evaluation, said) ? [said] : null;
  if (said?.kind !== 'external' || !ANY_MODULE.test(said.path)) return null;
  const position = declaration.parameters.indexOf(parameter) - 1;
  return classesGiven(evaluation, made, parameter, position);
}

function isModule(evaluation: Evaluation, made: ClassValue): boolean {
  return evaluation.lineage(made).outside.some((path) => MODULE.test(path) || isKerasPath(path));
}

/** Classes of what the calls of a class give as a parameter; empty where one of them gives something else. */
function classesGiven(
  evaluation: Evaluation,
  made: ClassValue,
  { name }: Parameter,
  position: number,
): readonly ClassValue[] {
  const values = callsOf(evaluation, made).map(({ named, positional }) => named.get(name) ?? positional[position]);
  const classes = new Map<ClassValue['declaration'], ClassValue>();
  for (const value of values.flatMap((each) => (each === undefined ? [null] : [...optionsOf(each)]))) {
    if (value?.kind !== 'instance' || value.made === null || !isModule(evaluation, value.made)) return [];
    classes.set(value.made.declaration, value.made);
  }
  return classes.size > MAX_PARTS ? [] : [...classes.values()];
}

const known = new WeakMap<Evaluation, Map<ClassValue['declaration'], readonly Arguments[]>>();

/** What functions of the sources give a class, looked through with their parameters unknown. */
function callsOf(evaluation: Evaluation, made: ClassValue): readonly Arguments[] {
  const all = known.get(evaluation) ?? new Map<ClassValue['declaration'], readonly Arguments[]>();
  known.set(evaluation, all);
  const found = all.get(made.declaration);
  if (found !== undefined) return found;
  // One that makes itself through others has no calls while they are looked for.
  all.set(made.declaration, []);
  const { watched, runTimeNames } = evaluation;
  const namesBefore = runTimeNames.length;
  const given: Arguments[] = [];
  for (const maker of evaluation.makersOf(made)) {
    const { declaration, frame } = maker;
    const site: CallSite = { frame, span: declaration.nameSpan, written: declaration.name };
    evaluation.watched = { declaration: made.declaration, given };
    evaluation.callFunction(maker, { positional: [], items: null, named: new Map<string, Value>(), open: true }, site);
  }
  evaluation.watched = watched;
  // They are told where the model is made, and not where one is looked for.
  runTimeNames.length = namesBefore;
  all.set(made.declaration, given);
  return given;
}
