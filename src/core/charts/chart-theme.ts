import { SIMILARITY_SCALES, type SimilarityScale, type ThemeKind } from './similarity-scale.js';

/** Colours and font of a chart, resolved: an SVG knows no variables of an editor. */
export interface ChartTheme {
  readonly kind: ThemeKind;
  readonly foreground: string;
  /** Second text. */
  readonly muted: string;
  readonly ground: string;
  /** Zero lines, and marks inside the chance band. */
  readonly lines: string;
  /** Grid lines. */
  readonly grid: string;
  /** Selection and cursor. */
  readonly accent: string;
  /** The column under the mouse or of the selected layer. */
  readonly hover: string;
  readonly fontFamily: string;
  readonly scale: SimilarityScale;
}

/** Themes for files that are drawn outside an editor; colours of VS Code's Light Modern and Dark Modern. */
export const FILE_THEMES: Readonly<Record<'light' | 'dark', ChartTheme>> = {
  light: {
    kind: 'light',
    foreground: '#3b3b3b',
    muted: '#6a6a6a',
    ground: '#ffffff',
    lines: 'rgba(59, 59, 59, 0.5)',
    grid: 'rgba(59, 59, 59, 0.11)',
    accent: '#005fb8',
    hover: '#f2f2f2',
    fontFamily: 'sans-serif',
    scale: SIMILARITY_SCALES.light,
  },
  dark: {
    kind: 'dark',
    foreground: '#cccccc',
    muted: '#9d9d9d',
    ground: '#1f1f1f',
    lines: 'rgba(204, 204, 204, 0.5)',
    grid: 'rgba(204, 204, 204, 0.11)',
    accent: '#0078d4',
    hover: '#2a2d2e',
    fontFamily: 'sans-serif',
    scale: SIMILARITY_SCALES.dark,
  },
};
