import type { ByteSource, CheckpointFolder } from '../../bytes/byte-source.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError, type Warning } from '../../errors.js';
import type { Setting, TensorEntry, TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat, OpenOptions } from '../format.js';
import { beyondLimit, malformed } from '../problem.js';
import { parseWeightMap, type WeightMap } from './weight-map.js';

/** Indexes of the largest published models (100,000 tensors) have 9 MB. */
const MAX_INDEX_BYTES = 32 * 2 ** 20;

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
      throw malformed(index, `it says that ${quoteName(tensor)} lies in ${quoteName(name)}, which does not hold it`);
    present.delete(tensor);
  }
  if (present.size > 0) {
    const some = quoteName([...present.keys()][0] ?? '');
    const message = `${quoteName(name)} holds ${groupDigits(present.size)} tensors that the index does not name, such as ${some}; they are left out.`;
    gathered.warnings.push({ code: 'not-in-index', message });
  }
  for (const [path, value] of shard.settings) gathered.settings.set(path, value);
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
      const problem = `the shard ${quoteName(name)} is missing`;
      throw new CheckpointError('missing-file', index, problem, 'put all shards beside the index');
    }
    if (error instanceof CheckpointError && error.code === 'outside-folder') {
      const problem = `the shard ${quoteName(name)} lies outside the folder of the index`;
      throw new CheckpointError('outside-folder', index, problem, 'put all shards beside the index');
    }
    throw error;
  }
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
      const lost = error instanceof CheckpointError && (error.code === 'missing-file' || error.code === 'truncated');
      if (!lost || !(options.partial ?? false)) throw error;
      gathered.warnings.push({
        code: 'cut-short',
        message: `${error.message}. Its ${groupDigits(expected.size)} tensors are left out.`,
      });
    }
  }
  return gathered;
}

async function readIndex(source: ByteSource): Promise<WeightMap> {
  if (source.size > MAX_INDEX_BYTES) {
    throw beyondLimit(
      source.name,
      `the index has ${groupDigits(source.size)} bytes, more than ${groupDigits(MAX_INDEX_BYTES)}`,
    );
  }
  const map = parseWeightMap(await source.read(0, source.size), source.name);
  if (map !== null) return map;
  const problem = 'it is a JSON file without the weight_map of an index of shards';
  throw new CheckpointError('not-a-checkpoint', source.name, problem, 'open the file with the weights instead');
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
