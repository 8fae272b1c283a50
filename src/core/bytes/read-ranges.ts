import type { ByteSource } from './byte-source.js';

/** A few bytes somewhere in a file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Reading on over a gap of this many bytes costs less than another read. */
const MERGED_GAP = 512;
/** Longest piece that one read covers. */
const MERGED_BYTES = 2 ** 20;
/** Enough to keep a disk busy. */
const CONCURRENT_READS = 8;

function runs<Range extends ByteRange>(ranges: readonly Range[]): Range[][] {
  const result: Range[][] = [];
  let run: Range[] = [];
  let start = 0;
  let end = -Infinity;
  for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
    if (range.offset - end > MERGED_GAP || range.offset + range.length - start > MERGED_BYTES) {
      run = [];
      result.push(run);
      start = range.offset;
      end = start;
    }
    run.push(range);
    end = Math.max(end, range.offset + range.length);
  }
  return result;
}

/** Reads many short ranges with few reads and gives each to `use` with its bytes, in no fixed order. */
export async function readRanges<Range extends ByteRange>(
  source: ByteSource,
  ranges: readonly Range[],
  use: (range: Range, bytes: DataView<ArrayBuffer>) => void,
): Promise<void> {
  const queue = runs(ranges).values();
  const work = async (): Promise<void> => {
    for (const run of queue) {
      const start = run[0]?.offset ?? 0;
      const end = run.reduce((last, { offset, length }) => Math.max(last, offset + length), start);
      const bytes = await source.read(start, end - start);
      for (const range of run) {
        use(range, new DataView(bytes.buffer, bytes.byteOffset + range.offset - start, range.length));
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, work));
}
