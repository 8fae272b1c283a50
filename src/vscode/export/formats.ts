import type { Picture } from '../../protocol/panel.js';

/** Forms in which figures are written. */
export type FiguresForm = 'csv' | 'json' | 'html';

/** What can be exported: figures, which need the whole analysis, or a picture that the panel draws. */
export type ExportFormat =
  | { readonly kind: 'figures'; readonly form: FiguresForm; readonly label: string; readonly detail: string }
  | {
      readonly kind: 'picture';
      readonly form: 'svg' | 'png';
      readonly picture: Picture;
      readonly label: string;
      readonly detail: string;
    };

/** All exports, in the order of the quick pick. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  { kind: 'figures', form: 'csv', label: 'CSV', detail: 'One row a mode: sigma, cosine, angle, block' },
  { kind: 'figures', form: 'json', label: 'JSON', detail: 'All figures in full precision, with where they come from' },
  { kind: 'figures', form: 'html', label: 'HTML report', detail: 'One page with live charts, to read and to pass on' },
  picture('svg', 'layers', 'Layers and heads'),
  picture('png', 'layers', 'Layers and heads'),
  picture('svg', 'head', 'The selected head'),
  picture('png', 'head', 'The selected head'),
  picture('svg', 'modes', 'Modes on the image'),
  picture('png', 'modes', 'Modes on the image'),
  picture('svg', 'attention', 'Attention on the image'),
  picture('png', 'attention', 'Attention on the image'),
  picture('svg', 'preference', 'Object preference on the image'),
  picture('png', 'preference', 'Object preference on the image'),
];

/** True for pictures of the image row. */
export function needsImage(shown: Picture): boolean {
  return shown !== 'layers' && shown !== 'head';
}

function picture(form: 'svg' | 'png', shown: Picture, detail: string): ExportFormat {
  return { kind: 'picture', form, picture: shown, label: `${form.toUpperCase()} picture`, detail };
}

/** A file name for an export, such as `model-folded.csv`: what is exported of which file in which basis. */
export function exportName(fileName: string, model: string | null, basis: string, format: ExportFormat): string {
  const stem = fileName.replace(/(\.safetensors\.index)?\.[^.]+$/u, '');
  const parts = [stem, model, basis, format.kind === 'picture' ? format.picture : null];
  const name = parts.filter((part) => part !== null && part !== '').join('-');
  return `${name.replace(/[^\p{L}\p{N}._-]+/gu, '_')}.${format.form}`;
}
