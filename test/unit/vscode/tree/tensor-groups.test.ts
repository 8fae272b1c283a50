import { describe, expect, it } from 'vitest';
import { filterTensors, groupTensors, type TensorGroup } from '../../../../src/vscode/tree/tensor-groups.js';
import { tensor } from '../support/checkpoints.js';

const named = (...names: string[]) => names.map((name) => tensor(name));
const labels = (groups: readonly TensorGroup[]): string[] =>
  groups.map((group) => (group.kind === 'tensor' ? group.label : `${group.label}/${String(group.tensors.length)}`));

/** All tensors that the tree shows under a start of names. */
function leaves(groups: readonly TensorGroup[]): string[] {
  return groups.flatMap((group) =>
    group.kind === 'tensor' ? [group.tensor.name] : leaves(groupTensors(group.tensors, group.prefix)),
  );
}

describe('groups of tensors', () => {
  it('follow the dots, in the order of their numbers, and skip levels with one entry', () => {
    const tensors = named(
      'model.blocks.10.attn.qkv.weight',
      'model.blocks.2.attn.qkv.weight',
      'model.blocks.2.attn.qkv.bias',
      'model.norm.weight',
      'cls_token',
    );
    const top = groupTensors(tensors, '');
    expect(labels(top)).toEqual(['cls_token', 'model/4']);
    expect(labels(groupTensors(tensors.slice(0, 4), 'model.'))).toEqual(['blocks/3', 'norm.weight']);
    expect(labels(groupTensors(tensors.slice(0, 3), 'model.blocks.'))).toEqual(['2.attn.qkv/2', '10.attn.qkv.weight']);
  });

  it('never lose or repeat a tensor, whatever the names', () => {
    const names = ['a', 'a.b', 'a.b.c', 'a.b.', '.', '..', '', 'x..y', 'x..z', '__proto__', 'constructor.x'];
    expect(leaves(groupTensors(named(...names), '')).sort()).toEqual([...names].sort());
  });

  it('of ten thousand names without dots are ranges', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `t${String(index)}`);
    const top = groupTensors(named(...names), '');
    expect(labels(top).slice(0, 2)).toEqual(['t0 … t199/200', 't200 … t399/200']);
    expect(leaves(top)).toEqual(names);
  });
});

describe('the filter', () => {
  it('takes names that hold every word', () => {
    const tensors = named('blocks.0.attn.qkv.weight', 'blocks.0.attn.qkv.bias', 'blocks.0.mlp.fc1.weight');
    expect(filterTensors(tensors, ' QKV weight ').map(({ name }) => name)).toEqual(['blocks.0.attn.qkv.weight']);
    expect(filterTensors(tensors, '  ')).toHaveLength(3);
  });
});
