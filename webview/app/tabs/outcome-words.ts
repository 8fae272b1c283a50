import * as l10n from '@vscode/l10n';
import { fixed } from '../../../src/core/text/numbers.js';
import { placeName } from '../../../src/core/charts/format.js';
import type { Change, ChangedRun, OutputCard } from '../../../src/protocol/image.js';
import { patchesIn } from './region-patches.js';
import type { TokenAttention } from '../image/attention.js';

/** What was changed, in words: `L8 H3 without M0, M3 and the key bias`. */
export function changeWords(change: Change): string {
  switch (change.kind) {
    case 'ablation': {
      const place = placeName(change.layer, change.head);
      if (change.wholeHead) return l10n.t('{0} attends evenly', place);
      const parts = [...change.modes.map((mode) => `M${mode}`), ...(change.keyBias ? [l10n.t('the key bias')] : [])];
      return l10n.t('{0} without {1}', place, listed(parts));
    }
    case 'nearest-keys':
      return l10n.t('Each token attends to its {0} nearest keys only', change.keys);
    case 'prompt':
      return promptWords(change);
  }
}

const BY = { concentration: l10n.t('keypoints'), object: l10n.t('the object') } as const;
const PATCHES = { concentration: l10n.t('Patches with keypoints'), object: l10n.t('Patches of the object') } as const;

function promptWords(change: Extract<Change, { kind: 'prompt' }>): string {
  const count = patchesIn(change.region ?? new Float32Array());
  const regional = count === 1 ? l10n.t('1 patch') : l10n.t('{0} patches', count);
  const by = change.by === 'region' ? regional : BY[change.by];
  const patches = change.by === 'region' ? regional : PATCHES[change.by];
  const where = [
    change.layers === null ? l10n.t('all layers') : l10n.t('layer {0}', change.layers.join(', ')),
    change.heads === null ? l10n.t('all heads') : l10n.t('head {0}', change.heads.join(', ')),
  ].join(', ');
  switch (change.how) {
    case 'bias':
      return l10n.t('Scores towards {0} raised by up to {1} in {2}', by, change.strength.toFixed(1), where);
    case 'reweight':
      return l10n.t('Attention to {0} weighted by up to {1} in {2}', by, (1 + change.strength).toFixed(1), where);
    case 'mask':
      return l10n.t('{0} hidden from attention in {1}', patches, where);
    case 'drop':
      return l10n.t('{0} dropped from the input', patches);
  }
}

function listed(parts: readonly string[]): string {
  return parts.length < 2
    ? (parts[0] ?? '')
    : l10n.t('{0} and {1}', parts.slice(0, -1).join(', '), parts[parts.length - 1] ?? '');
}

/** A part as percent with two digits that count. */
export function smallPercent(part: number): string {
  if (part === 0) return '0 %';
  const percent = part * 100;
  return `${percent >= 10 ? percent.toFixed(0) : Number(percent.toPrecision(2))} %`;
}

/** The sentence on how the output changed, with its band where there is one. */
export function outcomeSentence({ outputChange, band }: ChangedRun): string {
  const { relativeL2, cosine } = outputChange;
  if (relativeL2 === null) return l10n.t('The output is zero: there is nothing to compare with.');
  if (relativeL2 === 0) return l10n.t('The output is the same to the last bit.');
  const words = l10n.t(
    'The output changes by {0} of its length; cosine {1}.',
    smallPercent(relativeL2),
    fixed(cosine, 4),
  );
  if (band === null) return words;
  const [low, high] = band;
  const side = relativeL2 > high ? l10n.t('More than') : relativeL2 < low ? l10n.t('Less than') : l10n.t('As much as');
  return l10n.t(
    '{0} {1} the same shifted around the picture ({2} to {3}).',
    words,
    side,
    smallPercent(low),
    smallPercent(high),
  );
}

/** A row of the most likely classes before and after. */
export interface ClassRow {
  readonly label: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** The most likely classes of both runs, in the order of the first. */
export function classRows(before: OutputCard['top'], after: OutputCard['top']): ClassRow[] {
  const name = ({ index, label }: OutputCard['top'][number]): string => label ?? l10n.t('class {0}', index);
  const rows = before.map((one) => ({
    label: name(one),
    before: one.value,
    after: after.find(({ index }) => index === one.index)?.value ?? null,
  }));
  const fresh = after.filter(({ index }) => !before.some((one) => one.index === index));
  return [...rows, ...fresh.map((one) => ({ label: name(one), before: null, after: one.value }))];
}

/** How much of a token's attention a change moves elsewhere: half the sum of the magnitudes of the differences. */
export function movedWords(before: TokenAttention, after: TokenAttention): string {
  const differences = (one: Float32Array, other: Float32Array): number =>
    one.reduce<number>((sum, share, at) => sum + Math.abs(share - (other[at] ?? 0)), 0);
  const moved = (differences(before.patches, after.patches) + differences(before.prefix, after.prefix)) / 2;
  if (moved === 0) return l10n.t('Both on one scale: the change moves none of this attention.');
  return l10n.t('Both on one scale: the change moves {0} of this attention elsewhere.', smallPercent(moved));
}
