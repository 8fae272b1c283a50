import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder below the one that a person named, in which its model is known to lie. */
interface InnerFolder {
  readonly name: string;
  /** Its neighbours that hold models too. */
  readonly others: readonly string[];
}

/** Models of exporters, best first: the whole one, then what sees pictures. */
const EXPORTED = ['model', 'vision_model', 'vision_encoder', 'encoder_model'];
/** Ends of the names of one export in several precisions, the most exact first (transformers.js, its DEFAULT_DTYPE_SUFFIX_MAPPING). */
const PRECISIONS = ['', '_fp16', '_quantized', '_int8', '_uint8', '_q8', '_bnb4', '_q4', '_q4f16', '_q2', '_q2f16'];
/** Parts of a pipeline of diffusers, what makes its pictures first. */
const PIPELINE = ['transformer', 'unet', 'prior', 'image_encoder', 'text_encoder'];
/** More than any reference to a revision has. */
const MAX_REVISION = 40;

/** The best of several ONNX files that an exporter wrote side by side (optimum, transformers.js); null where one of them is something else. */
export function bestExport(candidates: readonly string[]): string | null {
  if (!candidates.every((name) => /^[\w-]+\.onnx$/u.test(name))) return null;
  const inOrder = EXPORTED.flatMap((model) => PRECISIONS.map((precision) => `${model}${precision}.onnx`));
  return inOrder.find((name) => candidates.includes(name)) ?? null;
}

/**
 * The folder in which those who use a layout of several folders look for the model: what transformers.js, diffusers and sentence-transformers
 * save, and the cache of the Hugging Face hub. Links are not followed; null for any other folder.
 * @param files names of the files in the folder, @param folders of the folders in it.
 */
export async function innerFolder(
  folder: string,
  files: readonly string[],
  folders: readonly string[],
): Promise<InnerFolder | null> {
  if (folders.includes('snapshots') && folders.includes('refs')) return snapshot(folder);
  if (files.includes('model_index.json')) {
    const [name, ...others] = PIPELINE.filter((part) => folders.includes(part));
    return name === undefined ? null : { name, others };
  }
  if (files.includes('modules.json')) {
    const name = folders.find((each) => /^0_\w+$/u.test(each));
    if (name !== undefined) return { name, others: [] };
  }
  return folders.includes('onnx') ? { name: 'onnx', others: [] } : null;
}

/** The revision that the cache calls `main`, or the only one that is there. */
async function snapshot(folder: string): Promise<InnerFolder | null> {
  const entries = await readdir(join(folder, 'snapshots'), { withFileTypes: true });
  const revisions = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const main = (await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => '')).trim();
  const taken = revisions.find((name) => name.length <= MAX_REVISION && name === main);
  const name = taken ?? (revisions.length === 1 ? revisions[0] : undefined);
  if (name === undefined) return null;
  const others = revisions.filter((each) => each !== name);
  return { name: `snapshots/${name}`, others: others.map((each) => `snapshots/${each}`) };
}
