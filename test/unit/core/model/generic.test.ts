import { describe, expect, it } from 'vitest';
import {
  indexOf,
  mistakeOf,
  onlyModel,
  prefixed,
  recogniseShapes,
  type Shapes,
  timmBlock,
  timmVit,
} from './support.js';
import { recognise } from '../../../../src/core/model/recognise.js';

const WIDTH = 128;

/** Two layers whose query and key weights have these names, below `module` in each block. */
function layers(module: string, names: readonly (readonly [name: string, rows: number])[], norm = 'norm1'): Shapes {
  return [0, 1].flatMap((layer): Shapes => {
    const block = `encoder_stack.units.${String(layer)}`;
    const path = module === '' ? block : `${block}.${module}`;
    return [
      ...names.map(([name, rows]) => [`${path}.${name}`, [rows, WIDTH]] as const),
      [`${block}.${norm}.weight`, [WIDTH]],
      [`${block}.${norm}.bias`, [WIDTH]],
    ];
  });
}

const split = (query: string, key: string, value: string): readonly (readonly [string, number])[] => [
  [`${query}.weight`, WIDTH],
  [`${key}.weight`, WIDTH],
  [`${value}.weight`, WIDTH],
];

describe('a generic transformer', () => {
  it.each([
    [[169, 2], /^The table of position biases is for 7 x 7 places/u],
    [[168, 2], null],
  ])('says for how many places a table of biases %j is', (table, said) => {
    const biases: Shapes = [0, 1].map((layer) => [
      `encoder_stack.units.${String(layer)}.self_attention.relative_position_bias_table`,
      table,
    ]);
    const shapes = [...layers('self_attention', split('query', 'key', 'value')), ...biases];
    const texts = onlyModel(recogniseShapes(shapes)).assumptions.map(({ text }) => text);
    const found = texts.filter((text) => text.startsWith('The table of position biases'));
    expect(found).toEqual(said === null ? [] : [expect.stringMatching(said)]);
  });

  it.each([
    ['query', 'key', 'value'],
    ['q_proj', 'k_proj', 'v_proj'],
    ['to_q', 'to_k', 'to_v'],
    ['wq', 'wk', 'wv'],
    ['W_q', 'W_k', 'W_v'],
    ['q', 'k', 'v'],
    ['q_lin', 'k_lin', 'v_lin'],
    ['query_proj', 'key_proj', 'value_proj'],
  ])('is found by %s and %s', (query, key, value) => {
    const model = onlyModel(recogniseShapes(layers('self_attention', split(query, key, value))));
    expect(model).toMatchObject({ family: 'generic', name: 'encoder', title: `Transformer, width ${String(WIDTH)}` });
    const [layer] = model.layers;
    expect(layer?.query.weight.tensor.name).toBe(`encoder_stack.units.0.self_attention.${query}.weight`);
    expect(layer?.key.weight.tensor.name).toBe(`encoder_stack.units.0.self_attention.${key}.weight`);
    expect(layer?.value?.weight.tensor.name).toBe(`encoder_stack.units.0.self_attention.${value}.weight`);
    expect(layer?.norm).toMatchObject({
      kind: 'layer',
      gain: { tensor: { name: 'encoder_stack.units.0.norm1.weight' } },
    });
    expect(layer?.path).toBe('encoder_stack.units.0.self_attention');
  });

  it.each(['qkv.weight', 'to_qkv.weight', 'Wqkv.weight', 'in_proj_weight', 'query_key_value.weight', 'in_proj.weight'])(
    'is found by %s',
    (name) => {
      const [layer] = onlyModel(recogniseShapes(layers('attn', [[name, 3 * WIDTH]]))).layers;
      expect(layer?.query.weight).toMatchObject({ rowStart: 0, rows: WIDTH, columns: WIDTH, transposed: false });
      expect(layer?.key.weight).toMatchObject({ rowStart: WIDTH, rows: WIDTH });
      expect(layer?.value?.weight).toMatchObject({ rowStart: 2 * WIDTH, rows: WIDTH });
    },
  );

  it('takes key and value out of one weight, and query and key', () => {
    const two = onlyModel(
      recogniseShapes(
        layers('attn', [
          ['q.weight', WIDTH],
          ['kv.weight', 2 * WIDTH],
        ]),
      ),
    ).layers[0];
    expect(two?.key.weight).toMatchObject({ rowStart: 0, rows: WIDTH });
    expect(two?.value?.weight).toMatchObject({ rowStart: WIDTH, rows: WIDTH });
    const both = onlyModel(recogniseShapes(layers('attn', [['qk.weight', 2 * WIDTH]]))).layers[0];
    expect(both?.query.weight).toMatchObject({ rowStart: 0, rows: WIDTH });
    expect(both?.key.weight).toMatchObject({ rowStart: WIDTH, rows: WIDTH });
    expect(both?.value).toBeNull();
  });

  it('sees by the sizes that a fused weight is stored as inputs by outputs', () => {
    const shapes = layers('attn', []).concat(
      [0, 1].map((layer) => [`encoder_stack.units.${String(layer)}.attn.qkv.weight`, [WIDTH, 3 * WIDTH]]),
    );
    expect(onlyModel(recogniseShapes(shapes)).layers[0]?.key.weight).toMatchObject({
      rowStart: WIDTH,
      rows: WIDTH,
      columns: WIDTH,
      transposed: true,
    });
  });

  it('parts heads that are narrower together than the tokens', () => {
    const shapes = layers(
      'attn',
      [
        ['to_qkv.weight', 3 * 64],
        ['to_out.0.weight', WIDTH],
      ],
      'norm',
    );
    const fitting = shapes.map(([name, shape]) => [name, name.includes('to_out') ? [WIDTH, 64] : shape] as const);
    expect(onlyModel(recogniseShapes(fitting)).layers[0]).toMatchObject({ heads: 1, headSize: 64, width: WIDTH });
  });

  it('lists everything it assumed', () => {
    const model = onlyModel(recogniseShapes(layers('attn', [...split('wq', 'wk', 'wv'), ['memory.weight', 4]])));
    expect(model.assumptions.map(({ code, text }) => [code, text])).toEqual([
      [
        'heads',
        '2 heads assumed (64 wide, as in most ViTs). No config.json and nothing in the file says it. Every head figure depends on it.',
      ],
      [
        'layout',
        'No family of models is known by these names: units.{i}.attn.wq.weight and units.{i}.attn.wk.weight were taken for query and key, head after head, with a score scaled by the head size to the power -1/2.',
      ],
      ['norm', 'norm1 was taken for the norm before the attention.'],
      ['other', 'The attention modules also hold memory; only query and key were taken into account.'],
    ]);
    expect(model.unmatched).toEqual([
      'encoder_stack.units.0.attn.memory.weight',
      'encoder_stack.units.1.attn.memory.weight',
    ]);
  });

  it('takes no norm of another width, and none behind the attention', () => {
    const behind = layers('attention.self', split('query', 'key', 'value'), 'attention.output.LayerNorm');
    expect(onlyModel(recogniseShapes(behind)).layers[0]?.norm).toBeNull();
    const wide = layers('attn', split('q', 'k', 'v')).map(
      ([name, shape]) => [name, name.includes('norm') ? [64] : shape] as const,
    );
    expect(onlyModel(recogniseShapes(wide)).layers[0]?.norm).toBeNull();
  });

  const TORCH: Shapes = [
    ...layers('self_attn', [['in_proj_weight', 3 * WIDTH]]),
    ['encoder_stack.units.0.linear1.weight', [512, WIDTH]],
    ['encoder_stack.units.1.linear1.weight', [512, WIDTH]],
  ];

  it('does not guess whether torch.nn.TransformerEncoderLayer norms first', () => {
    const model = onlyModel(recogniseShapes(TORCH));
    expect(model.layers[0]?.norm).toBeNull();
    expect(model.assumptions.find(({ code }) => code === 'norm')?.text).toContain('norm_first');
    const first = onlyModel(recogniseShapes(TORCH, { settings: { 'hyper_parameters.norm_first': true } }));
    expect(first.layers[0]?.norm?.kind).toBe('layer');
    const last = onlyModel(recogniseShapes(TORCH, { settings: { 'hyper_parameters.norm_first': false } }));
    expect(last.layers[0]?.norm).toBeNull();
  });

  it('has no norm where query and key read different streams', () => {
    const model = onlyModel(recogniseShapes(layers('cross_attn', split('q', 'k', 'v'))));
    expect(model).toMatchObject({ tower: 'cross', remark: 'queries and keys of different streams' });
    expect(model.layers[0]?.norm).toBeNull();
  });

  it('counts layers through stages of different widths', () => {
    const stage = (number: number, width: number): Shapes =>
      [0, 1].flatMap((layer) => timmBlock(`stages.${String(number)}.blocks.${String(layer)}`, width));
    const model = onlyModel(recogniseShapes([...stage(1, 256), ...stage(0, 128)]));
    expect(model.layers.map(({ index, path, width }) => [index, path, width])).toEqual([
      [0, 'stages.0.blocks.0.attn', 128],
      [1, 'stages.0.blocks.1.attn', 128],
      [2, 'stages.1.blocks.0.attn', 256],
      [3, 'stages.1.blocks.1.attn', 256],
    ]);
  });

  it('counts layers by number, not by the order in the file or by the alphabet', () => {
    const shapes = [10, 2, 0, 1, 9, 3, 4, 5, 6, 7, 8].flatMap((layer) => timmBlock(`deep.${String(layer)}`, 64));
    expect(onlyModel(recogniseShapes(shapes)).layers.map(({ path }) => path)).toEqual(
      Array.from({ length: 11 }, (_, layer) => `deep.${String(layer)}.attn`),
    );
  });

  it('takes modules of one head each for layers of one head', () => {
    const shapes: Shapes = [0, 1].flatMap((layer): Shapes =>
      [0, 1].flatMap((head): Shapes =>
        ['query', 'key'].map((name) => [`blocks.${String(layer)}.sa.heads.${String(head)}.${name}.weight`, [32, 64]]),
      ),
    );
    const model = onlyModel(recogniseShapes(shapes));
    expect(model.layers).toHaveLength(4);
    expect(model.layers.every(({ heads, headSize }) => heads === 1 && headSize === 32)).toBe(true);
  });

  it('is a single layer where the file holds nothing else, and none beside layers', () => {
    const single: Shapes = [['in_proj_weight', [192, 64]]];
    expect(onlyModel(recogniseShapes(single)).layers[0]).toMatchObject({ path: '', heads: 1, headSize: 64 });
    const recognition = recogniseShapes([...timmVit(), ...prefixed('extra.pooler.', single)]);
    expect(onlyModel(recognition).family).toBe('timm-vit');
    expect(recognition.warnings[0]).toMatchObject({ code: 'single-attention' });
    expect(recognition.warnings[0]?.message).toContain('extra.pooler');
  });
});

describe('half a match', () => {
  it('is told and not analysed where the key is missing', () => {
    const { models, warnings } = recogniseShapes([['layers.0.attn.q_proj.weight', [64, 64]]]);
    expect(models).toEqual([]);
    expect(warnings[0]).toMatchObject({ code: 'half-attention' });
    expect(warnings[0]?.message).toContain('layers.0.attn.q_proj.weight');
  });

  it.each([
    ['blocks.1.attn.qkv.weight', [1150, 384], 'the 1150 rows of qkv.weight'],
    ['blocks.1.attn.qkv.weight', [1152], '[1152] is no matrix'],
    ['blocks.1.attn.qkv.bias', [1151], 'the bias blocks.1.attn.qkv.bias [1151] does not fit 1152 rows'],
    ['blocks.1.norm1.weight', [383], 'its norm blocks.1.norm1 [383] does not fit tokens of width 384'],
  ])('leaves out a layer whose %s is of size %j', (name, shape, problem) => {
    const recognition = recogniseShapes([...timmVit({ depth: 4 }), [name, shape]]);
    expect(onlyModel(recognition).layers.map(({ index, path }) => [index, path])).toEqual([
      [0, 'blocks.0.attn'],
      [1, 'blocks.2.attn'],
      [2, 'blocks.3.attn'],
    ]);
    expect(recognition.warnings.map(({ code }) => code)).toEqual(['unusable-layer', 'missing-layers']);
    expect(recognition.warnings[0]?.message).toContain(problem);
    expect(recognition.warnings[1]?.message).toContain('blocks.{i} has no usable layer 1.');
  });

  it('names layers that are missing in the middle or in front', () => {
    const without = (...missing: readonly number[]): string => {
      const gone = missing.map((layer) => `blocks.${String(layer)}.`);
      const shapes = timmVit({ depth: 8 }).filter(([name]) => !gone.some((block) => name.startsWith(block)));
      return recogniseShapes(shapes)
        .warnings.map(({ message }) => message)
        .join();
    };
    expect(without()).toBe('');
    expect(without(3)).toContain('no usable layer 3.');
    expect(without(0, 2, 3, 4)).toContain('no usable layer 0, 2 to 4.');
  });

  it('takes no numbers that are not weights', () => {
    const index = indexOf(timmVit(), {}, 'I8');
    const { models, warnings } = recognise(index, null, {});
    expect(models).toEqual([]);
    expect(warnings[0]?.message).toContain('holds int8 numbers, not weights');
  });

  it('has no figures for query and key of different widths', () => {
    const shapes: Shapes = [
      ['mid.0.attn2.to_q.weight', [320, 320]],
      ['mid.0.attn2.to_k.weight', [320, 768]],
    ];
    const { models, warnings } = recogniseShapes(shapes);
    expect(models).toEqual([]);
    expect(warnings[0]?.message).toContain('its query reads 320 numbers a token and its key 768');
  });

  it('has no figures for more keys than queries can share', () => {
    const shapes: Shapes = [
      ['layers.0.attn.q_proj.weight', [64, 96]],
      ['layers.0.attn.k_proj.weight', [96, 96]],
    ];
    const { models, warnings } = recogniseShapes(shapes);
    expect(models).toEqual([]);
    expect(warnings[0]?.message).toContain('its query has 64 rows and its key 96');
  });

  it('refuses weights that mix query, key and value head by head', () => {
    const shapes = layers('attention', [['query_key_value.weight', 3 * WIDTH]]).concat([
      ['encoder_stack.units.0.mlp.dense_h_to_4h.weight', [512, WIDTH]],
    ]);
    const { models, warnings } = recogniseShapes(shapes);
    expect(models).toEqual([]);
    expect(warnings[0]?.message).toContain('head by head');
  });
});

describe('names that a person gives', () => {
  const ODD: Shapes = [0, 1, 10].flatMap((layer): Shapes => [
    [`net.l${String(layer)}.ask`, [64, 64]],
    [`net.l${String(layer)}.answer`, [64, 64]],
    [`net.l${String(layer)}.norm1.weight`, [64]],
  ]);

  it('say what is query and key', () => {
    expect(recogniseShapes(ODD).models).toEqual([]);
    const named = { query: 'net.l{i}.ask', key: 'net.l{i}.answer' };
    const model = onlyModel(recogniseShapes(ODD, { named, heads: 4 }));
    expect(model.layers.map(({ query, key }) => [query.weight.tensor.name, key.weight.tensor.name])).toEqual([
      ['net.l0.ask', 'net.l0.answer'],
      ['net.l1.ask', 'net.l1.answer'],
      ['net.l10.ask', 'net.l10.answer'],
    ]);
    expect(model).toMatchObject({ family: 'generic', tensorCount: 9 });
    expect(model.layers[0]).toMatchObject({ heads: 4, norm: { kind: 'rms' } });
  });

  it('may name one weight that holds both, and win over a family', () => {
    const named = { query: 'blocks.{i}.attn.qkv.weight', key: 'blocks.{i}.attn.qkv.weight' };
    const model = onlyModel(recogniseShapes(timmVit(), { named }));
    expect(model.family).toBe('generic');
    expect(model.layers[0]?.key.weight).toMatchObject({ rowStart: 384, rows: 384 });
  });

  it('may have the layer in the last word', () => {
    const shapes: Shapes = [0, 1].flatMap((layer): Shapes => [
      [`attention.q_${String(layer)}`, [64, 64]],
      [`attention.k_${String(layer)}`, [64, 64]],
    ]);
    const named = { query: 'attention.q_{i}', key: 'attention.k_{i}' };
    expect(onlyModel(recogniseShapes(shapes, { named })).layers[1]?.key.weight.tensor.name).toBe('attention.k_1');
  });

  it.each([
    ['net.l{i}.nothing', 'net.l{i}.answer', 'no tensor has a name like net.l{i}.nothing'],
    ['net.l{i}.ask', 'net.{i}.answer', 'no tensor has a name like net.{i}.answer'],
    ['net.l0.ask', 'net.l{i}.answer', 'net.l0.ask does not have {i} once'],
    ['{i}.{i}', 'net.l{i}.answer', '{i}.{i} does not have {i} once'],
  ])('are refused where they name nothing: %s, %s', (query, key, problem) => {
    const mistake = mistakeOf(() => recogniseShapes(ODD, { named: { query, key } }));
    expect(mistake).toMatchObject({ code: 'wrong-use', problem });
  });
});

describe('a file without attention', () => {
  it.each([
    [
      'a convolutional network: layer1.0.conv1.weight and 1 other',
      ['conv1.weight', 'layer1.0.conv1.weight'],
      [64, 3, 7, 7],
    ],
    ['a recurrent network: rnn.weight_hh_l0', ['rnn.weight_hh_l0'], [64, 64]],
    [
      'a low-rank adapter (LoRA), which holds changes to a model and not the model: layers.0.q_proj.lora_A.weight and 1 other',
      ['layers.0.q_proj.lora_A.weight', 'layers.0.q_proj.lora_B.weight'],
      [8, 64],
    ],
    ['a transformer with packed, quantised weights: layers.0.q_proj.qweight', ['layers.0.q_proj.qweight'], [64, 64]],
    ['a state-space model: layers.0.mixer.A_log', ['layers.0.mixer.A_log', 'layers.0.mixer.in_proj.weight'], [256, 64]],
    [null, ['weight', 'mean', 'codebook'], [10, 10]],
  ])('looks like %s', (words, names, shape) => {
    const recognition = recogniseShapes(names.map((name) => [name, shape]));
    expect(recognition).toMatchObject({ models: [], defaults: [], looksLike: words });
  });
});
