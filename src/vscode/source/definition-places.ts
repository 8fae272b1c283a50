import * as vscode from 'vscode';
import { lookupOf } from '../../core/source/match/lookup.js';
import { findFiles } from '../search/find-files.js';
import { isWorthReading, MAX_TEXT_LENGTH } from './texts.js';
import { locationOf } from './places.js';
import type { SourceIndex } from './source-index.js';

/** Files that are looked through when no open one has the definition; more would be felt. */
const MAX_SEARCHED = 2_000;
/** Files with models that are opened for it. */
const MAX_OPENED = 40;
const NOT_OURS = '**/{node_modules,.venv,venv,site-packages,.git,build,dist,__pycache__}/**';

/** Where the sources define a tensor: one place for each root class; those of its own checkpoint first. */
export function definitionPlaces(index: SourceIndex, tensor: string, checkpoint: vscode.Uri | null): vscode.Location[] {
  const own = checkpoint?.toString();
  const ordered = [
    ...index.matches.filter(({ uri }) => uri.toString() === own),
    ...index.matches.filter(({ uri }) => uri.toString() !== own),
  ];
  const places = new Map<string, vscode.Location>();
  for (const { match } of ordered) {
    const definition = lookupOf(match).ofTensor(tensor);
    if (definition === null) continue;
    const location = locationOf(definition, index.texts);
    places.set(`${location.uri.toString()} ${String(location.range.start.line)}`, location);
  }
  return [...places.values()];
}

/** Opens files of the workspace that speak of models, without showing them, until one defines the tensor. */
export async function searchDefinition(
  index: SourceIndex,
  tensor: string,
  checkpoint: vscode.Uri | null,
): Promise<vscode.Location[]> {
  const files = await findFiles({ globs: ['**/*.py'], exclude: NOT_OURS, most: MAX_SEARCHED });
  let opened = 0;
  let last: vscode.TextDocument | undefined;
  for (const uri of files) {
    if (opened >= MAX_OPENED) break;
    if (!(await speaksOfModels(uri))) continue;
    last = await vscode.workspace.openTextDocument(uri);
    opened++;
  }
  if (last !== undefined) await index.settled(last);
  return definitionPlaces(index, tensor, checkpoint);
}

async function speaksOfModels(uri: vscode.Uri): Promise<boolean> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > MAX_TEXT_LENGTH) return false;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  return text.includes('class ') && isWorthReading('python', text);
}

/** A tensor's name in quotes leads to the code that makes the tensor: in hooks, weight maps and index files. */
export class TensorNameDefinitions implements vscode.DefinitionProvider {
  readonly #index: SourceIndex;

  constructor(index: SourceIndex) {
    this.#index = index;
  }

  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.Location[] {
    const range = document.getWordRangeAtPosition(position, /["'][\w.]{3,200}["']/u);
    if (range === undefined) return [];
    return definitionPlaces(this.#index, document.getText(range).slice(1, -1), null);
  }
}
