import * as l10n from '@vscode/l10n';
import { isInputSize } from '../preprocessing.js';
import { asFields, field, type Fields } from './checked.js';
import { familyDefaults } from './family-defaults.js';
import { openClipPreprocessing } from './open-clip.js';
import type { ModelFacts, PreprocessingPlan } from './plan.js';
import { timmPreprocessing } from './timm.js';
import { transformersPreprocessing } from './transformers.js';

/** Keys of which a preprocessor_config.json has some. */
const PROCESSOR_KEYS = ['image_processor_type', 'feature_extractor_type', 'image_mean', 'do_resize', 'do_normalize'];

/**
 * How pictures are prepared for a model.
 * @param config the parsed and unchecked content of the first of these that is there: preprocessor_config.json (Transformers), config.json (timm),
 *   open_clip_config.json; null when there is none. What says nothing of pictures counts as none.
 */
export function preprocessingFrom(config: unknown, facts: ModelFacts): PreprocessingPlan {
  const plan = planFrom(asFields(config), facts);
  const { crop, resize } = plan.preprocessing;
  const size = crop?.size ?? (resize.mode === 'exact' ? resize.size : null);
  if (size === null || isInputSize(size)) return plan;
  const problem = l10n.t(
    'The configuration wants an input of {0} pixels, which is no size of an input.',
    size.join(' × '),
  );
  const { preprocessing, assumed } = familyDefaults(facts);
  return { preprocessing, from: 'family', assumed: [problem, ...assumed] };
}

function planFrom(config: Fields | null, facts: ModelFacts): PreprocessingPlan {
  if (config === null) return familyDefaults(facts);
  const section = (key: string): Fields | null => asFields(field(config, key));
  const openClip = section('preprocess_cfg');
  if (openClip !== null) return openClipPreprocessing(openClip, facts);
  const timm = section('pretrained_cfg') ?? ('architecture' in config && 'input_size' in config ? config : null);
  if (timm !== null) return timmPreprocessing(timm, facts);
  const processor = section('image_processor') ?? config;
  return PROCESSOR_KEYS.some((key) => Object.hasOwn(processor, key))
    ? transformersPreprocessing(processor, facts)
    : familyDefaults(facts);
}
