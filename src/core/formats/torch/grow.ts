import type { ByteSource } from '../../bytes/byte-source.js';
import { NeedsMoreBytes } from './pickle/problem.js';

/** Holds the pickles of most models. */
const FIRST_BYTES = 2 ** 16;
const GROWTH = 4;

/**
 * Parses what begins at `start` and says nowhere how long it is: reads it in growing pieces, no byte twice, until
 * `parse` is content. How far that goes is limited by PickleInput.
 */
export async function readGrowing<Result>(
  source: ByteSource,
  start: number,
  parse: (bytes: Uint8Array<ArrayBuffer>) => Result,
): Promise<Result> {
  const room = source.size - start;
  let bytes = await source.read(start, Math.min(FIRST_BYTES, room));
  for (;;) {
    try {
      return parse(bytes);
    } catch (error) {
      if (!(error instanceof NeedsMoreBytes)) throw error;
      const longer = new Uint8Array(Math.min(room, Math.max(error.length, bytes.length * GROWTH)));
      longer.set(bytes);
      longer.set(await source.read(start + bytes.length, longer.length - bytes.length), bytes.length);
      bytes = longer;
    }
  }
}
