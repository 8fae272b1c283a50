import type { Size } from '../../core/image/preprocess/picture.js';
import type { LoadedModel } from '../../protocol/inference.js';
import type { InferenceSession } from '../inference/inference-session.js';

/** A model for inputs of one size after the other, of which one is loaded at a time. */
export class SizedSessions {
  #last: { readonly size: Size; readonly session: InferenceSession } | null = null;
  #first: LoadedModel | null = null;

  /** @param signal ends what is loading. */
  constructor(
    private readonly create: (size: Size) => InferenceSession,
    private readonly signal: AbortSignal,
  ) {}

  /** The model as it was loaded first; null before that. */
  get first(): LoadedModel | null {
    return this.#first;
  }

  /** The model for inputs of a size, loaded. @throws CheckpointError saying why it cannot be run. */
  async get(size: Size): Promise<InferenceSession> {
    if (this.#last !== null && String(this.#last.size) === String(size)) return this.#last.session;
    await this.dispose();
    const session = this.create(size);
    this.#last = { size, session };
    const loaded = await session.load(this.signal);
    this.#first ??= loaded;
    return session;
  }

  async dispose(): Promise<void> {
    await this.#last?.session.dispose();
    this.#last = null;
  }
}
