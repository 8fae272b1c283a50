import { Inflate } from 'fflate';

/** Why compressed bytes cannot be unpacked: the end of a sentence. */
export class InflateProblem extends Error {}

/** Deflate makes at most 1032 bytes out of one: a claim beyond that is false. */
const MOST_PER_BYTE = 1_032;
/** What is unpacked at a time: at most 17 MB come out of it. */
const STEP_BYTES = 16 * 2 ** 10;

/**
 * Unpacks the first `length` bytes of a deflate stream; what comes after them is not unpacked.
 * @param enough false where fewer bytes are welcome, since the input may end before the stream does.
 * @throws InflateProblem when the stream is damaged or too short; nothing is allocated for a false claim.
 */
export function inflateStart(packed: Uint8Array<ArrayBuffer>, length: number, enough = true): Uint8Array<ArrayBuffer> {
  if (length > packed.length * MOST_PER_BYTE) {
    throw new InflateProblem(`${String(packed.length)} bytes cannot unpack to ${String(length)}`);
  }
  const out = new Uint8Array(length);
  let done = 0;
  const stream = new Inflate((piece) => {
    const taken = piece.subarray(0, length - done);
    out.set(taken, done);
    done += taken.length;
  });
  try {
    for (let at = 0; at < packed.length && done < length; at += STEP_BYTES) {
      const end = Math.min(packed.length, at + STEP_BYTES);
      stream.push(packed.subarray(at, end), enough && end === packed.length);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InflateProblem(`its compressed data are damaged (${error.message})`);
  }
  if (enough && done < length) {
    throw new InflateProblem(`it unpacks to ${String(done)} bytes, not the ${String(length)} that it declares`);
  }
  return out.subarray(0, done);
}
