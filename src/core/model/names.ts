/** Longer names are no names of parameters; they are left alone, so that nothing takes long over them. */
export const MAX_NAME_LENGTH = 1_000;

/** More nesting than any model has. */
const MAX_SEGMENTS = 64;

/** Layers are counted with at most this many digits; longer runs of digits are text. */
const MAX_INDEX_DIGITS = 5;

/** Words that carry the number of a block without a dot in front of it, as in `encoder_layer_11` or `stage2`. */
const NUMBERED_WORDS = new Set([
  'encoder_layer_',
  'encoderblock_',
  'block',
  'block_',
  'blocks_',
  'layer',
  'layer_',
  'layers_',
  'resblock_',
  'stage',
  'stage_',
]);

/** A tensor's name, taken apart. */
export interface ParsedName {
  readonly name: string;
  /** The name with `{}` in place of every number of a block or stage. */
  readonly template: string;
  /** Where each segment of the name starts, and each segment of the template. */
  readonly starts: readonly number[];
  readonly templateStarts: readonly number[];
  /** The numbers, from left to right. */
  readonly numbers: readonly number[];
}

/** Takes a name apart; null when it is longer or deeper than names of parameters are. */
export function parseName(name: string): ParsedName | null {
  if (name.length > MAX_NAME_LENGTH) return null;
  const segments = name.split('.');
  if (segments.length > MAX_SEGMENTS) return null;
  const starts: number[] = [];
  const templateStarts: number[] = [];
  const numbers: number[] = [];
  const parts: string[] = [];
  let start = 0;
  let templateStart = 0;
  for (const segment of segments) {
    const numbered = splitNumber(segment);
    const part = numbered === null ? segment : `${numbered.word}{}`;
    if (numbered !== null) numbers.push(numbered.number);
    starts.push(start);
    templateStarts.push(templateStart);
    start += segment.length + 1;
    templateStart += part.length + 1;
    parts.push(part);
  }
  return { name, template: parts.join('.'), starts, templateStarts, numbers };
}

/** The word and the number of a segment that counts blocks: `3`, `encoder_layer_3`; null for any other, such as `norm1`. */
function splitNumber(segment: string): { word: string; number: number } | null {
  let first = segment.length;
  while (first > 0 && isDigit(segment.charCodeAt(first - 1))) first--;
  const digits = segment.length - first;
  if (digits === 0 || digits > MAX_INDEX_DIGITS) return null;
  // `07` and `7` would be the same layer twice.
  if (digits > 1 && segment.charAt(first) === '0') return null;
  const word = segment.slice(0, first);
  if (word !== '' && !NUMBERED_WORDS.has(word)) return null;
  return { word, number: Number(segment.slice(first)) };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Puts numbers in place of the `{}` of a template, from left to right. */
export function fillTemplate(template: string, numbers: readonly number[]): string {
  const parts = template.split('{}');
  return parts.map((part, index) => (index === 0 ? part : `${String(numbers[index - 1] ?? '{}')}${part}`)).join('');
}

/** Name of the bias that stands beside a weight: `qkv.weight` gives `qkv.bias`, `in_proj_weight` gives `in_proj_bias`. */
export function biasOf(weight: string): string {
  return weight.endsWith('weight') ? `${weight.slice(0, -'weight'.length)}bias` : `${weight}_bias`;
}

/** Order of blocks by their numbers, the first number first. */
export function compareNumbers(one: readonly number[], other: readonly number[]): number {
  for (const [index, number] of one.entries()) {
    const difference = number - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
