import { mkdir, open as openFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ByteSource } from '../../core/bytes/byte-source.js';
import { groupDigits } from '../../core/bytes/quote.js';
import type { OpenFiles } from './open-files.js';
import { copyProblem, isInside, PIECE_BYTES } from './weight-files.js';

/** A graph with its weights inside is handed over in memory up to this size; a larger one is copied to a file, which costs the disk and no memory. */
const MAX_IN_MEMORY = 64 * 2 ** 20;

/** A model as the runtime takes it. */
interface GraphFile {
  /** Its bytes, or the path of a copy. */
  readonly model: Uint8Array | string;
  /** Folder of its external weights. */
  readonly folder: string;
  /** Bytes that were written to the scratch folder. */
  readonly copiedBytes: number;
}

/** A file with something written behind it. Its external weights are used where they lie, unless links lead to them. */
export async function graphFile(
  addition: Uint8Array,
  { sourceOf, paths }: OpenFiles,
  scratchFolder: string,
  maxInMemory = MAX_IN_MEMORY,
): Promise<GraphFile> {
  const [main = '', ...weights] = paths;
  const source = await sourceOf(0);
  if (weights.length === 0 && source.size > maxInMemory) {
    const copy = path.join(scratchFolder, 'model.onnx');
    return { model: copy, folder: scratchFolder, copiedBytes: await writeCopy(copy, source, addition) };
  }
  const model = new Uint8Array(source.size + addition.length);
  model.set(await source.read(0, source.size));
  model.set(addition, source.size);
  const folder = await realpath(path.dirname(main));
  const targets = await Promise.all(weights.map((file) => realpath(file)));
  if (targets.every((file) => isInside(folder, file))) return { model, folder, copiedBytes: 0 };
  // The runtime follows no link out of the folder, as those of the hub's cache are.
  let copiedBytes = 0;
  for (const [index, file] of weights.entries()) {
    const copy = path.join(scratchFolder, path.relative(path.dirname(main), file));
    copiedBytes += await writeCopy(copy, await sourceOf(index + 1), new Uint8Array());
  }
  return { model, folder: scratchFolder, copiedBytes };
}

/** Copies a file, piece by piece, to a new one that only this user can read. @returns its size in bytes. */
async function writeCopy(file: string, source: ByteSource, addition: Uint8Array): Promise<number> {
  try {
    await mkdir(path.dirname(file), { mode: 0o700, recursive: true });
    const handle = await openFile(file, 'wx', 0o600);
    try {
      for (let at = 0; at < source.size; at += PIECE_BYTES) {
        await handle.writeFile(await source.read(at, Math.min(PIECE_BYTES, source.size - at)));
      }
      await handle.writeFile(addition);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw copyProblem(error, `${groupDigits(source.size)} bytes of it`, source.name);
  }
  return source.size + addition.length;
}
