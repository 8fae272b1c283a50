import type { MatchedCheckpoint, MatchOutcome, TextFacts } from '../../../core/source/contract.js';
import { configFacts } from '../../../core/source/links/config-facts.js';
import { withoutCommands } from '../../../core/source/notebook.js';
import type { PythonParser } from '../../../core/source/python/syntax.js';
import { Sources } from '../../../core/source/sources.js';
import { matchWithImports } from '../../../core/source/with-imports.js';
import { ImportedFiles, type SourceFiles } from './imported-files.js';
import type { SourceLanguage, SourceTasks, TextChange, TextEdit, TextKey } from './messages.js';

interface OpenText {
  readonly key: TextKey;
  readonly language: SourceLanguage;
  text: string;
}

/** What the thread beside the editor does: keeps the open texts, reads what they say, matches checkpoints with them. */
export class SourceService {
  readonly #sources: Sources;
  readonly #imports: ImportedFiles;
  readonly #texts = new Map<string, OpenText>();
  readonly #checkpoints = new Map<string, MatchedCheckpoint>();

  constructor(parser: PythonParser, files: SourceFiles) {
    this.#sources = new Sources(parser);
    this.#imports = new ImportedFiles(this.#sources, files);
  }

  change(change: TextChange): void {
    const word = wordOf(change.key);
    if (change.kind === 'remove') {
      this.#texts.delete(word);
      this.#forget(change.key.file);
      return;
    }
    const known = this.#texts.get(word);
    if (change.kind === 'edit') {
      if (known === undefined) return;
      known.text = edited(known.text, change.edits);
      this.#take(known);
      return;
    }
    const text: OpenText = { key: change.key, language: change.language, text: change.text };
    this.#texts.set(word, text);
    this.#take(text);
  }

  facts(key: TextKey): TextFacts {
    const text = this.#texts.get(wordOf(key));
    if (text === undefined) return { links: [], numbers: [] };
    return text.language === 'python' ? this.#sources.facts(key.file, key.cell) : configFacts(text.text, text.language);
  }

  async match({ roots, wanted, keep }: SourceTasks['match']['params']): Promise<readonly MatchOutcome[]> {
    const kept = new Set(keep);
    for (const id of [...this.#checkpoints.keys()]) if (!kept.has(id)) this.#checkpoints.delete(id);
    const outcomes: MatchOutcome[] = [];
    await this.#imports.refresh();
    for (const { id, checkpoint, options } of wanted) {
      if (checkpoint !== null) this.#checkpoints.set(id, checkpoint);
      const known = this.#checkpoints.get(id);
      if (known === undefined) throw new Error(`the tensors of ${id} were not told`);
      const read = (path: string): Promise<string | null> => this.#imports.read(path, roots);
      outcomes.push(await matchWithImports(this.#sources, known, options, read));
    }
    return outcomes;
  }

  #take({ key: { file, cell }, language, text }: OpenText): void {
    if (language !== 'python') return;
    this.#imports.forget(file);
    this.#sources.update({ file, cell, text: cell === null ? text : withoutCommands(text) });
  }

  /** Drops what is known of a file, but for its other cells. */
  #forget(file: string): void {
    this.#sources.remove(file);
    for (const text of this.#texts.values()) if (text.key.file === file) this.#take(text);
  }
}

const wordOf = ({ file, cell }: TextKey): string => `${cell === null ? '' : String(cell)}\n${file}`;

/** A text after edits, each on what the ones before left. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce(
    (before, { offset, length, text: put }) => before.slice(0, offset) + put + before.slice(offset + length),
    text,
  );
}
