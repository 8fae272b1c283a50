import * as l10n from '@vscode/l10n';
import type { Setting } from '../../tensors/tensor-index.js';
import { quoteName } from '../../bytes/quote.js';
import { readAttribute, readDenseAttributes } from './attribute.js';
import { newBudget } from './chunk-places.js';
import { type Dataset, isDataset, readDataset } from './dataset.js';
import type { Hdf5File } from './file.js';
import { isGroup, readLinks } from './group.js';
import { MESSAGE, type Message, readMessages } from './object-header.js';
import { Hdf5Problem } from './problem.js';

/** Groups inside each other; models nest some ten. */
const MAX_DEPTH = 64;
const MAX_DATASETS = 200_000;
const MAX_PATH = 4_096;

/** Plain values of a group by name. */
export type Attributes = ReadonlyMap<string, Setting>;

/** What a file holds, by paths joined with slashes; the first group has the empty path. */
export interface Hdf5Contents {
  readonly datasets: Map<string, Dataset>;
  readonly groups: Map<string, Attributes>;
  /** Datasets that are not read, and why. */
  readonly left: string[];
}

/** Goes through all groups of a file, each of them once. */
export async function readTree(file: Hdf5File, root: number): Promise<Hdf5Contents> {
  const contents: Hdf5Contents = { datasets: new Map(), groups: new Map(), left: [] };
  const seen = new Set<number>();
  const budget = newBudget();

  const visitGroup = async (messages: readonly Message[], path: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH)
      throw new Hdf5Problem(l10n.t('groups are nested more than {0} levels deep', MAX_DEPTH), 'limit');
    contents.groups.set(path, await readAttributes(file, messages));
    for (const { name, address, external } of await readLinks(file, messages)) {
      const below = path === '' ? name : `${path}/${name}`;
      if (below.length > MAX_PATH) throw new Hdf5Problem(l10n.t('a path has too many characters'), 'limit');
      if (external) contents.left.push(l10n.t('{0} lies in another file', quoteName(below)));
      if (address !== null) await visit(address, below, depth + 1);
    }
  };

  const visit = async (address: number, path: string, depth: number): Promise<void> => {
    // A group that was gone through has another name, or holds itself.
    if (seen.has(address)) return;
    const messages = await readMessages(file, address);
    if (isDataset(messages)) {
      if (contents.datasets.size === MAX_DATASETS) throw new Hdf5Problem(l10n.t('it holds too many datasets'), 'limit');
      try {
        contents.datasets.set(path, await readDataset(file, messages, budget));
      } catch (error) {
        if (!(error instanceof Hdf5Problem)) throw error;
        if (error.code !== 'unsupported') throw new Hdf5Problem(`${quoteName(path)} ${error.message}`, error.code);
        contents.left.push(`${quoteName(path)} ${error.message}`);
      }
    } else if (isGroup(messages)) {
      seen.add(address);
      await visitGroup(messages, path, depth);
    }
  };

  await visit(root, '', 0);
  return contents;
}

async function readAttributes(file: Hdf5File, messages: readonly Message[]): Promise<Attributes> {
  const attributes = new Map<string, Setting>();
  for (const { type, shared, fields } of messages) {
    if (shared || (type !== MESSAGE.attribute && type !== MESSAGE.attributeInfo)) continue;
    const found = type === MESSAGE.attribute ? [fields] : await readDenseAttributes(file, fields);
    for (const each of found) {
      const { name, value } = await readAttribute(file, each);
      if (value !== null) attributes.set(name, value);
    }
  }
  return attributes;
}
