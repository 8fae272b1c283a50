import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeForward } from '../../../../src/core/inference/describe.js';
import { graphInputs } from '../../../../src/core/inference/own-graph-inputs.js';
import { knownOutputs } from '../../../../src/core/inference/own-graph-outputs.js';
import { tapOwnGraph } from '../../../../src/core/inference/tap-own-graph.js';
import type { Model } from '../../../../src/core/model/model.js';
import type { Rotation } from '../../../../src/core/model/rotation.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import type { ComputationGraph, GraphPort } from '../../../../src/core/onnx/graph.js';
import { FIXTURES, withCheckpoint } from '../../support/fixtures.js';

const WIDTH = 32;
const port = (name: string, shape: GraphPort['shape'], dtype: GraphPort['dtype'] = 'F32'): GraphPort => ({
  name,
  dtype,
  shape,
});

describe('outputs of a graph', () => {
  const cases: [string, GraphPort[], string[], number][] = [
    ['logits by their name', [port('logits', [1, 5])], ['logits logits'], 0],
    ['final tokens by theirs', [port('last_hidden_state', [null, null, WIDTH])], ['tokens last_hidden_state'], 0],
    [
      'all of a tower',
      [port('text', [1, 4], 'I64'), port('last_hidden_state', [1, 17, WIDTH]), port('pooler_output', [1, WIDTH])],
      ['tokens last_hidden_state', 'pooled pooler_output'],
      0,
    ],
    ['a vector that is shared with texts', [port('image_embeds', [1, 8])], ['embedding image_embeds'], 0],
    ['what is called by a number, by its size', [port('1352', [1, 1000])], ['logits 1352'], 1],
    ['features of the width of the tokens', [port('output', [1, WIDTH])], ['pooled output'], 1],
    ['the first of a kind', [port('logits', [1, 5]), port('logits_aux', [1, 5])], ['logits logits'], 0],
    ['what is nothing else, as one vector', [port('masks', [1, 3, 64, 64])], ['embedding masks'], 1],
    ['nothing where there are no numbers', [port('class', [1], 'I64')], [], 0],
  ];
  it.each(cases)('are %s', (_, ports, expected, assumed) => {
    const { outputs, assumptions } = knownOutputs(ports, WIDTH);
    expect(outputs.map(({ name, value }) => `${name} ${value}`)).toEqual(expected);
    expect(assumptions).toHaveLength(assumed);
  });
});

describe('inputs of a graph', () => {
  const graphOf = (inputs: readonly GraphPort[]): ComputationGraph => ({
    inputs,
    outputs: [],
    operations: [
      { operator: 'Relu', name: '', inputs: ['ids'], outputs: ['words'], attributes: new Map() },
      { operator: 'Relu', name: '', inputs: ['picture'], outputs: ['patches'], attributes: new Map() },
      { operator: 'Add', name: '', inputs: ['patches', 'words'], outputs: ['both'], attributes: new Map() },
    ],
    shapes: new Map(),
    constants: new Map(),
    tensors: new Map([['weight', 'weight']]),
    causalMasks: new Set(),
    operatorSets: new Map(),
  });
  const picture = port('picture', [null, 3, null, 64]);
  const inputsOf = (...inputs: GraphPort[]) => graphInputs(graphOf(inputs), 3, [32, 64], 'a.onnx');

  it('are a picture, and what gets ones', () => {
    const { mixed, ...found } = inputsOf(port('weight', [3]), port('ids', [null, 7], 'I64'), picture);
    expect(found).toEqual({
      picture: { name: 'picture', type: 'float32', anySize: false },
      idle: [{ name: 'ids', type: 'int64', dims: [1, 7] }],
    });
    expect([...mixed]).toEqual(['ids', 'words', 'both']);
  });

  const refused: [string, GraphPort[], string][] = [
    ['no picture', [port('tokens', [1, 7])], 'no input for pictures'],
    ['another size', [port('picture', [1, 3, 32, 48])], 'pictures of 32 x 48 pixels, not 32 x 64'],
    ['whole numbers', [port('picture', [1, 3, 32, 64], 'U8')], 'is neither float32 nor float16'],
    ['several pictures', [port('picture', [8, 3, 32, 64])], 'takes 8 pictures at a time'],
    ['colours last', [port('picture', [1, 32, 64, 3])], 'second axis of the input picture of its graph has 32'],
    ['text', [picture, port('names', [1], null)], 'takes more than a picture: names'],
    ['an input of any size', [picture, port('mask', [4_096, 4_096])], 'takes more than a picture: mask'],
  ];
  it.each(refused)('are refused: %s', (_, inputs, problem) => {
    expect(() => inputsOf(...inputs)).toThrow(problem);
  });
});

const DINOV3_ROTATION: Rotation = {
  kind: 'grid',
  pairs: 'half',
  angles: { kind: 'centred', base: 100, periods: null },
  assumed: null,
};

describe('a model that runs by its own graph', () => {
  const open = <Result>(use: (model: Model, taps: (model: Model) => Uint8Array) => Result): Promise<Result> =>
    withCheckpoint(path.join(FIXTURES, 'checkpoints/onnx_timm_17/model.onnx'), ({ index }) => {
      const [model] = recognise(index, null, {}).models;
      if (model === undefined) throw new Error('no model');
      return use(model, (changed) => {
        const forward = describeForward(changed, index.tensors, null, 'model.onnx');
        if (forward.runs === 'graph-of-ours') throw new Error('it is written');
        return tapOwnGraph(index, changed, forward, [32, 32], true).addition;
      });
    });

  it('has a tap before and behind each attention, in a few bytes', async () => {
    await open((model, taps) => {
      const addition = taps(model);
      const text = Buffer.from(addition).toString('latin1');
      for (const name of ['logits', 'attention-input-0', 'attention-output-1'])
        expect(text).toContain(`qk-lens/${name}`);
      expect(addition.length).toBeLessThan(1_000);
    });
  });

  const first = ({ layers: [layer] }: Model) => {
    if (layer === undefined) throw new Error('no layer');
    return layer;
  };
  const refused: [string, (model: Model) => Model, string][] = [
    ['patches of no size', (model) => ({ ...model, patch: null }), 'give it with --patch'],
    ['windows', (model) => ({ ...model, windowed: true }), 'attend within windows'],
    [
      'a value that is not found',
      (model) => ({ ...model, layers: [{ ...first(model), value: null }] }),
      'value projection of layer 0',
    ],
    ['layers of another graph', (model) => ({ ...model, layers: [first(model)] }), 'not those of its graph'],
  ];
  it.each(refused)('is refused: %s', async (_, change, problem) => {
    await open((model, taps) => {
      expect(() => taps(change(model))).toThrow(problem);
    });
  });

  const assumed: [string, (model: Model) => Partial<Model>, string][] = [
    ['rotation', () => ({ position: 'rope' }), 'turns queries and keys by their place, which is not read out of it'],
    [
      'rotation of a family',
      () => ({ position: 'rope', family: 'onnx-hf-dinov3', rotation: DINOV3_ROTATION }),
      'taken from the family, DINOv3',
    ],
    [
      'a bias',
      () => ({ position: 'relative-bias', causal: true }),
      'adds a bias of positions to the scores and lets tokens',
    ],
    [
      'norms of heads',
      (model) => ({ layers: model.layers.map((layer) => ({ ...layer, qkNorm: true })) }),
      'norms queries',
    ],
  ];
  it.each(assumed)('says what is not read: %s', async (_, change, text) => {
    await open((model) => {
      const { assumptions } = describeForward({ ...model, ...change(model) }, [], null, 'model.onnx');
      expect(assumptions.map((each) => each.text).join()).toContain(text);
    });
  });
});
