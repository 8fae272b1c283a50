import type { Setting } from '../../tensors/tensor-index.js';
import type { RotationPairs, SequenceRotation } from '../rotation.js';
import type { RotationView } from './family.js';
import { inverseFrequencies } from './sequence-rotation.js';

/** How llama.cpp turns the heads of its architectures (`llama_model_rope_type`); its converter orders the rows of Llama's weights for it. */
const PAIRS: ReadonlyMap<Setting | undefined, RotationPairs> = new Map([
  ['llama', 'interleaved'],
  ['qwen2', 'half'],
  ['qwen3', 'half'],
]);

/** What llama.cpp takes where the file says nothing. */
const USUAL_BASE = 10_000;

/** The rotation that a GGUF file says in its settings; null for other architectures and for stretches beyond a common factor. */
export function ggufRotation(view: RotationView): SequenceRotation | null {
  const { settings, headSize } = view;
  const architecture = settings.get('general.architecture');
  const pairs = PAIRS.get(architecture);
  if (pairs === undefined || view.tensor('rope_freqs.weight') !== null) return null;
  const said = (key: string): Setting | undefined => settings.get(`${String(architecture)}.rope.${key}`);
  const number = (key: string, usual: number): number => {
    const value = said(key);
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : usual;
  };
  const turning = number('dimension_count', headSize);
  const base = number('freq_base', USUAL_BASE);
  const kind = said('scaling.type') ?? 'none';
  if (turning > headSize || turning % 2 !== 0 || base <= 1 || (kind !== 'none' && kind !== 'linear')) return null;
  const factor = kind === 'linear' ? number('scaling.factor', 1) : 1;
  const frequencies = inverseFrequencies(base, turning).map((frequency) => frequency / factor);
  return { kind: 'sequence', pairs, frequencies, assumed: null };
}
