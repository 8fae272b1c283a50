import * as vscode from 'vscode';
import type { MatchOptions } from '../../core/source/contract.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { Config } from '../config.js';
import { isAtHand } from '../copies/opened.js';
import type { Sessions } from '../editor/sessions.js';
import type { Log } from '../log.js';
import type { FoundCheckpoint } from '../tree/find-checkpoints.js';
import type { Inspections } from '../tree/inspections.js';
import { baseName, parentUri } from '../uris.js';
import { isLinkOf, splitLinkKey, type ClassLink, type ClassLinks } from './class-links.js';
import { pathDistance, type Bond, type KnownFile } from './known.js';
import type { OpenText } from './open-texts.js';

/** Matched with the sources are at most so many checkpoints: each costs a look at its header and some milliseconds of matching. */
const MAX_MATCHED = 16;

/** A checkpoint to match, and how. */
export interface Wanted extends KnownFile {
  readonly bond: Bond;
  readonly options: MatchOptions;
  readonly isOpen: boolean;
  readonly modifiedMs: number;
}

/** What the choice is made with. */
export interface CheckpointParts {
  readonly config: Config;
  readonly classLinks: ClassLinks;
  readonly inspections: Inspections;
  readonly sessions: Pick<Sessions, 'get'>;
  readonly log: Log;
}

/** Checkpoints that the texts may belong to. */
export interface Candidates {
  /** Of the workspace and open ones. */
  readonly listed: readonly FoundCheckpoint[];
  /** That texts name. */
  readonly named: readonly vscode.Uri[];
}

interface Candidate {
  readonly uri: vscode.Uri;
  readonly bond: Bond;
  readonly options: MatchOptions;
  readonly modifiedMs: number;
}

/** Chooses which checkpoints are worth matching with the texts: linked, named, open, near and new ones first. */
export class CheckpointChooser {
  readonly #parts: CheckpointParts;
  /** Files that cannot be read, with their time; they are tried again when they change. */
  readonly #unreadable = new Map<string, number>();

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  async choose(texts: readonly OpenText[], candidates: Candidates): Promise<readonly Wanted[]> {
    const wanted: Wanted[] = [];
    for (const candidate of ordered(this.#parts, texts, candidates)) {
      if (wanted.length >= MAX_MATCHED) break;
      const { uri, bond } = candidate;
      const inspection = await this.#inspect(candidate);
      if (inspection === null || (inspection.recognition.models.length === 0 && bond === 'fits')) continue;
      const isOpen = this.#parts.sessions.get(uri) !== undefined;
      wanted.push({ ...candidate, name: shownName(uri), inspection, isOpen });
    }
    return wanted;
  }

  /** The checkpoints that texts name, as far as they can be read. */
  async named({ listed, named }: Candidates): Promise<readonly KnownFile[]> {
    const files: KnownFile[] = [];
    for (const uri of new Map(named.map((one) => [one.toString(), one])).values()) {
      if (files.length >= MAX_MATCHED) break;
      const modifiedMs = listed.find((one) => one.uri.toString() === uri.toString())?.modifiedMs ?? 0;
      const inspection = await this.#inspect({ uri, modifiedMs });
      if (inspection !== null) files.push({ uri, name: shownName(uri), inspection });
    }
    return files;
  }

  async #inspect({ uri, modifiedMs }: Pick<Candidate, 'uri' | 'modifiedMs'>): Promise<Inspection | null> {
    // Code beside a checkpoint must not have it copied.
    if (!isAtHand(uri, this.#parts.sessions)) return null;
    const key = uri.toString();
    if (this.#unreadable.get(key) === modifiedMs) return null;
    try {
      return await this.#parts.inspections.of(uri);
    } catch (error) {
      this.#unreadable.set(key, modifiedMs);
      this.#parts.log.info(`${key} is not matched with code: ${String(error)}`);
      return null;
    }
  }
}

function ordered(parts: CheckpointParts, texts: readonly OpenText[], { listed, named }: Candidates): Candidate[] {
  const known = new Map(listed.map(({ uri, modifiedMs }) => [uri.toString(), modifiedMs]));
  const modified = (uri: vscode.Uri): number => known.get(uri.toString()) ?? 0;
  const linked = linkedCandidates(parts, texts, known).map((one) => ({ ...one, modifiedMs: modified(one.uri) }));
  const plain = (uri: vscode.Uri, bond: Bond): Candidate => ({ uri, bond, options: {}, modifiedMs: modified(uri) });
  const near = (uri: vscode.Uri): number =>
    Math.min(...texts.map(({ document }) => pathDistance(uri.path, document.uri.path)));
  const rank = ({ uri }: FoundCheckpoint): number => (parts.sessions.get(uri) === undefined ? 1 : 0);
  const rest = [...listed].sort(
    (one, other) => rank(one) - rank(other) || near(one.uri) - near(other.uri) || other.modifiedMs - one.modifiedMs,
  );
  const others = [...named.map((uri) => plain(uri, 'named')), ...rest.map(({ uri }) => plain(uri, 'fits'))];
  // a checkpoint that is linked to a class is matched with that class alone
  const first = new Map<string, Candidate>();
  const linkedUris = new Set(linked.map(({ uri }) => uri.toString()));
  for (const one of others) {
    const key = one.uri.toString();
    if (!linkedUris.has(key) && !first.has(key)) first.set(key, one);
  }
  return [...linked, ...first.values()];
}

/** Links by the command and by the setting, as far as they are about an open text. */
function linkedCandidates(
  { config, classLinks }: CheckpointParts,
  texts: readonly OpenText[],
  known: ReadonlyMap<string, number>,
): Omit<Candidate, 'modifiedMs'>[] {
  const bySetting = Object.entries(config.get('links')).flatMap(([key, path]): ClassLink[] => {
    const uri = pathUri(path, known);
    return uri === null ? [] : [{ ...splitLinkKey(key), checkpoint: uri.toString() }];
  });
  return [...classLinks.all, ...bySetting].flatMap((link) => {
    const text = texts.find(({ key }) => isLinkOf(link, key.file));
    if (text === undefined) return [];
    const options: MatchOptions = { className: link.name, ...(link.file !== null && { file: text.key.file }) };
    return [{ uri: vscode.Uri.parse(link.checkpoint), bond: 'linked', options }];
  });
}

/** A path of the setting: from the root of the disk, or from the first folder of the workspace that has a checkpoint there. */
function pathUri(path: string, known: ReadonlyMap<string, number>): vscode.Uri | null {
  if (/^(?:\/|[a-z]:[\\/])/iu.test(path)) return vscode.Uri.file(path);
  const uris = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => vscode.Uri.joinPath(uri, path));
  return uris.find((uri) => known.has(uri.toString())) ?? uris[0] ?? null;
}

/** File names that every second checkpoint has are told apart by their folder. */
function shownName(uri: vscode.Uri): string {
  const name = baseName(uri);
  return /^(?:model|pytorch_model|last|best|checkpoint)\b/iu.test(name) ? `${baseName(parentUri(uri))}/${name}` : name;
}
