import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import { namePattern } from './name-pattern.js';

/** Name of the file beside an adapter of PEFT that says how it is to be applied. */
export const ADAPTER_CONFIG = 'adapter_config.json';

/** What the configuration says of the weights; null where nothing is there to say it. */
export interface AdapterConfig {
  readonly base: string | null;
  readonly fanInFanOut: boolean | null;
  /** Which of equal parts of a weight are changed, as loralib and PEFT before 0.3 have it. */
  readonly enabled: readonly boolean[] | null;
  /** How the weights of the base were prepared, where the adapter fits no other; else null. */
  readonly preparedBase: string | null;
  /** Rank and alpha of the adapter of a module, by its name in the base model. */
  rankOf(module: string): number | null;
  alphaOf(module: string): number | null;
  /** Factor of B A from alpha and rank. */
  scale(alpha: number, rank: number): number;
}

/** More exceptions by name than any adapter has. */
const MAX_PATTERNS = 1_000;
const MAX_BASE_NAME = 200;
/** More parts than any fused weight has. */
const MAX_PARTS = 64;

const patterns = v.nullish(v.pipe(v.record(v.string(), v.pipe(v.number(), v.finite())), v.maxEntries(MAX_PATTERNS)));
const configSchema = v.object({
  peft_type: v.nullish(v.string()),
  r: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1))),
  lora_alpha: v.nullish(v.pipe(v.number(), v.finite())),
  use_rslora: v.nullish(v.boolean()),
  fan_in_fan_out: v.nullish(v.boolean()),
  enable_lora: v.nullish(v.pipe(v.array(v.boolean()), v.maxLength(MAX_PARTS))),
  rank_pattern: patterns,
  alpha_pattern: patterns,
  base_model_name_or_path: v.nullish(v.string()),
  init_lora_weights: v.nullish(v.union([v.boolean(), v.string()])),
});

/** Settings under which the weights are something else than W + scale x B A. */
const OTHER_FORMS = [
  'lora_bias',
  'layer_replication',
  'target_parameters',
  'use_qalora',
  'use_bdlora',
  'arrow_config',
  'alora_invocation_tokens',
  'kasa_config',
  'monteclora_config',
  'velora_config',
] as const;
/** Ways to begin that take something away from the base weights first. */
const PREPARING = /^(pissa|olora|corda|loftq|lora_ga)/iu;

/** Without adapter_config.json: nothing is known. */
const UNKNOWN: AdapterConfig = {
  base: null,
  fanInFanOut: null,
  enabled: null,
  preparedBase: null,
  rankOf: () => null,
  alphaOf: () => null,
  scale: plainScale,
};

function plainScale(alpha: number, rank: number): number {
  return alpha / rank;
}

/**
 * Checks a parsed adapter_config.json.
 * @param json null when there is none.
 * @throws CheckpointError `malformed`, or `unsupported` for adapters that are no LoRA, naming the setting.
 */
export function adapterConfig(json: unknown): AdapterConfig {
  if (json === null || json === undefined) return UNKNOWN;
  const parsed = v.safeParse(configSchema, Array.isArray(json) ? null : json);
  if (!parsed.success) {
    const where = parsed.issues[0].path?.map(({ key }) => String(key)).join('.') ?? '';
    throw problem(
      'malformed',
      where === '' ? l10n.t('it is not what PEFT writes') : l10n.t('{0} is not what PEFT writes', quoteName(where)),
      l10n.t('save the adapter again'),
    );
  }
  const config = parsed.output;
  const type = config.peft_type ?? 'LORA';
  if (type.toUpperCase() !== 'LORA') {
    throw problem(
      'unsupported',
      l10n.t('it is an adapter of type {0}; LoRA alone is read', quoteName(type)),
      l10n.t('merge it and save the whole model'),
    );
  }
  for (const name of OTHER_FORMS)
    if (isSet(json, name)) {
      throw problem(
        'unsupported',
        l10n.t('it uses {0}, which is not read', name),
        l10n.t('merge the adapter and save the whole model'),
      );
    }
  const ranks = lookUp(config.rank_pattern ?? {}, 'rank_pattern');
  const alphas = lookUp(config.alpha_pattern ?? {}, 'alpha_pattern');
  const begun = config.init_lora_weights;
  return {
    base: config.base_model_name_or_path?.slice(0, MAX_BASE_NAME) ?? null,
    fanInFanOut: config.fan_in_fan_out ?? null,
    enabled: config.enable_lora ?? null,
    preparedBase: typeof begun === 'string' && PREPARING.test(begun) ? begun.slice(0, MAX_BASE_NAME) : null,
    rankOf: (module) => ranks(module) ?? config.r ?? null,
    alphaOf: (module) => alphas(module) ?? config.lora_alpha ?? null,
    scale: config.use_rslora === true ? (alpha, rank) => alpha / Math.sqrt(rank) : plainScale,
  };
}

/** The first entry whose pattern fits the name of a module. */
function lookUp(entries: Readonly<Record<string, number>>, setting: string): (module: string) => number | null {
  const all = Object.entries(entries).map(([pattern, value]) => {
    const fits = namePattern(pattern);
    if (fits !== null) return { fits, value };
    const advice = l10n.t('write the names of the modules in its place');
    throw problem(
      'unsupported',
      l10n.t('the pattern {0} of {1} is beyond those that are read', quoteName(pattern), setting),
      advice,
    );
  });
  return (module) => all.find(({ fits }) => fits(module))?.value ?? null;
}

function isSet(json: unknown, name: string): boolean {
  const value =
    typeof json === 'object' && json !== null ? new Map<string, unknown>(Object.entries(json)).get(name) : null;
  const isEmpty = Array.isArray(value) && value.length === 0;
  return value !== undefined && value !== null && value !== false && !isEmpty;
}

function problem(code: 'malformed' | 'unsupported', what: string, advice: string): CheckpointError {
  return new CheckpointError(code, ADAPTER_CONFIG, what, advice);
}
