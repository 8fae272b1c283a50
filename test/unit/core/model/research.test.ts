import { describe, expect, it } from 'vitest';
import { onlyModel, prefixed, recogniseShapes, type Shapes, timmBlock, timmVit } from './support.js';

const SCALES: Shapes = [0, 1].flatMap((layer): Shapes => [
  [`blocks.${String(layer)}.ls1.gamma`, [384]],
  [`blocks.${String(layer)}.ls2.gamma`, [384]],
]);

/** DINOv2 as torch.hub gives it. */
const DINOV2: Shapes = [...timmVit({ patch: 14, side: 518 }), ...SCALES, ['mask_token', [1, 384]]];

const without = (shapes: Shapes, ...names: readonly string[]): Shapes =>
  shapes.filter(([name]) => !names.includes(name));

describe('models as research repositories name them', () => {
  it('DINOv2, with registers, in chunks, and inside its training', () => {
    expect(onlyModel(recogniseShapes(DINOV2))).toMatchObject({
      family: 'dinov2',
      title: 'DINOv2 ViT/14, width 384',
      imageSize: [518, 518],
      unmatched: [],
    });
    const registers = onlyModel(recogniseShapes([...DINOV2, ['register_tokens', [1, 4, 384]]]));
    expect(registers.prefixTokens).toEqual({ class: 1, distillation: 0, registers: 4 });
    expect(registers.title).toBe('DINOv2 ViT/14 with registers, width 384');

    const chunked = DINOV2.map(
      ([name, shape]) => [name.replace('blocks.0.', 'blocks.0.0.').replace('blocks.1.', 'blocks.1.1.'), shape] as const,
    );
    const training = ['student', 'teacher'].flatMap((copy): Shapes => [
      ...prefixed(`model.${copy}.backbone.`, chunked),
      [`model.${copy}.dino_head.last_layer.weight_v`, [100, 256]],
      [`model.${copy}.dino_head.mlp.0.weight`, [256, 384]],
    ]);
    const { models, defaults, warnings } = recogniseShapes(training);
    expect(models.map(({ name, family }) => [name, family])).toEqual([
      ['student', 'dinov2'],
      ['teacher', 'dinov2'],
    ]);
    expect(defaults).toEqual(['teacher']);
    expect(warnings).toEqual([]);
    expect(models[1]?.layers.map(({ path }) => path)).toEqual([
      'model.teacher.backbone.blocks.0.0.attn',
      'model.teacher.backbone.blocks.1.1.attn',
    ]);
    expect(models[1]?.unmatched).toEqual([]);
  });

  it('DINOv3, whose key bias is masked and whose rotary periods prove the heads', () => {
    const shapes: Shapes = [
      ...without(timmVit(), 'pos_embed'),
      ...SCALES,
      ['mask_token', [1, 384]],
      ['storage_tokens', [1, 4, 384]],
      ['rope_embed.periods', [16]],
      ['blocks.0.attn.qkv.bias_mask', [1152]],
      ['blocks.1.attn.qkv.bias_mask', [1152]],
    ];
    const model = onlyModel(recogniseShapes(shapes));
    expect(model).toMatchObject({ family: 'dinov3', position: 'rope', assumptions: [], unmatched: [] });
    expect(model.prefixTokens.registers).toBe(4);
    expect(model.layers[0]).toMatchObject({ heads: 6, headSize: 64, key: { bias: null } });
    expect(model.layers[0]?.query.bias).toMatchObject({ start: 0, length: 384 });
    expect(model.layers[0]?.value?.bias).toMatchObject({ start: 768, length: 384 });
  });

  it('I-JEPA: a plain vision transformer without a class token', () => {
    const vit = without(timmVit(), 'cls_token').map(
      ([name, shape]) => [name, name === 'pos_embed' ? [1, 196, 384] : shape] as const,
    );
    const model = onlyModel(recogniseShapes(prefixed('encoder.module.', vit)));
    expect(model).toMatchObject({ family: 'timm-vit', imageSize: [224, 224], wrapper: 'data-parallel' });
    expect(model.prefixTokens.class).toBe(0);
  });

  it('OpenCLIP with a tower of timm', () => {
    const text: Shapes = [
      ['text.token_embedding.weight', [1000, 512]],
      ['text.positional_embedding', [77, 512]],
      ['text.ln_final.weight', [512]],
      ['text.ln_final.bias', [512]],
      ['text.text_projection', [512, 384]],
      ['text.transformer.resblocks.0.ln_1.weight', [512]],
      ['text.transformer.resblocks.0.ln_1.bias', [512]],
      ['text.transformer.resblocks.0.attn.in_proj_weight', [1536, 512]],
      ['text.transformer.resblocks.0.attn.in_proj_bias', [1536]],
      ['logit_scale', []],
    ];
    const { models, defaults } = recogniseShapes([...timmVit({ prefix: 'visual.trunk.' }), ...text]);
    expect(models.map(({ name, family, prefix }) => [name, family, prefix])).toEqual([
      ['vision', 'timm-vit', ''],
      ['text', 'open-clip', ''],
    ]);
    expect(defaults).toEqual(['vision', 'text']);
    expect(models.flatMap(({ unmatched }) => unmatched)).toEqual([]);
  });

  it('EVA02 of EVA-CLIP, with biases beside its projections', () => {
    const blocks = [0, 1].flatMap((layer): Shapes => {
      const block = `visual.blocks.${String(layer)}`;
      return [
        ...['q_proj', 'k_proj', 'v_proj', 'proj'].map((name) => [`${block}.attn.${name}.weight`, [768, 768]] as const),
        [`${block}.attn.q_bias`, [768]],
        [`${block}.attn.v_bias`, [768]],
        [`${block}.attn.inner_attn_ln.weight`, [768]],
        [`${block}.attn.rope.freqs_cos`, [256, 64]],
        [`${block}.norm1.weight`, [768]],
        [`${block}.norm1.bias`, [768]],
        [`${block}.mlp.w1.weight`, [2048, 768]],
      ];
    });
    const model = onlyModel(recogniseShapes([...blocks, ['visual.patch_embed.proj.weight', [768, 3, 16, 16]]]));
    expect(model).toMatchObject({ family: 'timm-eva02', position: 'rope', unmatched: [], prefix: '' });
    expect(model.layers[0]?.query.bias?.tensor.name).toBe('visual.blocks.0.attn.q_bias');
    expect(model.layers[0]?.key.bias).toBeNull();
  });

  it('vit-pytorch, whose norm stands in the attention or around it', () => {
    const old: Shapes = [0, 1].flatMap((layer): Shapes => [
      [`transformer.layers.${String(layer)}.0.norm.weight`, [256]],
      [`transformer.layers.${String(layer)}.0.norm.bias`, [256]],
      [`transformer.layers.${String(layer)}.0.fn.to_qkv.weight`, [1536, 256]],
      [`transformer.layers.${String(layer)}.0.fn.to_out.0.weight`, [256, 512]],
      [`transformer.layers.${String(layer)}.1.fn.net.0.weight`, [512, 256]],
    ]);
    const renamed = old.map(([name, shape]) => [name.replace('.0.fn.', '.0.'), shape] as const);
    for (const shapes of [old, renamed]) {
      const model = onlyModel(recogniseShapes(shapes));
      expect(model.layers).toHaveLength(2);
      expect(model.layers[1]).toMatchObject({
        heads: 8,
        headSize: 64,
        width: 256,
        norm: { kind: 'layer', gain: { tensor: { name: 'transformer.layers.1.0.norm.weight' } } },
      });
    }
  });

  it('nanoGPT: the names of GPT-2, stored as other layers are', () => {
    const shapes: Shapes = [0, 1].flatMap((layer): Shapes => [
      [`transformer.h.${String(layer)}.ln_1.weight`, [384]],
      [`transformer.h.${String(layer)}.attn.c_attn.weight`, [1152, 384]],
      [`transformer.h.${String(layer)}.attn.c_proj.weight`, [384, 384]],
      [`transformer.h.${String(layer)}.attn.bias`, [1, 1, 256, 256]],
    ]);
    const settings = { 'model_args.n_head': 6, 'model_args.n_embd': 384 };
    const around: Shapes = [
      ['transformer.wte.weight', [65, 384]],
      ['transformer.wpe.weight', [256, 384]],
    ];
    const model = onlyModel(recogniseShapes(prefixed('model._orig_mod.', [...shapes, ...around]), { settings }));
    expect(model).toMatchObject({ family: 'hf-gpt2', causal: true, confirmedBy: ['settings'], wrapper: 'compiled' });
    expect(model.layers[0]?.key.weight).toMatchObject({ rowStart: 384, rows: 384, transposed: false });
    expect(model.layers[0]?.norm?.kind).toBe('layer');
  });

  it('scores of GPT-2 are scaled as config.json says', () => {
    const block = (layer: number): Shapes => [
      [`h.${String(layer)}.ln_1.weight`, [64]],
      [`h.${String(layer)}.attn.c_attn.weight`, [64, 192]],
    ];
    const shapes: Shapes = [...block(0), ...block(1), ['wte.weight', [10, 64]], ['wpe.weight', [8, 64]]];
    const scales = (config: unknown): number[] =>
      onlyModel(recogniseShapes(shapes, { config })).layers.map(({ scale }) => scale);
    expect(scales({ n_head: 4 })).toEqual([0.25, 0.25]);
    expect(scales({ n_head: 4, scale_attn_by_inverse_layer_idx: true })).toEqual([0.25, 0.125]);
    expect(scales({ n_head: 4, scale_attn_weights: false })).toEqual([1, 1]);
  });

  it('a fine-tuned MAE is a plain vision transformer', () => {
    const model = onlyModel(recogniseShapes([...prefixed('model.', timmVit()), ['model.head.weight', [10, 384]]]));
    expect(model).toMatchObject({ family: 'timm-vit', name: 'vision', unmatched: [] });
  });

  it('an encoder and a decoder that no family knows are the towers of one model', () => {
    const { models, defaults } = recogniseShapes([
      ...timmBlock('encoder.stack.0', 128),
      ...timmBlock('encoder.stack.1', 128),
      ...timmBlock('decoder.stack.0', 64),
    ]);
    expect(models.map(({ name, tower, tensorCount }) => [name, tower, tensorCount])).toEqual([
      ['encoder', 'encoder', 24],
      ['decoder', 'decoder', 12],
    ]);
    expect(defaults).toEqual(['encoder', 'decoder']);
  });
});
