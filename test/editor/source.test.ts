import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { closeAll, fixture, inWorkspace, lens, open, run, scratchFolder } from './support/lens.js';
import { until } from './support/until.js';

/** A folder of the workspace with code for the sample's model. */
function codeFolder(): { folder: string; delete(): void } {
  const scratch = scratchFolder();
  cpSync(fixture('beside-code'), scratch.folder, { recursive: true });
  return scratch;
}

async function show(file: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  await vscode.window.showTextDocument(document);
  return document;
}

/** Opens a file and waits until the sample belongs to it. */
async function matched(file: string): Promise<vscode.TextDocument> {
  const { source } = await lens();
  const document = await show(file);
  await source.index.settled(document);
  assert.ok(
    source.index.matches.some(({ name }) => name === 'sample/model.safetensors'),
    'the sample is not matched',
  );
  return document;
}

function placeOf(document: vscode.TextDocument, text: string, inside = text): vscode.Position {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${text} is not in ${document.fileName}`);
  return document.positionAt(at + text.indexOf(inside) + 1);
}

async function hoverText(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
    .join('\n');
}

async function lensTitles(document: vscode.TextDocument): Promise<string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    50,
  );
  return lenses.map(({ command }) => command?.title ?? '');
}

function configure(name: string, value: unknown): Thenable<void> {
  return vscode.workspace.getConfiguration('qkLens').update(name, value, vscode.ConfigurationTarget.Workspace);
}

const diagnostics = (document: vscode.TextDocument): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'QK Lens');

/** The diagnostics of a document, once there is one of a kind. */
function diagnosed(document: vscode.TextDocument, code: string): Promise<vscode.Diagnostic> {
  return until(`a diagnostic ${code}`, () => diagnostics(document).find((one) => one.code === code));
}

describe('beside the code', () => {
  let scratch: ReturnType<typeof codeFolder>;
  const inFolder = (name: string): string => path.join(scratch.folder, name);

  // one folder for all: the editor keeps documents that a test opened for minutes
  before(() => {
    scratch = codeFolder();
  });

  afterEach(closeAll);

  after(() => scratch.delete());

  it('reads no code that does not speak of models', async () => {
    const { source } = await lens();
    const before = source.index.running;
    writeFileSync(inFolder('plain.py'), 'import os\nprint(os.getcwd())\n');
    const document = await show(inFolder('plain.py'));
    assert.equal(await source.index.settled(document), false);
    assert.equal(await hoverText(document, new vscode.Position(1, 2)), '');
    assert.deepEqual(await lensTitles(document), []);
    assert.equal(source.index.running, before, 'a thread was started for it');
  });

  it('says in a hover what a layer became, without any work', async () => {
    const document = await matched(inFolder('dinov2.py'));
    const text = await hoverText(document, placeOf(document, 'self.fc1 =', 'fc1'));
    assert.match(text, /encoder\\\.layer\\\.\\\*\\\.mlp\\\.fc1\\\.weight/);
    assert.match(text, /\\\(1536, 384\\\) float16 · 12 tensors/);
    assert.equal(await hoverText(document, placeOf(document, 'import torch', 'import')), '');
  });

  it('offers to analyse, and shows figures where they are at hand', async () => {
    await matched(inFolder('dinov2.py'));
    const attention = await matched(inFolder('attention.py'));
    const query = placeOf(attention, 'self.query =', 'query');
    const shown = await open(inWorkspace('sample/model.safetensors'));
    await run(shown);
    const text = await hoverText(attention, query);
    assert.match(text, /data:image\/svg\+xml;base64,[^|]+\|width=320,height=90/);
    assert.match(text, /Most similar \[L0 H4 0\\\.97\]/);
    assert.match(text, /most dissimilar \[L5 H3 −0\\\.42\]/);
    assert.ok(
      (await lensTitles(attention)).includes(
        'QK: similar 0.73 → 0.13 → 0.43 over 12 layers | 5 of 72 heads dissimilar',
      ),
    );
  });

  it('answers a warm hover within 50 ms', async () => {
    const document = await matched(inFolder('attention.py'));
    const position = placeOf(document, 'self.query =', 'query');
    let best = Infinity;
    for (let time = 0; time < 8; time++) {
      const start = performance.now();
      assert.notEqual(await hoverText(document, position), '');
      best = Math.min(best, performance.now() - start);
    }
    assert.ok(best <= 50, `${best.toFixed(1)} ms`);
  });

  it('tells a hover which layer a line is about', async () => {
    await matched(inFolder('attention.py'));
    const document = await matched(inFolder('dinov2.py'));
    const shown = await open(inWorkspace('sample/model.safetensors'));
    await run(shown);
    const use = 'self.encoder.layer[5].attention.attention.query(x)';
    const picture = /base64,([^|]+)/.exec(await hoverText(document, placeOf(document, use, 'query')))?.[1] ?? '';
    const tinted = /<rect.*font-weight="600">L5</;
    assert.match(Buffer.from(picture, 'base64').toString(), tinted);
    const attention = await matched(inFolder('attention.py'));
    const whole =
      /base64,([^|]+)/.exec(await hoverText(attention, placeOf(attention, 'self.query(x)', 'query')))?.[1] ?? '';
    assert.match(Buffer.from(whole, 'base64').toString(), /^<svg/);
    assert.doesNotMatch(Buffer.from(whole, 'base64').toString(), tinted);
  });

  it('shows the values that the checkpoint gives to parameters and numbers', async () => {
    const document = await matched(inFolder('dinov2.py'));
    assert.match(await hoverText(document, placeOf(document, 'embed_dim=384', 'embed_dim')), /\*\*384\*\* in/);
    const train = await matched(inFolder('train.py'));
    assert.match(await hoverText(train, placeOf(train, 'num_heads=12', 'num_heads')), /\*\*6\*\* in/);
  });

  it('keeps lines away where the setting says so', async () => {
    const document = await matched(inFolder('dinov2.py'));
    assert.ok((await lensTitles(document)).some((title) => title.startsWith('QK: ')));
    await configure('codeLens', false);
    try {
      assert.deepEqual(await lensTitles(document), []);
    } finally {
      await configure('codeLens', undefined);
    }
  });

  it('opens the checkpoint that a call names, and says where the heads beside it are others', async () => {
    writeFileSync(inFolder('load.py'), 'import torch\nweights = torch.load("sample/model.safetensors")\n');
    assert.deepEqual(await lensTitles(await show(inFolder('load.py'))), ['QK: open sample/model.safetensors']);
    await matched(inFolder('dinov2.py'));
    const train = await matched(inFolder('train.py'));
    assert.deepEqual(await lensTitles(train), ['QK: 12 heads here, 6 in sample/model.safetensors']);
    const heads = await diagnosed(train, 'heads-differ');
    assert.equal(train.getText(heads.range), '12');
  });

  it('says where code and checkpoint contradict each other, and puts a path right', async () => {
    await matched(inFolder('dinov2.py'));
    const train = await matched(inFolder('train.py'));
    const missing = await diagnosed(train, 'missing-checkpoint');
    assert.equal(missing.message, 'No checkpoint at sample/mdoel.safetensors.');
    assert.equal(missing.severity, vscode.DiagnosticSeverity.Information);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      train.uri,
      missing.range,
    );
    const use = actions.find(({ title }) => title === 'Use sample/model.safetensors');
    assert.ok(use?.edit, actions.map(({ title }) => title).join());
    await vscode.workspace.applyEdit(use.edit);
    assert.doesNotMatch(train.getText(), /mdoel/);
    await until('the diagnostic to go', () =>
      diagnostics(train).every(({ code }) => code !== 'missing-checkpoint') ? true : undefined,
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('sets a number to that of the checkpoint, in a configuration too', async () => {
    const document = await show(inFolder('model.yaml'));
    const heads = await diagnosed(document, 'heads-differ');
    assert.equal(heads.message, '12 heads here, 6 in sample/model.safetensors.');
    assert.ok((await lensTitles(document)).includes('QK: 12 heads here, 6 in sample/model.safetensors'));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      heads.range,
    );
    const set = actions.find(({ title }) => title === 'Set to 6, as in the checkpoint');
    assert.ok(set?.edit, actions.map(({ title }) => title).join());
    await vscode.workspace.applyEdit(set.edit);
    await until('the diagnostic to go', () => (diagnostics(document).length === 0 ? true : undefined));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('is silent, or louder, where the setting says so', async () => {
    const train = await matched(inFolder('train.py'));
    await diagnosed(train, 'missing-checkpoint');
    try {
      await configure('diagnostics', 'off');
      await until('silence', () => (diagnostics(train).length === 0 ? true : undefined));
      await configure('diagnostics', 'warning');
      const one = await diagnosed(train, 'missing-checkpoint');
      assert.equal(one.severity, vscode.DiagnosticSeverity.Warning);
    } finally {
      await configure('diagnostics', undefined);
    }
  });

  it('leads from the name of a tensor to the code that makes it', async () => {
    await matched(inFolder('dinov2.py'));
    const train = await matched(inFolder('train.py'));
    const places = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeDefinitionProvider',
      train.uri,
      placeOf(train, '"encoder.layer.3', 'layer'),
    );
    assert.deepEqual(
      places.map(({ uri, range }) => [path.basename(uri.fsPath), range.start.line]),
      [['attention.py', placeOf(await matched(inFolder('attention.py')), 'self.query =').line]],
    );
  });

  it('leads from a tensor of the tree to code that is not open', async () => {
    const { api } = await open(inWorkspace('sample/model.safetensors'));
    const tensor = api.sessions
      .get(inWorkspace('sample/model.safetensors'))
      ?.opened?.inspection.tensors.find(({ name }) => name === 'encoder.layer.7.mlp.fc2.weight');
    const known = await until('the tensors', () => tensor ?? lookAgain(api));
    await vscode.commands.executeCommand('qkLens.goToDefinition', {
      uri: inWorkspace('sample/model.safetensors'),
      tensor: known,
    });
    const editor = vscode.window.activeTextEditor;
    assert.equal(path.basename(editor?.document.fileName ?? ''), 'dinov2.py');
    assert.match(editor?.document.lineAt(editor.selection.active.line).text ?? '', /self\.fc2 = nn\.Linear/);
  });

  it('follows edits', async () => {
    const document = await matched(inFolder('dinov2.py'));
    const edit = new vscode.WorkspaceEdit();
    const at = placeOf(document, 'self.layernorm =', 'layernorm');
    edit.replace(
      document.uri,
      new vscode.Range(at.translate(0, -1), at.translate(0, -1 + 'layernorm'.length)),
      'final',
    );
    await vscode.workspace.applyEdit(edit);
    assert.equal(await hoverText(document, placeOf(document, 'self.final =', 'final')), '');
    await vscode.commands.executeCommand('undo');
    assert.match(await hoverText(document, placeOf(document, 'self.layernorm =', 'layernorm')), /layernorm\\\.weight/);
  });

  it('reads texts that are not saved, and cells of notebooks', async () => {
    const { source } = await lens();
    const attention = readFileSync(inFolder('attention.py'), 'utf8');
    const rest = readFileSync(inFolder('dinov2.py'), 'utf8').replace('from .attention import Attention\n', '');
    const untitled = await vscode.workspace.openTextDocument({ language: 'python', content: attention + rest });
    await source.index.settled(untitled);
    assert.match(await hoverText(untitled, placeOf(untitled, 'self.query =', 'query')), /query\\\.weight/);
    const notebook = await openNotebook(['%matplotlib inline', attention, rest]);
    const { document } = notebook.cellAt(1);
    await source.index.settled(document);
    assert.match(await hoverText(document, placeOf(document, 'self.key =', 'key')), /key\\\.weight/);
  });

  it('reads the other side of a comparison, and finds no fault with it', async () => {
    const { source } = await lens();
    const attention = readFileSync(inFolder('attention.py'), 'utf8').replace(
      'self.dense = nn.Linear(dim, dim)',
      'self.dense = nn.Linear(dim, 7)',
    );
    const rest = readFileSync(inFolder('dinov2.py'), 'utf8').replace('from .attention import Attention\n', '');
    const provider = vscode.workspace.registerTextDocumentContentProvider('git', {
      provideTextDocumentContent: () => attention + rest,
    });
    try {
      const document = await vscode.workspace.openTextDocument(
        vscode.Uri.from({ scheme: 'git', path: inFolder('before.py'), query: 'HEAD' }),
      );
      assert.equal(document.languageId, 'python');
      await source.index.settled(document);
      assert.match(await hoverText(document, placeOf(document, 'self.key =', 'key')), /key\\\.weight/);
      assert.deepEqual(diagnostics(document), []);
    } finally {
      provider.dispose();
    }
  });

  it('reads lines that end as on Windows, and goes on with edits in them', async () => {
    const { source } = await lens();
    const attention = readFileSync(inFolder('attention.py'), 'utf8');
    const rest = readFileSync(inFolder('dinov2.py'), 'utf8').replace('from .attention import Attention\n', '');
    writeFileSync(inFolder('windows.py'), (attention + rest).replaceAll('\n', '\r\n'));
    const document = await show(inFolder('windows.py'));
    assert.equal(document.eol, vscode.EndOfLine.CRLF);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(1, 0), '# one line more\n# and another\n');
    await vscode.workspace.applyEdit(edit);
    await source.index.settled(document);
    const query = placeOf(document, 'self.query =', 'query');
    assert.match(await hoverText(document, query), /query\\\.weight/);
    assert.equal(await hoverText(document, query.translate(-3)), '', 'the place is off by lines');
    const classes = source.index.matches.flatMap(({ match }) =>
      match.classes.filter(({ file }) => file.endsWith('windows.py')),
    );
    for (const {
      name,
      nameRange: { start, end },
    } of classes) {
      const range = new vscode.Range(start.line, start.column, end.line, end.column);
      assert.equal(document.getText(range), name);
    }
    assert.ok(classes.length > 0);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('makes the path of a checkpoint a link', async () => {
    const document = await show(inFolder('model.yaml'));
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    assert.deepEqual(
      links.map(({ range, target }) => [document.getText(range), target?.toString()]),
      [['sample/model.safetensors', inWorkspace('sample/model.safetensors').toString()]],
    );
  });

  it('lets the panel follow the cursor where the setting says so', async () => {
    const shown = await open(inWorkspace('sample/model.safetensors'));
    await run(shown);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(inFolder('dinov2.py')));
    const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
    await (await lens()).source.index.settled(document);
    const select = (text: string, word: string): void => {
      const at = placeOf(document, text, word);
      editor.selection = new vscode.Selection(at, at);
    };
    await configure('followCursor', true);
    try {
      select('self.encoder.layer[5].attention.attention.query', 'query');
      await until('layer 5', () => (shown.panel.selection?.layer === 5 ? true : undefined));
      select('self.encoder.layer[5].attention.attention.query', 'layer');
      select('class Layer(', 'Layer');
      assert.equal(shown.panel.selection?.layer, 5, 'a class of all layers leaves the one that is shown');
    } finally {
      await configure('followCursor', undefined);
    }
  });

  it('is linked by the setting', async () => {
    const { source } = await lens();
    await configure('links', { 'dinov2.py:VisionTransformer': 'sample/model.safetensors' });
    try {
      const document = await show(inFolder('dinov2.py'));
      await source.index.settled(document);
      assert.equal(source.index.matches.find(({ match }) => match.root.name === 'VisionTransformer')?.bond, 'linked');
    } finally {
      await configure('links', undefined);
    }
  });

  it('takes no link to anything but a checkpoint that it knows', async () => {
    const { panels } = await lens();
    const secret = vscode.Uri.file(inFolder('attention.py'));
    await vscode.commands.executeCommand('qkLens.showInPanel', secret.toString(), null, 0, 0);
    await vscode.commands.executeCommand('qkLens.showInPanel', 7, {}, 'x', -1);
    await vscode.commands.executeCommand('qkLens.analyse', secret.toString(), 'vision');
    assert.equal(panels.of(secret).length, 0);
  });
});

/** A notebook with cells of Python, of the kind that the suite brings along. */
async function openNotebook(cells: readonly string[]): Promise<vscode.NotebookDocument> {
  const data = cells.map((text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python'));
  const serializer = vscode.workspace.registerNotebookSerializer('suite', {
    deserializeNotebook: () => new vscode.NotebookData(data),
    serializeNotebook: () => new Uint8Array(),
  });
  try {
    return await vscode.workspace.openNotebookDocument('suite', new vscode.NotebookData(data));
  } finally {
    serializer.dispose();
  }
}

/** The tensor, once the file was read. */
function lookAgain(api: Awaited<ReturnType<typeof lens>>): { readonly name: string } | undefined {
  const session = api.sessions.get(inWorkspace('sample/model.safetensors'));
  return session?.opened?.inspection.tensors.find(({ name }) => name === 'encoder.layer.7.mlp.fc2.weight');
}

describe('tools for a chat', () => {
  const invoke = async (name: string, input: object): Promise<string> => {
    const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    return result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  };

  it('answer which heads look for dissimilar tokens', async () => {
    await lens();
    const inspected = await invoke('qk-lens_inspect', { path: 'sample/model.safetensors' });
    assert.match(inspected, /"layers":12,"heads":6/);
    const analysed = await invoke('qk-lens_analyze', { path: 'sample/model.safetensors' });
    assert.match(analysed, /"dissimilarHeads":\{"count":5,"lowest":\[\{"layer":5,"head":3,"weighted":-0\.4/);
    assert.ok(analysed.length < 4_000, `${String(analysed.length)} characters`);
    const head = await invoke('qk-lens_head', { path: 'sample/model.safetensors', layer: 5, head: 3 });
    assert.match(head, /"looksFor":"dissimilar"/);
  });

  it('read nothing outside the workspace', async () => {
    await lens();
    for (const input of [{ path: '/etc/passwd' }, { path: '../outside.safetensors' }, { path: 7 }, {}]) {
      await assert.rejects(invoke('qk-lens_inspect', input));
    }
  });
});
