import * as l10n from '@vscode/l10n';
import type { ByteSource, CheckpointFolder } from '../bytes/byte-source.js';
import { CheckpointError, type Warning } from '../errors.js';
import type { TensorIndex } from '../tensors/tensor-index.js';
import { PROBE_BYTES, type CheckpointFormat, type OpenOptions } from './format.js';
import { distributed } from './distcp/distcp.js';
import { gguf } from './gguf/gguf.js';
import { hdf5 } from './hdf5/hdf5.js';
import { kerasZip } from './keras/keras-zip.js';
import { flax } from './msgpack/flax.js';
import { npy } from './npz/npy.js';
import { npz } from './npz/npz.js';
import { onnx } from './onnx/onnx.js';
import { safetensors } from './safetensors/safetensors.js';
import { shardedIndex } from './sharded/sharded.js';
import { torchLegacy } from './torch/legacy.js';
import { torchZip } from './torch/torch-zip.js';
import { notACheckpoint } from './what-it-is.js';

/** Formats whose tensors lie in the file itself. */
const SINGLE_FILE: readonly CheckpointFormat[] = [
  safetensors,
  npz,
  kerasZip,
  distributed,
  torchZip,
  torchLegacy,
  hdf5,
  gguf,
  npy,
  onnx,
  flax,
];

/** The table of formats, in the order in which they are tried; a new one is a folder and a line here. */
export const FORMATS: readonly CheckpointFormat[] = [
  ...SINGLE_FILE,
  shardedIndex((source, folder, options) => openAs(SINGLE_FILE, source, folder, options)),
];

const HALF_DOWNLOADED = /\.(incomplete|part|partial|crdownload|download|aria2|tmp)$/iu;
/** What DeepSpeed writes on each machine with ZeRO; without it `mp_rank_00_model_states.pt` holds the whole model. */
const ZERO_PART = /(^|\/)(bf16_|fp16_)?zero_pp_rank_\d+_mp_rank_\d+_(model|optim)_states\.pt$/iu;
const SHARD = /-\d+-of-\d+\.(safetensors|bin)$/iu;

async function openAs(
  formats: readonly CheckpointFormat[],
  source: ByteSource,
  folder: CheckpointFolder,
  options: OpenOptions,
): Promise<TensorIndex> {
  const head = await source.read(0, Math.min(PROBE_BYTES, source.size));
  const format = formats.find((candidate) => candidate.probe(head, source));
  if (format === undefined) throw notACheckpoint(head, source);
  return format.open(source, folder, options);
}

/** What the file's name says beside its content. */
function nameWarnings(name: string): Warning[] {
  if (HALF_DOWNLOADED.test(name)) {
    return [
      { code: 'half-download', message: l10n.t('{0}: the name is that of a download that has not finished.', name) },
    ];
  }
  if (SHARD.test(name)) {
    const message = l10n.t(
      '{0} is one shard of a checkpoint; open the index (.index.json) beside it for the whole.',
      name,
    );
    return [{ code: 'one-shard', message }];
  }
  if (ZERO_PART.test(name)) {
    const message = l10n.t(
      '{0} is one part of a DeepSpeed ZeRO checkpoint, which holds pieces of the weights; run zero_to_fp32.py in its folder and open what it writes.',
      name,
    );
    return [{ code: 'one-shard', message }];
  }
  return [];
}

/**
 * Opens a checkpoint: reads which tensors lie where, and none of their elements.
 * @param source the file that was chosen.
 * @param folder the files beside it.
 * @throws CheckpointError naming the file, the place, what was expected and what to do.
 */
export async function openCheckpoint(
  source: ByteSource,
  folder: CheckpointFolder,
  options: OpenOptions = {},
): Promise<TensorIndex> {
  try {
    const index = await openAs(FORMATS, source, folder, options);
    return { ...index, warnings: [...nameWarnings(source.name), ...index.warnings] };
  } catch (error) {
    if (!(error instanceof CheckpointError) || !HALF_DOWNLOADED.test(source.name)) throw error;
    const advice = l10n.t('its name is that of a download that has not finished: let it finish or download it again');
    throw new CheckpointError(error.code, error.file, error.problem, advice, error.remains);
  }
}
