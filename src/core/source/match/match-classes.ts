import * as l10n from '@vscode/l10n';
import type { Candidate } from '../candidates.js';
import type { ClassPlace, MatchedCheckpoint, MatchOptions, MatchOutcome } from '../contract.js';
import type { Elaborator } from '../evaluate/elaborate.js';
import type { ClassValue } from '../evaluate/value.js';
import type { CallNumbers } from './call-numbers.js';
import { solve } from '../sizes/solve.js';
import { equationsOf } from './equations.js';
import { lay, layAgain, type Laid, ownTensors } from './find-root.js';
import { nameTree, type NameNode } from './name-tree.js';
import { classPlace } from './places.js';
import { namingsOf, type Naming } from './renamings.js';
import { describe } from './describe.js';

/** Sources with more classes are libraries: the rest is not tried as the model itself. */
const MAX_CLASSES = 2_000;

/** A class fits when it has places for this share of all tensors, */
const LEAST_SCORE = 0.5;
/** or of those under its own prefix, where the file holds more than one model, */
const LEAST_INSIDE = 0.8;
/** and these are a part of the file worth naming. */
const LEAST_OF_ALL = 0.15;

/** Fewer tensors than this say nothing about a class. */
const LEAST_TENSORS = 4;

/** Scores closer than this are ties. */
const SAME = 0.001;

/** Enough classes in an answer. */
const MAX_NAMED = 5;

/** A class that fits as well as this is not outdone by one that names fewer of the tensors and inherits nothing. */
const SURE_SCORE = 0.999;

/** Names as the code may have them: as they are in the file, and under each renaming that changes some. */
interface NamedTree {
  readonly naming: Naming;
  readonly tree: NameNode;
  readonly total: number;
}

function namedTrees({ tensors }: MatchedCheckpoint): NamedTree[] {
  return namingsOf(tensors).map((naming) => {
    const tree = nameTree(tensors, (tensor) => naming.partsOf(tensor));
    return { naming, tree, total: ownTensors(tree) };
  });
}

/** Finds the class that fits a checkpoint best and says how they belong together. */
export function matchClasses(
  elaborator: Elaborator,
  candidates: readonly Candidate[],
  checkpoint: MatchedCheckpoint,
  options: MatchOptions,
  numbersFor: (file: string, name: string) => CallNumbers,
): MatchOutcome {
  const trees = namedTrees(checkpoint);
  const laid = layAll(elaborator, candidates.slice(0, MAX_CLASSES), trees);
  const [first] = laid;
  const asked = options.className !== undefined;
  if (first === undefined || (!asked && !fits(first))) {
    return {
      kind: 'none',
      reason: reasonFor(options, candidates.length, first),
      closest: laid.slice(0, MAX_NAMED).map(({ made }) => classPlace(made)),
    };
  }
  const ties: ClassPlace[] = laid
    .slice(1)
    .filter(({ score }) => first.score - score < SAME)
    .slice(0, MAX_NAMED)
    .map(({ made }) => classPlace(made));
  const named = trees.find(({ naming }) => naming === first.naming);
  if (named === undefined) throw new Error('a class was laid over names that are not there');
  const known = solve(equationsOf(first));
  const settled = layAgain(first, named.tree, known, named.total);
  return { kind: 'matched', match: describe(settled, solve(equationsOf(settled)), checkpoint, ties, numbersFor) };
}

/** Lays the candidates over the names, the best first. */
function layAll(elaborator: Elaborator, candidates: readonly Candidate[], trees: readonly NamedTree[]): Laid[] {
  const all: Laid[] = [];
  let sure: Candidate | null = null;
  for (const candidate of candidates) {
    if (sure !== null && candidate.hits < sure.hits && !candidate.inherits) continue;
    const laid = bestNaming(elaborator, candidate.made, trees);
    if (laid === null) continue;
    all.push(laid);
    if (laid.score >= SURE_SCORE) sure ??= candidate;
  }
  return all.sort((one, other) => other.score - one.score);
}

function bestNaming(elaborator: Elaborator, made: ClassValue, trees: readonly NamedTree[]): Laid | null {
  const elaborated = elaborator.elaborate(made);
  let best: Laid | null = null;
  for (const tree of trees) {
    const laid = lay(elaborator, made, tree, elaborated);
    if (laid !== null && (best === null || laid.score > best.score + SAME)) best = laid;
  }
  return best;
}

function fits({ score, inside, covers }: Laid): boolean {
  const tensors = covers.reduce((sum, { pairs }) => sum + pairs.length, 0);
  return tensors >= LEAST_TENSORS && (score >= LEAST_SCORE || (inside >= LEAST_INSIDE && score >= LEAST_OF_ALL));
}

function reasonFor({ className }: MatchOptions, classes: number, best: Laid | undefined): string {
  if (className !== undefined) {
    return classes === 0
      ? l10n.t('The sources define no class {0}', className)
      : l10n.t("No attribute of {0} occurs in the names of the checkpoint's tensors", className);
  }
  if (best === undefined)
    return l10n.t('No class of the sources makes modules by the names of the checkpoint’s tensors');
  const share = Math.round(best.score * 100);
  return l10n.t(
    'No class of the sources fits the checkpoint: the closest, {0}, has places for {1} % of the tensors',
    best.made.declaration.name,
    share,
  );
}
