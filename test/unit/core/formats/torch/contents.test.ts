import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { MAX_SETTINGS, type TensorIndex } from '../../../../../src/core/tensors/tensor-index.js';
import { cpuTime } from '../../../support/cpu-time.js';
import { memorySource, NO_FILES } from '../../../support/memory-source.js';
import {
  bytesOf,
  call,
  dict,
  get,
  instance,
  int,
  pickle,
  put,
  tensor,
  text,
  tuple,
} from '../../../support/pickle-writer.js';
import { problemOf } from '../../../support/problem-of.js';
import { torchArchive } from '../../../support/zip-writer.js';

const STORAGE = { '0': new Uint8Array(16) };

function open(...parts: readonly (string | Uint8Array)[]): Promise<TensorIndex> {
  return openCheckpoint(memorySource('model.pt', torchArchive(pickle(...parts), STORAGE)), NO_FILES);
}

function names(index: TensorIndex): string[] {
  return index.tensors.map(({ name }) => name);
}

/** More than linear work takes on a slow machine, far less than quadratic work takes on any. */
const MAX_MILLISECONDS = 5_000;

describe('what a pickle holds', () => {
  it('names tensors by their path, whatever holds them', async () => {
    const index = await open(
      dict({
        state: dict({ 'a.b': tensor() }),
        list: bytesOf('](', tensor(), tuple(tensor()), 'e'),
        namespace: instance('argparse Namespace', dict({ w: tensor(), n: int(3) })),
        subclass: bytesOf('cyacs.config\nCfgNode\n)\x81(', text('k'), tensor(), 'u'),
        numbered: bytesOf('}', int(7), tensor(), 's'),
        unnamed: bytesOf('}', tuple(int(1)), tensor(), 's'),
        arguments: call('lib make', tensor()),
      }),
    );
    expect(names(index)).toEqual(['state.a.b', 'list.0', 'list.1.0', 'namespace.w', 'subclass.k', 'numbered.7']);
    expect(index.settings.get('namespace.n')).toBe(3);
  });

  it('names the tensors of a module as its state dict would', async () => {
    const linear = instance(
      'torch.nn Linear',
      dict({
        training: bytesOf('\x88'),
        in_features: int(4),
        _parameters: dict({ weight: tensor(), bias: bytesOf('N') }),
        _buffers: dict({ kept: tensor(), transient: tensor() }),
        _non_persistent_buffers_set: call('__builtin__ set', bytesOf('](', text('transient'), 'e')),
        _modules: dict({}),
        scratch: tensor(),
      }),
    );
    const root = instance('lib Model', dict({ _parameters: dict({}), _modules: dict({ proj: linear }) }));
    const index = await open(root);
    expect(names(index)).toEqual(['proj.weight', 'proj.kept']);
    expect(Object.fromEntries(index.settings)).toEqual({ 'proj.training': true, 'proj.in_features': 4 });
  });

  it('lists shared tensors under each of their names, and parts that hold themselves once', async () => {
    const shared = dict({ w: bytesOf(tensor(), put(0)) });
    const index = await open(
      ...[
        bytesOf(']', put(2), '('),
        bytesOf(shared, put(1)),
        get(1),
        bytesOf('}', text('tied'), get(0), 's'),
        get(2),
        'e',
      ],
    );
    expect(names(index)).toEqual(['0.w', '1.w', '2.tied']);
  });

  it('reads configurations of OmegaConf through their nodes', async () => {
    const value = instance('omegaconf.nodes AnyNode', dict({ _val: int(12), _metadata: text('x') }));
    const config = instance(
      'omegaconf.dictconfig DictConfig',
      dict({ _content: dict({ heads: value }), _parent: bytesOf('N') }),
    );
    const index = await open(dict({ config, w: tensor() }));
    expect(Object.fromEntries(index.settings)).toEqual({ 'config.heads': 12 });
  });

  it('takes the names of Object.prototype for names', async () => {
    const index = await open(dict({ constructor: tensor(), toString: dict({ hasOwnProperty: int(1) }) }));
    const own = bytesOf(
      '}(',
      text('__proto__'),
      tensor(),
      text('a'),
      bytesOf('}', text('__proto__'), int(1), 's'),
      'u',
    );
    const proto = await open(own);
    expect(names(index)).toEqual(['constructor']);
    expect(names(proto)).toEqual(['__proto__']);
    expect(proto.settings.get('a.__proto__')).toBe(1);
    expect(Object.hasOwn(Object.prototype, '1')).toBe(false);
  });

  it('warns where two tensors have the same path', async () => {
    const index = await open(dict({ 'a.b': tensor(), a: dict({ b: tensor({ offset: 1, shape: [3] }) }) }));
    expect(names(index)).toEqual(['a.b']);
    expect(index.tensors[0]?.shape).toEqual([4]);
    expect(index.warnings).toMatchObject([{ code: 'same-path' }]);
  });

  it('leaves out what is no setting', async () => {
    const many = bytesOf('](', 'K\x01'.repeat(100), 'e');
    const index = await open(
      dict({ many, long: text('x'.repeat(10_000)), none: bytesOf('N'), w: tensor(), few: bytesOf('](K\x01e') }),
    );
    expect(Object.fromEntries(index.settings)).toEqual({ 'few.0': 1 });
  });

  it('bounds the number of settings', async () => {
    const entries = Array.from({ length: MAX_SETTINGS + 100 }, (_, i) => [`key${String(i)}`, int(1)] as const);
    const index = await open(dict({ ...Object.fromEntries(entries), w: tensor() }));
    expect(index.settings.size).toBe(MAX_SETTINGS);
    expect(names(index)).toEqual(['w']);
  });

  it('opens a file that names dangerous functions beside tensors with a warning', async () => {
    const named = await open(dict({ w: tensor(), f: bytesOf('cos\nsystem\n') }));
    expect(named.warnings).toMatchObject([{ code: 'dangerous-pickle' }]);
    expect(named.warnings[0]?.message).toContain('names os.system');
    const called = await open(dict({ w: tensor(), f: call('__builtin__ eval', text('1')) }));
    expect(called.warnings[0]?.message).toContain('calls builtins.eval');
  });

  it('names a dangerous call also where the pickle breaks behind it', async () => {
    const problem = await problemOf(open(call('subprocess Popen', text('x')), '\xff'));
    expect(problem.code).toBe('hostile');
    expect(problem.problem).toMatch(/calls subprocess\.Popen .* unknown opcode 0xff/);
  });

  it('shows control characters of names as codes', async () => {
    const problem = await problemOf(open(dict({ 'a\u001b[31m\n\u202eb': tensor({ key: '9' }) })));
    expect(problem.message).toContain('a\\u001b[31m\\u000a\\u202eb');
  });
});

describe('pickles that would take for ever', { timeout: 60_000 }, () => {
  /** Levels of lists, each of ten references to the one before. */
  function bomb(first: Uint8Array, levels: number): Uint8Array {
    const parts: (string | Uint8Array)[] = ['](', first, 'e', put(0)];
    for (let level = 1; level < levels; level++) {
      parts.push('](', ...Array.from({ length: 10 }, () => get(level - 1)), 'e', put(level));
    }
    return bytesOf(...parts);
  }

  it.each([
    ['a tree of 10^39 references to one tensor', bomb(tensor(), 40), /more than 200000 tensors are named/],
    [
      'a large dictionary under 100,000 names',
      bytesOf(
        '](',
        dict({ w: tensor(), ...Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [String(i), int(1)])) }),
        put(0),
        ...Array.from({ length: 100_000 }, () => get(0)),
        'e',
      ),
      /more than 4000000 values are named/,
    ],
    ['a name of 5,000 characters', dict({ ['n'.repeat(5_000)]: tensor() }), /more than 4096 characters/],
    [
      '600 lists in each other around a tensor',
      bytesOf(']'.repeat(600), tensor(), 'a'.repeat(600)),
      /nested too deeply/,
    ],
  ])('ends at %s', async (_name, stream, words) => {
    const start = cpuTime();
    const problem = await problemOf(open(stream));
    expect(cpuTime() - start).toBeLessThan(MAX_MILLISECONDS);
    expect(problem.code).toBe('limit');
    expect(problem.problem).toMatch(words);
  });

  it.each([
    [
      'dictionaries that share their entries',
      bytesOf(
        '](',
        dict(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [String(i), int(1)]))),
        put(0),
        bytesOf('cbuiltins\ndict\n', put(1), '0'),
        ...Array.from({ length: 20_000 }, () => bytesOf(get(1), get(0), '\x85R')),
        'e',
      ),
    ],
    [
      'objects that share their state',
      bytesOf(
        '](',
        dict(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [String(i), int(1)]))),
        put(0),
        ...Array.from({ length: 20_000 }, () => bytesOf('clib\nA\n)\x81', get(0), 'b')),
        'e',
      ),
    ],
    [
      'one object with 20,000 states under 20,000 names',
      bytesOf(
        '](',
        dict({ a: int(1) }),
        put(0),
        'clib\nA\n)\x81',
        ...Array.from({ length: 20_000 }, () => bytesOf(get(0), 'b')),
        put(1),
        ...Array.from({ length: 20_000 }, () => get(1)),
        'e',
      ),
    ],
    [
      'calls that share their arguments',
      bytesOf(
        '](',
        tuple(...Array.from({ length: 20_000 }, () => int(1))),
        put(0),
        ...Array.from({ length: 20_000 }, () => bytesOf('clib\nA\n', get(0), 'R')),
        'e',
      ),
    ],
    ['a list that holds itself', bytesOf(']', put(0), get(0), 'a')],
  ])('goes through %s once', async (_name, stream) => {
    const start = cpuTime();
    const problem = await problemOf(open(stream));
    expect(cpuTime() - start).toBeLessThan(MAX_MILLISECONDS);
    expect(problem.problem).toBe('it holds no tensors');
  });
});
