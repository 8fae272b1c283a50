import * as l10n from '@vscode/l10n';
import type { ByteSource, CheckpointFolder } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import type { Setting, TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat, OpenOptions } from '../format.js';
import { beyondLimit, malformed } from '../problem.js';
import { addSetting } from '../settings.js';
import { parseWeightMap, type WeightMap } from './weight-map.js';

/** Indexes of the largest published models (100,000 tensors) have 9 MB. */
const MAX_INDEX_BYTES = 32 * 2 ** 20;

const PARTIAL: OpenOptions = { partial: true };

const BRACE = 0x7b;
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];

/** What was gathered from the shards so far. */
interface Gathered {
  readonly files: string[];
  readonly tensors: TensorEntry[];
  readonly settings: Map<string, Setting>;
  readonly warnings: Warning[];
  format: TensorIndex['format'];
}

function addShard(gathered: Gathered, shard: TensorIndex, expected: ReadonlySet<string>, index: string): void {
  const name = shard.files[0] ?? '';
  const present = new Map(shard.tensors.map((tensor) => [tensor.name, tensor]));
  const file = gathered.files.push(name) - 1;
  const complete = !shard.warnings.some((warning) => warning.code === 'cut-short');
  for (const tensor of expected) {
    const entry = present.get(tensor);
    if (entry !== undefined) gathered.tensors.push({ ...entry, file });
    else if (complete)
      throw malformed(index, l10n.t('{0} is said to lie in {1} and does not', quoteName(tensor), quoteName(name)));
    present.delete(tensor);
  }
  if (present.size > 0) {
    const some = quoteName([...present.keys()][0] ?? '');
    const many = l10n.t('{0} tensors that the index does not name, such as {1}', groupDigits(present.size), some);
    const message = l10n.t('{0} holds {1}; they are left out.', quoteName(name), many);
    gathered.warnings.push({ code: 'not-in-index', message });
  }
  for (const [path, value] of shard.settings) addSetting(gathered.settings, path, value);
  gathered.warnings.push(...shard.warnings);
  gathered.format = shard.format === 'safetensors' ? 'safetensors-sharded' : shard.format;
}

/** Opens one shard in whatever format it has. */
type OpenShard = CheckpointFormat['open'];

async function openShard(
  openAs: OpenShard,
  name: string,
  index: string,
  folder: CheckpointFolder,
  options: OpenOptions,
) {
  try {
    return await openAs(await folder.open(name), folder, options);
  } catch (error) {
    if (error instanceof CheckpointError && error.code === 'missing-file') {
      const problem = l10n.t('the shard {0} is missing', quoteName(name));
      throw new CheckpointError('missing-file', index, problem, l10n.t('put all shards beside the index'));
    }
    if (error instanceof CheckpointError && error.code === 'outside-folder') {
      const problem = l10n.t('the shard {0} lies outside the folder of the index', quoteName(name));
      throw new CheckpointError('outside-folder', index, problem, l10n.t('put all shards beside the index'));
    }
    throw error;
  }
}

const LOST: readonly string[] = ['missing-file', 'empty', 'truncated'];

/** True for a shard that is missing or cut short, without which the others can still be shown. */
function isLost(error: unknown): error is CheckpointError {
  return error instanceof CheckpointError && LOST.includes(error.code);
}

async function gather(
  openAs: OpenShard,
  map: WeightMap,
  source: ByteSource,
  folder: CheckpointFolder,
  options: OpenOptions,
): Promise<TensorIndex> {
  const gathered: Gathered = {
    format: 'safetensors-sharded',
    files: [source.name],
    tensors: [],
    settings: new Map(),
    warnings: [],
  };
  for (const [name, expected] of map) {
    try {
      addShard(gathered, await openShard(openAs, name, source.name, folder, options), expected, source.name);
    } catch (error) {
      if (!isLost(error)) throw error;
      if (options.partial !== true) {
        const broken = error.remains?.brokenTensor ?? [...expected][0] ?? '';
        throw await withRemains(error, broken, gather(openAs, map, source, folder, PARTIAL));
      }
      const message = l10n.t('{0}. Its {1} tensors are left out.', error.message, groupDigits(expected.size));
      gathered.warnings.push({ code: 'cut-short', message });
    }
  }
  if (gathered.tensors.length > 0) return gathered;
  throw new CheckpointError(
    'truncated',
    source.name,
    l10n.t('none of its shards is there or whole'),
    l10n.t('put all shards beside the index'),
  );
}

/** The same failure with what all shards together still hold. */
async function withRemains(
  error: CheckpointError,
  brokenTensor: string,
  rest: Promise<TensorIndex>,
): Promise<CheckpointError> {
  const wholeTensors = await rest.then(
    ({ tensors }) => tensors.length,
    () => 0,
  );
  const remains = wholeTensors > 0 ? { wholeTensors, brokenTensor } : null;
  return new CheckpointError(error.code, error.file, error.problem, error.advice, remains);
}

async function readIndex(source: ByteSource): Promise<WeightMap> {
  if (source.size > MAX_INDEX_BYTES) {
    throw beyondLimit(
      source.name,
      l10n.t('the index has {0} bytes, more than {1}', groupDigits(source.size), groupDigits(MAX_INDEX_BYTES)),
    );
  }
  const map = parseWeightMap(await source.read(0, source.size), source.name);
  if (map !== null) return map;
  const problem = l10n.t('it is a JSON file without the weight_map of an index of shards');
  throw new CheckpointError('not-a-checkpoint', source.name, problem, l10n.t('open the file with the weights instead'));
}

/** An index that says which tensor lies in which shard, as Transformers writes it beside safetensors and PyTorch shards. */
export function shardedIndex(openAs: OpenShard): CheckpointFormat {
  return {
    ids: ['safetensors-sharded'],
    label: 'sharded index',
    probe(head, source) {
      const first = head.find((byte) => byte > 0x20 && !BYTE_ORDER_MARK.includes(byte));
      return first === BRACE && /\.json$/iu.test(source.name);
    },
    async open(source, folder, options) {
      return gather(openAs, await readIndex(source), source, folder, options);
    },
  };
}
