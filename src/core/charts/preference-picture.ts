import * as l10n from '@vscode/l10n';
import type { ChartTheme } from './chart-theme.js';
import { type ChartPicture, type PictureTitle, stackedPicture } from './pictures.js';
import { preferenceLayout, type PreferenceView } from './preference-layout.js';
import { preferencePlot } from './preference-plot.js';

const MARGINS = 32;

/** Charts of object preference, one under the other. */
export function preferencePicture(
  views: readonly PreferenceView[],
  { title, remark }: PictureTitle,
  theme: ChartTheme,
  width = 720,
): ChartPicture {
  const plots = views.map((view) => preferencePlot(view, preferenceLayout(view, width - MARGINS), null, theme));
  const label = l10n.t('What the patches of objects attend to in each layer, as multiples of even attention.');
  return stackedPicture({ title, remarks: [remark], label, plots, gaps: plots.map(() => 8), width }, theme);
}
