import * as vscode from 'vscode';
import { SHARD_INDEX_SUFFIX } from '../manifest/views.js';
import type { SourceLanguage, TextChange, TextEdit, TextKey } from './worker/messages.js';

/** Longer texts are data, not code or configuration; parsing one would hold up the others. */
export const MAX_TEXT_LENGTH = 4_000_000;

/** Configurations are small; longer ones are exports and lock files. */
const MAX_CONFIG_LENGTH = 200_000;

/** Beside files: what is not saved yet, the other side of a comparison, and cells of notebooks. */
const SCHEMES = new Set(['file', 'untitled', 'git', 'vscode-notebook-cell', 'vscode-vfs', 'vscode-remote']);

/** Code is read only where it speaks of models; most files of a workspace do not. */
const MODEL_WORDS =
  /\bModule\b|\bnn\.|\b(?:torch|timm|flax|keras|jax|equinox|safetensors|transformers|onnxruntime|open_clip)\b|\bfrom_pretrained\b|\bcreate_model\b|\.(?:safetensors|pth?|ckpt)\b/u;

/** Configurations are read where they name a file of weights or the size of a model. */
const CONFIG_WORDS =
  /\.(?:safetensors|pth?|ckpt|bin|onnx)\b|(?:^|[\s"'])(?:num_heads|embed_dim|patch_size|checkpoint|pretrained|weights|ckpt)[\w.]*["']?\s*:/mu;

/** Editors without a language for it show YAML as plain text. */
const YAML_FILE = /\.ya?ml$/iu;

/** What providers are registered for. */
export const PYTHON_AND_CONFIGS: vscode.DocumentSelector = [...SCHEMES].flatMap((scheme) => [
  ...['python', 'yaml', 'json', 'jsonc'].map((language) => ({ scheme, language })),
  { scheme, pattern: '**/*.{yaml,yml}' },
]);

/** How a document is read; null where it is not. */
export function languageOf({ uri, languageId }: vscode.TextDocument): SourceLanguage | null {
  if (!SCHEMES.has(uri.scheme) || uri.path.endsWith(SHARD_INDEX_SUFFIX)) return null;
  switch (languageId) {
    case 'python':
      return 'python';
    case 'yaml':
      return 'yaml';
    case 'json':
    case 'jsonc':
      return 'json';
    default:
      return YAML_FILE.test(uri.path) ? 'yaml' : null;
  }
}

/** True where it is worth parsing a text. */
export function isWorthReading(language: SourceLanguage, text: string): boolean {
  if (language === 'python') return text.length <= MAX_TEXT_LENGTH && MODEL_WORDS.test(text);
  return text.length <= MAX_CONFIG_LENGTH && CONFIG_WORDS.test(text);
}

/** The name of a file or address as the sources use it: with `/` between folders. */
function fileKey(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath.replaceAll('\\', '/') : uri.with({ fragment: '' }).toString();
}

/** Names a document: all cells of a notebook share its file. */
export function textKey(document: vscode.TextDocument): TextKey {
  if (document.uri.scheme !== 'vscode-notebook-cell') return { file: fileKey(document.uri), cell: null };
  for (const notebook of vscode.workspace.notebookDocuments) {
    const cell = notebook.getCells().find((each) => each.document === document);
    if (cell !== undefined) return { file: fileKey(notebook.uri), cell: cell.index };
  }
  return { file: document.uri.toString(), cell: null };
}

/** One word for a key. */
export const keyWord = ({ file, cell }: TextKey): string => `${cell === null ? '' : String(cell)}\n${file}`;

/** An edit of the editor as the sources take it. */
export const textEdit = ({ rangeOffset, rangeLength, text }: vscode.TextDocumentContentChangeEvent): TextEdit => ({
  offset: rangeOffset,
  length: rangeLength,
  text,
});

/** The whole of a document. */
export function wholeText(document: vscode.TextDocument, language: SourceLanguage, key: TextKey): TextChange {
  return { kind: 'set', key, language, text: document.getText() };
}
