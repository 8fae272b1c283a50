import type { ModelFigures } from '../analysis/figures.js';

const COLUMNS = ['layer', 'head', 'mode', 'sigma', 'cos', 'angle', 'block', 'model', 'basis'];

/** One row a mode: its place, singular value, cosine (empty where it has none), predicted angle in radians, and block as `first-last`. */
export function figuresToCsv(models: readonly ModelFigures[]): string {
  const rows = [COLUMNS.join(',')];
  for (const { layers, model, basis } of models) {
    for (const layer of layers) {
      for (const head of layer.heads) {
        head.sigma.forEach((sigma, mode) => {
          const block = head.blocks.find(([first, last]) => first <= mode && mode <= last);
          rows.push(
            [
              String(layer.index),
              String(head.index),
              String(mode),
              cell(sigma),
              cell(head.cos[mode]),
              cell(head.angle[mode]),
              block === undefined ? '' : block.join('-'),
              quote(model),
              basis,
            ].join(','),
          );
        });
      }
    }
  }
  return `${rows.join('\r\n')}\r\n`;
}

/** A table of words and numbers, its header first. */
export function tableToCsv(rows: readonly (readonly string[])[]): string {
  const written = (text: string): string => (Number.isFinite(Number(text)) ? text : quote(text));
  return rows.map((row) => `${row.map(written).join(',')}\r\n`).join('');
}

function cell(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(value);
}

/** RFC 4180 quoting; names come out of files, and one that a spreadsheet would run as a formula is made plain text. */
function quote(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
