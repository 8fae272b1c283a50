// Times reading and matching timm's vision_transformer.py, and an edit in it, after the grammar is loaded; and what a workspace of many files
// costs when one of them is opened.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MatchedCheckpoint } from '../../src/core/source/contract.js';
import type { PythonParser } from '../../src/core/source/python/syntax.js';
import { Sources } from '../../src/core/source/sources.js';
import { loadPythonParser } from '../../src/host/source/python-parser.js';
import { createEngine } from '../../src/host/engine/engine.js';
import { diskFiles } from '../../src/vscode/source/worker/disk-files.js';
import { SourceService } from '../../src/vscode/source/worker/service.js';
import { root } from '../host/paths.js';

const ROUNDS = 9;
const file = 'timm/models/vision_transformer.py';

const median = (list: readonly number[]): string =>
  ([...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN).toFixed(1);

const FILES = 5_000;
const IN_A_FOLDER = 50;
const MEGABYTE = 2 ** 20;

/** A folder with many files of model code, each of which imports its neighbour. @returns the folder, and one file of it */
function manyFiles(): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'many-'));
  for (let index = 0; index < FILES; index++) {
    const inside = path.join(folder, `part_${String(Math.floor(index / IN_A_FOLDER))}`);
    if (index % IN_A_FOLDER === 0) mkdirSync(inside);
    const text = `from torch import nn\n\nfrom .m${String(index - 1)} import Part${String(index - 1)}\n\n\nclass Part${String(index)}(nn.Module):\n    def __init__(self, dim):\n        super().__init__()\n        self.norm = nn.LayerNorm(dim)\n        self.blocks = Part${String(index - 1)}(dim)\n`;
    writeFileSync(path.join(inside, `m${String(index)}.py`), text);
  }
  return { folder, file: path.join(folder, 'part_7', `m${String(8 * IN_A_FOLDER - 1)}.py`) };
}

/** What the thread beside the editor does when one file of many is opened. */
async function openOneOfMany(parser: PythonParser, checkpoint: MatchedCheckpoint): Promise<void> {
  const { folder, file } = manyFiles();
  try {
    const seen = { looks: 0, reads: 0 };
    const service = new SourceService(parser, {
      modified: (name) => (seen.looks++, diskFiles.modified(name)),
      read: (name) => (seen.reads++, diskFiles.read(name)),
    });
    const memory = process.memoryUsage().rss;
    const started = performance.now();
    service.change({ kind: 'set', key: { file, cell: null }, language: 'python', text: readFileSync(file, 'utf8') });
    const wanted = [{ id: 'one', checkpoint, options: {} }];
    await service.match({ roots: [folder], wanted, keep: ['one'] });
    const first = performance.now() - started;
    const again = performance.now();
    await service.match({ roots: [folder], wanted, keep: ['one'] });
    console.log(
      `a workspace of ${String(FILES)} files, one opened: matched in ${first.toFixed(0)} ms (again ${(performance.now() - again).toFixed(0)}), ${String(seen.reads)} files read, ${String(seen.looks)} looked for, ${((process.memoryUsage().rss - memory) / MEGABYTE).toFixed(0)} MB more`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

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
  await openOneOfMany(parser, { tensors, recognition });
}

void main();
