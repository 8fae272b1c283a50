import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { recognise } from '../../../src/core/model/recognise.js';
import type { MatchedCheckpoint, MatchOptions, MatchOutcome, SourceMatch } from '../../../src/core/source/contract.js';
import type { PythonParser } from '../../../src/core/source/python/syntax.js';
import { Sources } from '../../../src/core/source/sources.js';
import { matchWithImports } from '../../../src/core/source/with-imports.js';
import type { TensorEntry } from '../../../src/core/tensors/tensor-index.js';
import { readJsonBeside } from '../../../src/host/files/json-beside.js';
import { loadPythonParser } from '../../../src/host/source/python-parser.js';
import { FIXTURES, withCheckpoint } from './fixtures.js';

const WASM = join(import.meta.dirname, '../../../node_modules/@vscode/tree-sitter-wasm/wasm');

let parser: Promise<PythonParser> | null = null;

/** The parser of Python, loaded once. */
export function pythonParser(): Promise<PythonParser> {
  return (parser ??= loadPythonParser(WASM));
}

/** A checkpoint among the fixtures as matching wants it. */
export function fixtureCheckpoint(path: string): Promise<MatchedCheckpoint> {
  return withCheckpoint(join(FIXTURES, path), async ({ index, folder }) => {
    const config = await readJsonBeside(folder, 'config.json');
    return { tensors: index.tensors, recognition: recognise(index, config.value, {}) };
  });
}

/** Tensors by name and shape, with no bytes behind them. */
export function madeCheckpoint(shapes: Readonly<Record<string, readonly number[]>>): MatchedCheckpoint {
  const tensors: TensorEntry[] = Object.entries(shapes).map(([name, shape]) => ({
    name,
    dtype: 'F32',
    shape,
    strides: null,
    file: 0,
    offset: 0,
    byteLength: 4 * shape.reduce((product, size) => product * size, 1),
  }));
  const index = {
    format: 'safetensors',
    files: ['made.safetensors'],
    tensors,
    settings: new Map(),
    warnings: [],
  } as const;
  return { tensors, recognition: recognise(index, null, {}) };
}

/** Matches a source file among the fixtures, with the files that it imports, or all files of a folder. */
export async function matchFixture(
  source: string,
  checkpoint: MatchedCheckpoint,
  options: MatchOptions = {},
): Promise<SourceMatch> {
  const sources = new Sources(await pythonParser());
  const file = join(FIXTURES, 'source', source);
  const isFolder = statSync(file).isDirectory();
  for (const each of isFolder ? readdirSync(file, { recursive: true, encoding: 'utf8' }) : ['']) {
    if (isFolder && !each.endsWith('.py')) continue;
    const path = isFolder ? join(file, each) : file;
    sources.update({ file: path, cell: null, text: readFileSync(path, 'utf8') });
  }
  const read = (path: string): Promise<string | null> =>
    Promise.resolve(existsSync(path) ? readFileSync(path, 'utf8') : null);
  return matched(await matchWithImports(sources, checkpoint, options, read));
}

/** Matches source text that is given here. */
export async function matchText(
  text: string,
  checkpoint: MatchedCheckpoint,
  options: MatchOptions = {},
): Promise<SourceMatch> {
  const sources = new Sources(await pythonParser());
  sources.update({ file: 'model.py', cell: null, text });
  return matched(sources.match(checkpoint, options));
}

/** The match of an outcome; fails the test where nothing fits. */
export function matched(outcome: MatchOutcome): SourceMatch {
  if (outcome.kind === 'none') throw new Error(outcome.reason);
  return outcome.match;
}
