import * as v from 'valibot';
import type { TensorAnswer, TensorQuestion } from '../core/analysis/tensor/questions.js';

/** The tensor that a view shows. */
export interface TensorCard {
  readonly name: string;
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** As a table, the last axis along the columns. */
  readonly rows: number;
  readonly columns: number;
  /** Why there is no spectrum of it; null where there is one. */
  readonly noSpectrum: string | null;
  /** True for a tensor that is small enough to be read at once; else the person asks for each figure. */
  readonly readAtOnce: boolean;
}

/** Messages to the view of a tensor. */
export type ToTensorView =
  | { readonly type: 'tensor'; readonly card: TensorCard }
  | { readonly type: 'answer'; readonly answer: TensorAnswer }
  | { readonly type: 'failed'; readonly kind: TensorQuestion['kind']; readonly text: string };

/** Messages of the view: intents. */
export type FromTensorView =
  | { readonly type: 'ready' }
  | { readonly type: 'ask'; readonly question: TensorQuestion }
  | { readonly type: 'cancel' }
  | { readonly type: 'copy'; readonly text: string };

/** Cells along an axis of a heat map; more than the pixels of a panel show nothing more. */
const MAX_SIDE = 1024;
/** Characters of copied text: a full spectrum or histogram. */
const MAX_COPY = 1_000_000;

const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const length = v.pipe(place, v.minValue(1));

const fromTensorView = v.variant('type', [
  v.strictObject({ type: v.literal('ready') }),
  v.strictObject({
    type: v.literal('ask'),
    question: v.variant('kind', [
      v.strictObject({ kind: v.literal('statistics') }),
      v.strictObject({
        kind: v.literal('map'),
        window: v.strictObject({ row: place, rows: length, column: place, columns: length }),
        side: v.pipe(length, v.maxValue(MAX_SIDE)),
      }),
      v.strictObject({ kind: v.literal('spectrum') }),
    ]),
  }),
  v.strictObject({ type: v.literal('cancel') }),
  v.strictObject({ type: v.literal('copy'), text: v.pipe(v.string(), v.maxLength(MAX_COPY)) }),
]);

/** A message of the view, checked; null for anything else. */
export function parseFromTensorView(value: unknown): FromTensorView | null {
  const parsed = v.safeParse(fromTensorView, value);
  return parsed.success ? parsed.output : null;
}

/** True for a message of the extension host; its fields are not checked, for the host is trusted. */
export function isToTensorView(value: unknown): value is ToTensorView {
  const types: readonly unknown[] = ['tensor', 'answer', 'failed'] satisfies ToTensorView['type'][];
  return typeof value === 'object' && value !== null && 'type' in value && types.includes(value.type);
}
