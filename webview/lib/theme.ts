import { useEffect, useState } from 'preact/hooks';
import { over, withOpacity } from '../../src/core/charts/css-colour.js';
import { FILE_THEMES, type ChartTheme } from '../../src/core/charts/chart-theme.js';
import { SIMILARITY_SCALES, type SimilarityScale, type ThemeKind } from '../../src/core/charts/similarity-scale.js';

/** Grid lines as a part of the foreground: `panel-border` is bright blue in high contrast. */
const GRID = 0.11;
const GRID_HIGH_CONTRAST = 0.2;

/** The kind of colour theme, told by the classes that VS Code sets on the body. */
function themeKind(): ThemeKind {
  const { classList } = document.body;
  if (classList.contains('vscode-high-contrast-light')) return 'high-contrast-light';
  if (classList.contains('vscode-high-contrast')) return 'high-contrast';
  return classList.contains('vscode-light') ? 'light' : 'dark';
}

/** The colours and the font of the page as charts need them, read from the theme's variables. */
function readTheme(): ChartTheme {
  const style = getComputedStyle(document.body);
  const kind = themeKind();
  const usual = FILE_THEMES[kind === 'light' || kind === 'high-contrast-light' ? 'light' : 'dark'];
  const token = (name: string): string | null => {
    const value = style.getPropertyValue(`--vscode-${name}`).trim();
    return value === '' ? null : value;
  };
  const ground = token('editor-background') ?? usual.ground;
  const foreground = token('foreground') ?? usual.foreground;
  const highContrast = kind === 'high-contrast' || kind === 'high-contrast-light';
  return {
    kind,
    ground,
    foreground,
    muted: token('descriptionForeground') ?? usual.muted,
    lines: token('charts-lines') ?? usual.lines,
    grid: withOpacity(foreground, highContrast ? GRID_HIGH_CONTRAST : GRID),
    accent: token('focusBorder') ?? usual.accent,
    hover: token('list-hoverBackground') ?? withOpacity(foreground, GRID),
    // An SVG file sets the font in an attribute between double quotes.
    fontFamily: style.fontFamily.replaceAll('"', "'"),
    scale: readScale(token, SIMILARITY_SCALES[kind], ground),
  };
}

/** The scale as the theme has it; opaque, for cells are read against it. */
function readScale(token: (name: string) => string | null, usual: SimilarityScale, ground: string): SimilarityScale {
  const colour = (name: string, otherwise: string): string =>
    over(token(`qkLens-${name}`) ?? otherwise, ground) ?? otherwise;
  const side = (name: 'similar' | 'dissimilar'): SimilarityScale['similar'] => {
    const [first, second, third, fourth] = usual[name];
    return [
      colour(`${name}1`, first),
      colour(`${name}2`, second),
      colour(`${name}3`, third),
      colour(`${name}4`, fourth),
    ];
  };
  return { neutral: colour('neutral', usual.neutral), similar: side('similar'), dissimilar: side('dissimilar') };
}

/** The theme, read anew whenever the editor changes it: charts do not restyle themselves. */
export function useTheme(): ChartTheme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    const observer = new MutationObserver(() => {
      setTheme(readTheme());
    });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    return () => {
      observer.disconnect();
    };
  }, []);
  return theme;
}
