import type { Concentration } from '../../core/analysis/keypoints/concentration.js';
import { concentrationGuide, type Prompt } from '../../core/analysis/keypoints/prompt.js';
import { promptBand } from '../../core/analysis/keypoints/prompted-runs.js';
import type { Warning } from '../../core/errors.js';
import {
  noClassifier,
  type OutputChange,
  outputChange,
  type TopClass,
  topClasses,
} from '../../host/image-lab/run-output.js';
import type { SemanticsOptions } from './semantics-options.js';
import type { PromptedModel } from './semantics-run.js';

/** What prompting makes of the output. */
export interface Prompting {
  readonly guide: string;
  readonly beta: number;
  readonly outputChange: OutputChange;
  readonly topBefore: readonly TopClass[] | null;
  readonly topAfter: readonly TopClass[] | null;
  /** 5 and 95 % of the relative change of the output with the guide shifted around the torus. */
  readonly band: readonly [low: number, high: number] | null;
  readonly shifts: number;
}

/** Runs the model with more or less attention on what guides, and with the same guide elsewhere. */
export async function prompting(
  on: PromptedModel,
  concentration: Concentration,
  object: Uint8Array | null,
  wanted: NonNullable<SemanticsOptions['prompt']>,
  config: unknown,
  progress: (done: number, total: number) => void,
): Promise<{ readonly prompting: Prompting | null; readonly warnings: readonly Warning[] }> {
  const { guide, beta, shifts } = wanted;
  const absent = nothingToGuide(guide, concentration, object);
  if (absent !== null) return { prompting: null, warnings: [absent] };
  const values = guide === 'concentration' ? concentrationGuide(concentration.values) : Float64Array.from(object ?? []);
  const prompt: Prompt = { kind: 'bias', strength: beta, guide: values };
  const after = await on.prompted(prompt);
  const others = await promptBand(prompt, on.loaded.grid, shifts, on.changeOf.bind(on), progress);
  return {
    prompting: {
      guide,
      beta,
      outputChange: outputChange(on.run, after),
      topBefore: topClasses(on.run, config),
      topAfter: topClasses(after, config),
      ...others,
    },
    warnings: noClassifier(on.run),
  };
}

function nothingToGuide(
  guide: 'concentration' | 'target',
  { places }: Concentration,
  object: Uint8Array | null,
): Warning | null {
  if (guide === 'concentration' && places === 0) {
    return { code: 'no-prompt', message: 'The picture has no keypoints, so their concentration guides nothing.' };
  }
  if (guide === 'target' && object?.includes(1) !== true) {
    return { code: 'no-prompt', message: 'The mask covers no patch for more than half, so the target guides nothing.' };
  }
  return null;
}
