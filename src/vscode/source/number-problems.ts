import type * as vscode from 'vscode';
import type { TextFacts } from '../../core/source/contract.js';
import type { KnownFile } from './known.js';
import { checkpointValue, isAssumed, isHeads } from './model-values.js';
import { linkOfNumber } from './named-numbers.js';
import type { ResolvedLink, SourceIndex } from './source-index.js';

/** A number beside the name of a checkpoint that says something else. */
export interface NumberProblem {
  readonly number: TextFacts['numbers'][number];
  readonly link: ResolvedLink;
  readonly file: KnownFile;
  /** What the checkpoint says. */
  readonly actual: number;
  readonly isHeads: boolean;
}

/** Numbers in calls and configurations that the checkpoint named there contradicts; none where the checkpoint's own number is a guess. */
export function numberProblems(index: SourceIndex, document: vscode.TextDocument): readonly NumberProblem[] {
  return (index.facts(document)?.numbers ?? []).flatMap((number): NumberProblem[] => {
    const link = linkOfNumber(index, document, number);
    const file = link?.uri == null ? null : index.named(link.uri);
    if (link === null || file === null) return [];
    const { recognition } = file.inspection;
    const actual = checkpointValue(number.name, recognition);
    if (actual === null || actual === number.value || isAssumed(number.name, recognition)) return [];
    return [{ number, link, file, actual, isHeads: isHeads(number.name) }];
  });
}
