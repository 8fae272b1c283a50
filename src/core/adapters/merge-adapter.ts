import { quoteName } from '../bytes/quote.js';
import { CheckpointError, type Warning } from '../errors.js';
import {
  type AdapterFacts,
  elementCount,
  holdsWeights,
  type LowRankChange,
  type TensorEntry,
  type TensorIndex,
} from '../tensors/tensor-index.js';
import { adapterConfig, type AdapterConfig } from './adapter-config.js';
import { type AdapterPair, type AdapterTensors, adapterTensors, hasAdapter, otherKind } from './adapter-tensors.js';
import { adapterWords, loneAdapterWords } from './adapter-words.js';
import { matchBase } from './match-base.js';

/** An adapter that was opened, with what lies beside it. */
export interface OpenedAdapter {
  readonly index: TensorIndex;
  /** Parsed adapter_config.json, unchecked, or null when there is none. */
  readonly config: unknown;
  /** What a person says `lora_alpha` is. */
  readonly alpha: number | null;
}

/** Ten times what trainers use; beyond it a product costs more than the model. */
const MAX_RANK = 4_096;
/** Last parts of names that are told. */
const MAX_TARGETS = 12;

/** What becomes one model. */
interface Parts {
  readonly pairs: readonly AdapterPair[];
  /** What the pairs lie over. */
  readonly base: readonly TensorEntry[];
  /** Whole tensors that the adapter brings. */
  readonly brought: readonly TensorEntry[];
}

/**
 * The tensors of a base model with an adapter over them: weights read out of it are those of the merged model.
 * @throws CheckpointError where there is no adapter, or it does not fit the base.
 */
export function mergeAdapter(base: TensorIndex, adapter: OpenedAdapter): TensorIndex {
  const file = nameOf(adapter.index);
  if (hasAdapter(base.tensors)) {
    throw new CheckpointError(
      'wrong-use',
      nameOf(base),
      'it holds an adapter itself',
      'choose the base model, or open this file alone',
    );
  }
  if (base.graph !== undefined) {
    const advice = 'choose the weights that it was exported from';
    throw new CheckpointError('unsupported', nameOf(base), 'an adapter cannot be laid over an ONNX graph', advice);
  }
  const shift = base.files.length;
  const found = readAdapter(adapter, file);
  const moved = (tensor: TensorEntry): TensorEntry => inLaterFile(tensor, shift);
  const pairs = found.pairs.map((pair) => ({
    ...pair,
    down: moved(pair.down),
    up: moved(pair.up),
    magnitude: pair.magnitude === null ? null : moved(pair.magnitude),
  }));
  const parts = { pairs, base: base.tensors, brought: found.others.map(moved) };
  const { tensors, facts, warnings } = lay(parts, adapter, file, nameOf(base));
  return {
    ...base,
    files: [...base.files, ...adapter.index.files],
    tensors,
    warnings: [...base.warnings, ...adapter.index.warnings, ...leftOut(found), ...warnings],
    adapter: facts,
  };
}

/**
 * The same for a checkpoint that holds adapter and base together, as the state of a wrapped model; what holds no adapter is given back as it is,
 * and an adapter without its base is told by `adapter.applied`.
 */
export function settleOwnAdapter(opened: OpenedAdapter): TensorIndex {
  const { index } = opened;
  const kind = otherKind(index.tensors);
  if (kind !== null) return { ...index, warnings: [...index.warnings, notRead(kind)] };
  if (!hasAdapter(index.tensors)) return index;
  const file = nameOf(index);
  const found = readAdapter(opened, file);
  const alone = !found.pairs.some(({ module }) => found.others.some(({ name }) => isWeightOf(module, name)));
  if (alone) {
    const config = adapterConfig(opened.config);
    const facts = factsOf(found.pairs, scaleOf(config, opened.alpha), config, file, false, found.others.length);
    const { what, made } = loneAdapterWords(facts);
    const warning = { code: 'adapter-alone', message: `${what} ${made}` };
    return { ...index, warnings: [...index.warnings, warning], adapter: facts };
  }
  const parts = { pairs: found.pairs, base: found.others, brought: [] };
  const { tensors, facts, warnings } = lay(parts, opened, file, file);
  return { ...index, tensors, warnings: [...index.warnings, ...leftOut(found), ...warnings], adapter: facts };
}

/** A tensor whose files come behind others. */
function inLaterFile(tensor: TensorEntry, shift: number): TensorEntry {
  const { packing } = tensor;
  const moved = { ...tensor, file: tensor.file + shift };
  if (packing?.kind !== 'chunks') return moved;
  const chunks = packing.chunks.map((chunk) =>
    chunk.file === undefined ? chunk : { ...chunk, file: chunk.file + shift },
  );
  return { ...moved, packing: { ...packing, chunks } };
}

function isWeightOf(module: string, name: string): boolean {
  return name === `${module}.weight` || name === `${module}.in_proj_weight`;
}

function nameOf({ files }: TensorIndex): string {
  return files[0] ?? 'the checkpoint';
}

function readAdapter({ index }: OpenedAdapter, file: string): AdapterTensors {
  const kind = otherKind(index.tensors);
  if (kind !== null)
    throw new CheckpointError(
      'unsupported',
      file,
      `it holds ${kind}, and only LoRA in the form of PEFT is read`,
      CONVERT,
    );
  if (hasAdapter(index.tensors)) return adapterTensors(index.tensors, file);
  const problem = 'it holds no LoRA adapter: none of its tensors is called lora_A or lora_B';
  throw new CheckpointError(
    'wrong-use',
    file,
    problem,
    'choose the folder with adapter_config.json and adapter_model.safetensors',
  );
}

/** Puts the changes on the weights of the base, and whole tensors in place of others. */
function lay(
  { pairs, base, brought }: Parts,
  { config: json, alpha }: OpenedAdapter,
  file: string,
  baseFile: string,
): { tensors: TensorEntry[]; facts: AdapterFacts; warnings: Warning[] } {
  const config = adapterConfig(json);
  const scale = scaleOf(config, alpha);
  const { weights, find } = matchBase(
    pairs.map(({ module }) => module),
    base,
    baseFile,
  );
  const changes = new Map<TensorEntry, LowRankChange>();
  for (const pair of pairs) {
    const tensor = weights.get(pair.module);
    if (tensor !== undefined) changes.set(tensor, changeOf(pair, tensor, config, scale(pair), file));
  }
  const replaced = new Map<TensorEntry, TensorEntry>();
  const added: TensorEntry[] = [];
  for (const tensor of brought) {
    const old = find(tensor.name);
    if (old === null) added.push(tensor);
    else replaced.set(old, { ...tensor, name: old.name, ...(old.path === undefined ? {} : { path: old.path }) });
  }
  const tensors = base.map((tensor) => {
    const change = changes.get(tensor);
    return replaced.get(tensor) ?? (change === undefined ? tensor : { ...tensor, change });
  });
  const facts = factsOf(pairs, scale, config, file, true, brought.length);
  return { tensors: [...tensors, ...added], facts, warnings: warningsOf(facts, config, alpha) };
}

type ScaleOf = (pair: AdapterPair) => number;

/** Without a word on alpha the change is taken as it is. */
function scaleOf(config: AdapterConfig, said: number | null): ScaleOf {
  return ({ module, down }) => {
    const rank = down.shape[0] ?? 1;
    const alpha = said ?? config.alphaOf(module);
    return alpha === null ? 1 : config.scale(alpha, rank);
  };
}

/** @throws CheckpointError `malformed` where the shapes do not fit each other, the weight or the configuration. */
function changeOf(
  { module, down, up, magnitude, embedding }: AdapterPair,
  tensor: TensorEntry,
  config: AdapterConfig,
  scale: number,
  file: string,
): LowRankChange {
  const [rank = 0, ...inside] = down.shape;
  const [outputs = 0, upRank = 0, ...outside] = up.shape;
  const inputs = elementCount(inside);
  const sizes = `lora_A [${down.shape.join(', ')}] and lora_B [${up.shape.join(', ')}] of ${quoteName(module)}`;
  const refuse = (why: string): CheckpointError =>
    new CheckpointError(
      'malformed',
      file,
      `${sizes} ${why}`,
      'choose the base model that the adapter was made for, or save the adapter again',
    );
  if (inside.length === 0 || rank < 1 || rank !== upRank || outside.some((size) => size !== 1))
    throw refuse('have no rank in common');
  if (rank > MAX_RANK) throw refuse(`have rank ${rank}, and ${MAX_RANK} is the most that is read`);
  const said = config.rankOf(module);
  if (said !== null && said !== rank) throw refuse(`have rank ${rank}, and adapter_config.json says ${said}`);
  if (![down, up, tensor].every(holdsWeights))
    throw refuse('or the weight that they change hold no numbers with fractions');
  const [first = 0, ...rest] = tensor.shape;
  const others = elementCount(rest);
  const fits = (transposed: boolean): boolean =>
    transposed ? first === inputs && others === outputs : first === outputs && others === inputs;
  const asSaid = embedding || (config.fanInFanOut ?? false) !== (tensor.inputsFirst === true);
  const transposed = fits(asSaid) || config.fanInFanOut !== null ? asSaid : !asSaid;
  if (tensor.shape.length < 2 || !fits(transposed)) {
    throw refuse(`do not fit the weight ${quoteName(tensor.name)} [${tensor.shape.join(', ')}]`);
  }
  if (magnitude !== null && (elementCount(magnitude.shape) !== outputs || tensor.shape.length > 2 || embedding)) {
    throw refuse('have a magnitude (DoRA) of another form than that of a linear map');
  }
  const lengths = magnitude === null ? {} : { magnitude };
  return { down, up, rank, outputs, inputs, scale, transposed, ...lengths };
}

function factsOf(
  pairs: readonly AdapterPair[],
  scale: ScaleOf,
  { base }: AdapterConfig,
  file: string,
  applied: boolean,
  replaced: number,
): AdapterFacts {
  const range = (values: readonly number[]): [number, number] =>
    values.reduce<[number, number]>(
      ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
      [Infinity, -Infinity],
    );
  const targets = new Set(pairs.map(({ module }) => module.slice(module.lastIndexOf('.') + 1)));
  return {
    file,
    applied,
    matrices: pairs.length,
    targets: [...targets].sort().slice(0, MAX_TARGETS),
    rank: range(pairs.map(({ down }) => down.shape[0] ?? 0)),
    scale: range(pairs.map(scale)),
    magnitudes: pairs.some(({ magnitude }) => magnitude !== null),
    replaced,
    base,
  };
}

const CONVERT =
  'convert it to the form of PEFT (adapter_config.json and adapter_model.safetensors), or merge it and save the whole model';

function notRead(kind: string): Warning {
  return {
    code: 'adapter-not-read',
    message: `The file holds ${kind}, and only LoRA in the form of PEFT is read; what is shown leaves it out. To see it: ${CONVERT}.`,
  };
}

function leftOut({ leftOut: names }: AdapterTensors): Warning[] {
  if (names.length === 0) return [];
  const list = names.slice(0, MAX_TARGETS).map(quoteName).join(', ');
  return [{ code: 'adapter-left-out', message: `The file holds further adapters, which are left out: ${list}.` }];
}

function warningsOf(facts: AdapterFacts, config: AdapterConfig, alpha: number | null): Warning[] {
  const warnings: Warning[] = [
    { code: 'adapter', message: `All figures are those of the model ${adapterWords(facts)}.` },
  ];
  if (alpha === null && config.alphaOf('') === null) {
    const message = `No adapter_config.json says lora_alpha: scale 1 was assumed for the change. Put adapter_config.json beside it, or say --adapter-alpha on the command line.`;
    warnings.push({ code: 'adapter-scale', message });
  }
  if (config.preparedBase !== null) {
    const message = `The adapter began from ${quoteName(config.preparedBase)}, which takes a part away from the base weights: the figures hold only where the base is the one that training saved.`;
    warnings.push({ code: 'adapter-base', message });
  }
  return warnings;
}
