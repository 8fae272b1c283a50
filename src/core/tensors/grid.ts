import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../bytes/byte-source.js';
import { CheckpointError } from '../errors.js';
import { DTYPES } from './dtype.js';
import { readElements, type Wanted } from './elements.js';
import type { TensorEntry } from './tensor-index.js';

/** Elements of a tensor in two directions; positions and steps in elements from the tensor's first. */
export interface Grid {
  readonly first: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Reading on over a gap of this many bytes costs less than another read. */
const MERGED_GAP = 1024;
/** Bytes read at once where rows do not lie together; bounds the memory for what is read over. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** A single line of a matrix spread over more than this is no layout that any library writes. */
const MAX_LINE_BYTES = 256 * 2 ** 20;
/** Reads under way at the same time: enough to keep a disk busy. */
const CONCURRENT_READS = 8;

/** Lines of elements, each with a span of its own, of which `count` are fetched by one read. */
interface Chunk {
  readonly start: number;
  readonly count: number;
}

function chunks(lines: number, step: number, span: number, size: number): Chunk[] {
  const gap = (step - span) * size;
  const perRead = gap > MERGED_GAP ? 1 : Math.max(1, Math.floor(CHUNK_BYTES / (Math.max(step, span) * size)));
  const result: Chunk[] = [];
  for (let start = 0; start < lines; start += perRead) result.push({ start, count: Math.min(perRead, lines - start) });
  return result;
}

/** Fetches the elements of a grid by range reads: one where they lie together, else one for each run of close lines. */
export async function readGrid(
  source: ByteSource,
  tensor: TensorEntry,
  grid: Grid,
  wanted: Wanted,
): Promise<Float64Array> {
  const { first, rows, columns, rowStep, columnStep } = grid;
  const size = DTYPES[tensor.dtype].bytes;
  const fetch = (from: number, count: number): Promise<Float64Array> =>
    readElements(source, tensor, from, count, wanted);
  if (rows === 0 || columns === 0) return new Float64Array(0);
  if ((columnStep === 1 || columns === 1) && (rowStep === columns || rows === 1)) return fetch(first, rows * columns);

  // Lines run along the axis whose elements lie closer together.
  const byRows = columnStep <= rowStep;
  const [lines, lineStep] = byRows ? [rows, rowStep] : [columns, columnStep];
  const [length, step] = byRows ? [columns, columnStep] : [rows, rowStep];
  const [outLine, outStep] = byRows ? [columns, 1] : [1, columns];
  const span = (length - 1) * step + 1;
  if (span * size > MAX_LINE_BYTES) {
    throw new CheckpointError(
      'unsupported',
      source.name,
      l10n.t('tensor {0} is spread too far', tensor.name),
      l10n.t('save it as a plain matrix'),
    );
  }
  const out = new Float64Array(rows * columns);
  const queue = chunks(lines, lineStep, span, size).values();
  const work = async (): Promise<void> => {
    for (const { start, count } of queue) {
      const values = await fetch(first + start * lineStep, (count - 1) * lineStep + span);
      for (let line = 0; line < count; line++) {
        const to = (start + line) * outLine;
        for (let i = 0; i < length; i++) out[to + i * outStep] = values[line * lineStep + i * step] ?? 0;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, work));
  return out;
}
