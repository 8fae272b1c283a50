import type { LayerParts } from './layer-parts.js';

/** A layer and its neighbours. */
const MAX_LAYERS = 3;

/** Weights and tokens of the layers that were looked at last; those of a ViT-L take 16 MB each. */
export class RecentParts {
  readonly #layers = new Map<number, Promise<LayerParts>>();

  /** What is known of a layer, or what `read` gives; a failure is not kept. */
  get(layer: number, read: () => Promise<LayerParts>): Promise<LayerParts> {
    const value = this.#layers.get(layer) ?? this.#read(layer, read);
    // The layer that was used last goes last.
    this.#layers.delete(layer);
    this.#layers.set(layer, value);
    const [oldest] = this.#layers.keys();
    if (this.#layers.size > MAX_LAYERS && oldest !== undefined) this.#layers.delete(oldest);
    return value;
  }

  #read(layer: number, read: () => Promise<LayerParts>): Promise<LayerParts> {
    const value = read();
    value.catch(() => {
      if (this.#layers.get(layer) === value) this.#layers.delete(layer);
    });
    return value;
  }
}
