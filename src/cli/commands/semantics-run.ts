import {
  type Concentration,
  concentration,
  type ConcentrationKind,
} from '../../core/analysis/keypoints/concentration.js';
import { type Prompt, ALL_HEADS, promptScores } from '../../core/analysis/keypoints/prompt.js';
import type { Warning } from '../../core/errors.js';
import { pictureOfPixels } from '../../core/image/preprocess/picture-of-pixels.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { NO_EDITS, PROMPTABLE } from '../../core/inference/edits.js';
import { checkFinite } from '../../host/image-lab/not-finite.js';
import { outputChange } from '../../host/image-lab/run-output.js';
import { keypointsOfPicture } from '../../host/images/keypoints-of-image.js';
import type { InferenceSession, Run } from '../../host/inference/inference-session.js';
import type { LoadedModel } from '../../protocol/inference.js';
import type { Input } from './run-on-image.js';
import type { VisionModel } from './vision-model.js';

/** A session that is kept from picture to picture while they have one size, so that a model is loaded once for a folder. */
export class SessionOfSize {
  #kept: { readonly size: Size; readonly session: InferenceSession } | null = null;

  constructor(private readonly vision: VisionModel) {}

  async of(size: Size): Promise<InferenceSession> {
    const kept = this.#kept;
    if (kept !== null && kept.size[0] === size[0] && kept.size[1] === size[1]) return kept.session;
    this.#kept = null;
    await kept?.session.dispose();
    const edits = this.vision.forward.runs === 'graph-of-ours' ? PROMPTABLE : NO_EDITS;
    const session = this.vision.session(edits, size, true);
    this.#kept = { size, session };
    return session;
  }
}

/** A model, promptable where it runs by a graph of ours, that was run on a picture. */
export class PromptedModel {
  private constructor(
    private readonly session: InferenceSession,
    private readonly vision: VisionModel,
    readonly input: Input,
    readonly loaded: LoadedModel,
    /** Without a prompt. */
    readonly run: Run,
    readonly signal: AbortSignal,
  ) {}

  static async start(
    vision: VisionModel,
    session: InferenceSession,
    input: Input,
    signal: AbortSignal,
  ): Promise<PromptedModel> {
    const loaded = await session.load(signal);
    const run = await session.run(input.pixels, signal);
    checkFinite(run, vision.name);
    return new PromptedModel(session, vision, input, loaded, run, signal);
  }

  /** Whether it can be run with prompts. */
  get promptable(): boolean {
    return this.vision.forward.runs === 'graph-of-ours';
  }

  get patches(): number {
    return this.loaded.grid[0] * this.loaded.grid[1];
  }

  /** Runs it again with a prompt in all layers and heads. */
  async prompted(prompt: Prompt): Promise<Run> {
    const { loaded, vision, patches } = this;
    const heads = vision.model.layers.map((layer) => layer.heads);
    const scores = promptScores(prompt, ALL_HEADS, { heads, prefix: loaded.prefixTokens, patches });
    const run = await this.session.run(this.input.pixels, this.signal, scores);
    checkFinite(run, vision.name);
    return run;
  }

  /** Relative change of the output with a prompt. An output of zeros has none: NaN. */
  async changeOf(prompt: Prompt): Promise<number> {
    return outputChange(this.run, await this.prompted(prompt)).relativeL2 ?? NaN;
  }
}

/** Concentration of keypoints in what a model is fed. */
export async function concentrationOf(
  { plan }: VisionModel,
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
    message: 'No keypoints: nothing in the picture stands out from its surroundings, so there are no figures of them.',
  };
  return { found, counts, warnings: found.places === 0 ? [none] : [] };
}
