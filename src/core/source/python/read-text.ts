import type { Expression } from './ast.js';
import type { StatementSource } from './statement-source.js';
import type { SyntaxNode } from './syntax.js';

/** Pieces of a text literal, with the expressions of an f-string between them. */
export function readText(
  node: SyntaxNode,
  source: StatementSource,
  read: (node: SyntaxNode | null) => Expression,
): (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  const strings = node.type === 'concatenated_string' ? node.namedChildren : [node];
  for (const child of strings.flatMap((string) => (string?.type === 'string' ? string.namedChildren : []))) {
    if (child?.type === 'string_content') parts.push(unescaped(source.textOf(child)));
    else if (child?.type === 'interpolation') parts.push(read(child.childForFieldName('expression')));
  }
  return parts;
}

/** Backslashes stay as they are but for those in front of a quote or another backslash: names and paths hold no others. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(["'\\])/gu, '$1') : text;
}
