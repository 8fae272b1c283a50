import * as l10n from '@vscode/l10n';
import type { ConfigView } from '../config.js';
import type { RotationPairs, SequenceRotation } from '../rotation.js';
import type { RotationView } from './family.js';

/** Models of Transformers that are built of Llama's blocks and turn queries and keys alike in all layers. */
const PAIRS: ReadonlyMap<string, RotationPairs> = new Map([
  ['llama', 'half'],
  ['mistral', 'half'],
  ['ministral', 'half'],
  ['mixtral', 'half'],
  ['qwen2', 'half'],
  ['qwen3', 'half'],
  ['phi3', 'half'],
  ['granite', 'half'],
  ['internlm2', 'half'],
  ['glm', 'interleaved'],
]);

/** What Transformers takes where config.json says nothing. */
const USUAL_BASE = 10_000;

/** Part of each head that turns in models of the family where config.json says nothing. */
const USUAL_PART: ReadonlyMap<string, number> = new Map([['glm', 0.5]]);

/** How a rotation is stretched to longer texts, and what it is stretched from. */
interface Stretch {
  readonly kind: string;
  /** The section that holds its numbers. */
  readonly view: ConfigView;
  readonly base: number;
  /** Entries that turn. */
  readonly turning: number;
  /** Length of the texts before. */
  readonly length: number | null;
}

/**
 * The rotation of a language model as config.json says it, after `modeling_rope_utils` of Transformers: default, linear, llama3, yarn, and
 * dynamic and longrope within the length of the texts that the model learned on. Null where it is of another kind.
 */
export function sequenceRotation({ config, headSize }: RotationView): SequenceRotation | null {
  const typed = config.find((view) => view.text('model_type') !== null) ?? null;
  const type = typed?.text('model_type')?.toLowerCase() ?? 'llama';
  const pairs = PAIRS.get(type);
  const own = typed ?? config[0] ?? null;
  if (pairs === undefined) return null;
  const usual = USUAL_PART.get(type) ?? 1;
  if (own === null) {
    const assumed = l10n.t(
      'No config.json says how queries and keys turn: base {0} over all entries was assumed, as Llama was first built.',
      USUAL_BASE,
    );
    const turning = wholePairs(headSize * usual);
    return { kind: 'sequence', pairs, frequencies: inverseFrequencies(USUAL_BASE, turning), assumed };
  }
  const section = own.section('rope_parameters') ?? own.section('rope_scaling');
  const number = (key: string): number | null => (section?.number([key]) ?? own.number([key]))?.value ?? null;
  const base = number('rope_theta') ?? USUAL_BASE;
  const part = number('partial_rotary_factor') ?? usual;
  const turning = wholePairs(headSize * part);
  if (part > 1 || turning === 0 || base <= 1) return null;
  const kind = section?.text('rope_type') ?? section?.text('type') ?? 'default';
  // Other sections inside stand for layers of different kinds.
  if (section?.section('full_attention') != null) return null;
  const length = number('original_max_position_embeddings') ?? number('max_position_embeddings');
  const frequencies =
    section === null ? inverseFrequencies(base, turning) : stretched({ kind, view: section, base, turning, length });
  return frequencies === null ? null : { kind: 'sequence', pairs, frequencies, assumed: null };
}

function wholePairs(entries: number): number {
  return 2 * Math.floor(Math.floor(entries) / 2);
}

/** Radians a place of each pair: base^(-2 i / turning). */
export function inverseFrequencies(base: number, turning: number): number[] {
  return Array.from({ length: turning / 2 }, (_, pair) => base ** ((-2 * pair) / turning));
}

/** Frequencies of a rotation by its kind; null for one that is not known or whose numbers are missing. */
function stretched(stretch: Stretch): number[] | null {
  const { kind, view, base, turning } = stretch;
  const plain = inverseFrequencies(base, turning);
  const factor = view.number(['factor'])?.value ?? null;
  switch (kind) {
    case 'default':
    case 'mrope':
    case 'dynamic':
      return plain;
    case 'linear':
      return factor === null ? null : plain.map((value) => value / factor);
    case 'su':
    case 'longrope': {
      const factors = view.numbers('short_factor');
      return factors?.length === plain.length ? plain.map((value, pair) => value / (factors[pair] ?? 1)) : null;
    }
    case 'llama3':
      return factor === null ? null : llama3(plain, factor, stretch);
    case 'yarn':
      return factor === null ? null : yarn(plain, factor, stretch);
    default:
      return null;
  }
}

/** Slow rotations are slowed down by the factor, fast ones are not, and what lies between goes over smoothly (Llama 3.1). */
function llama3(plain: readonly number[], factor: number, { view, length }: Stretch): number[] | null {
  const low = view.number(['low_freq_factor'])?.value;
  const high = view.number(['high_freq_factor'])?.value;
  if (length === null || low === undefined || high === undefined || high <= low) return null;
  return plain.map((value) => {
    const turns = (length * value) / (2 * Math.PI);
    const part = Math.max(0, Math.min(1, (turns - low) / (high - low)));
    return ((1 - part) * value) / factor + part * value;
  });
}

/** Yarn (arXiv 2309.00071): by how often a pair turns over the length, between beta_slow and beta_fast times. */
function yarn(plain: readonly number[], factor: number, { view, base, turning, length }: Stretch): number[] | null {
  if (length === null) return null;
  const fast = view.number(['beta_fast'])?.value ?? 32;
  const slow = view.number(['beta_slow'])?.value ?? 1;
  const whole = view.flag('truncate') !== false;
  const pairAt = (turns: number): number => (turning * Math.log(length / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const low = Math.max(0, whole ? Math.floor(pairAt(fast)) : pairAt(fast));
  const high = Math.min(turning - 1, whole ? Math.ceil(pairAt(slow)) : pairAt(slow));
  const width = high === low ? 0.001 : high - low;
  return plain.map((value, pair) => {
    const slowed = Math.max(0, Math.min(1, (pair - low) / width));
    return (slowed * value) / factor + (1 - slowed) * value;
  });
}
