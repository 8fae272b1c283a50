import type { ClassMatch, DefinitionMatch, SourceMatch, SourcePlace, SourcePosition } from '../contract.js';

/** Answers where a tensor is defined and what stands at a place of the code, without going through the match again. */
export class MatchLookup {
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
  definitionsIn(file: string, cell: number | null): readonly DefinitionMatch[] {
    return this.#definitions.get(keyOf({ file, cell })) ?? [];
  }

  /** Classes of a text whose instances the checkpoint has. */
  classesIn(file: string, cell: number | null): readonly ClassMatch[] {
    return this.#classes.get(keyOf({ file, cell })) ?? [];
  }

  /** The innermost definition around a place. */
  at(file: string, cell: number | null, position: SourcePosition): DefinitionMatch | null {
    const around = this.definitionsIn(file, cell).filter(
      ({ range }) => !before(position, range.start) && !before(range.end, position),
    );
    return around.reduce<DefinitionMatch | null>(
      (best, each) => (best === null || before(best.range.start, each.range.start) ? each : best),
      null,
    );
  }
}

function keyOf({ file, cell }: Pick<SourcePlace, 'file' | 'cell'>): string {
  return `${file}|${cell ?? ''}`;
}

function add<Place extends SourcePlace>(places: Map<string, Place[]>, place: Place): void {
  const list = places.get(keyOf(place));
  if (list === undefined) places.set(keyOf(place), [place]);
  else list.push(place);
}

function before(one: SourcePosition, other: SourcePosition): boolean {
  return one.line < other.line || (one.line === other.line && one.column < other.column);
}
