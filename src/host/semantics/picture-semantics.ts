import * as l10n from '@vscode/l10n';
import { groups } from '../../core/analysis/keypoints/concentration.js';
import { checkWhole } from '../../core/inference/layer-shapes.js';
import { checkChangeable } from '../../core/inference/own-graph-model.js';
import type { Warning } from '../../core/errors.js';
import { readLabels } from '../image-lab/mask-labels.js';
import type { ImageChoice, Input } from '../image-lab/model-input.js';
import type { SizedSessions } from '../image-lab/sized-sessions.js';
import { type AttentionPass, attentionPass } from './attention-pass.js';
import { type ObjectOfPicture, objectFromTokens, objectOfLabels } from './object-of-picture.js';
import { concentrationOf, PromptedModel } from './prompted-model.js';
import { type Prompting, prompting } from './prompting.js';
import type { SemanticsModel, SemanticsWishes } from './semantics-model.js';
import { type Spurious, spurious } from './spurious-of-picture.js';

/** Told what is being done, and how far it is. */
export type SemanticsProgress = (done: number, total: number, what: string) => void;

/** All that is found of one picture. */
export interface PictureSemantics {
  readonly input: Input;
  readonly grid: readonly [rows: number, columns: number];
  /** Places with a keypoint in the picture that the model sees. */
  readonly keypoints: number;
  readonly concentration: Float64Array;
  readonly groups: Uint8Array;
  readonly pass: AttentionPass;
  /** With a mask. */
  readonly spurious: Spurious | null;
  /** Relevance of each patch, and 1 for those of the object, with a mask. */
  readonly relevance: Float64Array | null;
  readonly object: Uint8Array | null;
  readonly prompting: Prompting | null;
  readonly warnings: readonly Warning[];
  readonly runMs: number;
}

/** The keypoint analysis of one picture. @throws CheckpointError naming the picture, its mask or the model. */
export async function pictureSemantics(
  subject: SemanticsModel,
  sessions: SizedSessions,
  choice: ImageChoice,
  wanted: SemanticsWishes,
  mask: string | null,
  progress: SemanticsProgress,
  signal: AbortSignal,
): Promise<PictureSemantics> {
  checkWhole(subject.forward, subject.name, l10n.t('how attention follows keypoints'));
  if (wanted.prompt !== null || (wanted.relevance === 'deletion' && hasObject(wanted, mask))) {
    checkChangeable(subject.forward, subject.name);
  }
  const { input, warnings: told } = await subject.prepare(choice);
  const on = await PromptedModel.start(subject, await sessions.get(input.size), input, signal);
  const { grid, patch } = on.loaded;
  const { object, warnings: ofObject } = await objectOf(on, mask, wanted.objectFromTokens);
  const named = { input, name: choice.image ?? choice.pixels ?? '' };
  const { found, warnings } = await concentrationOf(subject, named, grid, patch, wanted.concentration, signal);
  const tell = (what: string) => (done: number, total: number) => progress(done, total, what);
  const pass = await attentionPass(subject.forward, on, found, tell('layer'));
  const off = object === null ? null : await spurious(on, pass, found, object, wanted, tell('causal check'));
  const prompted =
    wanted.prompt === null ? null : await prompting(on, found, object, wanted.prompt, subject.config, tell('prompt'));
  return {
    input,
    grid,
    keypoints: found.places,
    concentration: found.values,
    groups: groups(found.values),
    pass,
    spurious: off?.spurious ?? null,
    relevance: off?.map ?? null,
    object,
    prompting: prompted?.prompting ?? null,
    warnings: [
      ...told,
      ...warnings,
      ...silentWarnings(pass),
      ...ofObject,
      ...(off?.warnings ?? []),
      ...(prompted?.warnings ?? []),
    ],
    runMs: on.run.runMs,
  };
}

function hasObject({ objectFromTokens }: SemanticsWishes, mask: string | null): boolean {
  return mask !== null || objectFromTokens;
}

/** Patches of the object: those of the mask, or what the final tokens set apart; null where neither is asked for or there is nothing. */
async function objectOf(
  { input, loaded, run }: PromptedModel,
  mask: string | null,
  fromTokens: boolean,
): Promise<ObjectOfPicture> {
  if (mask !== null) {
    const { patches, warnings } = await readLabels(mask, { input, loaded });
    return { object: objectOfLabels(patches), warnings };
  }
  if (!fromTokens) return { object: null, warnings: [] };
  return objectFromTokens(run.outputs.tokens, loaded);
}

function silentWarnings({ layers }: AttentionPass): Warning[] {
  const heads = layers.flatMap((layer) => layer.heads).filter(({ silent }) => silent > 0);
  if (heads.length === 0) return [];
  const message = l10n.t(
    'In {0} heads some patches attend to no other patch; they are left out of the figures of those heads.',
    heads.length,
  );
  return [{ code: 'silent-patches', message }];
}
