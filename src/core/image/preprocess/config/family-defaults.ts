import * as l10n from '@vscode/l10n';
import { asDeviation, asTriple, field, type Fields } from './checked.js';
import type { Size } from '../picture.js';
import type { Crop, Preprocessing, Triple } from '../preprocessing.js';
import type { Resampling } from '../resample/filters.js';
import {
  filledUp,
  inputSize,
  longestSide,
  type ModelFacts,
  type PreprocessingPlan,
  resizeAndCrop,
  sizeWords,
  STATISTICS,
  TO_UNIT,
  USUAL_SIDE,
} from './plan.js';

/** How the released models of a family are evaluated. */
interface FamilyWay {
  /** Part of each side that the crop keeps; `exact` resizes to the input without a crop, `filled-up` keeps all in its proportions. */
  readonly crop: number | 'exact' | 'exact-then-crop' | 'filled-up';
  readonly resampling: Resampling;
  readonly statistics: keyof typeof STATISTICS;
  /** Which way half a pixel goes when the middle is cropped. */
  readonly rounding: Crop['rounding'];
  /** Side of the input where it is not that of the positions. */
  readonly side?: number;
  /** Whose way it is, for people. */
  readonly as: () => string;
}

const TIMM: FamilyWay = {
  crop: 0.9,
  resampling: 'bicubic',
  statistics: 'imagenet',
  rounding: 'half-even',
  as: () => l10n.t("timm's own"),
};
const TIMM_EVA: FamilyWay = { ...TIMM, statistics: 'clip' };
const CLIP: FamilyWay = { ...TIMM_EVA, crop: 1, as: () => l10n.t("CLIP's own") };
/** DINO, MAE and SimMIM: 256 for 224. */
const PRETRAINED: FamilyWay = { ...TIMM, crop: 0.875, as: () => l10n.t("the authors' own") };
/** Positions of DINOv2 were made at 518, yet its evaluation is at 224. */
const DINOV2: FamilyWay = { ...PRETRAINED, side: USUAL_SIDE };
const PROCESSOR: FamilyWay = {
  crop: 'exact',
  resampling: 'bilinear',
  statistics: 'imagenet',
  rounding: 'down',
  as: () => l10n.t("Transformers' own"),
};

const WAYS: ReadonlyMap<string, FamilyWay> = new Map<string, FamilyWay>([
  ['timm-vit', { ...TIMM, statistics: 'half' }],
  ['timm-beit', { ...TIMM, statistics: 'half' }],
  ['timm-deit-distilled', TIMM],
  ['timm-swin', TIMM],
  ['timm-swinv2', TIMM],
  ['sam', { ...PROCESSOR, crop: 'filled-up', as: () => l10n.t("the authors' own") }],
  ['timm-eva', TIMM_EVA],
  ['timm-eva02', TIMM_EVA],
  ['torchvision-vit', { ...PRETRAINED, resampling: 'bilinear', as: () => l10n.t("torchvision's own") }],
  ['dino', PRETRAINED],
  ['mae', PRETRAINED],
  ['simmim', PRETRAINED],
  ['dinov2', DINOV2],
  ['hf-dinov2', { ...DINOV2, rounding: 'down' }],
  ['dinov3', { ...PROCESSOR, side: 256, as: () => l10n.t("the authors' own") }],
  ['hf-dinov3', { ...PROCESSOR, side: USUAL_SIDE }],
  ['open-clip', CLIP],
  ['hf-clip', { ...CLIP, rounding: 'down' }],
  ['hf-siglip', { ...PROCESSOR, resampling: 'bicubic', statistics: 'half' }],
  ['hf-vit', { ...PROCESSOR, statistics: 'half' }],
  ['flax-hf-vit', { ...PROCESSOR, statistics: 'half' }],
  ['tf-hf-vit', { ...PROCESSOR, statistics: 'half' }],
  ['google-vit', { ...PROCESSOR, statistics: 'half', as: () => l10n.t("Google's own") }],
  ['keras-vit', { ...PROCESSOR, statistics: 'half', as: () => l10n.t("KerasHub's") }],
  ['gguf-clip', { ...CLIP, rounding: 'down' }],
  ['hf-beit', { ...PROCESSOR, statistics: 'half' }],
  ['hf-vit-mae', PROCESSOR],
  ['hf-ijepa', PROCESSOR],
  ['hf-swin', { ...PROCESSOR, resampling: 'bicubic' }],
  ['hf-deit', { ...PROCESSOR, crop: 'exact-then-crop', resampling: 'bicubic' }],
]);

/** What is taken for a family that is not known. */
const UNKNOWN: FamilyWay = { ...PRETRAINED, as: () => l10n.t("timm's general") };

/** Inputs from this side on are evaluated without a crop in timm, torchvision and MAE. */
const UNCROPPED_SIDE = 384;

/** Part of each side that is kept, when a picture is resized to 256 for an input of 224. */
const USUAL_FRACTION = 0.875;

/** In front of the family of a model that was recognised in an ONNX graph. */
const OF_A_GRAPH = /^onnx-/u;

/** How pictures are prepared for models of the family, where no configuration says it. */
export function familyDefaults(facts: ModelFacts): PreprocessingPlan {
  const way = WAYS.get(facts.family.replace(OF_A_GRAPH, '')) ?? UNKNOWN;
  const assumed: string[] = [];
  const fixed = way.side !== undefined && way.side % (facts.patch ?? 1) === 0;
  const size = fixed ? ([way.side, way.side] as const) : inputSize(facts, assumed);
  const usual = STATISTICS[way.statistics];
  const said = statedStatistics(facts.stated ?? {});
  const { mean, deviation } = said ?? usual;
  const preprocessing: Preprocessing = {
    ...geometry(way, size, mean),
    resampling: way.resampling,
    rescale: TO_UNIT,
    mean,
    deviation,
    colour: 'rgb',
  };
  const open =
    said !== null
      ? l10n.t('The checkpoint says mean and deviation, but no file how pictures are resized')
      : l10n.t('No file says how pictures are prepared');
  assumed.push(l10n.t('{0}: {1} defaults for this family assumed, {2}.', open, way.as(), words(preprocessing, size)));
  return { preprocessing, from: 'family', assumed };
}

/** Mean and deviation that the checkpoint itself says; null unless it says both. */
function statedStatistics(stated: Fields): Pick<Preprocessing, 'mean' | 'deviation'> | null {
  const mean = asTriple(field(stated, 'image_mean'));
  const deviation = asDeviation(field(stated, 'image_std'));
  return mean === null || deviation === null ? null : { mean, deviation };
}

function geometry({ crop, rounding }: FamilyWay, size: Size, mean: Triple): Pick<Preprocessing, 'resize' | 'crop'> {
  if (crop === 'exact') return { resize: { mode: 'exact', size }, crop: null };
  if (crop === 'filled-up') return { resize: longestSide(size), crop: filledUp(size, mean, TO_UNIT) };
  const whole = Math.min(...size) >= UNCROPPED_SIDE;
  const fraction = crop === 'exact-then-crop' ? USUAL_FRACTION : whole ? 1 : crop;
  const centre = resizeAndCrop(size, fraction);
  const larger = [Math.floor(size[0] / fraction), Math.floor(size[1] / fraction)] as const;
  return {
    resize: crop === 'exact-then-crop' ? { mode: 'exact', size: larger } : centre.resize,
    crop: { ...centre.crop, rounding },
  };
}

function words({ resize, crop, resampling, mean, deviation }: Preprocessing, size: Size): string {
  const fits = resize.mode === 'longest-side';
  const resized =
    'edge' in resize
      ? l10n.t('shortest edge to {0}', resize.edge)
      : fits
        ? l10n.t('resized to fit into {0}', 'size' in resize ? sizeWords(resize.size) : '')
        : l10n.t('resized to {0}', 'size' in resize ? sizeWords(resize.size) : '');
  const cropped = fits ? l10n.t('filled up with the mean') : l10n.t('the middle {0}', sizeWords(size));
  return [
    resized,
    ...(crop === null ? [] : [cropped]),
    resampling,
    l10n.t('mean {0}', mean.join(', ')),
    l10n.t('deviation {0}', deviation.join(', ')),
  ].join(', ');
}
