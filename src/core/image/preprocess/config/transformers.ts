import * as l10n from '@vscode/l10n';
import { quoteName } from '../../../bytes/quote.js';
import type { Size } from '../picture.js';
import type { Crop, Preprocessing, Resize } from '../preprocessing.js';
import type { Resampling } from '../resample/filters.js';
import {
  asDeviation,
  asFields,
  asFraction,
  asNumber,
  asSide,
  asSize,
  asTriple,
  field,
  type Fields,
} from './checked.js';
import { familyDefaults } from './family-defaults.js';
import {
  asResampling,
  filledUp,
  longestSide,
  type ModelFacts,
  type PreprocessingPlan,
  STATISTICS,
  TO_UNIT,
  USUAL_SIDE,
} from './plan.js';

/** What an image processor of Transformers does where its configuration is silent. */
interface ProcessorClass {
  readonly resize: Resize;
  /** What one number for a size means: both sides, or the shorter one. */
  readonly square: boolean;
  readonly crop: boolean;
  /** Size that pictures are filled up to; absent where they are not. */
  readonly pad?: Size;
  readonly resampling: Resampling;
  readonly statistics: keyof typeof STATISTICS;
}

const exact = (side: number): Resize => ({ mode: 'exact', size: [side, side] });
const shortest = (edge: number): Resize => ({ mode: 'shortest-edge', edge, longest: null });
const CLIP: ProcessorClass = {
  resize: shortest(USUAL_SIDE),
  square: false,
  crop: true,
  resampling: 'bicubic',
  statistics: 'clip',
};
const VIT: ProcessorClass = {
  resize: exact(USUAL_SIDE),
  square: true,
  crop: false,
  resampling: 'bilinear',
  statistics: 'half',
};

/** Side of Segment Anything's input. */
const SAM_SIDE = 1024;

/** Class defaults of Transformers 5, by the name without `ImageProcessor`. */
const CLASSES: ReadonlyMap<string, ProcessorClass> = new Map([
  ['ViT', VIT],
  ['DeiT', { ...VIT, resize: exact(256), crop: true, resampling: 'bicubic' }],
  ['Beit', { ...VIT, resampling: 'bicubic' }],
  ['Siglip', { ...VIT, square: false, resampling: 'bicubic' }],
  ['DINOv3ViT', { ...VIT, statistics: 'imagenet' }],
  ['CLIP', CLIP],
  ['Bit', CLIP],
  [
    'Sam',
    {
      ...VIT,
      resize: longestSide([SAM_SIDE, SAM_SIDE]),
      pad: [SAM_SIDE, SAM_SIDE],
      statistics: 'imagenet',
    },
  ],
  ['ConvNext', { ...CLIP, resize: shortest(384), crop: false, statistics: 'half' }],
]);

/** Part that ConvNext's processor keeps of pictures below 384 pixels. */
const CONVNEXT_FRACTION = 224 / 256;
const CONVNEXT_WHOLE = 384;

const NOTHING: Pick<Preprocessing, 'mean' | 'deviation'> = { mean: [0, 0, 0], deviation: [1, 1, 1] };

/** The preprocessing that an image processor of Transformers does by its preprocessor_config.json. */
export function transformersPreprocessing(config: Fields, facts: ModelFacts): PreprocessingPlan {
  const assumed: string[] = [];
  const name = nameOf(config);
  const known = name === null ? undefined : CLASSES.get(name);
  if (name !== null && known === undefined) {
    assumed.push(
      l10n.t(
        'Pictures are prepared by {0}ImageProcessor, whose own steps are not known: read as a resize, a crop and a normalisation.',
        quoteName(name),
      ),
    );
  }
  const usual = known === undefined ? familyDefaults(facts).preprocessing : defaultsOf(known);
  const flag = (key: string, otherwise: boolean): boolean => {
    const value = field(config, key);
    return typeof value === 'boolean' ? value : otherwise;
  };
  const said = <Value>(key: string, value: Value | null, otherwise: Value): Value => {
    if (value === null && known === undefined) {
      assumed.push(l10n.t('The preprocessor configuration says no usable {0}: that of the family assumed.', key));
    }
    return value ?? otherwise;
  };
  const rescale = flag('do_rescale', true) ? (asNumber(field(config, 'rescale_factor')) ?? TO_UNIT) : 1;
  const mean = flag('do_normalize', true)
    ? said('image_mean', asTriple(field(config, 'image_mean')), usual.mean)
    : NOTHING.mean;
  const deviation = flag('do_normalize', true)
    ? said('image_std', asDeviation(field(config, 'image_std')), usual.deviation)
    : NOTHING.deviation;
  const resize: Resize = flag('do_resize', true)
    ? said('size', sizeOf(field(config, 'size'), known?.square ?? true), usual.resize)
    : { mode: 'none' };
  const pad = known === undefined ? undefined : known.pad;
  const padded = flag('do_pad', pad !== undefined) ? (sizeFrom(field(config, 'pad_size')) ?? pad ?? null) : null;
  const crop = flag('do_center_crop', usual.crop?.place === 'centre')
    ? cropOf(config)
    : padded === null
      ? null
      : // Transformers fills up with zeros after the normalisation.
        filledUp(padded, mean, rescale);
  return {
    preprocessing: {
      ...(name === 'ConvNext' ? convNextGeometry(config, resize, crop) : { resize, crop }),
      resampling: said('resample', asResampling(field(config, 'resample')), usual.resampling),
      rescale,
      mean,
      deviation,
      colour: flag('do_flip_channel_order', false) ? 'bgr' : 'rgb',
    },
    from: 'transformers',
    assumed,
  };
}

/** `ViT` of `ViTImageProcessorFast` or of the older `ViTFeatureExtractor`; null where the configuration has no such name. */
function nameOf(config: Fields): string | null {
  for (const key of ['image_processor_type', 'feature_extractor_type']) {
    const value = field(config, key);
    const name =
      typeof value === 'string' ? /^(.+?)(?:ImageProcessor|FeatureExtractor)(?:Fast|Pil)?$/u.exec(value) : null;
    if (name?.[1] !== undefined) return name[1];
  }
  return null;
}

function defaultsOf({ resize, crop, resampling, statistics }: ProcessorClass): Preprocessing {
  const centre = crop ? centred([USUAL_SIDE, USUAL_SIDE]) : null;
  return { resize, crop: centre, resampling, rescale: TO_UNIT, ...STATISTICS[statistics], colour: 'rgb' };
}

function centred(size: Crop['size']): Crop {
  return { size, place: 'centre', rounding: 'down', fill: [0, 0, 0] };
}

/** A size as configurations write it: a number, {height, width}, {shortest_edge, longest_edge} or {longest_edge}. */
function sizeOf(value: unknown, square: boolean): Resize | null {
  const side = asSide(value);
  if (side !== null) return square ? exact(side) : shortest(side);
  const fields = asFields(value);
  if (fields === null) {
    const size = asSize(value);
    return size === null ? null : { mode: 'exact', size };
  }
  const size = asSize([field(fields, 'height'), field(fields, 'width')]);
  if (size !== null) return { mode: 'exact', size };
  const edge = asSide(field(fields, 'shortest_edge'));
  const longest = asSide(field(fields, 'longest_edge'));
  if (edge !== null) return { mode: 'shortest-edge', edge, longest };
  return longest === null ? null : longestSide([longest, longest]);
}

function cropOf(config: Fields): Crop {
  return centred(sizeFrom(field(config, 'crop_size')) ?? [USUAL_SIDE, USUAL_SIDE]);
}

/** A size of both sides; one number is for both. */
function sizeFrom(value: unknown): Size | null {
  const size = sizeOf(value, true);
  return size?.mode === 'exact' ? size.size : null;
}

/** ConvNext's processor resizes small inputs to edge / crop_pct and crops them, and large ones without a crop. */
function convNextGeometry(config: Fields, resize: Resize, crop: Crop | null): Pick<Preprocessing, 'resize' | 'crop'> {
  if (resize.mode !== 'shortest-edge') return { resize, crop };
  const { edge } = resize;
  if (edge >= CONVNEXT_WHOLE) return { resize: exact(edge), crop };
  const fraction = asFraction(field(config, 'crop_pct')) ?? CONVNEXT_FRACTION;
  return { resize: shortest(Math.trunc(edge / fraction)), crop: crop ?? centred([edge, edge]) };
}
