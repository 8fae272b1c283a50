import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import type { ComputationGraph, GraphPort } from '../onnx/graph.js';
import { elementCount } from '../tensors/tensor-index.js';
import { notRunnable } from './not-runnable.js';

/** An input that says nothing about the picture, which is given ones so that the graph runs. */
export interface IdleInput {
  readonly name: string;
  readonly type: 'int64' | 'int32' | 'float32' | 'bool';
  readonly dims: readonly number[];
}

/** What a graph is fed. */
export interface GraphInputs {
  /** The input for pictures, (1, channels, height, width). */
  readonly picture: { readonly name: string; readonly type: 'float32' | 'float16'; readonly anySize: boolean };
  readonly idle: readonly IdleInput[];
  /** Values that depend on more than the picture. */
  readonly mixed: ReadonlySet<string>;
}

const TYPES = new Map<GraphPort['dtype'], IdleInput['type']>([
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['F32', 'float32'],
  ['BOOL', 'bool'],
]);

/** More numbers than a line of text or a mask has. */
const MAX_IDLE = 2 ** 22;

/**
 * Finds the input for pictures of a size, and what else the graph wants to be given.
 * @throws CheckpointError `unsupported` for inputs that cannot be given, `wrong-use` for a size that the graph does not take.
 */
export function graphInputs(
  graph: ComputationGraph,
  channels: number,
  [height, width]: readonly [number, number],
  file: string,
): GraphInputs {
  // Before IR version 4 initializers are listed among the inputs.
  const ports = graph.inputs.filter(({ name }) => !graph.tensors.has(name));
  const picture = ports.find(({ shape }) => shape?.length === 4);
  if (picture === undefined)
    throw notRunnable(file, l10n.t('its graph has no input for pictures'), l10n.t('one of four axes'));
  const type = checkPort(picture, channels, file);
  const [, , tall = null, wide = null] = picture.shape ?? [];
  if ((tall ?? height) !== height || (wide ?? width) !== width) {
    const size = [tall ?? 'any', wide ?? 'any'].join(' x ');
    const problem = l10n.t('its graph takes pictures of {0} pixels, not {1} x {2}', size, height, width);
    const advice = l10n.t('choose that size, or export the model with axes of any size');
    throw new CheckpointError('wrong-use', file, problem, advice);
  }
  const others = ports.filter((port) => port !== picture);
  return {
    picture: { name: picture.name, type, anySize: tall === null && wide === null },
    idle: others.map((port) => idleInput(port, file)),
    mixed: mixedWith(graph, others),
  };
}

/** @throws CheckpointError `unsupported` for an input that is not given pictures one by one, colour after colour. */
function checkPort({ name, dtype, shape }: GraphPort, channels: number, file: string): GraphInputs['picture']['type'] {
  const [batch = null, colours = null] = shape ?? [];
  const who = l10n.t('the input {0} of its graph', quoteName(name));
  if (dtype !== 'F32' && dtype !== 'F16')
    throw notRunnable(file, l10n.t('{0} is neither float32 nor float16', who), l10n.t('one of them'));
  if ((batch ?? 1) !== 1)
    throw notRunnable(file, l10n.t('{0} takes {1} pictures at a time', who, batch ?? ''), l10n.t('a batch of one'));
  if ((colours ?? channels) !== channels) {
    const why = l10n.t(
      'the second axis of the input {0} of its graph has {1} positions',
      quoteName(name),
      colours ?? '',
    );
    throw notRunnable(file, why, l10n.t('pictures of {0} colours, one behind the other', channels));
  }
  return dtype === 'F32' ? 'float32' : 'float16';
}

function idleInput({ name, dtype, shape }: GraphPort, file: string): IdleInput {
  const type = TYPES.get(dtype);
  const dims = shape?.map((size) => size ?? 1);
  if (type !== undefined && dims !== undefined && elementCount(dims) <= MAX_IDLE) return { name, type, dims };
  throw notRunnable(
    file,
    l10n.t('its graph takes more than a picture: {0}', quoteName(name)),
    l10n.t('the part that sees, exported'),
  );
}

/** Values that depend on some inputs. */
function mixedWith({ operations }: ComputationGraph, inputs: readonly GraphPort[]): ReadonlySet<string> {
  const mixed = new Set(inputs.map(({ name }) => name));
  if (mixed.size === 0) return mixed;
  for (const operation of operations) {
    if (!operation.inputs.some((name) => mixed.has(name))) continue;
    for (const name of operation.outputs) mixed.add(name);
  }
  return mixed;
}
