import { describe, expect, it } from 'vitest';
import { mistakeOf, onlyModel, recogniseShapes, type Shapes, timmVit } from './support.js';

const heads = (recognition: ReturnType<typeof recogniseShapes>): number[] =>
  onlyModel(recognition).layers.map((layer) => layer.heads);

/** Adds a tensor to the attention of both layers. */
const withAttention = (name: string, shape: readonly number[]): Shapes => [
  ...timmVit(),
  [`blocks.0.attn.${name}`, shape],
  [`blocks.1.attn.${name}`, shape],
];

/** Llama's names with 8 query heads of 32 and 2 key heads. */
const LLAMA: Shapes = [0, 1].flatMap((layer): Shapes => {
  const block = `model.layers.${String(layer)}`;
  return [
    [`${block}.self_attn.q_proj.weight`, [256, 256]],
    [`${block}.self_attn.k_proj.weight`, [64, 256]],
    [`${block}.self_attn.v_proj.weight`, [64, 256]],
    [`${block}.self_attn.o_proj.weight`, [256, 256]],
    [`${block}.input_layernorm.weight`, [256]],
    [`${block}.post_attention_layernorm.weight`, [256]],
    [`${block}.mlp.gate_proj.weight`, [512, 256]],
  ];
});

describe('the number of heads', () => {
  it('is assumed with a reason where nothing says it', () => {
    const model = onlyModel(recogniseShapes(timmVit()));
    expect(model.confirmedBy).toEqual([]);
    expect(model.assumptions).toEqual([
      {
        code: 'heads',
        text: '6 heads assumed (64 wide, as in every ViT of this width). No config.json and nothing in the file says it. Every head figure depends on it.',
        choices: [3, 6, 12],
        value: 6,
      },
    ]);
  });

  it.each([
    [192, 3],
    [384, 6],
    [768, 12],
    [1024, 16],
    [1152, 16],
    [1280, 16],
    [1408, 16],
    [1536, 24],
    [1664, 16],
    [1792, 16],
    [512, 8],
    [800, 10],
    [100, 2],
    [64, 1],
    [48, 6],
    [32, 4],
    [30, 3],
    [7, 1],
  ])('of a vision transformer %i wide is taken for %i', (width, expected) => {
    const recognition = recogniseShapes(timmVit({ width }));
    expect(heads(recognition)).toEqual([expected, expected]);
    expect(onlyModel(recognition).assumptions[0]).toMatchObject({ code: 'heads', value: expected });
  });

  it.each([
    ['num_attention_heads', { num_attention_heads: 12 }],
    ['num_heads', { num_heads: 12 }],
    ['n_head', { n_head: 12 }],
    ['encoder_attention_heads', { encoder_attention_heads: 12, num_attention_heads: 3 }],
    ['vision_config', { num_attention_heads: 3, vision_config: { hidden_size: 384, num_attention_heads: 12 } }],
    ['head_dim', { head_dim: 32 }],
    ['model_args', { architecture: 'vit_custom', model_args: { num_heads: 12 } }],
    ['open_clip_config', { model_cfg: { vision_cfg: { width: 384, head_width: 32 } } }],
  ])('is read from config.json: %s', (_, config) => {
    const recognition = recogniseShapes(timmVit(), { config });
    expect(heads(recognition)).toEqual([12, 12]);
    expect(onlyModel(recognition)).toMatchObject({ confirmedBy: ['config.json'], assumptions: [] });
    expect(recognition.warnings).toEqual([]);
  });

  it.each([
    ['argparse', { 'args.num_heads': 12 }],
    ['Lightning', { 'hyper_parameters.num_heads': 12 }],
    ['Lightning, deep', { 'hyper_parameters.model.encoder.n_heads': 12, 'hyper_parameters.lr': 0.1 }],
    ['yacs', { 'config.MODEL.VIT.NUM_HEADS': 12, 'config.MODEL.VIT.EMBED_DIM': 384 }],
    [
      'yacs with defaults of another model',
      {
        'config.MODEL.SWIN.NUM_HEADS.0': 3,
        'config.MODEL.SWIN.NUM_HEADS.1': 6,
        'config.MODEL.SWIN.EMBED_DIM': 96,
        'config.MODEL.VIT.NUM_HEADS': 12,
        'config.MODEL.VIT.EMBED_DIM': 384,
        'config.MODEL.OTHER.NUM_HEADS': 3,
        'config.MODEL.OTHER.EMBED_DIM': 768,
      },
    ],
  ])('is read from plain settings: %s', (_, settings) => {
    const recognition = recogniseShapes(timmVit(), { settings });
    expect(heads(recognition)).toEqual([12, 12]);
    expect(onlyModel(recognition)).toMatchObject({ confirmedBy: ['settings'], assumptions: [] });
  });

  it.each(['vit_small', 'vit_small_patch16_224', 'deit_small_patch16_224', 'dinov2_vits14', 'ViT-S/16', 'vit_s_16'])(
    'is known for the architecture %s',
    (name) => {
      const model = onlyModel(recogniseShapes(timmVit(), { settings: { 'args.arch': name } }));
      expect(model).toMatchObject({ confirmedBy: ['settings'], assumptions: [] });
      expect(onlyModel(recogniseShapes(timmVit(), { config: { architecture: name } })).confirmedBy).toEqual([
        'config.json',
      ]);
    },
  );

  it('tells sizes of one width apart by the architecture', () => {
    const settings = { 'args.arch': 'vit_huge_plus_patch16_dinov3' };
    expect(heads(recogniseShapes(timmVit({ width: 1280 }), { settings }))).toEqual([20, 20]);
  });

  it('is not taken from an architecture of another width, and that is said', () => {
    const model = onlyModel(recogniseShapes(timmVit({ width: 320 }), { settings: { 'args.arch': 'vit_small' } }));
    expect(model.confirmedBy).toEqual([]);
    expect(model.assumptions[0]?.text).toContain('The file says args.arch = vit_small, which is not 320 wide');
  });

  it('is not taken from settings that disagree or are about something else', () => {
    const disagree = { 'args.num_heads': 12, 'hyper_parameters.num_heads': 3 };
    expect(onlyModel(recogniseShapes(timmVit(), { settings: disagree })).assumptions[0]?.code).toBe('heads');
    const other = { 'args.num_heads': 12, 'args.embed_dim': 768 };
    expect(onlyModel(recogniseShapes(timmVit(), { settings: other })).assumptions[0]?.code).toBe('heads');
  });

  it.each([
    ['q_norm.weight', [32]],
    ['relative_position_bias_table', [732, 12]],
    ['rel_pos_h', [27, 32]],
    ['logit_scale', [12, 1, 1]],
    ['proj_l.weight', [12, 12]],
  ])('is proven by %s', (name, shape) => {
    const recognition = recogniseShapes(withAttention(name, shape));
    expect(heads(recognition)).toEqual([12, 12]);
    expect(onlyModel(recognition).assumptions.map(({ code }) => code)).not.toContain('heads');
  });

  it('is proven for one layer and assumed for another of a different width', () => {
    const shapes: Shapes = [
      ['stack.0.attn.qkv.weight', [384, 128]],
      ['stack.0.attn.q_norm.weight', [16]],
      ['stack.1.attn.qkv.weight', [768, 256]],
    ];
    const model = onlyModel(recogniseShapes(shapes));
    expect(model.layers.map((layer) => layer.heads)).toEqual([8, 4]);
    expect(model.assumptions[0]?.text).toContain('4 to 8 heads assumed');
  });

  it('is not proven by a norm over all heads together', () => {
    expect(onlyModel(recogniseShapes(withAttention('q_norm.weight', [384]))).assumptions[0]?.code).toBe('heads');
  });

  it('is proven by weights that keep heads apart', () => {
    const shapes: Shapes = ['query', 'key', 'value'].flatMap((name): Shapes => [
      [`layers.0.${name}.weight`, [4, 16, 96]],
      [`layers.1.${name}.weight`, [4, 16, 96]],
    ]);
    expect(onlyModel(recogniseShapes(shapes)).layers[1]).toMatchObject({ heads: 4, headSize: 16, width: 96 });
  });

  it('follows grouped queries from config.json', () => {
    const config = { hidden_size: 256, num_attention_heads: 8, num_key_value_heads: 2 };
    const model = onlyModel(recogniseShapes(LLAMA, { config }));
    expect(model.layers[0]).toMatchObject({ heads: 8, keyValueHeads: 2, headSize: 32 });
    expect(model.assumptions).toEqual([]);
  });

  it('never gives heads that do not part the keys of grouped queries', () => {
    const [layer] = onlyModel(recogniseShapes(LLAMA)).layers;
    expect(layer).toMatchObject({ heads: 4, keyValueHeads: 1, headSize: 64 });
    expect(() => recogniseShapes(LLAMA, { heads: 16 })).not.toThrow();
    expect(mistakeOf(() => recogniseShapes(LLAMA, { heads: 2 })).code).toBe('wrong-use');
  });

  it('gives the stages of Swin their own counts from config.json', () => {
    const block = (stage: number, width: number): Shapes => [
      [`swin.encoder.layers.${String(stage)}.blocks.0.attention.self.query.weight`, [width, width]],
      [`swin.encoder.layers.${String(stage)}.blocks.0.attention.self.key.weight`, [width, width]],
    ];
    const config = { embed_dim: 96, num_heads: [3, 6], num_layers: 2, depths: [1, 1] };
    const recognition = recogniseShapes([...block(0, 96), ...block(1, 192)], { config });
    expect(heads(recognition)).toEqual([3, 6]);
  });
});

describe('a number of heads that a person gives', () => {
  it('is taken over what config.json says', () => {
    const recognition = recogniseShapes(timmVit(), { heads: 3, config: { num_attention_heads: 12 } });
    expect(heads(recognition)).toEqual([3, 3]);
    expect(onlyModel(recognition)).toMatchObject({ confirmedBy: ['the chosen number of heads'], assumptions: [] });
    expect(recognition.warnings).toEqual([]);
  });

  it.each([
    [5, timmVit(), 'do not divide the 384 rows'],
    [6, withAttention('q_norm.weight', [32]), 'blocks.0.attn.q_norm.weight proves 12 heads'],
  ])('%i is refused where it cannot be', (count, shapes, reason) => {
    const mistake = mistakeOf(() => recogniseShapes(shapes, { heads: count }));
    expect(mistake).toMatchObject({ code: 'wrong-use', file: 'model.pt' });
    expect(mistake.problem).toContain(reason);
  });

  const TOWERS: Shapes = [...timmVit({ prefix: 'vision.' }), ...timmVit({ prefix: 'text.', width: 320 })];

  it('is kept from towers that it does not fit, with a warning', () => {
    const { models, warnings } = recogniseShapes(TOWERS, { heads: 12 });
    expect(models.map((model) => model.layers[0]?.heads)).toEqual([12, 5]);
    expect(warnings.map(({ code }) => code)).toEqual(['heads-refused']);
    expect(warnings[0]?.message).toContain('320 rows');
  });

  it('is about one model where it names one', () => {
    const names = recogniseShapes(TOWERS).models.map(({ name }) => name);
    const [vision = '', text = ''] = names;
    const { models } = recogniseShapes(TOWERS, { heads: 2, model: text });
    expect(models.map(({ name, layers }) => [name, layers[0]?.heads])).toEqual([
      [vision, 6],
      [text, 2],
    ]);
    expect(() => recogniseShapes(TOWERS, { heads: 7, model: text })).toThrow('7 heads do not fit');
  });
});

describe('a config.json that contradicts the file', () => {
  const message = (config: unknown, shapes = timmVit()): string =>
    recogniseShapes(shapes, { config })
      .warnings.map((warning) => warning.message)
      .join();

  it('loses against shapes that prove the heads', () => {
    const shapes = withAttention('q_norm.weight', [32]);
    expect(heads(recogniseShapes(shapes, { config: { num_attention_heads: 6 } }))).toEqual([12, 12]);
    expect(message({ num_attention_heads: 6 }, shapes)).toContain('num_attention_heads of config.json is 6');
  });

  it('is not used when its heads do not divide the width', () => {
    const recognition = recogniseShapes(timmVit(), { config: { num_attention_heads: 7 } });
    expect(onlyModel(recognition).assumptions[0]).toMatchObject({ code: 'heads', value: 6 });
    expect(onlyModel(recognition).confirmedBy).toEqual([]);
    expect(message({ num_attention_heads: 7 })).toContain('num_attention_heads of config.json is 7');
  });

  it('is not used when it is about tokens of another width', () => {
    const config = { hidden_size: 768, num_attention_heads: 12, image_size: 384 };
    const model = onlyModel(recogniseShapes(timmVit(), { config }));
    expect(model.layers[0]?.heads).toBe(6);
    expect(model.imageSize).toEqual([224, 224]);
    expect(message(config)).toContain('hidden_size 768, but tokens are 384 wide');
  });

  it('is told when it has another depth', () => {
    const config = { hidden_size: 384, num_attention_heads: 6, num_hidden_layers: 12 };
    expect(message(config)).toBe('config.json says num_hidden_layers 12, but the file holds 2 layers: these are used.');
  });

  it.each([[null], [[]], ['text'], [12], [{ num_attention_heads: '6' }], [{ num_attention_heads: -6 }]])(
    'is left alone where it is no configuration: %j',
    (config) => {
      expect(onlyModel(recogniseShapes(timmVit(), { config })).assumptions[0]?.code).toBe('heads');
      expect(message(config)).toBe('');
    },
  );

  it('is not fooled by inherited keys', () => {
    const config: unknown = JSON.parse('{"__proto__": {"num_attention_heads": 12}, "constructor": 3}');
    expect(onlyModel(recogniseShapes(timmVit(), { config })).layers[0]?.heads).toBe(6);
  });
});
