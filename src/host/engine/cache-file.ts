import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { LayerFigures } from '../../core/analysis/figures.js';
import { layersFromJson, layersToJson } from '../../core/export/figures-json.js';
import { writeWhole } from '../files/write-whole.js';

/** More figures than anybody looks at again; the file of a large model has 2 MB. */
const MAX_FILES = 200;

/** Figures kept in a file; null when there is none or it is not what we wrote. */
export async function recallLayers(file: string): Promise<LayerFigures[] | null> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    const layers = layersFromJson(parsed);
    const now = new Date();
    if (layers !== null) await utimes(file, now, now);
    return layers;
  } catch {
    // A cache that cannot be read is an empty cache.
    return null;
  }
}

/** Keeps figures in a file; the ones longest unused give way. */
export async function storeLayers(file: string, layers: readonly LayerFigures[]): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  await writeWhole(file, JSON.stringify(layersToJson(layers)));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  if (names.length <= MAX_FILES) return;
  const files = await Promise.all(
    names.map(async (name) => {
      const whole = path.join(folder, name);
      return {
        whole,
        usedMs: await stat(whole).then(
          (facts) => facts.mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  files.sort((a, b) => a.usedMs - b.usedMs);
  await Promise.all(files.slice(0, files.length - MAX_FILES).map(({ whole }) => rm(whole, { force: true })));
}
