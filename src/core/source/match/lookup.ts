import type {
  ClassMatch,
  DefinitionMatch,
  SourceMatch,
  SourcePlace,
  SourcePosition,
  SourceRange,
} from '../contract.js';

const lookups = new WeakMap<SourceMatch, MatchLookup>();

/** The lookup of a match; made when it is first asked for. */
export function lookupOf(match: SourceMatch): MatchLookup {
  const known = lookups.get(match);
  if (known !== undefined) return known;
  const lookup = new MatchLookup(match);
  lookups.set(match, lookup);
  return lookup;
}

/** Answers where a tensor is defined and what stands at a place of the code, without going through the match again. */
class MatchLookup {
  readonly #byTensor = new Map<string, DefinitionMatch>();
  readonly #definitions = new Map<string, DefinitionMatch[]>();
  readonly #classes = new Map<string, ClassMatch[]>();

  constructor(match: SourceMatch) {
    for (const definition of match.definitions) {
      add(this.#definitions, definition);
      for (const { names } of definition.tensors) for (const name of names) this.#byTensor.set(name, definition);
    }
    for (const each of match.classes) add(this.#classes, each);
  }

  /** The definition that a tensor of the checkpoint comes from. */
  ofTensor(name: string): DefinitionMatch | null {
    return this.#byTensor.get(name) ?? null;
  }

  /** Definitions of a text, from top to bottom. */
  definitionsIn({ file, cell }: TextPlace): readonly DefinitionMatch[] {
    return this.#definitions.get(keyOf({ file, cell })) ?? [];
  }

  /** Classes of a text whose instances the checkpoint has. */
  classesIn({ file, cell }: TextPlace): readonly ClassMatch[] {
    return this.#classes.get(keyOf({ file, cell })) ?? [];
  }

  /** The innermost definition around a place. */
  at(text: TextPlace, position: SourcePosition): DefinitionMatch | null {
    const around = this.definitionsIn(text).filter(({ range }) => holdsPosition(range, position));
    return around.reduce<DefinitionMatch | null>(
      (best, each) => (best === null || extent(each) < extent(best) ? each : best),
      null,
    );
  }
}

type TextPlace = Pick<SourcePlace, 'file' | 'cell'>;

function keyOf({ file, cell }: TextPlace): string {
  return `${file}|${cell ?? ''}`;
}

function add<Place extends SourcePlace>(places: Map<string, Place[]>, place: Place): void {
  const list = places.get(keyOf(place));
  if (list === undefined) places.set(keyOf(place), [place]);
  else list.push(place);
}

/** Wider than any line. */
const LINE = 1_000_000;

function extent({ range: { start, end } }: DefinitionMatch): number {
  return (end.line - start.line) * LINE + (end.column - start.column);
}

/** True where a position lies in a range, its ends included. */
export function holdsPosition({ start, end }: SourceRange, at: SourcePosition): boolean {
  return !before(at, start) && !before(end, at);
}

function before(one: SourcePosition, other: SourcePosition): boolean {
  return one.line < other.line || (one.line === other.line && one.column < other.column);
}
