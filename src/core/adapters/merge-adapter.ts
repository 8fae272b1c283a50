import * as l10n from '@vscode/l10n';
import { CheckpointError, type Warning } from '../errors.js';
import type { AdapterFacts, LowRankChange, TensorEntry, TensorIndex } from '../tensors/tensor-index.js';
import { adapterConfig } from './adapter-config.js';
import { type AdapterPair, type AdapterTensors, adapterTensors, hasAdapter, otherKind } from './adapter-tensors.js';
import {
  aloneWarning,
  appliedWarnings,
  convertAdvice,
  leftOutWarnings,
  mergedBefore,
  notRead,
} from './adapter-warnings.js';
import { type Alphas, hasKohya, kohyaTensors } from './kohya-tensors.js';
import { changeOf, fitsWeight, scaleOf, type Stated } from './low-rank.js';
import { matchBase, type Matched } from './match-base.js';
import { areFlat, matchFlat } from './match-flat.js';

/** An adapter that was opened, with what lies beside it. */
export interface OpenedAdapter {
  readonly index: TensorIndex;
  /** Parsed adapter_config.json, unchecked, or null when there is none. */
  readonly config: unknown;
  /** What a person says `lora_alpha` is. */
  readonly alpha: number | null;
  /** The alphas that lie in the file. */
  readonly alphas: Alphas;
}

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
      l10n.t('it holds an adapter itself'),
      l10n.t('choose the base model, or open this file alone'),
    );
  }
  if (base.graph !== undefined) {
    const advice = l10n.t('choose the weights that it was exported from');
    throw new CheckpointError(
      'unsupported',
      nameOf(base),
      l10n.t('an adapter cannot be laid over an ONNX graph'),
      advice,
    );
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
  const { tensors, facts, warnings } = lay(parts, statedBy(adapter, found, file), nameOf(base));
  return {
    ...base,
    files: [...base.files, ...adapter.index.files],
    tensors,
    warnings: [...base.warnings, ...adapter.index.warnings, ...leftOutWarnings(found.leftOut), ...warnings],
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
  if (kind !== null) return withWarnings(index, [notRead(kind)]);
  if (!hasAdapter(index.tensors) && !hasKohya(index.tensors)) return index;
  const file = nameOf(index);
  const found = readAdapter(opened, file);
  const stated = statedBy(opened, found, file);
  const alone = !found.pairs.some(({ module }) => found.others.some(({ name }) => isWeightOf(module, name)));
  if (alone) {
    const facts = factsOf(found.pairs, stated, false, found.others.length);
    return { ...withWarnings(index, [aloneWarning(facts)]), adapter: facts };
  }
  const parts = { pairs: found.pairs, base: found.others, brought: [] };
  try {
    const { tensors, facts, warnings } = lay(parts, stated, file);
    const perhapsMerged = found.form === 'loralib' ? [mergedBefore()] : [];
    const all = [...leftOutWarnings(found.leftOut), ...warnings, ...perhapsMerged];
    return { ...withWarnings(index, all), tensors, adapter: facts };
  } catch (error) {
    // loralib changes more than linear maps, and says nothing of parts: its base is whole without the change.
    if (found.form !== 'loralib' || !(error instanceof CheckpointError)) throw error;
    return withWarnings(index, [notRead(l10n.t('a LoRA in the form of loralib ({0})', error.problem))]);
  }
}

function withWarnings(index: TensorIndex, warnings: readonly Warning[]): TensorIndex {
  return { ...index, warnings: [...index.warnings, ...warnings] };
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
  return files[0] ?? l10n.t('the checkpoint');
}

/** What an adapter says of itself, checked. */
function statedBy({ config, alpha }: OpenedAdapter, { form }: AdapterTensors, file: string): Stated {
  return { form, config: adapterConfig(config), alpha, file };
}

function readAdapter({ index, alphas }: OpenedAdapter, file: string): AdapterTensors {
  const kind = otherKind(index.tensors);
  if (kind !== null)
    throw new CheckpointError('unsupported', file, l10n.t('it holds {0}, which is not read', kind), convertAdvice());
  if (hasKohya(index.tensors)) return kohyaTensors(index.tensors, alphas, file);
  if (hasAdapter(index.tensors)) return adapterTensors(index.tensors, file);
  const problem = l10n.t(
    'it holds no LoRA adapter: none of its tensors is called lora_A, lora_B, lora_down or lora_up',
  );
  throw new CheckpointError(
    'wrong-use',
    file,
    problem,
    l10n.t('choose the folder with adapter_config.json and adapter_model.safetensors'),
  );
}

/** Puts the changes on the weights of the base, and whole tensors in place of others. */
function lay(
  { pairs, base, brought }: Parts,
  stated: Stated,
  baseFile: string,
): { tensors: TensorEntry[]; facts: AdapterFacts; warnings: Warning[] } {
  const { weights, find, leftOut } = match(pairs, base, baseFile);
  const changes = new Map<TensorEntry, LowRankChange>();
  const applied: AdapterPair[] = [];
  let assumedParts = false;
  for (const pair of pairs) {
    const tensor = weights.get(pair.module);
    if (tensor === undefined) continue;
    const made = changeOf(pair, tensor, stated);
    changes.set(tensor, made.change);
    applied.push(pair);
    assumedParts ||= made.assumedParts;
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
  const facts = factsOf(applied, stated, true, brought.length);
  const warnings = [...leftOutWarnings(leftOut), ...appliedWarnings(facts, stated, assumedParts)];
  return { tensors: [...tensors, ...added], facts, warnings };
}

/** The weights of the modules, by their paths or by what kohya-ss leaves of them. */
function match(
  pairs: readonly AdapterPair[],
  base: readonly TensorEntry[],
  baseFile: string,
): Matched & { readonly leftOut: readonly string[] } {
  if (areFlat(pairs)) return { ...matchFlat(pairs, base, fitsWeight, baseFile), find: () => null };
  const modules = pairs.map(({ module }) => module);
  return { ...matchBase(modules, base, baseFile), leftOut: [] };
}

function factsOf(pairs: readonly AdapterPair[], stated: Stated, applied: boolean, replaced: number): AdapterFacts {
  const range = (values: readonly number[]): [number, number] =>
    values.reduce<[number, number]>(
      ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
      [Infinity, -Infinity],
    );
  const targets = new Set(pairs.map(targetOf));
  return {
    file: stated.file,
    applied,
    matrices: pairs.length,
    targets: [...targets].sort().slice(0, MAX_TARGETS),
    rank: range(pairs.map(({ up }) => up.shape[1] ?? 0)),
    scale: range(pairs.map((pair) => scaleOf(pair, stated))),
    magnitudes: pairs.some(({ magnitude }) => magnitude !== null),
    replaced,
    base: stated.config.base,
  };
}

/** The last part of the name of a module; of a name without dots, what follows the last number. */
function targetOf({ module }: AdapterPair): string {
  return module.slice(module.lastIndexOf('.') + 1).replace(/^lora_.*_\d+_/u, '');
}
