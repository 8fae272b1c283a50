import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Change, ImageToPanel, PromptPoint } from '../../../../src/protocol/image.js';
import type { ImageFigures } from '../../../../src/vscode/session/image-figures.js';
import type { SteppedLab } from '../support/stepped-lab.js';
import { settled } from '../support/settled.js';
import { madeFigures } from '../support/made-figures.js';

let lab: SteppedLab;
let told: ImageToPanel[];
let figures: ImageFigures;

beforeEach(() => {
  ({ figures, lab, told } = madeFigures([]));
});

const promptOf = (strength: number, how: 'bias' | 'mask' = 'bias', layers: readonly number[] | null = null): Change => {
  return { kind: 'prompt', by: 'concentration', how, strength, layers, heads: null, region: null };
};

async function run(change: Change, relativeL2: number): Promise<void> {
  figures.change(change);
  lab
    .last('change')
    .answer({ change, outputChange: { relativeL2, cosine: 1 }, attentionChange: [], massOutside: null, band: null });
  await settled();
}

/** Answers the requests of a kind as long as there is a new one. */
async function answerEach(
  name: 'prompt-point' | 'prompt-band',
  answer: (strength: number) => unknown,
): Promise<number[]> {
  const strengths: number[] = [];
  for (let seen = 0; ; seen++) {
    const calls = lab.calls.filter((call) => call.name === name && !call.call.signal.aborted);
    const call = calls[seen];
    if (call === undefined) return strengths;
    const { strength } = v.parse(v.object({ strength: v.number() }), call.params);
    strengths.push(strength);
    call.answer(answer(strength));
    await settled();
  }
}

const curve = (): readonly PromptPoint[] =>
  told.flatMap((message) => (message.type === 'prompt-curve' ? [message.points] : [])).at(-1) ?? [];

describe('the curve of a prompt', () => {
  it('has the run itself, then a point a strength, then their bands', async () => {
    await run(promptOf(2.5), 0.25);
    expect(curve()).toEqual([
      { strength: 0, relativeL2: 0, band: [0, 0] },
      { strength: 2.5, relativeL2: 0.25, band: null },
    ]);
    lab.last('prompt-band').answer([0.1, 0.2]);
    await settled();
    expect(await answerEach('prompt-point', (strength) => strength / 10)).toEqual([8, 4, 2, 6, 1, 3, 5, 7]);
    expect(curve()).toHaveLength(10);
    expect(curve()[2]).toEqual({ strength: 2, relativeL2: 0.2, band: null });
    expect(await answerEach('prompt-band', (strength) => [0, strength])).toEqual([2.5, 8, 4, 2, 6, 1, 3, 5, 7]);
    expect(curve().filter(({ band }) => band === null)).toEqual([]);
    expect(curve()[3]).toEqual({ strength: 2.5, relativeL2: 0.25, band: [0.1, 0.2] });
    expect(figures.replay().map(({ type }) => type)).toEqual(['changed-run', 'prompt-curve']);
  });

  it('keeps its points for the same prompt at another strength, and none for another prompt', async () => {
    await run(promptOf(3), 0.3);
    await run(promptOf(4), 0.4);
    expect(curve()).toHaveLength(3);
    await run(promptOf(4, 'bias', [0]), 0.1);
    expect(curve()).toEqual([
      { strength: 0, relativeL2: 0, band: [0, 0] },
      { strength: 4, relativeL2: 0.1, band: null },
    ]);
  });

  it('begins anew when what prompts go by is another', async () => {
    await run(promptOf(3), 0.3);
    void figures.wantKeypoints('count');
    await run(promptOf(4), 0.4);
    expect(curve().map(({ strength }) => strength)).toEqual([0, 4]);
  });

  it('ends with a newer change, and is not there for what has no strength', async () => {
    await run(promptOf(3), 0.3);
    const band = lab.last('prompt-band');
    figures.change(promptOf(5));
    expect(band.call.signal.aborted).toBe(true);
    figures.undoChange();
    told = [];
    await run(promptOf(1, 'mask'), 0.3);
    expect(curve()).toEqual([]);
  });
});

describe('a model that can be prompted', () => {
  const withKeypoints = async (): Promise<void> => {
    const asking = figures.wantKeypoints('scale');
    lab.last('keypoints').answer({ keypoints: Float32Array.of(1, 1, 1, 0, 1) });
    await asking;
  };
  const asked = (): string[] => lab.calls.map(({ name }) => name);

  it('is made ready when its tab is open and the keypoints are there, and given up with the tab', async () => {
    await withKeypoints();
    expect(asked()).not.toContain('warm-prompt');
    figures.setPrompting(true);
    const warming = lab.last('warm-prompt');
    figures.setPrompting(false);
    expect(warming.call.signal.aborted).toBe(true);
    expect(lab.last('change').params).toEqual({ change: null });
  });

  it('waits for the keypoints, goes on into a prompt, and stays where a change has run', async () => {
    figures.setPrompting(true);
    expect(asked()).toEqual([]);
    await withKeypoints();
    const warming = lab.last('warm-prompt');
    figures.change(promptOf(1));
    expect(warming.call.signal.aborted).toBe(false);
    figures.setPrompting(false);
    expect(lab.calls.filter(({ name }) => name === 'change')).toHaveLength(1);
  });

  it('is not asked for by a picture without keypoints, nor beside another change', async () => {
    figures.setPrompting(true);
    const asking = figures.wantKeypoints('scale');
    lab.last('keypoints').answer({ keypoints: new Float32Array() });
    await asking;
    figures.setPrompting(false);
    figures.change({ kind: 'nearest-keys', keys: 2 });
    await withKeypoints();
    figures.setPrompting(true);
    expect(asked()).not.toContain('warm-prompt');
  });

  it('that cannot be made ready is nobody’s trouble', async () => {
    await withKeypoints();
    figures.setPrompting(true);
    lab.last('warm-prompt').fail(new Error('no memory'));
    await settled();
    expect(told.filter(({ type }) => type === 'image-trouble')).toEqual([]);
  });
});

it('keypoints that are on their way are not begun again', async () => {
  const asking = figures.wantKeypoints('scale');
  await figures.wantKeypoints('scale');
  expect(lab.calls).toHaveLength(1);
  void figures.wantKeypoints('count');
  expect(lab.calls[0]?.call.signal.aborted).toBe(true);
  await asking;
});
