import * as l10n from '@vscode/l10n';
import type { HeadWeights } from '../../core/analysis/image/head-weights.js';
import {
  ALL_HEADS,
  concentrationGuide,
  promptBy,
  type PromptedHeads,
  promptScores,
} from '../../core/analysis/keypoints/prompt.js';
import { CheckpointError } from '../../core/errors.js';
import { type ForwardEdits, NO_EDITS, PROMPTABLE } from '../../core/inference/edits.js';
import type { Change } from '../../protocol/image.js';
import type { Prompted } from '../../protocol/inference.js';
import { ablationEdit, withBlocks } from './ablation-edit.js';
import { headModes } from './head-on-image.js';
import type { LabTools } from './lab-tools.js';
import { LABELS } from './labels.js';
import type { LayerParts } from './layer-parts.js';
import type { OpenedModel } from './opened-model.js';
import type { ShownPicture } from './shown-picture.js';
import type { SourceOf } from '../../core/analysis/layer.js';

type PromptChange = Extract<Change, { kind: 'prompt' }>;

/** How a model is run another time. */
export interface Rerun {
  readonly edits: ForwardEdits;
  /** Tells this edit from others, so that a model that is loaded with it is not loaded again. */
  readonly name: string;
  readonly prompt: Prompted | null;
  /** Weights of the heads of a layer that are not those of the file. */
  readonly heads: { readonly layer: number; readonly weights: readonly HeadWeights[] } | null;
  readonly notes: readonly string[];
}

/** What prompts are guided by. */
export interface Guides {
  /** Labels of the patches; null without a mask. */
  readonly labels: Int32Array | null;
  /** Concentration of keypoints in the patches. */
  concentration(): Float64Array;
}

/** An ablation as a model that can be run. */
export async function ablationRerun(
  change: Extract<Change, { kind: 'ablation' }>,
  { spec, attention, norm }: LayerParts,
  { file }: OpenedModel,
  sourceOf: SourceOf,
  { solver }: Pick<LabTools, 'solver'>,
): Promise<Rerun> {
  const { layer, head, basis, keyBias, wholeHead } = change;
  const { modes } = await headModes(spec, head, basis, sourceOf, solver, file);
  const last = modes.sigma.length - 1;
  const beyond = change.modes.find((mode) => mode > last);
  if (beyond !== undefined) {
    const problem = l10n.t('the head has modes 0 to {0}, no mode {1}', last, beyond);
    throw new CheckpointError('wrong-use', file, problem, l10n.t('choose one of them'));
  }
  const taken = withBlocks(change.modes, modes);
  const { heads, edit } = ablationEdit(layer, head, attention.heads, norm, modes, {
    modes: taken,
    keyBias,
    head: wholeHead,
  });
  const more = taken.length - new Set(change.modes).size;
  const notes =
    more > 0 && !wholeHead
      ? [l10n.t('{0} more modes go with them, since they cannot be told apart from these.', more)]
      : [];
  return {
    edits: { ...NO_EDITS, queries: [edit] },
    name: `ablation ${JSON.stringify([layer, head, basis, taken, keyBias, wholeHead])}`,
    prompt: null,
    heads: { layer, weights: heads },
    notes,
  };
}

/** Attention to the nearest keys alone, as a model that can be run. */
export function nearestKeysRerun(keys: number): Rerun {
  return {
    edits: { ...NO_EDITS, nearestKeys: keys },
    name: `nearest ${keys}`,
    prompt: null,
    heads: null,
    notes: [],
  };
}

/** How much each patch is prompted, g in [0, 1]. @throws CheckpointError `wrong-use` where there is nothing to prompt by. */
export function guideOf(change: PromptChange, guides: Guides, patches: number): Float64Array {
  if (change.by === 'concentration') return concentrationGuide(guides.concentration());
  if (change.by === 'object') {
    const { labels } = guides;
    if (labels === null)
      throw wrongUse(l10n.t('there is no mask that says where the object is'), l10n.t('choose or paint a mask'));
    return Float64Array.from(labels, (label) => (label === LABELS.target ? 1 : 0));
  }
  if (change.region?.length !== patches) {
    throw wrongUse(
      l10n.t('its region has {0} numbers for {1} patches', change.region?.length ?? 0, patches),
      l10n.t('draw it again'),
    );
  }
  return Float64Array.from(change.region);
}

/** What all prompts have in common: the model that takes them is loaded once. */
export const PROMPT_RERUN = { edits: PROMPTABLE, name: 'prompt' } as const satisfies Partial<Rerun>;

/** A prompt as a run of the promptable model. @throws CheckpointError `wrong-use` for one that cannot be. */
export function promptRerun(
  change: PromptChange,
  guide: Float64Array,
  { loaded }: ShownPicture,
  heads: number[],
): Rerun {
  const shape = { heads, prefix: loaded.prefixTokens, patches: guide.length };
  const chosen: PromptedHeads = change.how === 'drop' ? ALL_HEADS : { layers: change.layers, heads: change.heads };
  const prompt = promptScores(promptBy(change.how, change.strength, guide), chosen, shape);
  const notes =
    change.how === 'drop' && (change.layers !== null || change.heads !== null)
      ? [l10n.t('Dropped patches are taken out of the keys of all layers and heads.')]
      : [];
  return { ...PROMPT_RERUN, prompt, heads: null, notes };
}

function wrongUse(problem: string, advice: string): CheckpointError {
  return new CheckpointError('wrong-use', l10n.t('the prompt'), problem, advice);
}
