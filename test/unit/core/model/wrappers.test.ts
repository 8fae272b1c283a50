import { describe, expect, it } from 'vitest';
import { onlyModel, prefixed, recogniseShapes, type Shapes, timmVit } from './support.js';

const OPTIMIZER: Shapes = [
  ['optimizer.state.0.exp_avg', [384]],
  ['optimizer.state.0.exp_avg_sq', [384]],
];

describe('wrappers', () => {
  it.each([
    ['', null],
    ['module.', 'data-parallel'],
    ['_orig_mod.', 'compiled'],
    ['model.', 'model'],
    ['backbone.', 'backbone'],
    ['net.', 'net'],
    ['encoder.', 'encoder'],
    ['_forward_module.', 'fabric'],
    ['state_dict.', 'state-dict'],
    ['state_dict.model.module._orig_mod.', 'data-parallel + compiled'],
    ['_forward_module.module.model.backbone.', 'fabric + data-parallel'],
    ['model.module.encoder.net.', 'data-parallel'],
    ['some.project.of.mine.', null],
  ])('are peeled: %s', (prefix, wrapper) => {
    const model = onlyModel(recogniseShapes([...timmVit({ prefix }), ...OPTIMIZER]));
    expect(model).toMatchObject({ name: 'vision', family: 'timm-vit', prefix, wrapper, unmatched: [] });
    expect(model.tensorCount).toBe(timmVit().length);
    expect(model.layers[1]?.path).toBe(`${prefix}blocks.1.attn`);
  });

  it('keeps a head beside the backbone with the model', () => {
    const head: Shapes = [
      ['state_dict.classifier.weight', [10, 384]],
      ['state_dict.classifier.bias', [10]],
    ];
    const model = onlyModel(recogniseShapes([...timmVit({ prefix: 'state_dict.backbone.' }), ...head]));
    expect(model.tensorCount).toBe(timmVit().length + 2);
    expect(model.unmatched).toEqual(['state_dict.classifier.weight', 'state_dict.classifier.bias']);
  });

  it('counts tensors and elements of the model, and of nothing else', () => {
    const shapes = timmVit({ prefix: 'state_dict.' });
    const model = onlyModel(recogniseShapes([...shapes, ...OPTIMIZER]));
    const elements = shapes.reduce((sum, [, shape]) => sum + shape.reduce((product, size) => product * size, 1), 0);
    expect(model.parameterCount).toBe(elements);
  });

  it.each(['optimizer', 'optimizer_states', 'lr_schedulers', 'scaler'])(
    'takes %s for no model, whatever is in it',
    (key) => {
      const { models, others } = recogniseShapes([
        ...timmVit({ prefix: 'model.' }),
        ...timmVit({ prefix: `${key}.0.` }),
      ]);
      expect(models.map(({ prefix }) => prefix)).toEqual(['model.']);
      expect(others).toEqual([{ name: key, tensorCount: timmVit().length }]);
    },
  );

  it.each([
    ['student.', 'teacher.', ['student', 'teacher'], 'teacher'],
    ['student.module.backbone.', 'teacher.backbone.', ['student', 'teacher'], 'teacher'],
    ['model.', 'model_ema.', ['model', 'ema'], 'ema'],
    ['state_dict.', 'state_dict_ema.', ['model', 'ema'], 'ema'],
    ['model.', 'ema.', ['model', 'ema'], 'ema'],
    ['encoder.module.', 'target_encoder.module.', ['encoder', 'target_encoder'], 'target_encoder'],
    [
      'state_dict.base_encoder.',
      'state_dict.momentum_encoder.',
      ['base_encoder', 'momentum_encoder'],
      'momentum_encoder',
    ],
    ['model.student.backbone.', 'model.teacher.backbone.', ['student', 'teacher'], 'teacher'],
    ['state_dict.model.student.', 'state_dict.model.teacher.', ['student', 'teacher'], 'teacher'],
  ])('parts copies: %s and %s', (one, other, names, chosen) => {
    const { models, defaults } = recogniseShapes([
      ...timmVit({ prefix: one }),
      ...timmVit({ prefix: other }),
      ['criterion.center', [4]],
      ...OPTIMIZER,
    ]);
    expect(models.map(({ name }) => name)).toEqual(names);
    expect(defaults).toEqual([chosen]);
    const averaged = models.find(({ name }) => name === chosen);
    expect(averaged).toMatchObject({ remark: 'the averaged weights', prefix: other, tower: 'vision' });
    expect(averaged?.tensorCount).toBe(timmVit().length);
  });

  it('offers the predictor of a joint-embedding model, but chooses its target encoder', () => {
    const parts = ['encoder.', 'predictor.', 'target_encoder.'].flatMap((prefix) =>
      timmVit({ prefix: `${prefix}module.` }),
    );
    const { models, defaults } = recogniseShapes([...parts, ['opt.state.0.exp_avg', [4]]]);
    expect(models.map(({ name }) => name)).toEqual(['encoder', 'predictor', 'target_encoder']);
    expect(defaults).toEqual(['target_encoder']);
  });

  it('leaves the choice open where no copy is the obvious one', () => {
    const { models, defaults } = recogniseShapes([
      ...timmVit({ prefix: 'online_network.' }),
      ...timmVit({ prefix: 'base_encoder.' }),
    ]);
    expect(models).toHaveLength(2);
    expect(defaults).toEqual([]);
  });

  it('names towers of copies by both', () => {
    const towers: Shapes = [
      ...timmVit({ prefix: 'visual.' }),
      ['text.token_embedding.weight', [100, 512]],
      ['text.transformer.resblocks.0.ln_1.weight', [512]],
      ['text.transformer.resblocks.0.ln_1.bias', [512]],
      ['text.transformer.resblocks.0.attn.in_proj_weight', [1536, 512]],
    ];
    const { models, defaults } = recogniseShapes([...prefixed('teacher.', towers), ...prefixed('student.', towers)]);
    expect(models.map(({ name }) => name)).toEqual([
      'teacher-vision',
      'teacher-text',
      'student-vision',
      'student-text',
    ]);
    expect(defaults).toEqual(['teacher-vision', 'teacher-text']);
  });

  it('lists no more parts without a model than a person reads', () => {
    const parts = Array.from({ length: 2_000 }, (_, index) => [`part${String(index)}.center`, [4]] as const);
    const { others } = recogniseShapes([...timmVit({ prefix: 'state_dict.' }), ...parts]);
    expect(others).toHaveLength(50);
    expect(others.at(-1)).toEqual({ name: '1951 more', tensorCount: 1951 });
  });

  it('says that a file holds the optimizer only', () => {
    expect(recogniseShapes(OPTIMIZER)).toMatchObject({ models: [], defaults: [], looksLike: null });
  });
});
