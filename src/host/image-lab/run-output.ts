import * as l10n from '@vscode/l10n';
import { asFields, field } from '../../core/image/preprocess/config/checked.js';
import type { Warning } from '../../core/errors.js';
import type { OutputName } from '../../core/inference/outputs.js';
import type { RunResult } from '../../protocol/inference.js';

/** A class and its logit. */
export interface TopClass {
  readonly index: number;
  /** Out of `id2label` of config.json; null where it has none. */
  readonly label: string | null;
  readonly value: number;
}

/** Classes that are told. */
const MOST = 5;

/** Longer labels are cut. */
const LONGEST_LABEL = 200;

/** What a model says in the end, the first of these that it has. */
const ORDER = ['logits', 'embedding', 'pooled', 'tokens'] as const satisfies readonly OutputName[];

/** The vector that stands for what a model makes of a picture. */
export function mainOutput({ outputs }: RunResult): { readonly name: OutputName; readonly values: Float32Array } {
  for (const name of ORDER) {
    const values = outputs[name];
    if (values !== undefined) return { name, values };
  }
  throw new Error('the run has no output');
}

/** Classes by their logit, the largest first; null where the model does not classify. */
export function topClasses({ outputs }: RunResult, config: unknown): readonly TopClass[] | null {
  const { logits } = outputs;
  if (logits === undefined) return null;
  const labels = asFields(field(asFields(config) ?? {}, 'id2label')) ?? {};
  return Array.from(logits, (value, index) => ({ index, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, MOST)
    .map(({ index, value }) => {
      const label = field(labels, String(index));
      return { index, label: typeof label === 'string' ? label.slice(0, LONGEST_LABEL) : null, value };
    });
}

/** Why there are no top classes, where there are none. */
export function noClassifier({ outputs }: RunResult): Warning[] {
  if (outputs.logits !== undefined) return [];
  return [{ code: 'no-classifier', message: l10n.t('The model does not classify, so there are no top classes.') }];
}

/** How far one output is from another. */
export interface OutputChange {
  /** ||after - before|| / ||before||; null for a vector of zeros. */
  readonly relativeL2: number | null;
  readonly cosine: number | null;
}

/** Change of the main output of a model. */
export function outputChange(before: RunResult, after: RunResult): OutputChange {
  const [a, b] = [mainOutput(before).values, mainOutput(after).values];
  let difference = 0;
  let product = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? NaN, b[i] ?? NaN];
    difference += (y - x) ** 2;
    product += x * y;
    first += x * x;
    second += y * y;
  }
  return {
    relativeL2: first > 0 ? Math.sqrt(difference / first) : null,
    cosine: first > 0 && second > 0 ? product / Math.sqrt(first * second) : null,
  };
}
