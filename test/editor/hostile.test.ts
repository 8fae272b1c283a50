import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import type { Session } from '../../src/vscode/session/session.js';
import { closeAll, fixture, open, scratchFolder } from './support/lens.js';
import { until } from './support/until.js';

/** Longest time in which the answer to a file may come. */
const LIMIT_MS = 2_000;

const folder = fixture('hostile');
const { files } = v.parse(
  v.object({ files: v.record(v.string(), v.string()) }),
  JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')),
);
const readable = Object.entries(files).filter(([file]) => /\.(safetensors|pt|index\.json)$/.test(file));

/** What a file came to: the code of its page, or that it is shown. */
function outcome({ state }: Session): string | undefined {
  if (state.kind === 'reading') return undefined;
  return state.kind === 'open' ? 'open' : state.page.code;
}

/** A file that was read, with or without a model in it. */
const READ = ['open', 'no-attention', 'ambiguous'];

describe('a hostile file', () => {
  let scratch: ReturnType<typeof scratchFolder>;

  before(() => {
    scratch = scratchFolder();
    cpSync(folder, scratch.folder, { recursive: true });
  });
  after(() => scratch.delete());
  afterEach(closeAll);

  for (const [file, expected] of readable) {
    it(`${file}: ${expected}`, async () => {
      const startedMs = performance.now();
      const { session } = await open(path.join(scratch.folder, file), file.endsWith('.json') ? 'option' : 'click');
      const found = await until('an answer', () => outcome(session));
      assert.ok(performance.now() - startedMs < LIMIT_MS, 'it took too long');
      if (expected.startsWith('reject')) assert.ok(!READ.includes(found), `it was read: ${found}`);
      if (expected.startsWith('open')) assert.ok(READ.includes(found), `it was not read: ${found}`);
    });
  }
});
