import * as l10n from '@vscode/l10n';
import type { Preprocessing } from '../preprocessing.js';
import { asDeviation, asFraction, asSize, asTriple, field, type Fields } from './checked.js';
import {
  asResampling,
  inputSize,
  type ModelFacts,
  type PreprocessingPlan,
  resizeAndCrop,
  STATISTICS,
  TO_UNIT,
} from './plan.js';

/** Part that timm's crop keeps where nothing says another. */
const DEFAULT_FRACTION = 0.875;

/** The evaluation of timm (`transforms_imagenet_eval`) with the values of a `pretrained_cfg`. */
export function timmPreprocessing(config: Fields, facts: ModelFacts): PreprocessingPlan {
  const assumed: string[] = [];
  const said = <Value>(key: string, value: Value | null, usual: Value, shown: string): Value => {
    if (value === null)
      assumed.push(l10n.t("The timm configuration says no usable {0}: timm's default, {1}, assumed.", key, shown));
    return value ?? usual;
  };
  const { mean, deviation } = STATISTICS.imagenet;
  const listed = field(config, 'input_size');
  const size = asSize(Array.isArray(listed) ? listed.slice(-2) : null) ?? inputSize(facts, assumed);
  const fraction = said('crop_pct', asFraction(field(config, 'crop_pct')), DEFAULT_FRACTION, String(DEFAULT_FRACTION));
  const means = said('mean', asTriple(field(config, 'mean')), mean, mean.join(', '));
  return {
    preprocessing: {
      ...geometry(field(config, 'crop_mode'), size, fraction, means, assumed),
      resampling: said('interpolation', asResampling(field(config, 'interpolation')), 'bicubic', 'bicubic'),
      rescale: TO_UNIT,
      mean: means,
      deviation: said('std', asDeviation(field(config, 'std')), deviation, deviation.join(', ')),
      colour: 'rgb',
    },
    from: 'timm',
    assumed,
  };
}

function geometry(
  mode: unknown,
  size: readonly [number, number],
  fraction: number,
  mean: Preprocessing['mean'],
  assumed: string[],
): Pick<Preprocessing, 'resize' | 'crop'> {
  const centre = resizeAndCrop(size, fraction);
  const larger = [Math.floor(size[0] / fraction), Math.floor(size[1] / fraction)] as const;
  switch (mode) {
    case 'squash':
      return { ...centre, resize: { mode: 'exact', size: larger } };
    case 'border': {
      const fill = [Math.round(mean[0] * 255), Math.round(mean[1] * 255), Math.round(mean[2] * 255)] as const;
      return { resize: { mode: 'longest-side', size: larger }, crop: { ...centre.crop, fill } };
    }
    case 'center':
    case undefined:
    case null:
      return centre;
    default:
      assumed.push(l10n.t('The timm configuration has a crop_mode that is not known: the middle is cropped.'));
      return centre;
  }
}
