import type { AttentionQuestions } from '../../core/analysis/image/attention-figures.js';
import type { Concentration } from '../../core/analysis/keypoints/concentration.js';
import type { HeadOnKeypoints } from '../../core/analysis/keypoints/keypoint-analysis.js';
import type { TapName } from '../../core/inference/build-graph.js';
import type { AttendResult, LoadedModel, Prompted, RunResult } from '../../protocol/inference.js';
import type { InferenceSession, Run } from '../inference/inference-session.js';
import { UNTIL_KILLED } from './model-runner.js';

/** Taps of a run that are kept: all of a ViT-L at 384 x 384 pixels. */
const MAX_TAP_BYTES = 64 * 2 ** 20;

/** The attention itself is wanted, and nothing is asked about it. */
const NO_QUESTIONS: AttentionQuestions = { labels: [], keys: 'all', nearestKeys: null };

/** One run of a model on a picture; it is run again where its process has ended meanwhile. */
export class PictureRun {
  readonly #session: () => InferenceSession;
  readonly #pixels: Float32Array;
  readonly #prompt: Prompted | null;
  readonly #taps = new Map<string, Promise<Float32Array>>();
  #last: { readonly session: InferenceSession; readonly run: Promise<Run> } | null = null;

  /** @param session gives the model at the size of the pixels. */
  constructor(session: () => InferenceSession, pixels: Float32Array, prompt: Prompted | null = null) {
    this.#session = session;
    this.#pixels = pixels;
    this.#prompt = prompt;
  }

  /** Loads the model where it is not, and runs it. @throws CheckpointError */
  async start(): Promise<{ readonly loaded: LoadedModel; readonly result: RunResult }> {
    const session = this.#session();
    const loaded = await session.load(UNTIL_KILLED);
    return { loaded, result: await this.#on(session) };
  }

  /** Tokens that enter or leave the attention of a layer, (tokens, width). */
  tap(tap: TapName, layer: number): Promise<Float32Array> {
    const key = `${tap} ${layer}`;
    const known = this.#taps.get(key);
    if (known !== undefined) return known;
    const found = this.#on(this.#session()).then((run) => run.tap(tap, layer, UNTIL_KILLED));
    this.#taps.set(key, found);
    found.then(
      ({ byteLength }) => {
        const [oldest] = this.#taps.keys();
        if (this.#taps.size * byteLength > MAX_TAP_BYTES && oldest !== undefined) this.#taps.delete(oldest);
      },
      () => this.#taps.delete(key),
    );
    return found;
  }

  /** Attention of all heads of a layer of a run without a prompt, each (tokens, tokens). */
  async attend(layer: number): Promise<Pick<AttendResult, 'attention' | 'recomputed'>> {
    const run = await this.#on(this.#session());
    return run.attend({ layer, head: null, questions: NO_QUESTIONS, keep: true, token: null }, UNTIL_KILLED);
  }

  /** Keypoint figures of each head of a layer of a run without a prompt. */
  async interrelate(layer: number, concentration: Concentration): Promise<readonly HeadOnKeypoints[]> {
    const run = await this.#on(this.#session());
    return run.interrelate({ layer, concentration }, UNTIL_KILLED);
  }

  #on(session: InferenceSession): Promise<Run> {
    if (this.#last?.session === session) return this.#last.run;
    const run = session.run(this.#pixels, UNTIL_KILLED, this.#prompt);
    this.#last = { session, run };
    run.catch(() => {
      if (this.#last?.run === run) this.#last = null;
    });
    return run;
  }
}
