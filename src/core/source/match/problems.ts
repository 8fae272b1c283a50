import * as l10n from '@vscode/l10n';
import type { Recognition } from '../../model/model.js';
import type { SourceProblem } from '../contract.js';
import type { Definition } from '../evaluate/definition.js';
import { sizeText } from '../sizes/size.js';
import { agrees, type Known, valueOf } from '../sizes/solve.js';
import type { CallNumbers } from './call-numbers.js';
import type { Laid } from './find-root.js';
import { headProblems } from './head-problems.js';
import { qkvOrderProblems } from './qkv-order.js';
import { classPlace, definitionKey, definitionPlace } from './places.js';
import { andOthers } from '../../text/lists.js';

/** Enough names in a sentence. */
const MAX_NAMES = 3;

/** A class that fits less well than this is not told what it lacks. */
const LEAST_SCORE = 0.5;

/** About what code and checkpoint disagree; nothing where the class fits so badly that it may be another model. */
export function problemsOf(laid: Laid, known: Known, recognition: Recognition, numbers: CallNumbers): SourceProblem[] {
  if (laid.inside < LEAST_SCORE) return [];
  return [
    ...sizeProblems(laid, known),
    ...biasProblems(laid),
    ...qkvOrderProblems(laid, recognition),
    ...missingProblems(laid),
    ...unexpectedProblems(laid),
    ...headProblems(laid, known, recognition, numbers),
  ];
}

function problemAt(
  definition: Definition,
  code: SourceProblem['code'],
  message: string,
  tensors: readonly string[],
): SourceProblem {
  const { file, cell, nameRange } = definitionPlace(definition);
  return { code, file, cell, range: nameRange, message, tensors: tensors.slice(0, MAX_NAMES) };
}

function sizeProblems({ covers }: Laid, known: Known): SourceProblem[] {
  const problems = new Map<string, SourceProblem>();
  for (const { definition, tensor, value, runs } of covers.flatMap(({ pairs }) => pairs)) {
    const shape = value?.shape ?? null;
    const key = definitionKey(definitionPlace(definition));
    if (shape === null || problems.has(key)) continue;
    const actual = `(${tensor.shape.join(', ')})`;
    if (shape.length !== tensor.shape.length) {
      const message = l10n.t(
        'The code gives {0} {1} axes ({2}); the checkpoint has {3}.',
        tensor.name,
        shape.length,
        shape.map(sizeText).join(', '),
        actual,
      );
      problems.set(key, problemAt(definition, 'size-differs', message, [tensor.name]));
      continue;
    }
    shape.forEach((size, axis) => {
      const worked = valueOf(size, known, runs);
      const real = tensor.shape[axis];
      if (worked === null || real === undefined || agrees(worked, real) || problems.has(key)) return;
      const text = sizeText(size);
      const says = text === String(worked) ? text : `${text} = ${worked}`;
      const message = l10n.t('The code says {0} where {1} has {2}; its shape is {3}.', says, tensor.name, real, actual);
      problems.set(key, problemAt(definition, 'size-differs', message, [tensor.name]));
    });
  }
  return [...problems.values()];
}

/** A layer whose weight is there, and whose bias is on one side only. */
function biasProblems({ covers }: Laid): SourceProblem[] {
  const lacking = gathered(
    covers.flatMap(({ missing, pairs }) => {
      const present = new Set(pairs.map(({ definition }) => definition));
      return missing.filter(({ certain, path, definition }) => certain && isBias(path) && present.has(definition));
    }),
  );
  const problems = lacking.map(([definition, paths]) =>
    problemAt(
      definition,
      'bias-differs',
      l10n.t('The code gives {0} a bias; the checkpoint has no {1}.', definition.attribute, firstOf(paths)),
      paths,
    ),
  );
  for (const { extra, pairs } of covers) {
    const weights = new Map(pairs.map((pair) => [pair.tensor.name, pair.definition]));
    const surplus = extra.flatMap(({ name }) => {
      const definition = isBias(name) ? weights.get(name.replace(/bias$/u, 'weight')) : undefined;
      return definition === undefined ? [] : [{ definition, path: name }];
    });
    for (const [definition, paths] of gathered(surplus)) {
      const message = l10n.t(
        'The code gives {0} no bias; the checkpoint has {1}.',
        definition.attribute,
        firstOf(paths),
      );
      problems.push(problemAt(definition, 'bias-differs', message, paths));
    }
  }
  return problems;
}

function isBias(name: string): boolean {
  return /(?:^|[._])bias$/u.test(name);
}

function gathered(
  all: readonly { readonly definition: Definition; readonly path: string }[],
): [Definition, string[]][] {
  const groups = new Map<string, [Definition, string[]]>();
  for (const { definition, path } of all) {
    const key = definitionKey(definitionPlace(definition));
    const group = groups.get(key) ?? [definition, []];
    group[1].push(path);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function missingProblems({ covers }: Laid): SourceProblem[] {
  const missing = covers.flatMap(({ missing: all, pairs }) => {
    const present = new Set(pairs.map(({ definition }) => definition));
    return all.filter(({ certain, path, definition }) => certain && !(isBias(path) && present.has(definition)));
  });
  return gathered(missing.filter(({ definition }) => definition.attribute !== '')).map(([definition, paths]) =>
    problemAt(
      definition,
      'missing-tensors',
      l10n.t('The code makes {0}; the checkpoint has no {1}.', definition.attribute, firstOf(paths)),
      paths,
    ),
  );
}

/** Tensors under the class's own names that it has no attribute for. */
function unexpectedProblems({ covers, made }: Laid): SourceProblem[] {
  const names = covers.flatMap(({ extra, pairs }) => {
    const weights = new Set(pairs.map(({ tensor }) => tensor.name));
    return extra
      .map(({ name }) => name)
      .filter((name) => !(isBias(name) && weights.has(name.replace(/bias$/u, 'weight'))));
  });
  if (names.length === 0) return [];
  const { file, cell, nameRange, name } = classPlace(made);
  const message = l10n.t('{0} has no attribute for {1} of the checkpoint.', name, firstOf(names));
  return [{ code: 'unexpected-tensors', file, cell, range: nameRange, message, tensors: names.slice(0, MAX_NAMES) }];
}

function firstOf(names: readonly string[]): string {
  return andOthers(names[0] ?? '', names.length - 1);
}
