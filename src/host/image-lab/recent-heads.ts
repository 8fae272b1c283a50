import type { Basis } from '../../core/analysis/figures.js';
import type { HeadOnImage } from '../../protocol/image.js';

/** Maps of recent heads that are kept: 250 heads of the usual ViT, 60 of ViT-L at 384 x 384 pixels. */
const MAX_BYTES = 32 * 2 ** 20;

type Figures = Omit<HeadOnImage, 'image'>;

/** The heads that were looked at last, so that going back costs nothing. */
export class RecentHeads {
  readonly #heads = new Map<string, Figures>();
  #bytes = 0;

  get(layer: number, head: number, basis: Basis): Figures | undefined {
    return this.#heads.get(key({ layer, head, basis }));
  }

  add(figures: Figures): void {
    if (this.#heads.has(key(figures))) return;
    this.#heads.set(key(figures), figures);
    this.#bytes += bytesOf(figures);
    for (const [name, oldest] of this.#heads) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#heads.delete(name);
      this.#bytes -= bytesOf(oldest);
    }
  }
}

function key({ layer, head, basis }: Pick<Figures, 'layer' | 'head' | 'basis'>): string {
  return `${layer} ${head} ${basis}`;
}

function bytesOf({ queryMaps, keyMaps, keyBias }: Figures): number {
  return queryMaps.byteLength + keyMaps.byteLength + keyBias.map.byteLength;
}
