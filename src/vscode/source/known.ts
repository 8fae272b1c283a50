import type * as vscode from 'vscode';
import type { SourceMatch } from '../../core/source/contract.js';
import type { Inspection } from '../../host/engine/contract.js';

/** How a checkpoint came to be shown beside the code. */
export type Bond =
  /** Somebody linked it by hand or by a setting. */
  | 'linked'
  /** The code or a configuration names it. */
  | 'named'
  /** Its tensors fit. */
  | 'fits';

/** A checkpoint whose tensors are known. */
export interface KnownFile {
  readonly uri: vscode.Uri;
  /** Name for people. */
  readonly name: string;
  readonly inspection: Inspection;
}

/** A checkpoint that belongs to the sources, and how. */
export interface KnownMatch extends KnownFile {
  readonly bond: Bond;
  readonly match: SourceMatch;
}

/** What orders the matches of one text, apart from how well they fit. */
interface Standing {
  readonly bond: Bond;
  readonly score: number;
  readonly isOpen: boolean;
  /** Folders between the checkpoint and the text. */
  readonly distance: number;
  readonly modifiedMs: number;
}

const BONDS: Readonly<Record<Bond, number>> = { linked: 2, named: 1, fits: 0 };

/** Scores closer than this are alike: a stray tensor more or less tells nothing. */
const SAME_SCORE = 0.02;

/** Orders by what a person most likely means: linked, named, open, best fitting, nearest, newest. */
export function compareStanding(one: Standing, other: Standing): number {
  const byBond = BONDS[other.bond] - BONDS[one.bond];
  if (byBond !== 0) return byBond;
  const byScore = Math.round(other.score / SAME_SCORE) - Math.round(one.score / SAME_SCORE);
  if (byScore !== 0) return byScore;
  if (one.isOpen !== other.isOpen) return one.isOpen ? -1 : 1;
  return one.distance - other.distance || other.modifiedMs - one.modifiedMs;
}

/** Steps from one path to the folder of another, up and down. */
export function pathDistance(from: string, to: string): number {
  const one = from.split('/').slice(0, -1);
  const other = to.split('/').slice(0, -1);
  let shared = 0;
  while (shared < one.length && one[shared] === other[shared]) shared++;
  return one.length + other.length - 2 * shared;
}
