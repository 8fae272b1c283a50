import * as l10n from '@vscode/l10n';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verdict, verdictText } from '../../../../src/core/analysis/verdict.js';
import type { CheckpointError } from '../../../../src/core/errors.js';
import { headEntries } from '../../../../src/core/charts/head-entries.js';
import {
  cellLabel,
  emptyModes,
  entrySentence,
  entryTip,
  headFacts,
  headLine,
  headTip,
  layerTip,
} from '../../../../src/core/charts/words.js';
import { openCheckpoint } from '../../../../src/core/formats/open-checkpoint.js';
import { isNotRunnable, notRunnable } from '../../../../src/core/inference/not-runnable.js';
import { modelNotes } from '../../../../src/core/model/notes.js';
import { asCheckpointError } from '../../../../src/host/files/system-error.js';
import { SAMPLE, withCheckpoint } from '../../support/analyse.js';
import { memorySource, NO_FILES } from '../../support/memory-source.js';
import { bytesOf, dict, pickle, tensor } from '../../support/pickle-writer.js';
import { problemOf } from '../../support/problem-of.js';
import { torchArchive } from '../../support/zip-writer.js';
import { headOf, madeHead, madeLayer } from '../charts/made-heads.js';
import { onlyModel, recogniseShapes, type Shapes, timmVit } from '../model/support.js';

/** A language in which every text is its English one between brackets. */
const MARKED = new Proxy<Record<string, string>>({}, { get: (_, text) => `⟦${String(text)}⟧` });

/** Words of a text outside the brackets: names and signs may stand there, sentences may not. */
function outside(text: string): string {
  let rest = text;
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replace(/⟦[^⟦⟧]*⟧/gu, '');
  }
  const names = /[LHM]\d+|\w+(?:\.\w+)+/gu;
  return rest.replace(names, '').replace(/[^\p{L}⟦⟧]+/gu, '');
}

function expectTranslated(texts: readonly string[]): void {
  expect(texts).not.toEqual([]);
  for (const text of texts) {
    expect(text).toContain('⟦');
    expect(outside(text), text).toBe('');
  }
}

const open = (name: string, bytes: Uint8Array): ReturnType<typeof openCheckpoint> =>
  openCheckpoint(memorySource(name, bytes), NO_FILES);
const wordsOf = ({ problem, advice }: CheckpointError): string[] => [problem, advice];
/** A layer for each list of weighted figures. */
const layers = (...figures: readonly (readonly number[])[]) =>
  figures.map((heads, index) =>
    madeLayer(
      index,
      heads.map((weighted, head) => headOf(weighted, head)),
    ),
  );

describe('in another language', () => {
  beforeEach(() => l10n.config({ contents: MARKED }));
  afterEach(() => l10n.config({ contents: {} }));

  it('a file is refused', async () => {
    const hostile = torchArchive(pickle(bytesOf('cos\nsystem\n(S"true"\ntR')), {});
    const cut = new Uint8Array([200, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22]);
    expectTranslated(wordsOf(await problemOf(open('model.pt', hostile))));
    expectTranslated(wordsOf(await problemOf(open('model.safetensors', cut))));
    expectTranslated(wordsOf(await problemOf(open('model.bin', new TextEncoder().encode('version 2 of a text')))));
    expectTranslated(wordsOf(asCheckpointError(Object.assign(new Error('no'), { code: 'ENOENT' }), 'a.pt')));
  });

  it('a dangerous file is opened', async () => {
    const named = pickle(dict({ w: tensor(), f: bytesOf('cos\nsystem\n') }));
    const { warnings } = await open('model.pt', torchArchive(named, { '0': new Uint8Array(16) }));
    expectTranslated(warnings.map(({ message }) => message));
  });

  it('a model is recognised with what was assumed', () => {
    const { assumptions } = onlyModel(recogniseShapes(timmVit()));
    expectTranslated(assumptions.map(({ text }) => text));
    const half: Shapes = [...timmVit(), ['pool.attn.q_proj.weight', [384, 384]]];
    expectTranslated(recogniseShapes(half).warnings.map(({ message }) => message));
    expectTranslated([recogniseShapes([['conv1.weight', [8, 3, 7, 7]]]).looksLike ?? '']);
  });

  it('the sample is recognised', async () => {
    await withCheckpoint(SAMPLE, {}, ({ recognition }) => {
      const [model] = recognition.models;
      expect(model?.layers).not.toEqual([]);
      expect(recognition.warnings.map(({ message }) => outside(message)).join('')).toBe('');
      expect(model === undefined ? '' : modelNotes(model).map(outside).join('')).toBe('');
      return Promise.resolve();
    });
  });

  it.each([
    layers([0.7], [0.4], [0.1], [0.5]),
    layers([0.7], [0.4], [-0.1], [-0.2, -0.3]),
    layers([0.1], [0.2], [0.7]),
    layers([0.4], [0.4]),
    layers([-0.4], [-0.4]),
    layers([0.3], [0.7], [0.3], [0.6]),
    layers([0.4]),
    layers([0.001]),
    [],
  ])('a verdict is said: %#', (...figures) => {
    expectTranslated([verdictText(verdict(figures))]);
  });

  it('a head is described', () => {
    for (const head of [headOf(0.4, 0), headOf(-0.4, 1), headOf(0, 2), madeHead({ trouble: 'zero' })]) {
      const entries = headEntries(head, 0.13);
      expectTranslated([
        headLine(head, entries),
        cellLabel(3, head),
        ...headFacts(head, entries).map((fact) => fact.words),
      ]);
      expectTranslated(
        entries.flatMap((entry) => [entrySentence(entry), ...entryTip(entry)]).concat(layerTip(madeLayer(0, [head]))),
      );
      expect(headTip(3, head).map(outside).join('')).toBe('');
    }
    expectTranslated([emptyModes(madeHead({ cos: [0.1, NaN, NaN] })) ?? '']);
  });

  it('a model cannot be run, which is told by the words', () => {
    const error = notRunnable('a.pt', 'why', 'need');
    expect(isNotRunnable(error.problem)).toBe(true);
    expect(isNotRunnable('⟦the picture has no pixels⟧')).toBe(false);
    l10n.config({ contents: {} });
    expect(isNotRunnable(error.problem)).toBe(false);
  });
});

it('a translated verdict may name its places in another order, and they can still be chosen', () => {
  const grows = 'Similarity grows with depth ({0} in {1} to {2} in {3}).';
  l10n.config({ contents: { [grows]: 'From {1} ({0}) to {3} ({2}).', 'layer {0}': 'level {0}' } });
  const parts = verdict(layers([0.1], [0.2], [0.7]));
  l10n.config({ contents: {} });
  expect(verdictText(parts)).toMatch(/^From level 0 \(0\.10\) to level 2 \(0\.70\)\. /u);
  expect(parts.flatMap(({ place }) => place?.layer ?? [])).toEqual([0, 2]);
});
