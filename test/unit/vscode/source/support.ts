import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resolve } from 'node:path';
import { loadPythonParser } from '../../../../src/host/source/python-parser.js';
import { createHandlers } from '../../../../src/host/engine/tasks.js';
import type { MatchedCheckpoint } from '../../../../src/core/source/contract.js';
import type { PythonParser } from '../../../../src/core/source/python/syntax.js';
import type { SourceFiles } from '../../../../src/vscode/source/worker/imported-files.js';
import type { TextChange } from '../../../../src/vscode/source/worker/messages.js';

/** The real grammar, as the build ships it. */
export function pythonParser(): Promise<PythonParser> {
  return loadPythonParser(resolve('node_modules/@vscode/tree-sitter-wasm/wasm'));
}

/** The header of the sample, read as the engine reads it. */
export async function sampleCheckpoint(): Promise<MatchedCheckpoint> {
  const { tensors, recognition } = await createHandlers().inspect({
    path: 'media/sample',
    options: {},
    partial: false,
  });
  return { tensors, recognition };
}

/** A file among the fixtures that stand beside the sample. */
export const fixtureText = (name: string): string => readFileSync(path.join('test/fixtures/beside-code', name), 'utf8');

/** A text that the editor opened. */
export function opened(file: string, text: string, cell: number | null = null): TextChange {
  return { kind: 'set', key: { file, cell }, language: 'python', text };
}

/** A disk with these files, and what was read of it. */
export function madeDisk(contents: Readonly<Record<string, string>>): {
  readonly files: SourceFiles;
  readonly read: string[];
  write(path: string, text: string): void;
} {
  const texts = new Map(Object.entries(contents).map(([name, text]) => [name, { text, modified: 1 }]));
  const read: string[] = [];
  return {
    files: {
      modified: (name) => Promise.resolve(texts.get(name)?.modified ?? null),
      read: (name) => {
        read.push(name);
        return Promise.resolve(texts.get(name)?.text ?? '');
      },
    },
    read,
    write: (name, text) => void texts.set(name, { text, modified: (texts.get(name)?.modified ?? 0) + 1 }),
  };
}
