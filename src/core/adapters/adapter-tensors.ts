import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import { MAX_NAME_LENGTH } from '../model/names.js';
import type { TensorEntry } from '../tensors/tensor-index.js';

/** The pieces of an adapter for one weight. */
export interface AdapterPair {
  /** The module in the base model, without what PEFT puts around it. */
  readonly module: string;
  readonly down: TensorEntry;
  readonly up: TensorEntry;
  readonly magnitude: TensorEntry | null;
  /** True for a table of embeddings, whose change is stored the other way round. */
  readonly embedding: boolean;
  /** What lies beside the pair as its alpha; null where its form has none in the file. */
  readonly alpha: number | null;
}

/** How an adapter is written: by PEFT, by loralib (one weight may have several changes, each of a part), or by kohya-ss. */
export type AdapterForm = 'peft' | 'loralib' | 'kohya';

/** A checkpoint with an adapter in it, taken apart. */
export interface AdapterTensors {
  readonly form: AdapterForm;
  readonly pairs: readonly AdapterPair[];
  /** All other tensors by their names in the base model. */
  readonly others: readonly TensorEntry[];
  /** Names of adapters that lie there too and are left out. */
  readonly leftOut: readonly string[];
}

type Piece = 'down' | 'up' | 'magnitude';

/** What a name says: a piece of an adapter, or a tensor of the model. */
type Meaning =
  | {
      readonly kind: 'piece';
      readonly module: string;
      readonly piece: Piece;
      readonly adapter: string;
      readonly embedding: boolean;
    }
  | { readonly kind: 'other'; readonly name: string; readonly adapter: string | null }
  | { readonly kind: 'covered' };

const FACTOR = /^(.+)\.lora_(embedding_)?([AB])(?:\.((?!bias$)[^.]+?))??(?:\.weight)?$/u;
const MAGNITUDE = /^(.+)\.lora_magnitude_vector(?:\.([^.]+?))??(?:\.weight)?$/u;
const SAVED = /^(.+)\.modules_to_save\.([^.]+)\.(.+)$/u;
const COVERED = /(^|\.)original_module\./u;
/** Names of other kinds of adapters, each with what it is called. */
const OTHER_KINDS: readonly (readonly [RegExp, () => string])[] = [
  [/lora(_linear_layer)?\.(down|up)\.weight$/u, () => l10n.t('a LoRA in a form of diffusers')],
  [
    /(^|[._])lora_.+\.(dora_scale|lora_mid\.weight|diff(_b)?)$/u,
    () => l10n.t('an adapter of LyCORIS beyond plain LoRA'),
  ],
  [/(^|\.)linear_[ab]_[qv]\.weight$/u, () => l10n.t('a LoRA in the form of LoRA-ViT')],
  [/(^|\.)(adapter_query\.weight|adaption_(prompt|gate))$/u, () => l10n.t('a LLaMA-Adapter')],
  [/\.(hada_w[12]_[ab]|hada_t[12])(\.|$)/u, () => l10n.t('a LoHa adapter')],
  [/\.lokr_(w[12]|t2)/u, () => l10n.t('a LoKr adapter')],
  [/\.lora_E(\.|$)/u, () => l10n.t('an AdaLoRA adapter')],
  [/\.(vera_lambda_[bd]|vera_[AB])(\.|$)/u, () => l10n.t('a VeRA adapter')],
  [/\.ia3_l(\.|$)/u, () => l10n.t('an IA3 adapter')],
  [/\.(oft_r|boft_[RPs])(\.|$)/u, () => l10n.t('an OFT adapter')],
];
/** PEFT's names of adapters of which a file holds several; this one is taken. */
const DEFAULT = 'default';

/** A word of every adapter; without it a name is not looked at further. */
const ANY_KIND = /lora|hada_|lokr_|vera_|ia3_l|oft_|linear_[ab]_|adapter_query|adaption_/u;
/** Factors that are parameters and no modules, as loralib has them. */
const BARE = /\.lora_[AB]$/u;

/** True when a checkpoint holds a LoRA in the form of PEFT. */
export function hasAdapter(tensors: readonly TensorEntry[]): boolean {
  return tensors.some(({ name }) => mayBePiece(name) && FACTOR.test(name));
}

/** What an adapter that is not read is called; null where there is none. */
export function otherKind(tensors: readonly TensorEntry[]): string | null {
  const names = tensors.map(({ name }) => name).filter(mayBePiece);
  return OTHER_KINDS.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1]() ?? null;
}

function mayBePiece(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && ANY_KIND.test(name);
}

function meaningOf(name: string): Meaning {
  if (name.length > MAX_NAME_LENGTH) return { kind: 'other', name, adapter: null };
  const factor = FACTOR.exec(name);
  if (factor !== null) {
    const [, module = '', embedding, which, adapter = ''] = factor;
    const piece = which === 'A' ? 'down' : 'up';
    return { kind: 'piece', module: inBase(module), piece, adapter, embedding: embedding !== undefined };
  }
  const magnitude = MAGNITUDE.exec(name);
  if (magnitude !== null) {
    const [, module = '', adapter = ''] = magnitude;
    return { kind: 'piece', module: inBase(module), piece: 'magnitude', adapter, embedding: false };
  }
  const saved = SAVED.exec(name);
  if (saved !== null) {
    const [, module = '', adapter = '', rest = ''] = saved;
    return { kind: 'other', name: inBase(`${module}.${rest}`), adapter };
  }
  return COVERED.test(name) ? { kind: 'covered' } : { kind: 'other', name: inBase(name), adapter: null };
}

/** A name without what PEFT puts around modules. */
function inBase(name: string): string {
  return name.replace(/(^|\.)base_model\.model\./u, '$1').replaceAll('.base_layer', '');
}

/**
 * Sorts the tensors of a checkpoint into the pieces of its adapter and the rest.
 * @throws CheckpointError `malformed` for an adapter with a piece missing, `unsupported` for one with pieces that are not read.
 */
export function adapterTensors(tensors: readonly TensorEntry[], file: string): AdapterTensors {
  const meanings = tensors.map((tensor) => ({ tensor, meaning: meaningOf(tensor.path ?? tensor.name) }));
  const adapters = new Set(meanings.flatMap(({ meaning }) => (meaning.kind === 'piece' ? [meaning.adapter] : [])));
  const taken = adapters.has(DEFAULT) || adapters.size === 0 ? DEFAULT : ([...adapters].sort()[0] ?? '');
  const found = new Map<string, Partial<Record<Piece, TensorEntry>> & { embedding: boolean }>();
  const others = new Map<string, { entry: TensorEntry; saved: boolean }>();
  for (const { tensor, meaning } of meanings) {
    if (meaning.kind === 'covered') continue;
    if (meaning.kind === 'piece') {
      if (meaning.adapter !== taken) continue;
      const pieces = found.get(meaning.module) ?? { embedding: meaning.embedding };
      found.set(meaning.module, { ...pieces, [meaning.piece]: tensor });
      continue;
    }
    const saved = meaning.adapter !== null;
    if (/(^|\.)lora_/u.test(meaning.name))
      throw misfit(file, tensor.name, l10n.t('is a part of an adapter that is not read'));
    if ((saved && meaning.adapter !== taken) || (others.get(meaning.name)?.saved === true && !saved)) continue;
    const entry = { ...tensor, name: meaning.name };
    delete entry.path;
    others.set(meaning.name, { entry, saved });
  }
  return {
    form: tensors.some(({ name }) => BARE.test(name)) ? 'loralib' : 'peft',
    pairs: [...found].map(([module, pieces]) => pairOf(module, pieces, file)),
    others: [...others.values()].map(({ entry }) => entry),
    leftOut: [...adapters].filter((name) => name !== taken),
  };
}

function pairOf(
  module: string,
  { down, up, magnitude, embedding }: Partial<Record<Piece, TensorEntry>> & { embedding: boolean },
  file: string,
): AdapterPair {
  if (down !== undefined && up !== undefined) {
    return { module, down, up, magnitude: magnitude ?? null, embedding, alpha: null };
  }
  const missing = down === undefined ? 'lora_A' : 'lora_B';
  const what = l10n.t('the adapter of {0} has no {1}: half of it is missing', quoteName(module), missing);
  throw new CheckpointError('malformed', file, what, l10n.t('save the adapter again or get its file again'));
}

function misfit(file: string, name: string, why: string): CheckpointError {
  return new CheckpointError(
    'unsupported',
    file,
    `${quoteName(name)} ${why}`,
    l10n.t('merge the adapter and save the whole model'),
  );
}
