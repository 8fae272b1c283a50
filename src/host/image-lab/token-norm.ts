import type { TokenNorm } from '../../core/analysis/image/head-weights.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { LayerSpec, VectorView } from '../../core/model/model.js';
import { readVectorView } from '../../core/tensors/read.js';

/** The norm before the attention of a layer, in memory; null where there is none. */
export async function readTokenNorm({ norm }: LayerSpec, sourceOf: SourceOf): Promise<TokenNorm | null> {
  if (norm === null) return null;
  const read = async (view: VectorView | null): Promise<Float64Array | null> =>
    view === null ? null : readVectorView(await sourceOf(view.tensor.file), view, sourceOf);
  return { kind: norm.kind, gain: await read(norm.gain), shift: await read(norm.shift) };
}
