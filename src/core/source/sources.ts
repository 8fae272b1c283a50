import { candidatesAmong } from './candidates.js';
import type { MatchedCheckpoint, MatchOptions, MatchOutcome, SourceText, TextFacts } from './contract.js';
import { Elaborator } from './evaluate/elaborate.js';
import { functionalClass } from './evaluate/keras.js';
import type { ClassValue, FunctionValue } from './evaluate/value.js';
import { moduleFrame } from './evaluate/module-names.js';
import { textFacts } from './links/python-facts.js';
import type { CallNumbers } from './match/call-numbers.js';
import { matchClasses } from './match/match-classes.js';
import { importPaths } from './python/import-paths.js';
import { PythonModule } from './python/python-module.js';
import type { PythonParser } from './python/syntax.js';

/** A function of Keras that makes a functional model. */
const FUNCTIONAL = /\bInput\s*\([\s\S]*\bModel\s*\(/u;

/** Functions that make a model in one place or another; more are tests of it. */
const MAX_MAKERS = 8;

/** A call of a class by its name. */
function callOf(name: string): RegExp {
  return new RegExp(`(?<!class\\s+)\\b${name.replaceAll('$', '')}\\s*\\(`, 'u');
}

/**
 * Python sources as they are read and edited, and what they say about checkpoints. Texts are parsed when they are given, incrementally
 * after the first time; everything else is worked out when it is asked for. No call throws for what a text holds.
 */
export class Sources {
  readonly #modules = new Map<string, PythonModule>();
  readonly #imported = new Set<string>();
  readonly #wanted = new Map<string, readonly string[]>();
  readonly #absent = new Set<string>();

  constructor(readonly parser: PythonParser) {}

  /** Takes a file or a cell of a notebook, new or edited. */
  update(text: SourceText): void {
    this.#imported.delete(text.file);
    this.#take(text);
  }

  /** Takes a file that others import: its classes are followed, but none of them is taken for the model itself. */
  include(text: SourceText): void {
    if (!this.#modules.has(text.file)) this.#imported.add(text.file);
    this.#take(text);
  }

  /** Forgets a file with all its cells. */
  remove(file: string): void {
    this.#modules.get(file)?.dispose();
    this.#modules.delete(file);
    this.#imported.delete(file);
  }

  has(file: string): boolean {
    return this.#modules.has(file);
  }

  /** Literal names and paths of checkpoints in a text, and numbers such as `num_heads=6`. */
  facts(file: string, cell: number | null): TextFacts {
    const root = this.#modules.get(file)?.text(cell) ?? null;
    return root === null ? { links: [], numbers: [] } : textFacts(root);
  }

  /**
   * Files that the last `match` would have followed an import into: for each import the paths at which its module may lie, in order. Give the
   * first that exists to `include`, or tell `absent`, and match again.
   */
  get wanted(): readonly (readonly string[])[] {
    return [...this.#wanted.values()];
  }

  /** Tells that none of the paths of an import exists, so that it is not wanted again. */
  absent(paths: readonly string[]): void {
    this.#absent.add(paths.join('\n'));
  }

  /** How the sources and a checkpoint belong together. */
  match(checkpoint: MatchedCheckpoint, options: MatchOptions = {}): MatchOutcome {
    this.#wanted.clear();
    const elaborator = new Elaborator(
      (from, module, level) => this.#find(from, module, level),
      ({ declaration: { name } }) => this.#makersOf(name),
    );
    const classes = this.#classes(options);
    const candidates =
      options.className === undefined
        ? candidatesAmong(classes, checkpoint.tensors)
        : classes.map((made) => ({ made, hits: 0, inherits: true }));
    return matchClasses(elaborator, candidates, checkpoint, options, (file, name) => this.#numbersFor(file, name));
  }

  /** Names of the classes that the sources define, for choosing one. */
  classNames(): string[] {
    return this.#classes({}).map(({ declaration }) => declaration.name);
  }

  dispose(): void {
    for (const file of [...this.#modules.keys()]) this.remove(file);
  }

  #take({ file, cell, text }: SourceText): void {
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = new PythonModule(this.parser, file);
      this.#modules.set(file, module);
    }
    module.update(cell, text);
  }

  /** Numbers in calls of a class in a file. */
  #numbersFor(file: string, name: string): CallNumbers {
    const called = callOf(name);
    const texts = this.#modules.get(file)?.texts ?? [];
    return texts
      .filter(({ text }) => called.test(text))
      .flatMap((source) => textFacts(source).numbers.map((number) => ({ ...number, cell: source.cell })))
      .filter(({ via }) => via === name || via.endsWith(`.${name}`));
  }

  /** Functions at the top of any text that call a class by its name. */
  #makersOf(name: string): FunctionValue[] {
    const called = callOf(name);
    const makers: FunctionValue[] = [];
    for (const module of this.#modules.values()) {
      for (const { cell, statements } of module.texts) {
        for (const { source, statements: own } of statements) {
          if (makers.length === MAX_MAKERS) return makers;
          if (source.node.type !== 'function_definition' || !called.test(source.text)) continue;
          const frame = moduleFrame({ module, cell, source });
          for (const statement of own) {
            if (statement.type !== 'function') continue;
            makers.push({ kind: 'function', declaration: statement.declaration, frame, self: null, owner: null });
          }
        }
      }
    }
    return makers;
  }

  #find(from: string, module: string, level: number): PythonModule | null {
    const paths = importPaths(from, module, level);
    for (const path of paths) {
      const found = this.#modules.get(path);
      if (found !== undefined) return found;
    }
    const key = paths.join('\n');
    if (paths.length > 0 && !this.#absent.has(key)) this.#wanted.set(key, paths);
    return null;
  }

  #classes({ file, className }: MatchOptions): ClassValue[] {
    const classes: ClassValue[] = [];
    for (const module of this.#modules.values()) {
      if (this.#imported.has(module.file) || (file !== undefined && module.file !== file)) continue;
      for (const text of module.texts) {
        for (const top of text.statements) {
          const { type } = top.source.node;
          const functional = type === 'function_definition' && FUNCTIONAL.test(top.source.text);
          if (type !== 'class_definition' && type !== 'decorated_definition' && !functional) continue;
          if (className !== undefined && !top.names.includes(className)) continue;
          for (const statement of top.statements) {
            const declaration =
              statement.type === 'class'
                ? statement.declaration
                : functional && statement.type === 'function'
                  ? functionalClass(statement)
                  : null;
            if (declaration === null) continue;
            const frame = moduleFrame({ module, cell: text.cell, source: top.source });
            classes.push({ kind: 'class', declaration, frame });
          }
        }
      }
    }
    return classes;
  }
}
