import { MAX_SIDE, type Triple } from '../preprocessing.js';
import type { Size } from '../picture.js';

/** A parsed JSON object; nothing in it is believed. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; null when it is none. */
export function asFields(value: unknown): Fields | null {
  return isFields(value) ? value : null;
}

/** A field of the object's own; what it inherits is none. */
export function field(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** A side of a picture in pixels. */
export function asSide(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIDE ? value : null;
}

/** Height and width, from a list of two. */
export function asSize(value: unknown): Size | null {
  if (!isList(value) || value.length !== 2) return null;
  const height = asSide(value[0]);
  const width = asSide(value[1]);
  return height === null || width === null ? null : [height, width];
}

/** A finite number. */
export function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** One number a channel; a single one stands for all. */
export function asTriple(value: unknown): Triple | null {
  const list = isList(value) ? value : [value];
  const first = asNumber(list[0]);
  if (first === null) return null;
  if (list.length === 1) return [first, first, first];
  const second = asNumber(list[1]);
  const third = asNumber(list[2]);
  return second === null || third === null || list.length !== 3 ? null : [first, second, third];
}

/** Deviations: none of them may be 0. */
export function asDeviation(value: unknown): Triple | null {
  const triple = asTriple(value);
  return triple?.includes(0) === true ? null : triple;
}

/** Crops keep more than half of each side; a far smaller part would mean a resized picture of any size. */
const SMALLEST_FRACTION = 1 / 16;

/** Part of each side of the picture that the crop keeps, such as 0.875. */
export function asFraction(value: unknown): number | null {
  const number = asNumber(value);
  return number !== null && number >= SMALLEST_FRACTION && number <= 1 ? number : null;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
