import { attention, type QueriesAndKeys } from '../analysis/image/attention.js';
import type { Products } from '../analysis/image/products.js';
import type { Widening } from './decomposed-bias.js';
import type { AttentionArithmetic } from './recompute-layer.js';
import { placesOf, type WindowLayout, windowMask, withMask } from './windows.js';

/** A matrix row by row. */
interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Attention of a head within windows, (windows, places, places), and what it mixes of the values, (tokens, size of a value).
 * @param queries one a token, and behind the last token that of a place that was filled up; the same for keys and values.
 * @param bias of the places of any window, (places, places).
 */
export async function attendWindows(
  arithmetic: AttentionArithmetic,
  layout: WindowLayout,
  { queries, keys, values }: { readonly queries: Matrix; readonly keys: Matrix; readonly values: Matrix },
  bias: Float32Array | null,
  widening: Widening | null,
): Promise<{ attention: Float32Array; mixed: Float64Array }> {
  const places = placesOf(layout);
  const found = new Float32Array(layout.count * places * places);
  const mixed = new Float64Array(layout.places.length * values.columns);
  for (let window = 0; window < layout.count; window++) {
    const part = (all: Matrix): Matrix => rowsOfWindow(all, layout, window);
    const own = await arithmetic.attend(
      widened(part(queries), widening, 'query'),
      widened(part(keys), widening, 'key'),
      part(values),
      withMask(bias, windowMask(layout, window)),
    );
    found.set(own.attention, window * places * places);
    for (let place = 0; place < places; place++) {
      const token = layout.tokens[window * places + place] ?? -1;
      const row = own.mixed.subarray(place * values.columns, (place + 1) * values.columns);
      if (token >= 0) mixed.set(row, token * values.columns);
    }
  }
  return { attention: found, mixed };
}

/** Attention of a head within windows, (windows, places, places), by our own products. @param head as `queries` and `keys` above. */
export function windowedAttention(
  products: Products,
  { queries, keys, count, size, scale }: QueriesAndKeys,
  layout: WindowLayout,
  bias: Float32Array | null,
  widening: Widening | null,
): Float32Array {
  const places = placesOf(layout);
  const found = new Float32Array(layout.count * places * places);
  for (let window = 0; window < layout.count; window++) {
    const part = (values: Float64Array): Float64Array =>
      rowsOfWindow({ values, rows: count, columns: size }, layout, window).values;
    const own = meet({ queries: part(queries), keys: part(keys), count: places, size, scale }, widening);
    found.set(attention(products, own, withMask(bias, windowMask(layout, window))), window * places * places);
  }
  return found;
}

/** Queries and keys of a window, or of all tokens, with what is added to them before they meet. */
export function meet(bare: QueriesAndKeys, widening: Widening | null): QueriesAndKeys {
  if (widening === null) return bare;
  return { ...bare, queries: widening.query(bare.queries), keys: widening.key(bare.keys), size: widening.wide };
}

/** The same for one side of them. */
export function widened(bare: Matrix, widening: Widening | null, side: 'query' | 'key'): Matrix {
  return widening === null ? bare : { ...bare, values: widening[side](bare.values), columns: widening.wide };
}

/** The rows of a window's places; the last of all rows stands for a place without a token. */
function rowsOfWindow({ values, rows, columns }: Matrix, layout: WindowLayout, window: number): Matrix {
  const places = placesOf(layout);
  const own = new Float64Array(places * columns);
  for (let place = 0; place < places; place++) {
    const token = layout.tokens[window * places + place] ?? -1;
    const row = token < 0 ? rows - 1 : token;
    own.set(values.subarray(row * columns, (row + 1) * columns), place * columns);
  }
  return { values: own, rows: places, columns };
}
