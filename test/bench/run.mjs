// Times the command line on files of real size, beside the fastest exact way in Python where that is installed.
// usage: npm run bench [-- --repeats N]      QK_LENS_PYTHON: a Python with numpy and safetensors
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureFolder } from './folder.mjs';
import { GEOMETRIES, makeVit } from './make-vit.mjs';

const root = path.join(import.meta.dirname, '../..');
const cli = path.join(root, 'dist/cli.js');
const folder = path.join(root, 'build/bench');
const { values } = parseArgs({ options: { repeats: { type: 'string', default: '5' } } });
const repeats = Number(values.repeats);

/** Runs a command; its wall time in ms, and on Linux its largest memory in MB. */
async function measure(command, args) {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let peak = null;
  const timer = setInterval(() => {
    // The high-water mark only grows, so the last look before the end is close to it.
    try {
      const found = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (found !== null) peak = Number(found[1]) / 1024;
    } catch {
      // No such file: another system, or the process has just ended.
    }
  }, 10);
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  clearInterval(timer);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return { ms: performance.now() - started, peak };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function findPython() {
  for (const python of [process.env.QK_LENS_PYTHON, 'python3']) {
    if (python === undefined) continue;
    if (spawnSync(python, ['-c', 'import numpy, safetensors'], { stdio: 'ignore' }).status === 0) return python;
  }
  return null;
}

function headerLength(file) {
  const handle = openSync(file);
  const bytes = Buffer.alloc(8);
  readSync(handle, bytes, 0, 8, 0);
  closeSync(handle);
  return Number(bytes.readBigUInt64LE());
}

/** Bytes of the query, key and norm weights and of the header: all that an analysis needs. */
function neededBytes(file, { width, depth }) {
  const header = 8 + headerLength(file);
  return header + depth * 4 * (2 * width * width + width);
}

async function analysis(name, geometry, python) {
  const file = path.join(folder, `${name.replace('/', '-')}.safetensors`);
  if (!existsSync(file)) makeVit(file, geometry);
  const json = path.join(folder, 'result.json');
  const heads = String(geometry.heads);
  const ours = [];
  const theirs = [];
  for (let i = 0; i < repeats; i++) {
    ours.push(
      await measure(process.execPath, [
        cli,
        'analyze',
        file,
        '--heads',
        heads,
        '--basis',
        'raw',
        '--json',
        json,
        '--no-cache',
      ]),
    );
    if (python !== null)
      theirs.push(await measure(python, [path.join(import.meta.dirname, 'numpy_qr.py'), file, heads]));
  }
  const result = JSON.parse(readFileSync(json, 'utf8'));
  const check = Math.max(
    ...result.models[0].layers.flatMap((layer) => layer.heads.map((head) => head.selfCheck.trace)),
  );
  const ms = median(ours.map((run) => run.ms));
  const words = [`${name} (${(statSync(file).size / 1e6).toFixed(0)} MB): ${ms.toFixed(0)} ms`];
  if (theirs.length > 0) {
    const other = median(theirs.map((run) => run.ms));
    words.push(`numpy_qr.py ${other.toFixed(0)} ms, ratio ${(ms / other).toFixed(2)}`);
  }
  const peaks = ours.flatMap((run) => run.peak ?? []);
  if (peaks.length > 0) words.push(`peak memory ${Math.max(...peaks).toFixed(0)} MB`);
  words.push(
    `bytes read ${(result.source.bytesRead / neededBytes(file, geometry)).toFixed(4)} of what is needed`,
    `self-check ${check.toExponential(1)}`,
  );
  console.log(words.join('; '));
  rmSync(json);
}

mkdirSync(folder, { recursive: true });
const python = findPython();
console.log(
  `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.availableParallelism()} processors, Node ${process.version}`,
);
console.log(
  python === null
    ? 'no Python with numpy and safetensors: times of QK Lens alone'
    : `medians of ${repeats} runs, in turn with Python`,
);
for (const [name, geometry] of Object.entries(GEOMETRIES)) await analysis(name, geometry, python);
await measureFolder();
