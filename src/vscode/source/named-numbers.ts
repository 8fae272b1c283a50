import type * as vscode from 'vscode';
import type { TextFacts } from '../../core/source/contract.js';
import type { KnownFile } from './known.js';
import type { ResolvedLink, SourceIndex } from './source-index.js';

type NamedNumber = TextFacts['numbers'][number];

/** The checkpoint that a number in a call or a configuration is about; null where there is no telling. */
export function fileOfNumber(index: SourceIndex, document: vscode.TextDocument, number: NamedNumber): KnownFile | null {
  const link = linkOfNumber(index, document, number);
  const named = link?.uri == null ? null : index.named(link.uri);
  if (named !== null) return named;
  const called = calledClass(number);
  return index.matches.find(({ match }) => match.root.name === called) ?? null;
}

const calledClass = ({ via }: NamedNumber): string => via.split('.').at(-1) ?? '';

/**
 * The link that a number is about: the one whose call holds it, or that names a checkpoint of the class which is called; in a configuration
 * that names one checkpoint, all numbers are about that one.
 */
export function linkOfNumber(
  index: SourceIndex,
  document: vscode.TextDocument,
  number: NamedNumber,
): ResolvedLink | null {
  const links = index.links(document).filter(({ uri }) => uri !== null);
  const [first] = links;
  if (document.languageId !== 'python' && links.length === 1 && first !== undefined) return first;
  const around = links.find((link) => surrounds(link, number));
  if (around !== undefined) return around;
  const called = calledClass(number);
  const its = index.matches.filter(({ match }) => match.root.name === called).map(({ uri }) => uri.toString());
  return links.find(({ uri }) => uri !== null && its.includes(uri.toString())) ?? null;
}

function surrounds({ link: { callRange } }: ResolvedLink, { range }: NamedNumber): boolean {
  const { start, end } = callRange;
  const begins =
    range.start.line > start.line || (range.start.line === start.line && range.start.column >= start.column);
  const ends = range.end.line < end.line || (range.end.line === end.line && range.end.column <= end.column);
  return begins && ends;
}
