import { beforeAll, describe, expect, it } from 'vitest';
import type { MatchedCheckpoint, MatchOutcome, SourceMatch } from '../../../../../src/core/source/contract.js';
import type { PythonParser } from '../../../../../src/core/source/python/syntax.js';
import { edited, SourceService } from '../../../../../src/vscode/source/worker/service.js';
import { fixtureText, madeDisk, opened, pythonParser, sampleCheckpoint } from '../support.js';

let parser: PythonParser;
let checkpoint: MatchedCheckpoint;

beforeAll(async () => {
  parser = await pythonParser();
  checkpoint = await sampleCheckpoint();
});

const ID = 'sample';
const ROOT = '/project';
const MODEL = '/project/models/dinov2.py';
const ATTENTION = '/project/models/attention.py';

async function match(service: SourceService, news: MatchedCheckpoint | null = checkpoint): Promise<MatchOutcome> {
  const wanted = [{ id: ID, checkpoint: news, options: {} }];
  const [outcome] = await service.match({ roots: [ROOT], wanted, keep: [ID] });
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

function matched(outcome: MatchOutcome): SourceMatch {
  if (outcome.kind !== 'matched') throw new Error(outcome.reason);
  return outcome.match;
}

const disk = (): ReturnType<typeof madeDisk> => madeDisk({ [ATTENTION]: fixtureText('attention.py') });

describe('the thread beside the editor', () => {
  it('matches an open file with a checkpoint, following its imports', async () => {
    const { files, read } = disk();
    const service = new SourceService(parser, files);
    service.change(opened(MODEL, fixtureText('dinov2.py')));
    const found = matched(await match(service));
    expect(found.root.name).toBe('VisionTransformer');
    expect(read).toEqual([ATTENTION]);
    const query = found.definitions.find(({ attribute }) => attribute === 'query');
    expect(query).toMatchObject({ file: ATTENTION, role: 'query', className: 'SelfAttention' });
    expect(query?.tensors[0]?.names).toHaveLength(12);
    expect(found.unmatchedTensors).toEqual([]);
  });

  it('matches open files that lie on no disk, and reads nothing for them', async () => {
    const { files, read } = disk();
    const service = new SourceService(parser, files);
    const folder = 'vscode-vfs://github/project/models';
    service.change(opened(`${folder}/attention.py`, fixtureText('attention.py')));
    service.change(opened(`${folder}/dinov2.py`, fixtureText('dinov2.py')));
    const found = matched(await match(service));
    expect(found.definitions.find(({ attribute }) => attribute === 'query')?.file).toBe(`${folder}/attention.py`);
    expect(found.unmatchedTensors).toEqual([]);
    expect(read).toEqual([]);
  });

  it('reads nothing outside the folders of the workspace', async () => {
    const { files, read } = madeDisk({ '/elsewhere/attention.py': fixtureText('attention.py') });
    const service = new SourceService(parser, files);
    service.change(opened('/elsewhere/dinov2.py', fixtureText('dinov2.py')));
    await match(service);
    expect(read).toEqual([]);
  });

  it('follows imports inside the folder of the importing file where two folders have files of the same names', async () => {
    const other = fixtureText('attention.py').replaceAll('self.query =', 'self.asks =');
    const { files, read } = madeDisk({ '/one/attention.py': fixtureText('attention.py'), '/two/attention.py': other });
    const service = new SourceService(parser, files);
    service.change(opened('/two/dinov2.py', fixtureText('dinov2.py')));
    service.change(opened('/one/dinov2.py', fixtureText('dinov2.py')));
    const found = async (file: string): Promise<SourceMatch> => {
      const wanted = [{ id: ID, checkpoint, options: { file } }];
      const [outcome] = await service.match({ roots: ['/one', '/two'], wanted, keep: [ID] });
      if (outcome === undefined) throw new Error('no outcome');
      return matched(outcome);
    };
    const one = await found('/one/dinov2.py');
    expect(one.definitions.find(({ role }) => role === 'query')?.file).toBe('/one/attention.py');
    const two = await found('/two/dinov2.py');
    expect(two.definitions.map(({ file }) => file)).not.toContain('/one/attention.py');
    expect(two.unmatchedTensors.some((name) => name.includes('query'))).toBe(true);
    expect(read.sort()).toEqual(['/one/attention.py', '/two/attention.py']);
  });

  it('takes edits one after the other', async () => {
    const { files } = disk();
    const service = new SourceService(parser, files);
    const text = fixtureText('dinov2.py');
    const key = { file: MODEL, cell: null };
    service.change(opened(MODEL, text));
    const at = text.indexOf('self.layernorm');
    service.change({ kind: 'edit', key, edits: [{ offset: at, length: 'self.layernorm'.length, text: 'self.final' }] });
    expect(matched(await match(service)).definitions.map(({ attribute }) => attribute)).not.toContain('layernorm');
    service.change({ kind: 'edit', key, edits: [{ offset: at, length: 'self.final'.length, text: 'self.layernorm' }] });
    expect(matched(await match(service)).definitions.map(({ attribute }) => attribute)).toContain('layernorm');
  });

  it('prefers the text of the editor to that on the disk, and goes back to it', async () => {
    const made = disk();
    const service = new SourceService(parser, made.files);
    service.change(opened(MODEL, fixtureText('dinov2.py')));
    await match(service);
    service.change(opened(ATTENTION, fixtureText('attention.py').replaceAll('self.query =', 'self.asks =')));
    made.write(ATTENTION, '');
    const attributes = async (): Promise<string[]> =>
      matched(await match(service, null)).definitions.map(({ attribute }) => attribute);
    expect(await attributes()).not.toContain('query');
    expect(await attributes()).toContain('key');
    made.write(ATTENTION, fixtureText('attention.py'));
    service.change({ kind: 'remove', key: { file: ATTENTION, cell: null } });
    expect(await attributes()).toContain('query');
  });

  it('reads an imported file again when it changed on the disk', async () => {
    const made = disk();
    const service = new SourceService(parser, made.files);
    service.change(opened(MODEL, fixtureText('dinov2.py')));
    await match(service);
    made.write(ATTENTION, fixtureText('attention.py').replaceAll('self.query =', 'self.asks ='));
    const found = matched(await match(service, null));
    expect(found.definitions.map(({ attribute }) => attribute)).not.toContain('query');
  });

  it('keeps the other cells of a notebook when one goes', async () => {
    const notebook = '/project/model.ipynb';
    const { files } = madeDisk({});
    const service = new SourceService(parser, files);
    service.change(opened(notebook, fixtureText('attention.py'), 0));
    service.change(opened(notebook, fixtureText('dinov2.py').replace('from .attention import Attention\n', ''), 1));
    service.change(opened(notebook, 'x = 1', 2));
    expect(matched(await match(service)).unmatchedTensors).toEqual([]);
    service.change({ kind: 'remove', key: { file: notebook, cell: 2 } });
    const found = matched(await match(service, null));
    expect(found.definitions.find(({ attribute }) => attribute === 'query')).toMatchObject({ file: notebook, cell: 0 });
  });

  it('tells what calls and configurations name', () => {
    const service = new SourceService(parser, madeDisk({}).files);
    service.change(opened('/project/train.py', fixtureText('train.py')));
    const facts = service.facts({ file: '/project/train.py', cell: null });
    expect(facts.links.map(({ target }) => target)).toContain('sample/model.safetensors');
    expect(facts.numbers.find(({ name }) => name === 'num_heads')).toMatchObject({
      value: 12,
      via: 'VisionTransformer',
    });
    const key = { file: '/project/model.yaml', cell: null };
    service.change({ kind: 'set', key, language: 'yaml', text: fixtureText('model.yaml') });
    expect(service.facts(key).links.map(({ target }) => target)).toEqual(['sample/model.safetensors']);
  });

  it('knows nothing of texts that it was not told of', async () => {
    const service = new SourceService(parser, madeDisk({}).files);
    expect(service.facts({ file: '/nowhere.py', cell: null })).toEqual({ links: [], numbers: [] });
    expect((await match(service)).kind).toBe('none');
    await expect(
      service.match({ roots: [], wanted: [{ id: 'new', checkpoint: null, options: {} }], keep: [] }),
    ).rejects.toThrow('were not told');
  });
});

describe('edits', () => {
  it('each change what the ones before left', () => {
    const edits = [
      { offset: 4, length: 1, text: 'X' },
      { offset: 0, length: 2, text: '' },
    ];
    expect(edited('abcdef', edits)).toBe('cdXf');
  });
});
