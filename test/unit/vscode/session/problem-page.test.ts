import { describe, expect, it } from 'vitest';
import { CheckpointError, type ProblemCode } from '../../../../src/core/errors.js';
import { emptyPage, problemDetails, problemPage } from '../../../../src/vscode/session/problem-page.js';
import { inspection, tensor } from '../support/checkpoints.js';

const failure = (
  code: ProblemCode,
  problem = 'the header is no JSON',
  advice = 'get the file again',
): CheckpointError => new CheckpointError(code, 'model.safetensors', problem, advice);

const labels = (page: ReturnType<typeof problemPage>): string[] => page.actions.map(({ label }) => label);

describe('the page of a failure', () => {
  it('is made of sentences', () => {
    const page = problemPage(failure('malformed'), 'f', 0);
    expect(page).toMatchObject({
      title: 'model.safetensors is damaged.',
      detail: 'The header is no JSON.',
      advice: 'Get the file again.',
    });
    expect(labels(page)).toEqual(['Copy details']);
  });

  it('leaves names as they are at the start of a sentence', () => {
    const first = (problem: string): string => problemPage(failure('malformed', problem), 'f', 0).detail;
    expect(first('data.pkl calls os.system')).toBe('data.pkl calls os.system.');
    expect(first('blocks.0.attn.qkv.weight overlaps the next')).toBe('blocks.0.attn.qkv.weight overlaps the next.');
    expect(first('it is empty')).toBe('It is empty.');
  });

  it('offers the layers before a break, or only another try', () => {
    const cut = failure('truncated', 'the file ends early', 'most likely the download stopped');
    expect(labels(problemPage(cut, 'f', 9))).toEqual(['Show layers 0 to 8', 'Try again', 'Copy details']);
    expect(problemPage(cut, 'f', 9).advice).toBe(
      'Most likely the download stopped. Layers 0 to 8 lie before the break and can still be shown.',
    );
    expect(labels(problemPage(cut, 'f', 1))).toContain('Show layer 0');
    expect(labels(problemPage(cut, 'f', 0))).toEqual(['Try again', 'Copy details']);
  });

  it('has at most one main action', () => {
    const codes: ProblemCode[] = ['truncated', 'changed', 'unreadable', 'worker-stopped', 'hostile', 'limit'];
    for (const code of codes) {
      for (const layers of [0, 4]) {
        const { actions } = problemPage(failure(code), 'f', layers);
        expect(actions.filter(({ primary }) => primary).length, code).toBeLessThanOrEqual(1);
      }
    }
  });

  it('of our own making says so and leads to the log', () => {
    const page = problemPage(new TypeError('x is undefined'), 'model.pt', 0);
    expect(page.title).toBe('QK Lens failed on model.pt.');
    expect(labels(page)).toEqual(['Try again', 'Show log', 'Copy details']);
  });

  it('can be copied as text', () => {
    expect(problemDetails(problemPage(failure('limit'), 'f', 0))).toBe(
      'model.safetensors goes beyond a limit.\nThe header is no JSON.\nGet the file again.\nCode: limit',
    );
  });
});

describe('the page of a file without attention', () => {
  it('counts what was read and says what it looks like', () => {
    const tensors = [tensor('conv1.weight'), tensor('conv2.weight')];
    const page = emptyPage(inspection({ models: [], tensors, looksLike: 'a convolutional network' }));
    expect(page.detail).toBe(
      '2 tensors were read, and none form a query and key pair. The names look like a convolutional network.',
    );
  });
});
