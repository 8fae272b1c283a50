import * as vscode from 'vscode';
import type { Model } from '../../core/model/model.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { Choices } from '../session/choices.js';
import type { Opened } from '../session/opened.js';
import { headsProblem, namePatternProblem, parsePlace, placeProblem } from './answers.js';

/** Asks for one of the models of a file; parts without a model are listed as such. */
export async function askModel(opened: Opened, current: string | undefined): Promise<string | undefined> {
  const models = opened.card.models.map((model) => {
    const shape = `${model.title}, ${model.depth} × ${model.heads[0] ?? 0}`;
    const description = model.remark === '' ? shape : `${shape}, ${model.remark}`;
    return { label: model.name, description, picked: model.name === current, name: model.name };
  });
  const others = opened.card.others.map(({ name, tensorCount }) => ({
    label: name,
    description: `no model, ${tensorCount} tensors`,
    picked: false,
    name: undefined,
  }));
  const separator = { label: 'Without a model', kind: vscode.QuickPickItemKind.Separator, name: undefined };
  const items = others.length === 0 ? models : [...models, separator, ...others];
  const picked = await vscode.window.showQuickPick(items, { title: 'Model to Show', matchOnDescription: true });
  return picked?.name;
}

/** Asks for the number of heads of a model; only numbers that divide its queries are taken. */
export async function askHeads(model: Model): Promise<number | undefined> {
  const rows = model.layers[0]?.query.weight.rows ?? 0;
  const answer = await vscode.window.showInputBox({
    title: 'Number of Heads',
    prompt: `The queries of ${model.title} have ${rows} rows; the number of heads must divide that.`,
    value: String(model.layers[0]?.heads ?? ''),
    validateInput: (text) => headsProblem(text, rows),
  });
  return answer === undefined ? undefined : Number(answer.trim());
}

/** Asks which tensors are the query and key weights. */
export async function askNames(tensors: readonly TensorEntry[]): Promise<Choices['named'] | undefined> {
  const names = tensors.map(({ name }) => name);
  const ask = (part: string, example: string): Thenable<string | undefined> =>
    vscode.window.showInputBox({
      title: `Tensors of the ${part} Weights`,
      prompt: 'The name, with {i} where the number of the layer stands. A fused weight is named for both.',
      placeHolder: example,
      ignoreFocusOut: true,
      validateInput: (text) => namePatternProblem(text, names),
    });
  const query = await ask('Query', 'blocks.{i}.attn.q.weight');
  if (query === undefined) return undefined;
  const key = await ask('Key', 'blocks.{i}.attn.k.weight');
  return key === undefined ? undefined : { query: query.trim(), key: key.trim() };
}

/** Asks for a head of a model by layer and head number. */
export async function askPlace(heads: readonly number[]): Promise<{ layer: number; head: number } | undefined> {
  const answer = await vscode.window.showInputBox({
    title: 'Go to Head',
    prompt: `Layer and head, such as 8.3 for layer 8, head 3. There are ${heads.length} layers.`,
    placeHolder: 'layer.head',
    validateInput: (text) => placeProblem(text, heads),
  });
  return answer === undefined ? undefined : (parsePlace(answer) ?? undefined);
}
