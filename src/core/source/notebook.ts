import type { SourceText } from './contract.js';

/** More cells than any notebook that people work with. */
const MAX_CELLS = 5_000;

/** Code cells of a Jupyter notebook; null where the text is none. Lines of commands to the notebook are made comments of the same length. */
export function notebookCells(file: string, json: string): SourceText[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  const cells = fieldOf(parsed, 'cells');
  if (!Array.isArray(cells)) return null;
  const texts: SourceText[] = [];
  cells.slice(0, MAX_CELLS).forEach((cell: unknown, index) => {
    if (fieldOf(cell, 'cell_type') !== 'code') return;
    const source = fieldOf(cell, 'source');
    const lines: unknown[] = Array.isArray(source) ? source : [source];
    const text = lines.filter((line) => typeof line === 'string').join('');
    texts.push({ file, cell: index, text: withoutCommands(text) });
  });
  return texts;
}

/** `%matplotlib inline` and `!pip install timm` are no Python. */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^([ \t]*)[%!]/gmu, '$1#');
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
