import type { SolvedName, SourceDefinition, TensorPattern } from '../contract.js';
import { type Size, sizeText } from '../sizes/size.js';
import { type Known, type Runs, valueOf } from '../sizes/solve.js';
import type { Pair } from './cover.js';
import type { Laid } from './find-root.js';
import { patternInFile } from './pattern-in-file.js';
import { definitionKey, definitionPlace } from './places.js';

/** Tensors of one definition. */
export interface PairGroup {
  readonly pairs: readonly Pair[];
  readonly match: SourceDefinition & {
    readonly tensors: readonly TensorPattern[];
    readonly count: number;
    readonly solved: readonly SolvedName[];
  };
}

/** Gathers the tensors of each definition over all its instances. */
export function groupPairs({ covers, prefixes, naming }: Laid, known: Known): PairGroup[] {
  const groups = new Map<string, { place: SourceDefinition; pairs: Pair[]; patterns: Map<string, Pair[]> }>();
  covers.forEach((cover, index) => {
    for (const pair of cover.pairs) {
      const place = definitionPlace(pair.definition);
      const key = definitionKey(place);
      const group = groups.get(key) ?? { place, pairs: [], patterns: new Map<string, Pair[]>() };
      const pattern = naming.keepsParts
        ? patternInFile(prefixes[index] ?? '', pair.pattern, pair.tensor.name)
        : numbered(pair);
      const same = group.patterns.get(pattern);
      if (same === undefined) group.patterns.set(pattern, [pair]);
      else same.push(pair);
      group.pairs.push(pair);
      groups.set(key, group);
    }
  });
  return [...groups.values()].map(({ place, pairs, patterns }) => ({
    pairs,
    match: {
      ...place,
      tensors: [...patterns].map(([pattern, same]) => patternOf(pattern, same)).sort(weightFirst),
      count: pairs.length,
      solved: solvedNames(pairs, known),
    },
  }));
}

function weightFirst(one: TensorPattern, other: TensorPattern): number {
  return Number(other.parameter.endsWith('weight')) - Number(one.parameter.endsWith('weight'));
}

/** The pattern in the file's own names, where the code has others: its numbers stand for those of the code's pattern in turn. */
function numbered({ pattern, tensor }: Pair): string {
  const letters = pattern.match(/\{\w\}/gu) ?? [];
  const parts = tensor.name.split('.');
  const numbers = parts.filter((part) => /^\d+$/u.test(part)).length;
  if (numbers !== letters.length) return tensor.name;
  let next = 0;
  return parts.map((part) => (/^\d+$/u.test(part) ? (letters[next++] ?? part) : part)).join('.');
}

/** A layer of the sources that inherits its parameters has them by its own names; the definition has the caller's. */
function asGiven(size: Size, pair: Pair | undefined): Size {
  return pair?.inherited === true && size.kind === 'named' ? size.of : size;
}

function patternOf(pattern: string, pairs: readonly Pair[]): TensorPattern {
  const [first] = pairs;
  const rank = first?.tensor.shape.length ?? 0;
  const sameRank = pairs.every(({ tensor }) => tensor.shape.length === rank);
  const shape =
    !sameRank || first === undefined
      ? []
      : first.tensor.shape.map((size, axis) =>
          pairs.every(({ tensor }) => tensor.shape[axis] === size) ? size : null,
        );
  const symbolic = first?.value?.shape ?? null;
  const dtype = first?.tensor.dtype ?? null;
  return {
    pattern,
    parameter: first?.parameter ?? '',
    names: pairs.map(({ tensor }) => tensor.name),
    shape,
    symbolic: symbolic?.map((size) => sizeText(asGiven(size, first))) ?? null,
    dtype: pairs.every(({ tensor }) => tensor.dtype === dtype) ? dtype : null,
    bytes: pairs.reduce((sum, { tensor }) => sum + tensor.byteLength, 0),
  };
}

/** Names in the shapes of a definition that have one value over all its instances. */
function solvedNames(pairs: readonly Pair[], known: Known): SolvedName[] {
  const values = new Map<string, Set<number>>();
  const collect = (size: Size, runs: Runs): void => {
    if (size.kind === 'operation') {
      collect(size.left, runs);
      collect(size.right, runs);
    }
    if ((size.kind !== 'named' && size.kind !== 'symbol') || size.name === '?') return;
    const value = valueOf(size, known, runs);
    if (value === null) return;
    const all = values.get(size.name) ?? new Set<number>();
    all.add(value);
    values.set(size.name, all);
  };
  for (const pair of pairs) for (const size of pair.value?.shape ?? []) collect(asGiven(size, pair), pair.runs);
  return [...values].flatMap(([name, all]) => {
    const [value] = all;
    return all.size === 1 && value !== undefined ? [{ name, value }] : [];
  });
}
