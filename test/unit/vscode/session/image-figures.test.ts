import { beforeEach, describe, expect, it } from 'vitest';
import type { ImageToPanel } from '../../../../src/protocol/image.js';
import type { ImageFigures } from '../../../../src/vscode/session/image-figures.js';
import type { SteppedLab } from '../support/stepped-lab.js';
import { settled } from '../support/settled.js';
import { madeFigures } from '../support/made-figures.js';

let lab: SteppedLab;
let told: ImageToPanel[];
let figures: ImageFigures;

beforeEach(() => {
  ({ figures, lab, told } = madeFigures([4, 4]));
});

const of = <Type extends ImageToPanel['type']>(type: Type): Extract<ImageToPanel, { type: Type }>[] =>
  told.filter((message): message is Extract<ImageToPanel, { type: Type }> => message.type === type);

async function mask(patches: Int8Array): Promise<void> {
  const masking = figures.setMask({ kind: 'painted', labels: new Uint8Array(4) });
  lab.last('mask').answer({ patches });
  await masking;
}

async function change(keys: number): Promise<number> {
  figures.change({ kind: 'nearest-keys', keys });
  lab.last('change').answer({ change: { kind: 'nearest-keys', keys }, attentionChange: [], massOutside: [] });
  await settled();
  return of('changed-run').at(-1)?.run?.id ?? NaN;
}

describe('figures of the changed model', () => {
  it('are not asked for while nothing is changed, preference not without a mask', async () => {
    const rows: unknown[] = [];
    figures.wantChangedAttention({ post: (message) => rows.push(message) }, 0, 0);
    await figures.wantChangedPreference('all');
    expect(lab.calls).toEqual([]);
    await change(2);
    await figures.wantChangedPreference('all');
    expect(lab.calls.map(({ name }) => name)).not.toContain('changed-preference');
  });

  it('name their run, go to who asked, and preference to all, later ones too', async () => {
    const posted: unknown[] = [];
    await mask(Int8Array.of(1, 0));
    const run = await change(2);
    figures.wantChangedAttention({ post: (message) => posted.push(message) }, 1, 3);
    lab.last('changed-attention').answer({ layer: 1, token: 3 });
    const preferring = figures.wantChangedPreference('all');
    for (const layer of [0, 1]) {
      expect(lab.last('changed-preference').params).toEqual({ layer, keys: 'all', patches: Int8Array.of(1, 0) });
      lab.last('changed-preference').answer({ layer });
      await settled();
    }
    await preferring;
    expect(posted).toEqual([{ type: 'changed-attention', figures: { image: 1, run, layer: 1, token: 3 } }]);
    expect(of('changed-preference').map((one) => [one.run, one.figures.layer])).toEqual([
      [run, 0],
      [run, 1],
    ]);
    expect(figures.replay().filter(({ type }) => type === 'changed-preference')).toHaveLength(2);
  });

  it('are not asked of a run while another change is on its way, for which the lab has let it go', async () => {
    await mask(Int8Array.of(1, 0));
    await change(2);
    const asked = lab.calls.length;
    figures.change({ kind: 'nearest-keys', keys: 3 });
    figures.wantChangedAttention({ post: () => undefined }, 0, 0);
    await figures.wantChangedPreference('all');
    expect(lab.calls.slice(asked).map(({ name }) => name)).toEqual(['change']);
    expect(of('image-trouble')).toEqual([]);
  });

  it.each([
    [
      'another change',
      async () => {
        await change(3);
      },
    ],
    [
      'undoing it',
      async () => {
        figures.undoChange();
        await settled();
      },
    ],
    ['another mask', () => mask(Int8Array.of(0, 1))],
  ])('are void with %s', async (_, next) => {
    const posted: unknown[] = [];
    await mask(Int8Array.of(1, 0));
    const run = await change(2);
    const port = { post: (message: unknown) => posted.push(message) };
    figures.wantChangedAttention(port, 1, 4);
    const rows = lab.last('changed-attention');
    void figures.wantChangedPreference('all');
    const preference = lab.last('changed-preference');
    await next();
    expect(preference.call.signal.aborted).toBe(true);
    rows.answer({ layer: 1, token: 4 });
    await settled();
    const isSameRun = of('changed-run').at(-1)?.run?.id === run;
    expect(posted).toHaveLength(isSameRun ? 1 : 0);
    expect(figures.replay().some(({ type }) => type === 'changed-preference')).toBe(false);
  });
});
