import * as l10n from '@vscode/l10n';
import type { Concentration } from '../../core/analysis/keypoints/concentration.js';
import {
  concentrationGuide,
  promptBy,
  type PromptedHeads,
  type PromptForm,
} from '../../core/analysis/keypoints/prompt.js';
import { promptBand } from '../../core/analysis/keypoints/prompted-runs.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { noClassifier, type OutputChange, outputChange, type TopClass, topClasses } from '../image-lab/run-output.js';
import type { Run } from '../inference/inference-session.js';
import type { PromptedModel } from './prompted-model.js';
import type { PromptWish } from './semantics-model.js';

/** 5 and 95 % of the relative change of the output with the guide shifted around the torus; null where there was no shift. */
type Band = readonly [low: number, high: number] | null;

/** What one strength of a prompt makes of the output. */
export interface CurvePoint extends OutputChange {
  readonly beta: number;
  readonly band: Band;
}

/** What prompting makes of the output. */
export interface Prompting extends PromptedHeads {
  readonly guide: PromptWish['guide'];
  readonly form: PromptForm;
  /** Null for a form without strength. */
  readonly beta: number | null;
  readonly outputChange: OutputChange;
  readonly topBefore: readonly TopClass[] | null;
  readonly topAfter: readonly TopClass[] | null;
  readonly band: Band;
  readonly shifts: number;
  /** A point a strength, from the least; where it was asked for. */
  readonly curve?: readonly CurvePoint[];
}

/** Runs the model with more or less attention on what guides, and with the same guide elsewhere. */
export async function prompting(
  on: PromptedModel,
  concentration: Concentration,
  object: Uint8Array | null,
  wanted: PromptWish,
  config: unknown,
  progress: (done: number, total: number) => void,
): Promise<{ readonly prompting: Prompting | null; readonly warnings: readonly Warning[] }> {
  const { guide, form, layers, heads } = wanted;
  const absent = nothingToGuide(guide, concentration, object);
  if (absent !== null) return { prompting: null, warnings: [absent] };
  const values = guide === 'concentration' ? concentrationGuide(concentration.values) : Float64Array.from(object ?? []);
  const chosen = chosenHeads(wanted, on.heads);
  const strengths = [...new Set([...(wanted.betas ?? []), wanted.beta ?? 0])].sort((a, b) => a - b);
  const outcomes = new Map<number, Outcome>();
  for (const [index, strength] of strengths.entries()) {
    const prompt = promptBy(form, strength, values);
    const after = await on.prompted(prompt, chosen);
    const { grid } = on.loaded;
    const changeOf = (moved: typeof prompt): Promise<number> => on.changeOf(moved, chosen);
    const told = (done: number, total: number): void => progress(index * total + done, strengths.length * total);
    const others = await promptBand(prompt, grid, wanted.shifts, changeOf, told);
    outcomes.set(strength, { after, change: outputChange(on.run, after), ...others });
  }
  const main = outcomes.get(wanted.beta ?? 0);
  if (main === undefined) throw new Error('the prompt was not run');
  const curve = wanted.betas?.map((beta) => ({ beta, ...pointOf(outcomes.get(beta)) }));
  return {
    prompting: {
      guide,
      form,
      beta: wanted.beta,
      layers,
      heads,
      outputChange: main.change,
      topBefore: topClasses(on.run, config),
      topAfter: topClasses(main.after, config),
      band: main.band,
      shifts: main.shifts,
      ...(curve === undefined ? {} : { curve }),
    },
    warnings: noClassifier(on.run),
  };
}

/** What one strength gave. */
interface Outcome {
  readonly after: Run;
  readonly change: OutputChange;
  readonly band: Band;
  readonly shifts: number;
}

function pointOf(outcome: Outcome | undefined): Omit<CurvePoint, 'beta'> {
  const { relativeL2 = null, cosine = null } = outcome?.change ?? {};
  return { relativeL2, cosine, band: outcome?.band ?? null };
}

/** @throws CheckpointError `wrong-use` for a layer or head that the model does not have. */
function chosenHeads({ layers, heads }: PromptedHeads, own: readonly number[]): PromptedHeads {
  const most = Math.max(...(layers ?? Array.from(own.keys())).map((layer) => own[layer] ?? 0));
  const layer = layers?.find((index) => index >= own.length);
  const head = heads?.find((index) => index >= most);
  const wrong = (problem: string, advice: string): CheckpointError =>
    new CheckpointError('wrong-use', l10n.t('the prompt'), problem, advice);
  if (layer !== undefined) {
    const problem = l10n.t('the chosen part of the model has layers 0 to {0}, no layer {1}', own.length - 1, layer);
    throw wrong(problem, l10n.t('choose other layers'));
  }
  if (head !== undefined) {
    const problem = l10n.t('the chosen part of the model has heads 0 to {0}, no head {1}', most - 1, head);
    throw wrong(problem, l10n.t('choose other heads'));
  }
  return { layers, heads };
}

function nothingToGuide(
  guide: PromptWish['guide'],
  { places }: Concentration,
  object: Uint8Array | null,
): Warning | null {
  if (guide === 'concentration' && places === 0) {
    return {
      code: 'no-prompt',
      message: l10n.t('The picture has no keypoints, so their concentration guides nothing.'),
    };
  }
  if (guide === 'target' && object?.includes(1) !== true) {
    return {
      code: 'no-prompt',
      message: l10n.t('The mask covers no patch for more than half, so the target guides nothing.'),
    };
  }
  return null;
}
