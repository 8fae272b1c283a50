import type { Statement } from './ast.js';
import { boundNames } from './bound-names.js';
import { childrenOf } from './read-expression.js';
import { readStatements } from './read-statement.js';
import { StatementSource } from './statement-source.js';
import type { PythonParser, SyntaxEdit, SyntaxNode, SyntaxPoint, SyntaxTree } from './syntax.js';

/** A top-level statement with what was read of it so far. */
export class TopStatement {
  readonly source: StatementSource;
  #read: readonly Statement[] | null = null;
  #names: readonly string[] | null = null;

  constructor(
    node: SyntaxNode,
    text: string,
    readonly cell: number | null,
  ) {
    this.source = new StatementSource(node, text);
  }

  /** Mostly one; several where the parser had to recover. */
  get statements(): readonly Statement[] {
    return (this.#read ??= readStatements([this.source.node], this.source));
  }

  /** Names that it binds in the module; `*` for an import of everything. */
  get names(): readonly string[] {
    return (this.#names ??= boundNames(this.source.node, this.source, () => this.statements));
  }
}

/** Parsed Python text: a file or a cell. Reparsed incrementally; what was read of unchanged statements is kept. */
export class PythonText {
  #text = '';
  #tree: SyntaxTree | null = null;
  #statements: readonly TopStatement[] = [];

  constructor(
    readonly parser: PythonParser,
    readonly cell: number | null,
  ) {}

  get text(): string {
    return this.#text;
  }

  get statements(): readonly TopStatement[] {
    return this.#statements;
  }

  /** Syntax tree of the text as it is; null before the first `update`. */
  get root(): SyntaxNode | null {
    return this.#tree?.rootNode ?? null;
  }

  /** Takes a new text. @returns false where it is the same. */
  update(text: string): boolean {
    if (this.#tree !== null && text === this.#text) return false;
    const before = this.#tree;
    if (before !== null) before.edit(editBetween(this.#text, text));
    const tree = this.parser.parse(text, before);
    this.#statements = this.#placed(childrenOf(tree.rootNode), text);
    this.#tree = tree;
    this.#text = text;
    before?.delete();
    return true;
  }

  dispose(): void {
    this.#tree?.delete();
    this.#tree = null;
    this.#statements = [];
  }

  #placed(nodes: readonly SyntaxNode[], text: string): TopStatement[] {
    const kept = new Map<string, TopStatement[]>();
    for (const statement of this.#statements) {
      const { text: own } = statement.source;
      const same = kept.get(own);
      if (same === undefined) kept.set(own, [statement]);
      else same.push(statement);
    }
    for (const list of kept.values()) list.reverse();
    return nodes.map((node) => {
      const statement = kept.get(text.slice(node.startIndex, node.endIndex))?.pop();
      if (statement?.source.startColumn !== node.startPosition.column) {
        return new TopStatement(node, text, this.cell);
      }
      statement.source.moveTo(node, text);
      return statement;
    });
  }
}

/** The one stretch that differs between two texts. */
function editBetween(before: string, after: string): SyntaxEdit {
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < least - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  const startPosition = pointAt(before, start, 0, { row: 0, column: 0 });
  const oldEndIndex = before.length - same;
  const newEndIndex = after.length - same;
  return {
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition,
    oldEndPosition: pointAt(before, oldEndIndex, start, startPosition),
    newEndPosition: pointAt(after, newEndIndex, start, startPosition),
  };
}

/** Row and column of a character, counted on from an earlier one. */
function pointAt(text: string, index: number, from: number, { row, column }: SyntaxPoint): SyntaxPoint {
  let rows = row;
  let lineStart = from - column;
  for (let at = text.indexOf('\n', from); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) {
    rows++;
    lineStart = at + 1;
  }
  return { row: rows, column: index - lineStart };
}
