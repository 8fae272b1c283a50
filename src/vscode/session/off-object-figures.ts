import type { ImageCall } from '../../host/image-lab/image-lab.js';
import type { ImageToPanel } from '../../protocol/image.js';
import type { OffObject, OffObjectWish } from '../../protocol/off-object.js';
import type { FigureWorks, ImageFiguresParts } from './figure-works.js';

/** What of a picture's relevance lies off its object, asked for, told, and kept. */
export class OffObjectFigures {
  readonly #parts: ImageFiguresParts;
  readonly #works: FigureWorks;
  #found: OffObject | null = null;

  constructor(parts: ImageFiguresParts, works: FigureWorks) {
    this.#parts = parts;
    this.#works = works;
  }

  /** Null while nobody asked. */
  get found(): OffObject | null {
    return this.#found;
  }

  /** What a panel that comes later is told. */
  replay(): ImageToPanel[] {
    return this.#found === null ? [] : [this.#message(this.#found)];
  }

  /** Ratio, lift and candidates; what is on its way is not begun again. */
  async want(wish: OffObjectWish): Promise<void> {
    if (this.#found?.working === 'figures' && sameWish(this.#found.wish, wish)) return;
    const { lab, card } = this.#parts;
    await this.#find({ wish, figures: null, checks: null, working: 'figures' }, async (call) => ({
      figures: { image: card.id, ...(await lab.run('off-object', wish, call)) },
    }));
  }

  /** What the model does without each candidate. */
  async check(): Promise<void> {
    const found = this.#found;
    if (found?.figures === undefined || found.figures === null || found.working !== null) return;
    await this.#find({ ...found, checks: null, working: 'checks' }, async (call) => ({
      checks: await this.#parts.lab.run('check-candidates', null, call),
    }));
  }

  stop(): void {
    this.#works.stop('off-object');
  }

  /** The object is another one, or there is none. */
  maskChanged(hasMask: boolean): void {
    if (this.#found === null) return;
    const { wish } = this.#found;
    if (hasMask) void this.want({ ...wish, object: 'mask' });
    else if (wish.object === 'mask') this.#forget();
  }

  /** Keypoints are concentrated otherwise. */
  again(): void {
    if (this.#found !== null) void this.want(this.#found.wish);
  }

  #forget(): void {
    this.stop();
    this.#set(null);
  }

  async #find(begun: OffObject, find: (call: ImageCall) => Promise<Partial<OffObject>>): Promise<void> {
    this.stop();
    this.#set(begun);
    await this.#works.run('off-object', async (signal) => {
      const news = await find({ signal, progress: this.#works.progress('off-object') });
      if (this.#found === begun) this.#set({ ...begun, ...news, working: null });
    });
    // It was stopped, or failed, which is told.
    if (this.#found === begun) this.#set({ ...begun, working: null });
  }

  #set(found: OffObject | null): void {
    this.#found = found;
    this.#parts.tell(this.#message(found));
  }

  #message(found: OffObject | null): ImageToPanel {
    return { type: 'off-object', image: this.#parts.card.id, found };
  }
}

function sameWish(one: OffObjectWish, other: OffObjectWish): boolean {
  return one.relevance === other.relevance && one.object === other.object;
}
