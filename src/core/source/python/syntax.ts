/** A place in a text as the parser counts: from 0, columns in UTF-16 units. */
export interface SyntaxPoint {
  readonly row: number;
  readonly column: number;
}

/** A node of the concrete syntax tree; as much of tree-sitter's as the reader uses. */
export interface SyntaxNode {
  readonly type: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly startPosition: SyntaxPoint;
  readonly endPosition: SyntaxPoint;
  readonly namedChildren: readonly (SyntaxNode | null)[];
  readonly parent: SyntaxNode | null;
  childForFieldName(name: string): SyntaxNode | null;
  childrenForFieldName(name: string): readonly (SyntaxNode | null)[];
  /** The smallest node that spans these characters. */
  descendantForIndex(start: number, end: number): SyntaxNode | null;
}

/** Where a text changed, for reparsing. */
export interface SyntaxEdit {
  readonly startIndex: number;
  readonly oldEndIndex: number;
  readonly newEndIndex: number;
  readonly startPosition: SyntaxPoint;
  readonly oldEndPosition: SyntaxPoint;
  readonly newEndPosition: SyntaxPoint;
}

/** A parsed text. */
export interface SyntaxTree {
  readonly rootNode: SyntaxNode;
  edit(edit: SyntaxEdit): void;
  /** Gives its memory back. */
  delete(): void;
}

/** Tree-sitter with the grammar of Python; `host/source/python-parser` loads it. */
export interface PythonParser {
  /** @param previous tree of the text before, with the edit told. */
  parse(text: string, previous: SyntaxTree | null): SyntaxTree;
}
