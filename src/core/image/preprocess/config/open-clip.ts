import * as l10n from '@vscode/l10n';
import { asDeviation, asNumber, asSide, asSize, asTriple, field, type Fields } from './checked.js';
import {
  asResampling,
  inputSize,
  type ModelFacts,
  type PreprocessingPlan,
  resizeAndCrop,
  STATISTICS,
  TO_UNIT,
} from './plan.js';

/** OpenCLIP's evaluation with the values of a `preprocess_cfg`. */
export function openClipPreprocessing(config: Fields, facts: ModelFacts): PreprocessingPlan {
  const assumed: string[] = [];
  const side = asSide(field(config, 'size'));
  const size = asSize(field(config, 'size')) ?? (side === null ? inputSize(facts, assumed) : ([side, side] as const));
  const usual = STATISTICS.clip;
  const mean = asTriple(field(config, 'mean'));
  const deviation = asDeviation(field(config, 'std'));
  const resampling = asResampling(field(config, 'interpolation'));
  for (const [key, value] of Object.entries({ mean, std: deviation, interpolation: resampling })) {
    if (value === null)
      assumed.push(l10n.t('The OpenCLIP configuration says no usable {0}: that of OpenCLIP assumed.', key));
  }
  const centre = resizeAndCrop(size, 1);
  const shade = asNumber(field(config, 'fill_color')) ?? 0;
  const mode = field(config, 'resize_mode');
  return {
    preprocessing: {
      resize:
        mode === 'squash'
          ? { mode: 'exact', size }
          : mode === 'longest'
            ? { mode: 'longest-side', size }
            : centre.resize,
      crop: mode === 'squash' ? null : { ...centre.crop, fill: [shade, shade, shade] },
      resampling: resampling ?? 'bicubic',
      rescale: TO_UNIT,
      mean: mean ?? usual.mean,
      deviation: deviation ?? usual.deviation,
      colour: 'rgb',
    },
    from: 'open-clip',
    assumed,
  };
}
