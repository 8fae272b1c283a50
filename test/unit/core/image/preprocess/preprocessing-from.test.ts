import { describe, expect, it } from 'vitest';
import { preprocessingFrom } from '../../../../../src/core/image/preprocess/config/preprocessing-from.js';

const DINOV2 = { family: 'hf-dinov2', patch: 14, imageSize: [518, 518] } as const;
const UNKNOWN = { family: 'generic', patch: 13, imageSize: null } as const;

describe('preprocessingFrom', () => {
  it('says every assumption where there is no configuration', () => {
    const { from, assumed, preprocessing } = preprocessingFrom(null, UNKNOWN);
    expect(from).toBe('family');
    expect(preprocessing.crop?.size).toEqual([221, 221]);
    expect(assumed).toEqual([
      'No file says the size of the input: 221 × 221 pixels assumed.',
      "No file says how pictures are prepared: timm's general defaults for this family assumed, shortest edge to 252, the middle 221 × 221, bicubic, mean 0.485, 0.456, 0.406, deviation 0.229, 0.224, 0.225.",
    ]);
  });

  it('takes DINOv2 at 224 of 256, and inputs of 384 without a crop', () => {
    expect(preprocessingFrom(null, DINOV2).preprocessing).toMatchObject({
      resize: { mode: 'shortest-edge', edge: 256 },
      crop: { size: [224, 224] },
      resampling: 'bicubic',
    });
    const large = preprocessingFrom(null, { family: 'timm-vit', patch: 16, imageSize: [384, 384] });
    expect(large.preprocessing).toMatchObject({
      resize: { edge: 384 },
      crop: { size: [384, 384] },
      mean: [0.5, 0.5, 0.5],
    });
    const deit = preprocessingFrom(null, { family: 'hf-deit', patch: 16, imageSize: [224, 224] });
    expect(deit.preprocessing).toMatchObject({
      resize: { mode: 'exact', size: [256, 256] },
      crop: { size: [224, 224] },
    });
  });

  it('takes mean and deviation from the checkpoint where it says both, and tells what is left open', () => {
    const facts = { family: 'gguf-clip', patch: 14, imageSize: [336, 336] } as const;
    const stated = { image_mean: [0.1, 0.2, 0.3], image_std: [0.4, 0.5, 0.6] };
    const { preprocessing, assumed } = preprocessingFrom(null, { ...facts, stated });
    expect(preprocessing).toMatchObject({ mean: [0.1, 0.2, 0.3], deviation: [0.4, 0.5, 0.6], resampling: 'bicubic' });
    expect(assumed.join()).toContain('The checkpoint says mean and deviation, but no file how pictures are resized');
    const half = preprocessingFrom(null, { ...facts, stated: { ...stated, image_std: [0, 1, 1] } });
    expect(half.preprocessing.mean).toEqual([0.48145466, 0.4578275, 0.40821073]);
    expect(half.assumed.join()).toContain('No file says how pictures are prepared');
  });

  it('covers an input that is not square', () => {
    const { preprocessing } = preprocessingFrom(null, { family: 'timm-vit', patch: 16, imageSize: [180, 360] });
    expect(preprocessing).toMatchObject({ resize: { mode: 'cover', size: [200, 400] }, crop: { size: [180, 360] } });
  });

  it('reads OpenCLIP', () => {
    const config = {
      model_cfg: {},
      preprocess_cfg: {
        size: [256, 256],
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        interpolation: 'bicubic',
        resize_mode: 'squash',
      },
    };
    expect(preprocessingFrom(config, { ...DINOV2, family: 'open-clip' })).toMatchObject({
      from: 'open-clip',
      assumed: [],
      preprocessing: { resize: { mode: 'exact', size: [256, 256] }, crop: null, mean: [0.5, 0.5, 0.5] },
    });
  });

  it('says which processor it does not know, and what is missing', () => {
    const { assumed, preprocessing } = preprocessingFrom(
      {
        image_processor_type: 'NewImageProcessor',
        size: { longest_edge: 1024 },
        do_pad: true,
        pad_size: { height: 1024, width: 1024 },
        image_mean: [0.5, 0.5, 0.5],
        image_std: 0.5,
      },
      DINOV2,
    );
    expect(assumed).toEqual([
      'Pictures are prepared by NewImageProcessor, whose own steps are not known: read as a resize, a crop and a normalisation.',
      'The preprocessor configuration says no usable resample: that of the family assumed.',
    ]);
    expect(preprocessing).toMatchObject({
      resize: { mode: 'longest-side', size: [1024, 1024] },
      deviation: [0.5, 0.5, 0.5],
    });
  });

  it('fills up at the end where the processor pads', () => {
    const config = { image_processor_type: 'ViTImageProcessor', do_pad: true, pad_size: { height: 300, width: 400 } };
    const { crop } = preprocessingFrom(config, DINOV2).preprocessing;
    expect(crop).toMatchObject({ size: [300, 400], place: 'start' });
    expect(crop?.fill[0]).toBeCloseTo(127.5, 10);
  });

  it.each([
    ['text', 'preprocessor'],
    ['a list', [1, 2]],
    ['nothing of pictures', { architectures: ['x'] }],
    ['an inherited key', Object.create({ image_mean: [1, 2, 3] })],
    ['an enormous size', { do_center_crop: false, do_resize: true, size: { height: 16384, width: 16384 } }],
    ['an enormous crop', { do_center_crop: true, do_resize: true, crop_size: { height: 16384, width: 16384 } }],
  ])('takes the family’s way for %s', (_, config: unknown) => {
    const plan = preprocessingFrom(config, DINOV2);
    expect(plan.from).toBe('family');
    expect(plan.preprocessing).toEqual(preprocessingFrom(null, DINOV2).preprocessing);
  });

  it('believes no size of the model that cannot be', () => {
    const { preprocessing } = preprocessingFrom(null, { family: 'timm-vit', patch: 1e6, imageSize: [1e6, 1e6] });
    expect(preprocessing.crop?.size).toEqual([224, 224]);
    const timm = { pretrained_cfg: { input_size: [3, 224, 224], crop_pct: 1e-300 } };
    expect(preprocessingFrom(timm, DINOV2).preprocessing.resize).toMatchObject({ edge: 256 });
  });

  it('believes no value that cannot be', () => {
    const usual = preprocessingFrom(null, DINOV2).preprocessing;
    const config = {
      do_resize: 'yes',
      size: { shortest_edge: -3 },
      crop_size: { height: 1e12, width: 'x' },
      do_center_crop: true,
      resample: 99,
      image_mean: [0.1, null, 0.2],
      image_std: [1, 0, 1],
      rescale_factor: 'NaN',
    };
    const { preprocessing, assumed } = preprocessingFrom(config, DINOV2);
    expect(preprocessing).toEqual(usual);
    expect(assumed).toHaveLength(4);
    const timm = {
      pretrained_cfg: {
        input_size: [3, 0, 9],
        crop_pct: 0,
        mean: 'x',
        std: [0],
        interpolation: {},
        crop_mode: 'spiral',
      },
    };
    const broken = preprocessingFrom(timm, DINOV2);
    expect(broken.preprocessing).toMatchObject({
      crop: { size: [518, 518] },
      resampling: 'bicubic',
      mean: [0.485, 0.456, 0.406],
    });
    expect(broken.assumed).toHaveLength(5);
  });
});
