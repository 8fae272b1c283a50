import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { checkRange } from '../../bytes/checked-read.js';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';
import type { CheckpointFolder } from '../../bytes/byte-source.js';
import { malformed } from '../problem.js';
import { torchZip } from '../torch/torch-zip.js';
import type { SavedPart } from './metadata.js';

/** What stands before the numbers of an archive with one tensor, and behind them. */
const FRONT_BYTES = 1_024;
const BACK_BYTES = 2_048;

/** A part of a file as a file of its own, whose ends are read at once. */
async function withEnds(source: ByteSource, start: number, size: number): Promise<ByteSource> {
  const frontEnd = Math.min(FRONT_BYTES, size);
  const backStart = Math.max(frontEnd, size - BACK_BYTES);
  const front = await source.read(start, frontEnd);
  const back = await source.read(start + backStart, size - backStart);
  return {
    name: source.name,
    size,
    read(offset, length) {
      checkRange(source.name, size, offset, length);
      if (offset + length <= frontEnd) return Promise.resolve(front.subarray(offset, offset + length));
      if (offset >= backStart) return Promise.resolve(back.subarray(offset - backStart, offset - backStart + length));
      return source.read(start + offset, length);
    },
  };
}

/**
 * Where the numbers of a part lie in its file.
 * @throws CheckpointError `malformed` or `unsupported` where the archive does not hold what the metadata says.
 */
export async function locatePart(
  source: ByteSource,
  folder: CheckpointFolder,
  name: string,
  part: SavedPart,
): Promise<Pick<TensorEntry, 'dtype' | 'offset' | 'byteLength'>> {
  const who = l10n.t('the part of {0} at {1}', quoteName(name), groupDigits(part.offset));
  if (part.offset + part.length > source.size) {
    const problem = l10n.t(
      '{0} is {1} bytes long and the file ends at {2}',
      who,
      groupDigits(part.length),
      groupDigits(source.size),
    );
    throw new CheckpointError('truncated', source.name, problem, l10n.t('the file is cut short; copy it again'));
  }
  const archive = await withEnds(source, part.offset, part.length);
  const { tensors } = await torchZip.open(archive, folder, {});
  const [tensor, ...more] = tensors;
  const fits = tensor !== undefined && more.length === 0 && String(tensor.shape) === String(part.shape);
  if (!fits)
    throw malformed(
      source.name,
      l10n.t('{0} is not the tensor of [{1}] that is expected there', who, part.shape.join(', ')),
    );
  if (tensor.strides !== null || tensor.packing !== undefined) {
    const advice = l10n.t('convert the checkpoint with torch.distributed.checkpoint.format_utils dcp_to_torch');
    throw new CheckpointError('unsupported', source.name, l10n.t('{0} is not stored row by row', who), advice);
  }
  return { dtype: tensor.dtype, offset: part.offset + tensor.offset, byteLength: tensor.byteLength };
}
