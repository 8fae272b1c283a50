import type { PythonParser } from './syntax.js';
import { PythonText, type TopStatement } from './python-text.js';

/** A Python module: a file, or the cells of a notebook, which share their names. */
export class PythonModule {
  readonly #texts = new Map<number | null, PythonText>();
  #bindings: ReadonlyMap<string, readonly TopStatement[]> | null = null;

  constructor(
    readonly parser: PythonParser,
    readonly file: string,
  ) {}

  /** @returns false where the text is the same. */
  update(cell: number | null, text: string): boolean {
    let own = this.#texts.get(cell);
    if (own === undefined) {
      own = new PythonText(this.parser, cell);
      this.#texts.set(cell, own);
    }
    const changed = own.update(text);
    if (changed) this.#bindings = null;
    return changed;
  }

  text(cell: number | null): PythonText | null {
    return this.#texts.get(cell) ?? null;
  }

  /** Cells in order; one text for a file. */
  get texts(): readonly PythonText[] {
    return [...this.#texts.values()].sort((one, other) => (one.cell ?? 0) - (other.cell ?? 0));
  }

  /** Top-level statements by the names that they bind, in order. */
  get bindings(): ReadonlyMap<string, readonly TopStatement[]> {
    return (this.#bindings ??= this.#collect());
  }

  dispose(): void {
    for (const text of this.#texts.values()) text.dispose();
    this.#texts.clear();
    this.#bindings = null;
  }

  #collect(): Map<string, TopStatement[]> {
    const bindings = new Map<string, TopStatement[]>();
    for (const statement of this.texts.flatMap(({ statements }) => statements)) {
      for (const name of new Set(statement.names)) {
        const list = bindings.get(name);
        if (list === undefined) bindings.set(name, [statement]);
        else list.push(statement);
      }
    }
    return bindings;
  }
}
