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
      if (change.wholeHead) return `${place} attends evenly`;
      const parts = [...change.modes.map((mode) => `M${mode}`), ...(change.keyBias ? ['the key bias'] : [])];
      return `${place} without ${listed(parts)}`;
    }
    case 'nearest-keys':
      return `Each token attends to its ${change.keys} nearest keys only`;
    case 'prompt':
      return promptWords(change);
  }
}

const BY = { concentration: 'keypoints', object: 'the object' } as const;
const PATCHES = { concentration: 'Patches with keypoints', object: 'Patches of the object' } as const;

function promptWords(change: Extract<Change, { kind: 'prompt' }>): string {
  const count = patchesIn(change.region ?? new Float32Array());
  const regional = `${count} patch${count === 1 ? '' : 'es'}`;
  const by = change.by === 'region' ? regional : BY[change.by];
  const patches = change.by === 'region' ? regional : PATCHES[change.by];
  const where = [
    change.layers === null ? 'all layers' : `layer ${change.layers.join(', ')}`,
    change.heads === null ? 'all heads' : `head ${change.heads.join(', ')}`,
  ].join(', ');
  switch (change.how) {
    case 'bias':
      return `Scores towards ${by} raised by up to ${change.strength.toFixed(1)} in ${where}`;
    case 'reweight':
      return `Attention to ${by} weighted by up to ${(1 + change.strength).toFixed(1)} in ${where}`;
    case 'mask':
      return `${patches} hidden from attention in ${where}`;
    case 'drop':
      return `${patches} dropped from the input`;
  }
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1] ?? ''}`;
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
  if (relativeL2 === null) return 'The output is zero: there is nothing to compare with.';
  if (relativeL2 === 0) return 'The output is the same to the last bit.';
  const words = `The output changes by ${smallPercent(relativeL2)} of its length; cosine ${fixed(cosine, 4)}.`;
  if (band === null) return words;
  const [low, high] = band;
  const side = relativeL2 > high ? 'More than' : relativeL2 < low ? 'Less than' : 'As much as';
  return `${words} ${side} the same shifted around the picture (${smallPercent(low)} to ${smallPercent(high)}).`;
}

/** A row of the most likely classes before and after. */
export interface ClassRow {
  readonly label: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** The most likely classes of both runs, in the order of the first. */
export function classRows(before: OutputCard['top'], after: OutputCard['top']): ClassRow[] {
  const name = ({ index, label }: OutputCard['top'][number]): string => label ?? `class ${index}`;
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
  if (moved === 0) return 'Both on one scale: the change moves none of this attention.';
  return `Both on one scale: the change moves ${smallPercent(moved)} of this attention elsewhere.`;
}
