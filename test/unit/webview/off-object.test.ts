import { describe, expect, test } from 'vitest';
import type { ImageToPanel } from '../../../src/protocol/image.js';
import type { OffObject } from '../../../src/protocol/off-object.js';
import { imageTable } from '../../../webview/app/image-tables.js';
import {
  askerSentence,
  checkWords,
  chiefPatch,
  offObjectSentences,
  relevanceOf,
  relevanceTip,
  rowSentence,
  tableSentence,
} from '../../../webview/app/tabs/off-object-words.js';
import { afterImageMessage, NO_IMAGE, type ImageFigures } from '../../../webview/state/image-state.js';
import { initialState } from '../../../webview/state/saved.js';
import { readyMessage } from './made-image.js';
import { madeCheck, madeOffObject, madeOffObjectFigures } from './made-off-object.js';

const figures = madeOffObjectFigures();
const [first = { patches: [], weight: NaN }] = figures.candidates;

describe('what lies off the object, in words', () => {
  test('is the ratio and the lift', () => {
    expect(offObjectSentences(figures)).toEqual([
      'Off ratio 0.90: patches off the object get 0.90 times the relevance of an even spread.',
      'log2 lift −1.00: among keypoints, those off the object get 0.50 times their share of it.',
    ]);
    expect(offObjectSentences({ ...figures, log2Lift: null })).toHaveLength(1);
  });

  test('says why there is no ratio: an object that covers everything or nothing, no relevance', () => {
    const none = { offRatio: null, log2Lift: null, candidates: [], pieces: 0 };
    const covered = madeOffObjectFigures({ ...none, object: new Uint8Array(6).fill(1) });
    expect(offObjectSentences(covered)).toEqual(['The object covers every patch: there is nothing off it.']);
    const nowhere = madeOffObjectFigures({ ...none, object: new Uint8Array(6) });
    expect(offObjectSentences(nowhere)).toEqual(['No patch belongs to the object: there is nothing to compare with.']);
    expect(offObjectSentences(madeOffObjectFigures({ ...none, relevance: null }))).toEqual([]);
    expect(tableSentence(covered, false)).toBe('');
  });

  test('says whose attention it goes by, also without a class token', () => {
    expect(askerSentence(figures)).toMatch(/class token attends to in the last layer/);
    const values = new Float32Array(6);
    const by = (kind: 'attention' | 'rollout' | 'deletion', asker: 'patch-mean' | null) =>
      askerSentence({ ...figures, relevance: { kind, asker, values } });
    expect(by('attention', 'patch-mean')).toMatch(/^Yellow: what the patches attend to/);
    expect(by('rollout', 'patch-mean')).toMatch(/patches take from each other/);
    expect(by('deletion', null)).toMatch(/without the patch/);
    expect(askerSentence({ ...figures, relevance: null })).toBeNull();
  });

  test('a candidate has the sum of its relevance, and leads to its most relevant patch', () => {
    expect(relevanceOf(first, figures)).toBeCloseTo(0.375, 12);
    expect(chiefPatch(first, figures)).toBe(2);
    expect(relevanceTip(figures, 0, 2, 3)).toEqual([
      'row 0, column 2',
      'relevance 25.0 %, 1.50 times even',
      'off the object, candidate 1',
    ]);
    expect(relevanceTip(figures, 0, 0, 3).at(-1)).toBe('on the object');
    expect(relevanceTip(figures, 1, 0, 3).at(-1)).toBe('off the object');
  });

  test('an effect is told beside the band of other places, by a sign too', () => {
    expect(checkWords(madeCheck(0.05))).toEqual({ effect: '↑ 5 %', elsewhere: '1 % to 2 % (20)', z: '+1.5' });
    expect(checkWords(madeCheck(0.001)).effect).toBe('↓ 0.1 %');
    expect(checkWords(madeCheck(0.015)).effect).toBe('1.5 %');
    expect(checkWords({ effect: 0.5, band: null, z: null, places: 0 })).toEqual({
      effect: '50 %',
      elsewhere: 'no other place',
      z: '–',
    });
    expect(checkWords(madeCheck(NaN)).effect).toBe('–');
    expect(rowSentence(madeCheck(0.05))).toBe('More than its shape does elsewhere.');
    expect(rowSentence(undefined)).toBe('Shows the patch on the pictures.');
  });

  test('says how many candidates there are, and when there are none', () => {
    expect(tableSentence(figures, false)).toMatch(/^The first 2 of 3\. /);
    expect(tableSentence({ ...figures, pieces: 2 }, true)).toMatch(/^r c: .*↑ ↓: more or less/);
    expect(tableSentence({ ...figures, candidates: [], pieces: 0 }, false)).toMatch(/^No patch off the object/);
    // The note of the host says why there are none.
    expect(tableSentence({ ...figures, candidates: [], pieces: 0, checkable: false }, false)).toBe('');
  });
});

const told = (found: OffObject | null, image = 1): ImageToPanel => ({ type: 'off-object', image, found });
const trouble: ImageToPanel = {
  type: 'image-trouble',
  task: 'off-object',
  trouble: { title: 't', detail: 'd', advice: 'a' },
};
const after = (...messages: readonly ImageToPanel[]): ImageFigures =>
  [readyMessage(), ...messages].reduce(afterImageMessage, NO_IMAGE);

describe('what lies off the object, as it is told', () => {
  test('goes with its picture; a trouble stands until something is tried again', () => {
    expect(after(told(madeOffObject())).offObject?.figures?.pieces).toBe(3);
    expect(after(told(madeOffObject(), 7)).offObject).toBeNull();
    const failed = after(trouble, told(madeOffObject({ figures: null })));
    expect(failed.trouble['off-object']).toBeDefined();
    const again = afterImageMessage(failed, told(madeOffObject({ figures: null, working: 'figures' })));
    expect(again.trouble['off-object']).toBeUndefined();
    const progress: ImageToPanel = { type: 'image-progress', task: 'off-object', done: 1, total: 9 };
    expect(afterImageMessage(again, progress).progress['off-object']).toEqual({ done: 1, total: 9 });
    expect(after(progress, told(madeOffObject())).progress['off-object']).toBeUndefined();
  });

  test('is copied with the causal check once that is there', () => {
    const table = (found: OffObject) => imageTable({ ...initialState(null), image: after(told(found)) }, 'off-object');
    expect(table(madeOffObject())?.rows[0]).toEqual(['1', '2', '0', '2', '0.375', '0.5', '', '', '', '', '']);
    const checked = madeOffObject({ checks: [madeCheck(0.05), madeCheck(0.01, null)] });
    expect(table(checked)?.rows).toEqual([
      ['1', '2', '0', '2', '0.375', '0.5', '0.05', '0.01', '0.02', '1.5', '20'],
      ['2', '1', '1', '2', '0.25', '0.25', '0.01', '', '', '1.5', '20'],
    ]);
    expect(table(madeOffObject({ figures: null }))).toBeNull();
  });
});
