import * as v from 'valibot';
import { SAVED_TABLES } from './off-object.js';

/** Characters of a table: each head of a model of 10,000 layers. */
const MAX_TABLE = 20_000_000;

const image = v.pipe(v.number(), v.safeInteger());
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** One schema an intent about what lies off the object, or about guided masking. */
export const offObjectFromPanel = [
  v.strictObject({
    type: v.literal('want-off-object'),
    image,
    wish: v.strictObject({
      relevance: v.picklist(['attention', 'rollout', 'deletion']),
      object: v.picklist(['mask', 'tokens']),
    }),
  }),
  v.strictObject({ type: v.literal('check-off-object'), image }),
  v.strictObject({ type: v.literal('stop-off-object'), image }),
  v.strictObject({ type: v.literal('save-off-object'), image }),
  v.strictObject({
    type: v.literal('save-table'),
    image,
    table: v.picklist(SAVED_TABLES),
    text: v.pipe(v.string(), v.maxLength(MAX_TABLE)),
  }),
  v.strictObject({
    type: v.literal('export-masks'),
    image,
    wish: v.strictObject({
      ratio: share,
      strength: share,
      direction: v.picklist(['rich', 'poor']),
      concentration: v.picklist(['scale', 'count', 'response']),
    }),
    of: v.picklist(['picture', 'folder']),
  }),
] as const;
