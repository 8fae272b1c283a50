import { l10n } from 'vscode';
import type { FiguresForm } from '../../protocol/figures-file.js';
import type { Picture } from '../../protocol/panel.js';

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
  { kind: 'figures', form: 'csv', label: 'CSV', detail: l10n.t('One row a mode: sigma, cosine, angle, block') },
  {
    kind: 'figures',
    form: 'json',
    label: 'JSON',
    detail: l10n.t('All figures in full precision, with where they come from'),
  },
  {
    kind: 'figures',
    form: 'html',
    label: l10n.t('HTML report'),
    detail: l10n.t('One page with live charts, to read and to pass on'),
  },
  ...[
    ['layers', l10n.t('Layers and heads')] as const,
    ['head', l10n.t('The selected head')] as const,
    ['modes', l10n.t('Modes on the image')] as const,
    ['attention', l10n.t('Attention on the image')] as const,
    ['preference', l10n.t('Object preference on the image')] as const,
    ['prompting', l10n.t('Strength of the prompt')] as const,
    ['off-object', l10n.t('What lies off the object')] as const,
  ].flatMap(([shown, label]) => [picture('svg', shown, label), picture('png', shown, label)]),
];

/** True for pictures of the image row. */
export function needsImage(shown: Picture): boolean {
  return shown !== 'layers' && shown !== 'head';
}

function picture(form: 'svg' | 'png', shown: Picture, detail: string): ExportFormat {
  return { kind: 'picture', form, picture: shown, label: l10n.t('{0} picture', form.toUpperCase()), detail };
}

/** A file name for an export, such as `model-folded.csv`: what is exported of which file in which basis. */
export function exportName(fileName: string, model: string | null, basis: string, format: ExportFormat): string {
  const stem = fileName.replace(/(\.safetensors\.index)?\.[^.]+$/u, '');
  const parts = [stem, model, basis, format.kind === 'picture' ? format.picture : null];
  const name = parts.filter((part) => part !== null && part !== '').join('-');
  return `${inFileName(name)}.${format.form}`;
}

/** A text as part of a file name: other characters than letters, digits, `.`, `_` and `-` become `_`. */
export function inFileName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, '_');
}
