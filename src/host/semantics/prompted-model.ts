import * as l10n from '@vscode/l10n';
import {
  type Concentration,
  concentration,
  type ConcentrationKind,
} from '../../core/analysis/keypoints/concentration.js';
import { ALL_HEADS, type Prompt, type PromptedHeads, promptScores } from '../../core/analysis/keypoints/prompt.js';
import type { Warning } from '../../core/errors.js';
import { pictureOfPixels } from '../../core/image/preprocess/picture-of-pixels.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import type { LoadedModel } from '../../protocol/inference.js';
import type { Input } from '../image-lab/model-input.js';
import { checkFinite } from '../image-lab/not-finite.js';
import { outputChange } from '../image-lab/run-output.js';
import { keypointsOfPicture } from '../images/keypoints-of-image.js';
import type { InferenceSession, Run } from '../inference/inference-session.js';
import type { SemanticsModel } from './semantics-model.js';

/** What is to be known of a model that is prompted. */
type PromptSubject = Pick<SemanticsModel, 'name' | 'model' | 'forward'>;

/** A model, promptable where it runs by a graph of ours, that was run on a picture. */
export class PromptedModel {
  private constructor(
    private readonly session: InferenceSession,
    private readonly subject: PromptSubject,
    readonly input: Input,
    readonly loaded: LoadedModel,
    /** Without a prompt. */
    readonly run: Run,
    readonly signal: AbortSignal,
  ) {}

  static async start(
    subject: PromptSubject,
    session: InferenceSession,
    input: Input,
    signal: AbortSignal,
  ): Promise<PromptedModel> {
    const loaded = await session.load(signal);
    const run = await session.run(input.pixels, signal);
    checkFinite(run, subject.name);
    return new PromptedModel(session, subject, input, loaded, run, signal);
  }

  /** Whether it can be run with prompts. */
  get promptable(): boolean {
    return this.subject.forward.runs === 'graph-of-ours';
  }

  get patches(): number {
    return this.loaded.grid[0] * this.loaded.grid[1];
  }

  /** Number of heads of each layer. */
  get heads(): readonly number[] {
    return this.subject.model.layers.map((layer) => layer.heads);
  }

  /** Runs it again with a prompt. @throws CheckpointError `wrong-use` for one that cannot be. */
  async prompted(prompt: Prompt, chosen: PromptedHeads = ALL_HEADS): Promise<Run> {
    const { loaded, subject, patches, heads } = this;
    const scores = promptScores(prompt, chosen, { heads, prefix: loaded.prefixTokens, patches });
    const run = await this.session.run(this.input.pixels, this.signal, scores);
    checkFinite(run, subject.name);
    return run;
  }

  /** Relative change of the output with a prompt. An output of zeros has none: NaN. */
  async changeOf(prompt: Prompt, chosen: PromptedHeads = ALL_HEADS): Promise<number> {
    return outputChange(this.run, await this.prompted(prompt, chosen)).relativeL2 ?? NaN;
  }
}

/** Concentration of keypoints in what a model is fed. */
export async function concentrationOf(
  { plan }: Pick<SemanticsModel, 'plan'>,
  { input, name }: { readonly input: Input; readonly name: string },
  grid: Size,
  patch: number,
  kind: ConcentrationKind,
  signal: AbortSignal,
): Promise<{ readonly found: Concentration; readonly counts: Concentration; readonly warnings: readonly Warning[] }> {
  const picture = input.picture ?? pictureOfPixels(input.pixels, input.size, plan.preprocessing);
  const keypoints = await keypointsOfPicture(picture, name, () => undefined, signal);
  const found = concentration(keypoints, grid, patch, kind);
  const counts = concentration(keypoints, grid, patch, 'count');
  const none: Warning = {
    code: 'no-keypoints',
    message: l10n.t(
      'No keypoints: nothing in the picture stands out from its surroundings, so there are no figures of them.',
    ),
  };
  return { found, counts, warnings: found.places === 0 ? [none] : [] };
}
