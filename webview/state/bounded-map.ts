/**
 * A map with one more entry; the oldest ones go while all together are larger than allowed, but the new one stays.
 * @param sizeOf numbers that an entry holds.
 */
export function remembered<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
  sizeOf: (value: Value) => number,
  most: number,
): ReadonlyMap<string, Value> {
  const next = new Map(map);
  next.delete(key);
  next.set(key, value);
  let size = 0;
  for (const one of next.values()) size += sizeOf(one);
  for (const [oldest, one] of next) {
    if (size <= most || oldest === key) break;
    next.delete(oldest);
    size -= sizeOf(one);
  }
  return next;
}
