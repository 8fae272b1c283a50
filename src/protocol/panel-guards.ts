import * as v from 'valibot';
import { imageFromPanel } from './image-guards.js';
import { PICTURES, type FromPanel } from './panel.js';

// A webview shows data from files, so what it sends is not trusted more than they are. Limits are far above real use.

/** More layers or heads than any model has. */
const MAX_INDEX = 100_000;
/** Characters of a model's name, of a label, of an error. */
const MAX_WORDS = 2_000;
/** Characters of copied text: every mode of a large model as a table. */
const MAX_COPY = 20_000_000;
/** Characters of an SVG, bytes of a PNG. */
const MAX_PICTURE = 50_000_000;

const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_INDEX));
const words = v.pipe(v.string(), v.maxLength(MAX_WORDS));
const basis = v.picklist(['folded', 'raw']);
const bytes = v.pipe(
  v.instance(Uint8Array),
  v.check((array) => array.byteLength <= MAX_PICTURE),
);

const fromPanel = v.variant('type', [
  ...imageFromPanel,
  v.strictObject({ type: v.literal('ready'), protocol: v.pipe(v.number(), v.integer()) }),
  v.strictObject({ type: v.literal('basis'), basis }),
  v.strictObject({ type: v.literal('model'), model: words }),
  v.strictObject({ type: v.literal('pick-model') }),
  v.strictObject({ type: v.literal('heads'), heads: v.nullable(v.pipe(index, v.minValue(1))) }),
  v.strictObject({
    type: v.literal('keep-assumption'),
    code: v.picklist(['heads', 'patch', 'image-size', 'norm', 'layout', 'other']),
  }),
  v.strictObject({ type: v.literal('cancel') }),
  v.strictObject({ type: v.literal('resume') }),
  v.strictObject({ type: v.literal('want-distances'), layer: index, head: index }),
  v.strictObject({ type: v.literal('cancel-distances') }),
  v.strictObject({ type: v.literal('reload') }),
  v.strictObject({ type: v.literal('export') }),
  v.strictObject({ type: v.literal('copy'), text: v.pipe(v.string(), v.maxLength(MAX_COPY)) }),
  v.strictObject({
    type: v.literal('problem-action'),
    action: v.picklist([
      'retry',
      'show-log',
      'show-partial',
      'copy-details',
      'list-tensors',
      'name-tensors',
      'pick-model',
      'choose-base',
    ]),
  }),
  v.strictObject({ type: v.literal('selected'), layer: index, head: index, label: words }),
  v.strictObject({
    type: v.literal('picture'),
    id: v.pipe(v.number(), v.safeInteger()),
    svg: v.nullable(v.pipe(v.string(), v.maxLength(MAX_PICTURE))),
    png: v.nullable(bytes),
  }),
  v.strictObject({
    type: v.literal('picture-copied'),
    picture: v.picklist(PICTURES),
    problem: v.nullable(words),
  }),
  v.strictObject({ type: v.literal('error'), message: words }),
]);

/** A message of the panel, checked: every field known, in its type and within its limit; null for anything else. */
export function parseFromPanel(value: unknown): FromPanel | null {
  const parsed = v.safeParse(fromPanel, value);
  return parsed.success ? parsed.output : null;
}
