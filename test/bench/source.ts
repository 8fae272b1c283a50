// Times reading and matching timm's vision_transformer.py, and an edit in it, after the grammar is loaded.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Sources } from '../../src/core/source/sources.js';
import { loadPythonParser } from '../../src/host/source/python-parser.js';
import { createEngine } from '../../src/host/engine/engine.js';
import { root } from '../host/paths.js';

const ROUNDS = 9;
const file = 'timm/models/vision_transformer.py';

const median = (list: readonly number[]): string =>
  ([...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN).toFixed(1);

async function main(): Promise<void> {
  const text = readFileSync(path.join(root, 'test/fixtures/source', file), 'utf8');
  const edited = text.replace('self.num_classes = num_classes', 'self.num_classes = 1 + num_classes');
  const engine = createEngine({ workerFile: path.join(root, 'dist/worker.js'), threads: 1, cacheFolder: null });
  const checkpoint = path.join(root, 'test/fixtures/checkpoints/timm_vit_pth');
  const signal = new AbortController().signal;
  const { tensors, recognition } = await engine.inspect({ path: checkpoint, options: {}, partial: false }, signal);
  await engine.dispose();
  const parser = await loadPythonParser(path.join(root, 'dist'));
  const whole: number[] = [];
  const edits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const sources = new Sources(parser);
    const started = performance.now();
    sources.update({ file, cell: null, text });
    sources.match({ tensors, recognition });
    whole.push(performance.now() - started);
    const before = performance.now();
    sources.update({ file, cell: null, text: edited });
    edits.push(performance.now() - before);
    sources.dispose();
  }
  console.log(
    `timm's vision_transformer.py: parsed and matched in ${median(whole)} ms (the first time ${(whole[0] ?? NaN).toFixed(1)}), an edit ${median(edits)} ms, medians of ${String(ROUNDS)}`,
  );
}

void main();
