import { describe, expect, it } from 'vitest';
import { mistakeOf, onlyModel, recogniseShapes, type Shapes, timmVit } from './support.js';

type Options = Parameters<typeof recogniseShapes>[1];
const vit = (options: Options = {}, more: Shapes = []) => onlyModel(recogniseShapes([...timmVit(), ...more], options));

describe('the geometry of a vision transformer', () => {
  it('comes from the shapes of the embedding', () => {
    expect(vit()).toMatchObject({
      patch: 16,
      imageSize: [224, 224],
      prefixTokens: { class: 1, distillation: 0, registers: 0 },
      title: 'ViT/16, width 384',
    });
  });

  it.each([
    ['positions for all tokens', [1, 1 + 4 + 196, 384]],
    ['no positions for registers', [1, 1 + 196, 384]],
    ['positions for patches only', [1, 196, 384]],
    ['a table of rows and columns', [1, 14, 14, 384]],
    ['a table without a batch', [201, 384]],
  ])('counts registers and knows %s', (_, table) => {
    const model = vit({}, [
      ['reg_token', [1, 4, 384]],
      ['pos_embed', table],
    ]);
    expect(model.prefixTokens).toEqual({ class: 1, distillation: 0, registers: 4 });
    expect(model.imageSize).toEqual([224, 224]);
    expect(model.title).toBe('ViT/16 with registers, width 384');
  });

  it('takes pictures that are no square from a table of rows and columns or from config.json', () => {
    expect(vit({}, [['pos_embed', [1, 14, 28, 384]]]).imageSize).toEqual([224, 448]);
    const table: Shapes = [['pos_embed', [1, 1 + 14 * 28, 384]]];
    expect(vit({}, table).imageSize).toBeNull();
    expect(vit({ config: { image_size: [224, 448] } }, table)).toMatchObject({
      imageSize: [224, 448],
      confirmedBy: ['config.json'],
    });
    expect(vit({ config: { image_size: [224, 224] } }, table).imageSize).toBeNull();
  });

  it('believes config.json where the table could be another square', () => {
    const table: Shapes = [['pos_embed', [1, 1 + 4 * 6, 384]]];
    expect(vit({ config: { image_size: [64, 96] } }, table)).toMatchObject({
      imageSize: [64, 96],
      confirmedBy: ['config.json'],
    });
    expect(vit({}, table).imageSize).toEqual([80, 80]);
  });

  it('believes the position table rather than config.json, and says so', () => {
    const recognition = recogniseShapes(timmVit(), { config: { image_size: 384 } });
    expect(onlyModel(recognition).imageSize).toEqual([224, 224]);
    expect(recognition.warnings).toEqual([
      {
        code: 'config-contradiction',
        message:
          'config.json says pictures of 384 x 384 pixels, but the position table is for 224 x 224: that is used.',
      },
    ]);
  });

  it('takes the size of config.json where its sides are cut to whole patches', () => {
    const shapes = timmVit({ patch: 14, side: 378 });
    expect(onlyModel(recogniseShapes(shapes, { config: { image_size: 384 } })).imageSize).toEqual([384, 384]);
  });

  it('finds the picture size in config.json or the settings where there is no table', () => {
    const shapes = timmVit().filter(([name]) => name !== 'pos_embed');
    const size = (options: Options): unknown => onlyModel(recogniseShapes(shapes, options)).imageSize;
    expect(size({})).toBeNull();
    expect(size({ config: { image_size: 256 } })).toEqual([256, 256]);
    expect(size({ config: { pretrained_cfg: { input_size: [3, 240, 320] } } })).toEqual([240, 320]);
    expect(size({ settings: { 'config.DATA.IMG_SIZE': 192 } })).toEqual([192, 192]);
    expect(size({ settings: { 'args.input_size.0': 3, 'args.input_size.1': 160, 'args.input_size.2': 320 } })).toEqual([
      160, 320,
    ]);
    expect(size({ settings: { 'args.img_size': 192, 'data.img_size': 256 } })).toBeNull();
    expect(size({ imageSize: [320, 160] })).toEqual([320, 160]);
  });

  it('finds the picture size in the masks of Swin', () => {
    const block = (index: number): Shapes => [
      [`layers.0.blocks.${String(index)}.norm1.weight`, [96]],
      [`layers.0.blocks.${String(index)}.norm1.bias`, [96]],
      [`layers.0.blocks.${String(index)}.attn.qkv.weight`, [288, 96]],
      [`layers.0.blocks.${String(index)}.attn.relative_position_bias_table`, [169, 3]],
    ];
    const shapes: Shapes = [
      ['patch_embed.proj.weight', [96, 3, 4, 4]],
      ...block(0),
      ...block(1),
      ['layers.0.blocks.1.attn_mask', [64, 49, 49]],
    ];
    expect(onlyModel(recogniseShapes(shapes))).toMatchObject({ family: 'timm-swin', imageSize: [224, 224], patch: 4 });
  });

  it('lists what was assumed for patches that lie in one row', () => {
    const shapes: Shapes = timmVit().map(([name, shape]) => [
      name,
      name === 'patch_embed.proj.weight' ? [384, 768] : shape,
    ]);
    const model = onlyModel(recogniseShapes(shapes));
    expect(model.patch).toBe(16);
    expect(model.assumptions.map(({ code, value }) => [code, value])).toEqual([
      ['heads', 6],
      ['patch', 16],
    ]);
  });

  it('knows no patch where the embedding works on the maps of a convolution', () => {
    const shapes: Shapes = timmVit().map(([name, shape]) => [
      name,
      name === 'patch_embed.proj.weight' ? [384, 1024, 1, 1] : shape,
    ]);
    expect(onlyModel(recogniseShapes(shapes))).toMatchObject({ patch: null, imageSize: null });
    expect(onlyModel(recogniseShapes(shapes, { patch: 16 }))).toMatchObject({ patch: 16, imageSize: [224, 224] });
  });

  it.each([
    [{ patch: 14 }, 'a patch size of 14 contradicts patch_embed.proj.weight, whose patches are 16 pixels wide'],
    [{ imageSize: [224, 225] as const }, 'a picture of 224 x 225 pixels does not divide into patches of 16'],
  ])('refuses what contradicts the file: %j', (options, problem) => {
    expect(mistakeOf(() => vit(options))).toMatchObject({ code: 'wrong-use', file: 'model.pt', problem });
  });

  it('warns of a config.json with another patch', () => {
    const { warnings } = recogniseShapes(timmVit(), { config: { patch_size: 32 } });
    expect(warnings.map(({ message }) => message)).toEqual([
      'config.json says patches of 32 pixels, but patch_embed.proj.weight has 16: that is used.',
    ]);
  });
});

describe('titles', () => {
  it.each([
    [192, 12, 'ViT-Ti/16'],
    [384, 12, 'ViT-S/16'],
    [768, 12, 'ViT-B/16'],
    [1024, 24, 'ViT-L/16'],
    [1280, 32, 'ViT-H/16'],
    [1408, 40, 'ViT-g/16'],
    [1664, 48, 'ViT-G/16'],
    [768, 6, 'ViT/16, width 768'],
    [320, 12, 'ViT/16, width 320'],
  ])('a width of %i and %i layers is %s', (width, depth, title) => {
    expect(onlyModel(recogniseShapes(timmVit({ width, depth }))).title).toBe(title);
  });
});
