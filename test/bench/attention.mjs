// Times a run of the bundled sample on a picture beside the same in PyTorch: whole processes, in turn.
// usage: node test/bench/attention.mjs [--repeats N]      QK_LENS_PYTHON: a Python with torch, transformers and pillow
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.join(import.meta.dirname, '../..');
const sample = path.join(root, 'media/sample');
const picture = path.join(sample, 'images/coffee.png');
const { values } = parseArgs({ options: { repeats: { type: 'string', default: '5' } } });
const repeats = Number(values.repeats);

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Wall time of a command in ms. */
function measure(command, args) {
  const started = performance.now();
  const { status, stderr } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${String(stderr)}`);
  return performance.now() - started;
}

const python = [process.env.QK_LENS_PYTHON, 'python3'].find(
  (each) =>
    each !== undefined && spawnSync(each, ['-c', 'import torch, transformers, PIL'], { stdio: 'ignore' }).status === 0,
);
const ours = () =>
  measure(process.execPath, [
    path.join(root, 'dist/cli.js'),
    'attention',
    sample,
    picture,
    '--json',
    os.devNull,
    '--no-cache',
  ]);
const theirs = () => measure(python, [path.join(import.meta.dirname, 'torch_attention.py'), sample, picture]);

ours();
const times = [];
const others = [];
for (let i = 0; i < repeats; i++) {
  times.push(ours());
  if (python !== undefined) others.push(theirs());
}
const words = [`qk-lens attention on the sample, all layers, medians of ${repeats}: ${median(times).toFixed(0)} ms`];
if (python === undefined) words.push('no Python with torch, transformers and pillow to compare with');
else
  words.push(
    `torch_attention.py ${median(others).toFixed(0)} ms, ratio ${(median(times) / median(others)).toFixed(3)}`,
  );
console.log(words.join('; '));
