import * as l10n from '@vscode/l10n';

/** Names under which a training script keeps several copies of one model, and what each holds. */
const COPIES: ReadonlyMap<string, 'trained' | 'averaged'> = new Map([
  ['student', 'trained'],
  ['teacher', 'averaged'],
  ['ema', 'averaged'],
  ['ema_model', 'averaged'],
  ['model_ema', 'averaged'],
  ['ema_state_dict', 'averaged'],
  ['state_dict_ema', 'averaged'],
  ['module_ema', 'averaged'],
  ['averaged_model', 'averaged'],
  ['swa_model', 'averaged'],
  ['target_encoder', 'averaged'],
  ['target_network', 'averaged'],
  ['online_network', 'trained'],
  ['online_encoder', 'trained'],
  ['context_encoder', 'trained'],
  ['base_encoder', 'trained'],
  ['momentum_encoder', 'averaged'],
  ['encoder_q', 'trained'],
  ['encoder_k', 'averaged'],
  ['visual_encoder_m', 'averaged'],
  ['text_encoder_m', 'averaged'],
]);

/** What a training script keeps beside the model; never a model. */
const ASIDE = new Set([
  'optimizer',
  'optimizers',
  'optimizer_state',
  'optimizer_states',
  'optimizer_state_dict',
  'optim',
  'optim_state',
  'opt',
  'opt_state',
  'lr_scheduler',
  'lr_schedulers',
  'lr_scheduler_state_dict',
  'scheduler',
  'schedulers',
  'scheduler_state_dict',
  'scaler',
  'grad_scaler',
  'amp_scaler',
  'fp16_scaler',
  'loss_scaler',
  'amp',
  'callbacks',
  'loops',
  'rng_state',
  'rng_states',
  'random_rng_state',
  'cuda_rng_state',
]);

/** Keys of a dictionary that hold the model and nothing else. */
const DICTIONARIES = new Set(['state_dict', 'model_state_dict', 'model_state', 'model_weights', 'state', 'weights']);

/** Modules and keys that only stand around the model, and how they are called. */
const AROUND: ReadonlyMap<string, string> = new Map([
  ['module', 'data-parallel'],
  ['_orig_mod', 'compiled'],
  ['_forward_module', 'fabric'],
  ['_fsdp_wrapped_module', 'fsdp'],
  ['state_dict', 'state-dict'],
  ['model_state_dict', 'state-dict'],
  ['model_state', 'state-dict'],
  ['model_weights', 'state-dict'],
  ['state', 'state-dict'],
  ['weights', 'state-dict'],
  ['model', 'model'],
  ['net', 'net'],
  ['network', 'network'],
  ['backbone', 'backbone'],
  ['encoder', 'encoder'],
  ['base_model', 'base-model'],
  ['_model', 'model'],
  ['trunk', 'trunk'],
]);

/** Plain attribute names: worth telling only where nothing else was peeled. */
const PLAIN = new Set(['state-dict', 'model', 'net', 'network', 'backbone', 'encoder', 'base-model', 'trunk']);

/** True for what a training script keeps beside the model, such as `optimizer`. */
export function isAside(key: string): boolean {
  return ASIDE.has(key);
}

/** True for a key that holds a model's dictionary of tensors, such as `state_dict`. */
export function isDictionary(key: string): boolean {
  return DICTIONARIES.has(key);
}

/** True for a key or module that only stands around a model, such as `module`. */
export function isAround(key: string): boolean {
  return AROUND.has(key);
}

/** Which copy of a model a key such as `teacher` holds; null where it names no copy. */
export function copyKind(key: string): 'trained' | 'averaged' | null {
  return COPIES.get(key) ?? null;
}

/** Short name of a copy: `model_ema` and the like are `ema`, and a dictionary beside it is `model`. */
export function copyName(key: string): string {
  if (isDictionary(key)) return 'model';
  return key !== 'ema' && (key.startsWith('ema_') || key.endsWith('_ema')) ? 'ema' : key;
}

/** What helps to name wrappers. */
interface WrapperHints {
  readonly lightning: boolean;
  readonly dino: boolean;
  /** False where plain attribute names, such as `encoder`, are as likely parts of the model. */
  readonly plain: boolean;
}

/** What the segments of a prefix say was peeled, such as `lightning`, `dino + data-parallel`; null for nothing. */
export function wrapperName(prefix: string, hints: WrapperHints): string | null {
  const names: string[] = [];
  for (const segment of prefix.split('.').slice(0, -1)) {
    const name = segmentName(segment, hints);
    if (name !== null && !names.includes(name)) names.push(name);
  }
  const telling = names.filter((name) => !PLAIN.has(name));
  const shown = telling.length > 0 || !hints.plain ? telling : names;
  return shown.length === 0 ? null : shown.join(' + ');
}

function segmentName(segment: string, hints: WrapperHints): string | null {
  if (segment === 'state_dict' && hints.lightning) return 'lightning';
  if (segment === 'student' || segment === 'teacher') return hints.dino ? 'dino' : l10n.t('student and teacher');
  if (copyName(segment) === 'ema') return 'ema';
  return AROUND.get(segment) ?? (copyKind(segment) === null ? null : l10n.t('several copies'));
}
