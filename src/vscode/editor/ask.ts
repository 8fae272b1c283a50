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
    description: vscode.l10n.t('no model, {0} tensors', tensorCount),
    picked: false,
    name: undefined,
  }));
  const separator = {
    label: vscode.l10n.t('Without a model'),
    kind: vscode.QuickPickItemKind.Separator,
    name: undefined,
  };
  const items = others.length === 0 ? models : [...models, separator, ...others];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Model to Show'),
    matchOnDescription: true,
  });
  return picked?.name;
}

/** Asks for the number of heads of a model; only numbers that divide its queries are taken. */
export async function askHeads(model: Model): Promise<number | undefined> {
  const rows = model.layers[0]?.query.weight.rows ?? 0;
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Number of Heads'),
    prompt: vscode.l10n.t('The queries of {0} have {1} rows; the number of heads must divide that.', model.title, rows),
    value: String(model.layers[0]?.heads ?? ''),
    validateInput: (text) => headsProblem(text, rows),
  });
  return answer === undefined ? undefined : Number(answer.trim());
}

/** Asks which tensors are the query and key weights. */
export async function askNames(tensors: readonly TensorEntry[]): Promise<Choices['named'] | undefined> {
  const names = tensors.map(({ name }) => name);
  const ask = (title: string, example: string): Thenable<string | undefined> =>
    vscode.window.showInputBox({
      title,
      prompt: vscode.l10n.t(
        'The name, with {i} where the number of the layer stands. A fused weight is named for both.',
      ),
      placeHolder: example,
      ignoreFocusOut: true,
      validateInput: (text) => namePatternProblem(text, names),
    });
  const query = await ask(vscode.l10n.t('Tensors of the Query Weights'), 'blocks.{i}.attn.q.weight');
  if (query === undefined) return undefined;
  const key = await ask(vscode.l10n.t('Tensors of the Key Weights'), 'blocks.{i}.attn.k.weight');
  return key === undefined ? undefined : { query: query.trim(), key: key.trim() };
}

/** Asks for a head of a model by layer and head number. */
export async function askPlace(heads: readonly number[]): Promise<{ layer: number; head: number } | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Go to Head'),
    prompt: vscode.l10n.t('Layer and head, such as 8.3 for layer 8, head 3. There are {0} layers.', heads.length),
    placeHolder: vscode.l10n.t('layer.head'),
    validateInput: (text) => placeProblem(text, heads),
  });
  return answer === undefined ? undefined : (parsePlace(answer) ?? undefined);
}
