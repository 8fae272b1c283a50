import type * as vscode from 'vscode';
import type { ClassMatch, DefinitionMatch } from '../../core/source/contract.js';
import { lookupOf } from '../../core/source/match/lookup.js';
import type { KnownMatch } from './known.js';
import { holds } from './places.js';
import type { SourceIndex } from './source-index.js';
import type { TextKey } from './worker/messages.js';

/** A definition under the cursor with one of the checkpoints that it belongs to. */
export interface FoundDefinition {
  readonly known: KnownMatch;
  readonly definition: DefinitionMatch;
}

/**
 * The definitions at a position, one for each checkpoint, the likeliest first. A use counts too: `self.name` in its class, and a path such as
 * `self.blocks[5].attn.qkv` anywhere.
 */
export function definitionsAt(
  index: SourceIndex,
  document: vscode.TextDocument,
  position: vscode.Position,
): readonly FoundDefinition[] {
  const key = index.texts.get(document)?.key;
  if (key === undefined) return [];
  const path = usedPath(document, position);
  return index.matchesOf(document).flatMap((known) => {
    const definition =
      lookupOf(known.match).at(key, { line: position.line, column: position.character }) ??
      (path === null ? null : definitionOfUse(known, path, key, position));
    return definition === null ? [] : [{ known, definition }];
  });
}

/** The definition that a use means: of the class around it, else the one whose tensors' names hold the path. */
function definitionOfUse(
  { match }: KnownMatch,
  path: readonly string[],
  key: TextKey,
  position: vscode.Position,
): DefinitionMatch | null {
  const [only] = path;
  if (path.length === 1) {
    const around = classesAt(match.classes, key.file, position)[0]?.name;
    const inClass = lookupOf(match)
      .definitionsIn(key)
      .filter((one) => one.className === around);
    return inClass.find(({ attribute }) => attribute === only) ?? null;
  }
  const wanted = `.${path.join('.')}.`;
  return (
    match.definitions.find(({ tensors }) =>
      tensors.some(({ names }) => names.some((name) => `.${name.replaceAll('/', '.')}`.includes(wanted))),
    ) ?? null
  );
}

/** Classes around a position, the innermost first. */
export function classesAt(
  classes: readonly ClassMatch[],
  file: string,
  position: vscode.Position,
): readonly ClassMatch[] {
  return classes
    .filter((one) => one.file === file && holds(one.range, position))
    .sort((one, other) => other.range.start.line - one.range.start.line);
}

/** The attributes of `self.a[5].b` up to the one under the cursor: `a`, `5`, `b`; null where nothing of the kind is. */
function usedPath(document: vscode.TextDocument, position: vscode.Position): readonly string[] | null {
  const chain = document.getWordRangeAtPosition(position, /\w+(?:\.\w+|\[-?\w+\])+/u);
  const word = document.getWordRangeAtPosition(position, /\w+/u);
  if (chain === undefined || word === undefined) return null;
  const path = document.getText(chain.with(undefined, word.end)).replaceAll(']', '').split(/[.[]/u).slice(1);
  return path.length === 0 ? null : path;
}
