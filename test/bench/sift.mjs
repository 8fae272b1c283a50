// Times the keypoint detector beside OpenCV's, each inside one process on one thread, in turn.
// usage: node test/bench/sift.mjs [IMAGE ...] [--rounds N]      QK_LENS_PYTHON: a Python with opencv-python-headless
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import sharp from 'sharp';

const root = path.join(import.meta.dirname, '../..');
const fixtures = path.join(root, 'test/fixtures/sift');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
});
const images =
  positionals.length > 0
    ? positionals
    : ['hubble.native', 'chelsea.224', 'coffee.224'].map((name) => path.join(fixtures, `${name}.gray.png`));

/** Detections in one round, as in opencv_sift.py. */
const REPEATS = 20;

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function findPython() {
  for (const python of [process.env.QK_LENS_PYTHON, 'python3']) {
    if (python === undefined) continue;
    if (spawnSync(python, ['-c', 'import cv2'], { stdio: 'ignore' }).status === 0) return python;
  }
  return null;
}

async function loadDetector() {
  const outfile = path.join(root, 'build/bench/sift.mjs');
  const entry = path.join(root, 'src/core/image/sift/detect.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', target: 'node20', logLevel: 'warning' });
  return (await import(pathToFileURL(outfile).href)).detectKeypoints;
}

/** Median and least time in ms of a round, and how many keypoints there are. */
function ours(detect, gray) {
  const times = [];
  let count = 0;
  for (let i = 0; i < REPEATS; i++) {
    const started = performance.now();
    count = detect(gray).count;
    times.push(performance.now() - started);
  }
  return { ms: median(times), least: Math.min(...times), count };
}

function theirs(python, image) {
  const script = path.join(import.meta.dirname, 'opencv_sift.py');
  const { status, stdout, stderr } = spawnSync(python, [script, image, String(REPEATS)], { encoding: 'utf8' });
  const found = /^(\d+) keypoints.*median ([\d.]+) ms, minimum ([\d.]+) ms/.exec(stdout);
  if (status !== 0 || found === null) throw new Error(`opencv_sift.py ended with ${status}: ${stderr}`);
  return { ms: Number(found[2]), least: Number(found[3]), count: Number(found[1]) };
}

async function compare(image, detect, python) {
  const { data, info } = await sharp(image).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 1) throw new Error(`${image} is not gray`);
  const gray = { data, width: info.width, height: info.height };
  const mine = [];
  const others = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    mine.push(ours(detect, gray));
    if (python !== null) others.push(theirs(python, image));
  }
  const summary = (rounds) => ({
    ms: median(rounds.map(({ ms }) => ms)),
    least: Math.min(...rounds.map(({ least }) => least)),
  });
  const figures = ({ ms, least }) => `${ms.toFixed(1)} ms (least ${least.toFixed(1)})`;
  const we = summary(mine);
  const words = [`${path.basename(image)}, ${info.width} x ${info.height}: ${mine[0].count} keypoints, ${figures(we)}`];
  if (others.length > 0) {
    const they = summary(others);
    words.push(`OpenCV ${others[0].count}, ${figures(they)}`);
    words.push(`ratio ${(we.ms / they.ms).toFixed(2)} (${(we.least / they.least).toFixed(2)})`);
  }
  console.log(words.join('; '));
}

const python = findPython();
const detect = await loadDetector();
console.log(`${os.cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
console.log(
  python === null
    ? 'no Python with OpenCV: times of QK Lens alone'
    : `medians of ${values.rounds} rounds of ${REPEATS}, in turn with OpenCV`,
);
for (const image of images) await compare(image, detect, python);
