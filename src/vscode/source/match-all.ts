import * as vscode from 'vscode';
import type { MatchOutcome, SourceMatch } from '../../core/source/contract.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { Wanted } from './choose-checkpoints.js';
import { compareStanding, pathDistance, type KnownMatch } from './known.js';
import type { OpenTexts } from './open-texts.js';
import type { SourceWorker } from './worker/worker-client.js';

/** More classes that fit alike than anybody looks at side by side. */
const MAX_TIES = 4;

/** Matches checkpoints with the open texts; other open files that fit as well get matches of their own. */
export async function matchAll(
  worker: SourceWorker,
  texts: OpenTexts,
  wanted: readonly Wanted[],
): Promise<readonly KnownMatch[]> {
  const roots = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const keep = [...new Set(wanted.map(({ inspection }) => idOf(inspection)))];
  const ask = (each: readonly Wanted[]): Promise<readonly MatchOutcome[]> =>
    worker.match(
      roots,
      each.map(({ inspection, options }) => ({
        id: idOf(inspection),
        checkpoint: { tensors: inspection.tensors, recognition: inspection.recognition },
        options,
      })),
      keep,
    );
  const outcomes = await ask(wanted);
  // a linked class may be a part of the model, such as its attention: then the class around it is the one that fits
  const parts = wanted.filter(
    ({ options }, index) => options.className !== undefined && outcomes[index]?.kind === 'none',
  );
  const around = parts.map((one): Wanted => ({ ...one, options: {} }));
  const first = [...matched(wanted, outcomes), ...(around.length === 0 ? [] : matched(around, await ask(around)))];
  const openFiles = new Set(texts.all.map(({ key }) => key.file));
  const ties = first.flatMap(({ one, match }) =>
    match.ties
      .filter(({ file }) => openFiles.has(file) && file !== match.root.file)
      .slice(0, MAX_TIES)
      .map(({ file, name }): Wanted => ({ ...one, options: { file, className: name } })),
  );
  const second = ties.length === 0 ? [] : matched(ties, await ask(ties));
  return [...first, ...second]
    .sort((a, b) => compareStanding(standing(a), standing(b)))
    .map(({ one: { uri, name, inspection, bond }, match }) => ({ uri, name, inspection, bond, match }));
}

const idOf = ({ source }: Inspection): string => JSON.stringify([source.path, source.identity]);

interface Matched {
  readonly one: Wanted;
  readonly match: SourceMatch;
}

const matched = (wanted: readonly Wanted[], outcomes: readonly MatchOutcome[]): Matched[] =>
  wanted.flatMap((one, index) => {
    const outcome = outcomes[index];
    return outcome?.kind === 'matched' ? [{ one, match: outcome.match }] : [];
  });

const standing = ({ one, match }: Matched): Parameters<typeof compareStanding>[0] => ({
  bond: one.bond,
  score: match.score,
  isOpen: one.isOpen,
  distance: pathDistance(one.uri.path, match.root.file),
  modifiedMs: one.modifiedMs,
});
