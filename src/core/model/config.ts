import type { Tower } from './model.js';

/** A part of config.json; every value in it is checked when it is asked for. */
export interface ConfigView {
  /** The first of these keys that holds a positive whole number, and which it was. */
  count(keys: readonly string[]): { readonly key: string; readonly value: number } | null;
  /** The first of these keys that holds a list of positive whole numbers. */
  counts(keys: readonly string[]): { readonly key: string; readonly value: readonly number[] } | null;
  /** The first of these keys that holds a positive number, and which it was. */
  number(keys: readonly string[]): { readonly key: string; readonly value: number } | null;
  /** A list of positive numbers; null when there is none. */
  numbers(key: string): readonly number[] | null;
  /** A short text; null when there is none. */
  text(key: string): string | null;
  flag(key: string): boolean | null;
  /** True when there is such a key, whatever it holds. */
  has(key: string): boolean;
  /** An object in it; null when there is none. */
  section(key: string): ConfigView | null;
}

/** Larger than any count of a configuration; a larger number is not believed. */
const MAX_COUNT = 1_000_000;

/** Longer texts are no names of models. */
const MAX_TEXT = 200;

/** More numbers than any list of stages has. */
const MAX_LIST = 1_000;

/** Looks at a parsed config.json without believing it; null when it is no object. */
export function viewConfig(config: unknown): ConfigView | null {
  return isRecord(config) ? viewRecord(config) : null;
}

/** The same for an object that is known to be one. */
export function viewRecord(config: Readonly<Record<string, unknown>>): ConfigView {
  const valueOf = (key: string): unknown => (Object.hasOwn(config, key) ? config[key] : undefined);
  return {
    count: (keys) => {
      for (const key of keys) {
        const value = valueOf(key);
        if (isCount(value)) return { key, value };
      }
      return null;
    },
    counts: (keys) => {
      for (const key of keys) {
        const value = valueOf(key);
        if (isCountList(value)) return { key, value };
      }
      return null;
    },
    number: (keys) => {
      for (const key of keys) {
        const value = valueOf(key);
        if (isPositive(value)) return { key, value };
      }
      return null;
    },
    numbers: (key) => {
      const value = valueOf(key);
      return Array.isArray(value) && value.length <= MAX_LIST && value.every(isPositive) ? value : null;
    },
    text: (key) => {
      const value = valueOf(key);
      return typeof value === 'string' && value.length <= MAX_TEXT ? value : null;
    },
    flag: (key) => {
      const value = valueOf(key);
      return typeof value === 'boolean' ? value : null;
    },
    has: (key) => Object.hasOwn(config, key),
    section: (key) => viewConfig(valueOf(key)),
  };
}

/** Sections that are about one tower, by the names that libraries give them. */
const TOWER_SECTIONS: Readonly<Record<Tower, readonly string[]>> = {
  vision: ['vision_config', 'vision_cfg', 'image_config', 'encoder', 'backbone_config', 'vit_config'],
  text: ['text_config', 'text_cfg', 'llm_config', 'decoder'],
  audio: ['audio_config', 'audio_encoder_config', 'encoder'],
  encoder: ['encoder', 'qformer_config', 'multimodal_config'],
  decoder: ['decoder', 'mask_decoder_config'],
  cross: ['decoder', 'mask_decoder_config', 'text_config'],
  unknown: [],
};

/** The parts of config.json that may speak of a tower: its own section first, then the whole. */
export function sectionsFor(config: ConfigView | null, tower: Tower): ConfigView[] {
  if (config === null) return [];
  const nested = config.section('model_cfg');
  const sections: ConfigView[] = [];
  for (const whole of nested === null ? [config] : [nested, config]) {
    for (const key of TOWER_SECTIONS[tower]) {
      const section = whole.section(key);
      // SAM 2 and others say the blocks of a tower inside what they say of the tower.
      const inner = section?.section('backbone_config') ?? null;
      if (inner !== null) sections.push(inner);
      if (section !== null) sections.push(section);
    }
  }
  const architecture = config.section('model_args');
  return [...sections, ...(architecture === null ? [] : [architecture]), config];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_COUNT;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isCountList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_LIST && value.every(isCount);
}
