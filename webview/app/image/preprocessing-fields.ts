import * as l10n from '@vscode/l10n';
import {
  isInputSize,
  type Preprocessing,
  type PreprocessingChanges,
  type Resize,
  type Triple,
} from '../../../src/core/image/preprocess/preprocessing.js';
import type { ImageCard } from '../../../src/protocol/image.js';

/** The preprocessing as a person writes it: numbers as text. */
export interface PreprocessingFields {
  readonly mode: Resize['mode'];
  /** Height and width of the resizing; with `shortest-edge` the edge is the height. */
  readonly resize: readonly [height: string, width: string];
  readonly cropped: boolean;
  readonly crop: readonly [height: string, width: string];
  readonly resampling: Preprocessing['resampling'];
  readonly mean: readonly string[];
  readonly deviation: readonly string[];
  readonly colour: Preprocessing['colour'];
}

/** The fields that say a preprocessing. */
export function fieldsOf({
  preprocessing,
  inputSize,
}: Pick<ImageCard, 'preprocessing' | 'inputSize'>): PreprocessingFields {
  const { resize, crop, resampling, mean, deviation, colour } = preprocessing;
  const [height, width] =
    'size' in resize ? resize.size : resize.mode === 'shortest-edge' ? [resize.edge, resize.edge] : inputSize;
  const [down, across] = crop?.size ?? inputSize;
  return {
    mode: resize.mode,
    resize: [String(height), String(width)],
    cropped: crop !== null,
    crop: [String(down), String(across)],
    resampling,
    mean: mean.map(short),
    deviation: deviation.map(short),
    colour,
  };
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** What the fields change, or what is wrong with them. */
export type ReadFields =
  | { readonly kind: 'change'; readonly change: PreprocessingChanges }
  | { readonly kind: 'wrong'; readonly words: string };

/** Reads the fields against what they were made of; what was not touched stays exactly as it is. */
export function readFields(fields: PreprocessingFields, from: Preprocessing): ReadFields {
  const size = sizeOf(fields.mode === 'shortest-edge' ? [fields.resize[0], fields.resize[0]] : fields.resize);
  if (size === null && fields.mode !== 'none') return wrong(l10n.t('The size to resize to'));
  const crop = sizeOf(fields.crop);
  if (crop === null && fields.cropped) return wrong(l10n.t('The size of the crop'));
  const mean = tripleOf(fields.mean, from.mean);
  const deviation = tripleOf(fields.deviation, from.deviation);
  if (mean === null) return { kind: 'wrong', words: l10n.t('The mean has to be three numbers.') };
  if (deviation === null || deviation.includes(0)) {
    return { kind: 'wrong', words: l10n.t('The deviation has to be three numbers other than 0.') };
  }
  const usual = from.crop ?? { place: 'centre', rounding: 'half-even', fill: [0, 0, 0] };
  return {
    kind: 'change',
    change: {
      resize: resizeOf(fields.mode, size ?? [1, 1], from.resize),
      crop: fields.cropped && crop !== null ? { ...usual, size: crop } : null,
      resampling: fields.resampling,
      mean,
      deviation,
      colour: fields.colour,
    },
  };
}

function wrong(what: string): ReadFields {
  return {
    kind: 'wrong',
    words: l10n.t('{0} has to be whole numbers of pixels from 1 on, of a picture that a model can see.', what),
  };
}

function sizeOf(texts: readonly [string, string]): readonly [number, number] | null {
  const size = [whole(texts[0]), whole(texts[1])] as const;
  return isInputSize(size) ? size : null;
}

function whole(text: string): number {
  return /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : NaN;
}

function tripleOf(texts: readonly string[], from: Triple): Triple | null {
  const [a = NaN, b = NaN, c = NaN] = texts.map((text, i) =>
    text === short(from[i] ?? NaN) ? (from[i] ?? NaN) : text.trim() === '' ? NaN : Number(text),
  );
  return [a, b, c].every(Number.isFinite) ? [a, b, c] : null;
}

function resizeOf(mode: Resize['mode'], size: readonly [number, number], from: Resize): Resize {
  switch (mode) {
    case 'none':
      return { mode };
    case 'shortest-edge':
      return { mode, edge: size[0], longest: from.mode === mode ? from.longest : null };
    case 'exact':
    case 'cover':
      return { mode, size };
    case 'longest-side':
      return from.mode === mode ? { ...from, size } : { mode, size };
  }
}
