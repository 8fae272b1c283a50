import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { beyondLimit, malformed } from '../problem.js';
import { JsonProblem, JsonReader } from '../json/json-reader.js';

/** Twice the shards of the largest published models; each of them is opened. */
const MAX_SHARDS = 512;

/** Which tensors the index expects in which file, both in the order of the index. */
export type WeightMap = ReadonlyMap<string, ReadonlySet<string>>;

function readMap(reader: JsonReader, file: string): WeightMap {
  const shards = new Map<string, Set<string>>();
  reader.object((tensor) => {
    const shard = reader.string();
    const tensors = shards.get(shard) ?? new Set();
    tensors.add(tensor);
    shards.set(shard, tensors);
    if (shards.size > MAX_SHARDS) throw beyondLimit(file, l10n.t('the index names more than {0} shards', MAX_SHARDS));
  });
  return shards;
}

/**
 * Reads the `weight_map` of an index of shards.
 * @returns null when the JSON is sound and no index.
 * @throws CheckpointError `malformed` or `limit`.
 */
export function parseWeightMap(bytes: Uint8Array, file: string): WeightMap | null {
  const found: { map?: WeightMap } = {};
  try {
    const reader = new JsonReader(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    reader.object((key) => {
      if (key === 'weight_map') found.map = readMap(reader, file);
      else reader.skip();
    });
    reader.end();
  } catch (error) {
    if (error instanceof JsonProblem) throw malformed(file, l10n.t('the index {0}', error.message));
    if (error instanceof TypeError) throw malformed(file, l10n.t('the index is not UTF-8'));
    throw error;
  }
  const empty = found.map?.size === 0;
  if (empty) throw malformed(file, l10n.t('the weight_map of {0} names no tensor', quoteName(file)));
  return found.map ?? null;
}
