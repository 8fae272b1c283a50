import * as l10n from '@vscode/l10n';
import type { Setting } from '../../tensors/tensor-index.js';
import { quoteName } from '../../bytes/quote.js';
import { malformed } from '../problem.js';
import { addSetting } from '../settings.js';
import { JsonProblem, JsonReader } from '../json/json-reader.js';

/** One tensor as the header declares it; nothing checked but the kinds of the fields. */
export interface DeclaredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the start of the data section. */
  readonly begin: number;
  readonly end: number;
}

/** What the header of a safetensors file says. */
export interface Header {
  readonly tensors: readonly DeclaredTensor[];
  readonly settings: ReadonlyMap<string, Setting>;
}

const METADATA = '__metadata__';

function readNumbers(reader: JsonReader): number[] {
  const numbers: number[] = [];
  reader.array(() => numbers.push(reader.number()));
  return numbers;
}

function readTensor(reader: JsonReader, name: string, file: string): DeclaredTensor {
  const found: { dtype?: string; shape?: number[]; offsets?: number[] } = {};
  reader.object((field) => {
    if (field === 'dtype') found.dtype = reader.string();
    else if (field === 'shape') found.shape = readNumbers(reader);
    else if (field === 'data_offsets') found.offsets = readNumbers(reader);
    else reader.skip();
  });
  const { dtype, shape, offsets } = found;
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined || offsets?.length !== 2) {
    throw malformed(
      file,
      l10n.t('the header entry of {0} lacks its dtype, its shape or its two data_offsets', quoteName(name)),
    );
  }
  return { name, dtype, shape, begin, end };
}

function readMetadata(reader: JsonReader, settings: Map<string, Setting>): void {
  reader.object((key) => {
    if (reader.peek() === 'string') addSetting(settings, `${METADATA}.${key}`, reader.string());
    else reader.skip();
  });
}

/**
 * Reads the JSON header of a safetensors file.
 * @throws CheckpointError `malformed` when it is not UTF-8, not JSON, not an object, or names a tensor twice.
 */
export function parseHeader(bytes: Uint8Array, file: string): Header {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(file, l10n.t('the header is not UTF-8'));
  }
  const reader = new JsonReader(text);
  if (reader.peek() === 'array') throw malformed(file, l10n.t('the header is not an object but an array'));
  const tensors: DeclaredTensor[] = [];
  const settings = new Map<string, Setting>();
  try {
    reader.object((name) => {
      if (name === METADATA) readMetadata(reader, settings);
      else tensors.push(readTensor(reader, name, file));
    });
    reader.end();
  } catch (error) {
    if (error instanceof JsonProblem) throw malformed(file, l10n.t('the header {0}', error.message));
    throw error;
  }
  return { tensors, settings };
}
