import type { Size } from '../../core/image/preprocess/picture.js';
import { type ForwardEdits, NO_EDITS } from '../../core/inference/edits.js';
import type { LabSubject } from '../../protocol/image-worker.js';
import { InferenceSession } from '../inference/inference-session.js';

/** Weights up to this size, as float32, are held by two processes at a time: the model as it is, and the changed one. */
const MAX_BYTES_TWICE = 512 * 2 ** 20;

/** Work in the model's process is never interrupted by itself: it ends with the process. */
export const UNTIL_KILLED: AbortSignal = new AbortController().signal;

interface Kept {
  readonly key: string;
  readonly session: InferenceSession;
}

/** Keeps a model ready to run: as it is, and changed, each at one size of pictures. */
export class ModelRunner {
  readonly #subject: LabSubject;
  #base: Kept | null = null;
  #changed: Kept | null = null;

  constructor(subject: LabSubject) {
    this.#subject = subject;
  }

  /** Number of the process that runs the model as it is; null while there is none. */
  get processId(): number | null {
    return this.#base?.session.processId ?? null;
  }

  /** Begins to load the model; what goes wrong is told to whoever runs it. */
  warm(size: Size): void {
    void this.base(size)
      .load(UNTIL_KILLED)
      .catch(() => undefined);
  }

  /** The model as it is; one of another size ends. */
  base(size: Size): InferenceSession {
    this.#base = this.#keep(this.#base, size.join('x'), size, NO_EDITS);
    return this.#base.session;
  }

  /**
   * The changed model; what ran of another change ends, and so does a large model as it is.
   * @param name tells this change from others.
   */
  changed(size: Size, edits: ForwardEdits, name: string): InferenceSession {
    if (4 * this.#subject.model.parameterCount > MAX_BYTES_TWICE) this.#base = end(this.#base);
    this.#changed = this.#keep(this.#changed, `${size.join('x')} ${name}`, size, edits);
    return this.#changed.session;
  }

  /**
   * Loads a changed model and runs it once, so that its next run takes no longer than others; not one that would end a large model as it is.
   * @throws CheckpointError; `AbortError` when the signal fires, with which the process ends that loads.
   */
  async warmChanged(
    { size, pixels }: { readonly size: Size; readonly pixels: Float32Array },
    { edits, name }: { readonly edits: ForwardEdits; readonly name: string },
    signal: AbortSignal,
  ): Promise<void> {
    if (4 * this.#subject.model.parameterCount > MAX_BYTES_TWICE) return;
    const session = this.changed(size, edits, name);
    await session.load(signal);
    await session.run(pixels, signal);
  }

  /** The model, as it is unless edits are given, apart from the others, for whoever asks and ends it; a large model that runs already ends. */
  separate(size: Size, edits: ForwardEdits = NO_EDITS): InferenceSession {
    if (4 * this.#subject.model.parameterCount > MAX_BYTES_TWICE) this.endBase();
    return this.#create(size, edits);
  }

  /** Ends the changed model, at once. */
  endChanged(): void {
    this.#changed = end(this.#changed);
  }

  /** Ends the model as it is, at once. */
  endBase(): void {
    this.#base = end(this.#base);
  }

  #keep(kept: Kept | null, key: string, size: Size, edits: ForwardEdits): Kept {
    if (kept?.key === key) return kept;
    end(kept);
    return { key, session: this.#create(size, edits) };
  }

  #create(size: Size, edits: ForwardEdits): InferenceSession {
    const { checkpoint, tensors, model, threads, processFile, idleMs } = this.#subject;
    const params = { checkpoint, tensors, model, imageSize: size, threads, edits, taps: true };
    return new InferenceSession(params, { processFile, idleMs });
  }
}

function end(kept: Kept | null): null {
  void kept?.session.dispose();
  return null;
}
