import type { TensorEntry } from '../tensors/tensor-index.js';

/** What JAX and TensorFlow call the parameters of a module. */
const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['kernel', 'weight'],
  ['scale', 'weight'],
  ['gamma', 'weight'],
  ['embedding', 'weight'],
  ['embeddings', 'weight'],
  ['beta', 'bias'],
]);

/**
 * Names of JAX and TensorFlow as recognition reads them: slashes become dots, `:0` at the end goes, the parameter gets its usual name, and
 * TensorFlow's `layer_._3` becomes `layer.3`. Kernels are marked as stored with their inputs first.
 */
export function jaxNames(name: string): Pick<TensorEntry, 'path' | 'inputsFirst'> {
  const parts = name
    .replace(/:\d+$/u, '')
    .replaceAll('_._', '.')
    .split(/[/.]/u)
    .filter((part) => part !== '');
  const parameter = parts.pop() ?? '';
  const path = [...parts, parts.length === 0 ? parameter : (PARAMETERS.get(parameter) ?? parameter)].join('.');
  return parameter === 'kernel' ? { path, inputsFirst: true } : { path };
}
