import { CheckpointError } from '../../core/errors.js';
import type { ImageCall, ImageLab } from '../../host/image-lab/image-lab.js';
import type { ImageCard, ImageTask, ImageToPanel } from '../../protocol/image.js';
import type { Log } from '../log.js';
import { troubleOf } from './image-trouble.js';
import type { PanelPort } from './viewers.js';

/** What the figures of a picture are made with. */
export interface ImageFiguresParts {
  readonly lab: ImageLab;
  readonly card: ImageCard;
  readonly layers: number;
  /** Number of heads of each layer. */
  readonly heads: readonly number[];
  readonly log: Log;
  /** Posts to all panels that look at the model. */
  readonly tell: (message: ImageToPanel) => void;
  /** Whether a panel's page is in sight. */
  readonly isShown: (port: PanelPort) => boolean;
  /** Called when the model stopped running. */
  readonly stopped: (error: CheckpointError) => void;
}

/** Work that goes on after its request, until another one of its kind takes its place. */
type Work = 'rollout' | 'preference' | 'change' | 'changed-preference' | 'keypoints' | 'off-object' | 'warm-prompt';

/** Layers that are asked for at a time: one is told, one is made, and one waits. */
const ASKED_AHEAD = 3;

/** Where troubles of work are told; null: nobody asked for it, so nobody is told. */
const TASKS: Readonly<Record<Work, ImageTask | null>> = {
  rollout: 'rollout',
  preference: 'preference',
  change: 'change',
  'changed-preference': 'change',
  keypoints: 'keypoints',
  'off-object': 'off-object',
  'warm-prompt': null,
};

/** The work on the figures of one picture: one of each kind at a time, and what goes wrong with it. */
export class FigureWorks {
  readonly #parts: ImageFiguresParts;
  readonly #works = new Map<Work, AbortController>();
  readonly #life = new AbortController();

  constructor(parts: ImageFiguresParts) {
    this.#parts = parts;
  }

  /** Fires when the picture is gone. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  isRunning(work: Work): boolean {
    return this.#works.has(work);
  }

  /** Does work in place of the one of its kind that is under way. */
  async run(work: Work, job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.stop(work);
    const own = new AbortController();
    this.#works.set(work, own);
    await this.attempt(TASKS[work], () => job(own.signal));
    if (this.#works.get(work) === own) this.#works.delete(work);
  }

  stop(work: Work): void {
    this.#works.get(work)?.abort();
    this.#works.delete(work);
  }

  stopAll(): void {
    for (const work of [...this.#works.keys()]) this.stop(work);
  }

  /** Ends all work for good. */
  dispose(): void {
    this.stopAll();
    this.#life.abort();
  }

  /** Whether the job came to its end; what went wrong is told, but for what was given up and what nobody asked for. */
  async attempt(task: ImageTask | null, job: () => Promise<void>): Promise<boolean> {
    try {
      await job();
      return true;
    } catch (error) {
      if (task === null || this.life.aborted || (error instanceof Error && error.name === 'AbortError')) return false;
      if (error instanceof CheckpointError && error.code === 'worker-stopped') this.#parts.stopped(error);
      else this.tellTrouble(task, error);
      return false;
    }
  }

  /** Tells what went wrong with something that was done with these figures. */
  tellTrouble(task: ImageTask, error: unknown): void {
    if (!(error instanceof CheckpointError)) this.#parts.log.error(this.#parts.card.name, error);
    this.#parts.tell({ type: 'image-trouble', task, trouble: troubleOf(error) });
  }

  /** Layers in order, telling how far the work is. */
  *layers(task: ImageTask): Generator<number> {
    const { layers } = this.#parts;
    for (let layer = 0; layer < layers; layer++) {
      this.#parts.tell({ type: 'image-progress', task, done: layer, total: layers });
      yield layer;
    }
    this.#parts.tell({ type: 'image-progress', task, done: layers, total: layers });
  }

  /** What is found of each layer, in order, telling how far the work is; the next ones are asked for already, so that nobody idles between two. */
  async *eachLayer<Found>(task: ImageTask, find: (layer: number) => Promise<Found>): AsyncGenerator<Found> {
    const { layers } = this.#parts;
    const asked: Promise<Found>[] = [];
    for (const layer of this.layers(task)) {
      for (let next = layer + asked.length; next < Math.min(layers, layer + ASKED_AHEAD); next++) {
        const found = find(next);
        found.catch(() => undefined); // told where it is waited for; the first that fails ends the work
        asked.push(found);
      }
      const found = asked.shift();
      if (found !== undefined) yield await found;
    }
  }

  progress(task: ImageTask): NonNullable<ImageCall['progress']> {
    return (progress) => {
      if ('done' in progress) this.#parts.tell({ type: 'image-progress', task, ...progress });
    };
  }
}
