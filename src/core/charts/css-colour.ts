import { linearLight, type Rgb } from './oklab.js';

/** A CSS colour taken apart: channels 0..255, opacity 0..1. */
export interface CssColour {
  readonly rgb: Rgb;
  readonly alpha: number;
}

const HEX = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;
const FUNCTION = /^rgba?\(\s*([\d.]+)\s*[,\s]\s*([\d.]+)\s*[,\s]\s*([\d.]+)\s*(?:[,/]\s*([\d.]+)(%?)\s*)?\)$/i;

/** Reads `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()` and `rgba()`, the forms that VS Code writes; null for others. */
export function parseColour(css: string): CssColour | null {
  const text = css.trim();
  const hex = HEX.exec(text)?.[1];
  if (hex !== undefined) {
    const long = hex.length <= 4 ? hex.replace(/./g, '$&$&') : hex;
    const at = (start: number): number => parseInt(long.slice(start, start + 2), 16);
    return { rgb: [at(0), at(2), at(4)], alpha: long.length === 8 ? at(6) / 255 : 1 };
  }
  const parts = FUNCTION.exec(text);
  if (parts === null) return null;
  const alpha = parts[4] === undefined ? 1 : Number(parts[4]) / (parts[5] === '%' ? 100 : 1);
  return { rgb: [Number(parts[1]), Number(parts[2]), Number(parts[3])], alpha: Math.min(1, alpha) };
}

/** `#rrggbb` of a colour. */
export function hexOf(rgb: Rgb): string {
  return `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

/** The colour made see-through: its own opacity times `opacity`; a colour that cannot be read stays as it is. */
export function withOpacity(css: string, opacity: number): string {
  const colour = parseColour(css);
  if (colour === null) return css;
  const alpha = Number((colour.alpha * opacity).toFixed(3));
  return `rgba(${colour.rgb.map((value) => String(Math.round(value))).join(', ')}, ${String(alpha)})`;
}

/** The opaque colour that is seen where `css` lies over an opaque ground; null when one of them cannot be read. */
export function over(css: string, ground: string): string | null {
  const top = parseColour(css);
  const below = parseColour(ground);
  if (top === null || below === null) return null;
  const blend = (upper: number, lower: number): number => lower + (upper - lower) * top.alpha;
  return hexOf([blend(top.rgb[0], below.rgb[0]), blend(top.rgb[1], below.rgb[1]), blend(top.rgb[2], below.rgb[2])]);
}

/** Relative luminance of WCAG 2, 0..1. */
export function luminance(rgb: Rgb): number {
  return 0.2126 * linearLight(rgb[0]) + 0.7152 * linearLight(rgb[1]) + 0.0722 * linearLight(rgb[2]);
}
