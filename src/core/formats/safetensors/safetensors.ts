import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import type { TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat, OpenOptions } from '../format.js';
import { beyondLimit, downloadStopped, malformed } from '../problem.js';
import { allowCut, cutShort } from '../truncation.js';
import { parseHeader } from './header.js';
import { checkLayout } from './layout.js';

/** Bytes of the number that says how long the header is. */
const LENGTH_BYTES = 8;
/** Room for 200,000 tensors; published files have headers of up to 2 MB. The format itself ends at 100 MB. */
const MAX_HEADER_BYTES = 32 * 2 ** 20;

function headerLength(head: Uint8Array): bigint {
  return new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
}

function checkHeaderLength(length: bigint, source: ByteSource): number {
  const room = source.size - LENGTH_BYTES;
  if (length > BigInt(room)) {
    const sizes = l10n.t('{0} bytes declared, {1} present', groupDigits(length), groupDigits(room));
    const problem = l10n.t('the header length is beyond the end of the file: {0}', sizes);
    // A length that no header has was never written by a program that saves checkpoints.
    if (length > BigInt(MAX_HEADER_BYTES)) throw malformed(source.name, problem);
    throw new CheckpointError('truncated', source.name, problem, downloadStopped());
  }
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const limit = groupDigits(MAX_HEADER_BYTES);
    throw beyondLimit(source.name, l10n.t('the header has {0} bytes, more than {1}', groupDigits(length), limit));
  }
  return Number(length);
}

async function open(source: ByteSource, options: OpenOptions): Promise<TensorIndex> {
  if (source.size < LENGTH_BYTES) throw malformed(source.name, l10n.t('the file has only {0} bytes', source.size));
  const length = checkHeaderLength(headerLength(await source.read(0, LENGTH_BYTES)), source);
  const { tensors, settings } = parseHeader(await source.read(LENGTH_BYTES, length), source.name);
  const dataStart = LENGTH_BYTES + length;
  const { entries, dataEnd } = checkLayout(tensors, source.name, dataStart);
  const index = { format: 'safetensors', files: [source.name], settings } as const;
  if (dataEnd > source.size) {
    const section = { file: source.name, fileSize: source.size, dataStart, dataEnd, saidBy: 'header' as const };
    const cut = cutShort(section, entries);
    return { ...index, warnings: [allowCut(cut, options.partial ?? false)], tensors: cut.whole };
  }
  if (dataEnd < source.size) {
    throw malformed(
      source.name,
      l10n.t('{0} bytes behind the last tensor belong to none', groupDigits(source.size - dataEnd)),
    );
  }
  return { ...index, tensors: entries, warnings: [] };
}

/** One safetensors file: a JSON header with names, types, shapes and ranges, then the data. */
export const safetensors: CheckpointFormat = {
  ids: ['safetensors'],
  label: 'safetensors',
  probe(head) {
    // The header follows its length; eight readable characters before it would be a text, and a length of 2^60.
    const isText = head.subarray(0, LENGTH_BYTES).every((byte) => byte >= 0x09 && byte < 0x7f);
    return !isText && (head[LENGTH_BYTES] === 0x7b || head[LENGTH_BYTES] === 0x5b);
  },
  open: (source, _folder, options) => open(source, options),
};
