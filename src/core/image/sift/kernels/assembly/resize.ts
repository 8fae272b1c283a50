/**
 * 2 `width` float32 of a row of the doubled picture, from the bytes of the two rows it lies between: three quarters of `near` and one of `far`, and
 * the same along the row, where the edge is repeated. All sums are whole sixteenths, so nothing is rounded.
 */
export function doubleRow(near: usize, far: usize, width: i32, out: usize): void {
  let before = mixed(near, far, 0);
  let here = before;
  for (let x = 1; x < width; x++) {
    const after = mixed(near, far, x);
    store<f32>(out, (before + 3 * here) * 0.0625);
    store<f32>(out, (3 * here + after) * 0.0625, 4);
    before = here;
    here = after;
    out += 8;
  }
  store<f32>(out, (before + 3 * here) * 0.0625);
  store<f32>(out, here * 0.25, 4);
}

/** Four times the value of column x. */
function mixed(near: usize, far: usize, x: i32): f32 {
  const sum: i32 = 3 * i32(load<u8>(near + <usize>x)) + i32(load<u8>(far + <usize>x));
  return f32(sum);
}

/** Every second float32 of a row, from the first on, as `bytes` of float32, a multiple of 16. */
export function halveRow(source: usize, out: usize, bytes: usize): void {
  for (let x: usize = 0; x < bytes; x += 16) {
    const at = source + 2 * x;
    v128.store(out + x, v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6));
  }
}
