import type { Statement } from './ast.js';
import type { SyntaxNode } from './syntax.js';

/** Statements of a body, read when they are first asked for. */
export type Statements = () => readonly Statement[];

/**
 * A top-level statement of a text. It outlives edits elsewhere: what was read of it is kept with rows counted from its first row, and its node
 * is replaced by that of the new tree.
 */
export class StatementSource {
  #node: SyntaxNode;
  #text: string;
  #own: string;
  #row: number;
  readonly startColumn: number;

  constructor(node: SyntaxNode, text: string) {
    this.#node = node;
    this.#text = text;
    this.#own = text.slice(node.startIndex, node.endIndex);
    this.#row = node.startPosition.row;
    this.startColumn = node.startPosition.column;
  }

  get node(): SyntaxNode {
    return this.#node;
  }

  /** Its own characters. */
  get text(): string {
    return this.#own;
  }

  /** Row of its first line in the text. */
  get row(): number {
    return this.#row;
  }

  textOf({ startIndex, endIndex }: SyntaxNode): string {
    return this.#text.slice(startIndex, endIndex);
  }

  /** Takes its place in a new tree of a text where its own characters are the same. */
  moveTo(node: SyntaxNode, text: string): void {
    this.#node = node;
    this.#text = text;
    // The same characters, but no longer a part of the old text, which can go.
    this.#own = text.slice(node.startIndex, node.endIndex);
    this.#row = node.startPosition.row;
  }

  /** A way to find a node inside it again, also after edits elsewhere; gives null where the tree has become another. */
  finder({ startIndex, endIndex, type }: SyntaxNode): () => SyntaxNode | null {
    const start = startIndex - this.#node.startIndex;
    const length = endIndex - startIndex;
    return () => {
      const first = this.#node.startIndex + start;
      const found = this.#node.descendantForIndex(first, first + length);
      return found?.type === type ? found : null;
    };
  }
}
