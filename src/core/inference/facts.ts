import * as l10n from '@vscode/l10n';
import type { Assumption, Model, Tower } from '../model/model.js';
import type { Activation } from './forward.js';
import { notRunnable } from './not-runnable.js';

/** Sections of config.json that are about the tower that sees pictures. */
const VISION_SECTIONS = ['vision_config', 'vision_cfg'];

/** Names of activations in configurations. */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map([
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu-tanh'],
  ['gelu_fast', 'gelu-tanh'],
  ['gelu_tanh', 'gelu-tanh'],
  ['gelu_pytorch_tanh', 'gelu-tanh'],
  ['quick_gelu', 'gelu-quick'],
  ['quickgelu', 'gelu-quick'],
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['relu', 'relu'],
]);

/** Larger numbers are no epsilon of a norm. */
const MAX_EPSILON = 1e-2;

/** What config.json says of a forward pass, and what had to be assumed. */
export class Facts {
  readonly #sections: readonly Readonly<Record<string, unknown>>[];
  readonly #assumptions: Assumption[] = [];
  readonly #usual = new Set<string>();

  /**
   * @param config parsed config.json, unchecked, or null when there is none.
   * @param stated what the file itself says, which comes first.
   */
  constructor(
    private readonly file: string,
    config: unknown,
    tower: Tower,
    stated: Model['stated'] = {},
  ) {
    this.#sections = [stated, ...sectionsOf(config, tower)];
  }

  get assumptions(): readonly Assumption[] {
    if (this.#usual.size === 0) return this.#assumptions;
    const text = l10n.t(
      'Taken as the library builds such a model, since nothing in the file says it: {0}.',
      [...this.#usual].join(', '),
    );
    return [...this.#assumptions, assumption(text)];
  }

  /** Puts down something that the file does not say. */
  assume(text: string): void {
    this.#assumptions.push(assumption(text));
  }

  /** A text under the first of the keys that has one; empty when none has. */
  text(...keys: readonly string[]): string {
    return this.#first(keys, (value) => (typeof value === 'string' ? value : null)) ?? '';
  }

  flag(key: string): boolean | null {
    return this.#first([key], (value) => (typeof value === 'boolean' ? value : null));
  }

  /** A positive number under the first of the keys that has one. */
  number(...keys: readonly string[]): number | null {
    return this.#first(keys, (value) =>
      typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null,
    );
  }

  /** Numbers under a key; null where they are not all numbers. */
  numbers(key: string): readonly number[] | null {
    return this.#first([key], (value) =>
      Array.isArray(value) && value.every((each): each is number => Number.isFinite(each)) ? value : null,
    );
  }

  /** Epsilon of the norms: as config.json says, or the family's own. */
  epsilon(usual: number): number {
    const said = this.number('layer_norm_eps', 'layernorm_epsilon', 'norm_eps');
    if (said !== null && said <= MAX_EPSILON) return said;
    this.#usual.add(l10n.t('epsilon {0} of the norms', usual.toExponential()));
    return usual;
  }

  /** Activation between linear maps: as config.json says, or the family's own. @throws CheckpointError for one that is not known. */
  activation(usual: Activation): Activation {
    const said = this.text('hidden_act', 'hidden_activation', 'act_layer');
    if (said === '') {
      this.#usual.add(l10n.t('activation {0}', usual));
      return usual;
    }
    const known = ACTIVATIONS.get(said.toLowerCase());
    if (known === undefined) {
      throw notRunnable(
        this.file,
        l10n.t('config.json names the activation "{0}"', said.slice(0, 40)),
        l10n.t('a known activation'),
      );
    }
    return known;
  }

  #first<Value>(keys: readonly string[], pick: (value: unknown) => Value | null): Value | null {
    for (const section of this.#sections) {
      for (const key of keys) {
        const value = Object.hasOwn(section, key) ? pick(section[key]) : null;
        if (value !== null) return value;
      }
    }
    return null;
  }
}

function assumption(text: string): Assumption {
  return { code: 'other', text, choices: [], value: null };
}

/** The sections that speak of a tower first, then the whole; timm keeps arguments in `model_args`, OpenCLIP all in `model_cfg`. */
function sectionsOf(config: unknown, tower: Tower): Readonly<Record<string, unknown>>[] {
  if (!isRecord(config)) return [];
  const wholes = [config['model_cfg'], config].filter(isRecord);
  const inner = wholes.flatMap((whole) => VISION_SECTIONS.map((key) => whole[key]).filter(isRecord));
  const own = tower === 'vision' || tower === 'encoder' ? inner : [];
  return [...own, ...[config['model_args']].filter(isRecord), ...wholes];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
