import * as vscode from 'vscode';
import type { SourcePlace, SourceRange } from '../../core/source/contract.js';
import { holdsPosition } from '../../core/source/match/lookup.js';
import type { OpenTexts } from './open-texts.js';

/** A range as the editor counts it. */
export function editorRange({ start, end }: SourceRange): vscode.Range {
  return new vscode.Range(start.line, start.column, end.line, end.column);
}

/** True where a position lies in a range, its ends included. */
export function holds(range: SourceRange, { line, character }: vscode.Position): boolean {
  return holdsPosition(range, { line, column: character });
}

/** Where a place can be opened: in its open document, else in its file. */
export function locationOf(
  place: SourcePlace & { readonly nameRange?: SourceRange },
  texts: OpenTexts,
): vscode.Location {
  const document = texts.find(place);
  const isAddress = /^[a-z][\w+.-]+:/iu.test(place.file) && !/^[a-z]:\//iu.test(place.file);
  const uri = document?.uri ?? (isAddress ? vscode.Uri.parse(place.file) : vscode.Uri.file(place.file));
  return new vscode.Location(uri, editorRange(place.nameRange ?? place.range));
}
