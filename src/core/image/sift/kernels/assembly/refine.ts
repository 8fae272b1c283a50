/** An extremum that still moves after as many steps is given up. */
const MAX_STEPS: i32 = 5;

/** Largest offset of an extremum that belongs to its pixel. */
const HALF: f32 = 0.5;

const SCALE: f32 = 1.0 / 255.0;

/**
 * Moves from a pixel of the differences of Gaussians to the extremum of the quadratic through its neighbours. `pictures` are Gaussian pictures `step`
 * bytes apart, difference i being picture i + 1 less picture i.
 *
 * Derivatives are rounded to float32 after every step as OpenCV's are, because most of their digits cancel; the rest does not depend on the width.
 * @param out seven numbers: int32 layer, row and column of the pixel nearest to the extremum, float32 offsets from there along layers, rows and
 * columns, and float32 contrast, for gray values of 0 to 1.
 * @returns false when it does not settle, leaves the layers or comes within `border` pixels of the picture's end, is weaker than `contrastThreshold` /
 * `layers`, or lies on an edge.
 */
export function refine(
  pictures: usize,
  step: usize,
  stride: usize,
  width: i32,
  height: i32,
  border: i32,
  layers: i32,
  contrastThreshold: f32,
  edgeThreshold: f32,
  layer: i32,
  row: i32,
  column: i32,
  out: usize,
): bool {
  for (let taken = 0; taken < MAX_STEPS; taken++) {
    const at = pictures + <usize>layer * step + <usize>row * stride + ((<usize>column) << 2);
    const value = difference(at, step);
    const dx = first(at, 4, step);
    const dy = first(at, stride, step);
    const ds = first(at, step, step);
    const dxx = second(at, 4, step, value);
    const dyy = second(at, stride, step, value);
    const dss = second(at, step, step, value);
    const dxy = mixed(at, 4, stride, step);
    const dxs = mixed(at, 4, step, step);
    const dys = mixed(at, stride, step, step);

    // Cramer's rule, with the adjugate of the symmetric matrix; a singular one leaves the extremum where it is.
    const xx = <f64>dyy * dss - <f64>dys * dys;
    const xy = <f64>dxs * dys - <f64>dxy * dss;
    const xs = <f64>dxy * dys - <f64>dyy * dxs;
    const yy = <f64>dxx * dss - <f64>dxs * dxs;
    const ys = <f64>dxs * dxy - <f64>dxx * dys;
    const ss = <f64>dxx * dyy - <f64>dxy * dxy;
    const determinant = dxx * xx + dxy * xy + dxs * xs;
    const scale: f64 = determinant == 0 ? 0 : -1 / determinant;
    const columnOffset = <f32>(scale * (xx * dx + xy * dy + xs * ds));
    const rowOffset = <f32>(scale * (xy * dx + yy * dy + ys * ds));
    const layerOffset = <f32>(scale * (xs * dx + ys * dy + ss * ds));

    if (abs(columnOffset) < HALF && abs(rowOffset) < HALF && abs(layerOffset) < HALF) {
      const contrast = value * SCALE + (dx * columnOffset + dy * rowOffset + ds * layerOffset) * HALF;
      if (abs(contrast) * <f32>layers < contrastThreshold || isEdge(dxx, dyy, dxy, edgeThreshold)) return false;
      store<i32>(out, layer);
      store<i32>(out, row, 4);
      store<i32>(out, column, 8);
      store<f32>(out, layerOffset, 12);
      store<f32>(out, rowOffset, 16);
      store<f32>(out, columnOffset, 20);
      store<f32>(out, contrast, 24);
      return true;
    }
    layer = moved(layer, layerOffset);
    row = moved(row, rowOffset);
    column = moved(column, columnOffset);
    const isInPicture = column >= border && column < width - border && row >= border && row < height - border;
    if (!isInPicture || layer < 1 || layer > layers) return false;
  }
  return false;
}

/** The nearest place, halves to the even one; negative when that is farther away than any picture is large. */
function moved(place: i32, offset: f32): i32 {
  return abs(offset) < 1e8 ? place + <i32>nearest(offset) : -1;
}

/** Whether one of the curvatures in the picture is too many times the other, or of another sign. */
function isEdge(dxx: f32, dyy: f32, dxy: f32, threshold: f32): bool {
  const trace = dxx + dyy;
  const determinant = dxx * dyy - dxy * dxy;
  return determinant <= 0 || trace * trace * threshold >= (threshold + 1) * (threshold + 1) * determinant;
}

function difference(at: usize, step: usize): f32 {
  return load<f32>(at + step) - load<f32>(at);
}

/** First derivative along a direction that is given as bytes to go. */
function first(at: usize, along: usize, step: usize): f32 {
  return (difference(at + along, step) - difference(at - along, step)) * (SCALE * HALF);
}

function second(at: usize, along: usize, step: usize, value: f32): f32 {
  return (difference(at + along, step) + difference(at - along, step) - 2 * value) * SCALE;
}

function mixed(at: usize, one: usize, other: usize, step: usize): f32 {
  const here = difference(at + one + other, step) - difference(at - one + other, step);
  return (here - difference(at + one - other, step) + difference(at - one - other, step)) * (SCALE * HALF * HALF);
}
