import { Products, type Rows } from '../image/products.js';
import type { PatchRows } from './patch-rows.js';
import type { Grid } from './torus.js';

/** Numbers of a batch of displacements, so that memory stays within some megabytes at any grid. */
const BATCH = 2 ** 18;

/** Cosines and sines. */
interface Table extends Rows {
  readonly values: Float64Array;
}

/** A displacement of the torus, and whether its opposite, another one, is taken along with it. */
interface Displacement {
  readonly down: number;
  readonly right: number;
  readonly paired: boolean;
}

/**
 * sum_ij w(i - s) At_ij w(j - s) for all shifts s around the torus at once.
 *
 * With d = j - i that is a sum over displacements d of correlations of w(k) w(k + d) with At(i, i + d); d and -d go together, since w w^T is symmetric.
 * Correlations are products of Fourier transforms, so one inverse transform a head is enough, and the transform of the weights is made once.
 * The transforms are products with small matrices, along the columns and then along the rows: that takes any grid, 37 x 37 as well as 16 x 16.
 * Tried on 256 patches, one head: each shift by itself in plain loops 50 ms, all shifts as one product of matrices 2.7 ms, as here 1.1 ms.
 */
export class ShiftedForms {
  readonly #products = new Products();
  readonly #displacements: readonly Displacement[];
  /** (2 frequencies, columns): cosines, then minus sines of each frequency along a row of patches. */
  readonly #across: Table;
  /** (2 rows, 2 rows): the same along a column, for pairs of real and imaginary parts. */
  readonly #down: Table;
  readonly #frequencies: number;
  /** Transform of w(k) w(k + d) of each displacement, (displacements, frequencies, 2 rows). */
  readonly #weights: Float64Array;
  /** Displacements of a batch; their maps, (displacements, patches), and half of their transform, used again for each batch of each head. */
  readonly #step: number;
  readonly #maps: Float64Array;
  readonly #turned: Float64Array;
  readonly #partners: Int32Array;

  constructor(
    private readonly grid: Grid,
    weights: Float64Array,
  ) {
    const [rows, columns] = grid;
    this.#frequencies = Math.floor(columns / 2) + 1;
    this.#displacements = half(grid);
    this.#across = acrossTable(columns, this.#frequencies);
    this.#down = downTable(rows);
    this.#step = Math.min(this.#displacements.length, Math.max(1, Math.floor(BATCH / (rows * columns))));
    this.#partners = new Int32Array(rows * columns);
    this.#maps = new Float64Array(this.#step * rows * columns);
    this.#turned = new Float64Array(this.#step * this.#frequencies * 2 * rows);
    this.#weights = new Float64Array(this.#displacements.length * this.#frequencies * 2 * rows);
    this.#transform(
      (_, partners, out) => {
        for (let i = 0; i < out.length; i++) out[i] = (weights[i] ?? 0) * (weights[partners[i] ?? 0] ?? 0);
      },
      (start, spectrum) => this.#weights.set(spectrum, start),
    );
  }

  /** The sum for each shift, the places of the grid row by row; that of no shift first. */
  of({ attention, prefix, patches, factors }: PatchRows): Float64Array {
    const { grid } = this;
    const count = prefix + patches;
    const first = prefix * count + prefix;
    const total = new Float64Array(this.#frequencies * 2 * grid[0]);
    this.#transform(
      ({ paired }, partners, out) => {
        for (let i = 0; i < out.length; i++) {
          const j = partners[i] ?? 0;
          const forth = (attention[first + i * count + j] ?? 0) * (factors[i] ?? 0);
          out[i] = paired ? forth + (attention[first + j * count + i] ?? 0) * (factors[j] ?? 0) : forth;
        }
      },
      (start, spectrum) => addProduct(total, spectrum, this.#weights, start, grid[0]),
    );
    return inverse(total, grid, this.#across.values, this.#down.values);
  }

  /** Transforms the map of each displacement, which `fill` makes with the patch that lies that far from each; `use` gets the transforms of some, whose first number is `start` among those of all. */
  #transform(
    fill: (displacement: Displacement, partners: Int32Array, out: Float64Array) => void,
    use: (start: number, spectrum: Float64Array) => void,
  ): void {
    const [rows, columns] = this.grid;
    const frequencies = this.#frequencies;
    const patches = rows * columns;
    const maps = this.#maps;
    for (let from = 0; from < this.#displacements.length; from += this.#step) {
      const batch = this.#displacements.slice(from, from + this.#step);
      for (const [at, displacement] of batch.entries()) {
        findPartners(this.grid, displacement, this.#partners);
        fill(displacement, this.#partners, maps.subarray(at * patches, (at + 1) * patches));
      }
      const lines = batch.length * rows;
      const turned = this.#turned;
      this.#products.byBlocks({ values: maps, rows: lines, columns }, this.#across, (line, parts) => {
        turn(parts, line, rows, frequencies, turned);
      });
      const size = frequencies * batch.length;
      this.#products.byBlocks({ values: turned, rows: size, columns: 2 * rows }, this.#down, (row, spectrum) => {
        use((from * frequencies + row) * 2 * rows, spectrum);
      });
    }
  }
}

/** One of each displacement and its opposite, but not that of a patch to itself, which At has not. */
function half([rows, columns]: Grid): Displacement[] {
  const found: Displacement[] = [];
  for (let down = 0; down < rows; down++) {
    for (let right = 0; right < columns; right++) {
      const own = down * columns + right;
      const opposite = ((rows - down) % rows) * columns + ((columns - right) % columns);
      if (own > 0 && own <= opposite) found.push({ down, right, paired: own < opposite });
    }
  }
  return found;
}

/** The patch i + d of every patch i. */
function findPartners([rows, columns]: Grid, { down, right }: Displacement, partners: Int32Array): void {
  for (let y = 0; y < rows; y++) {
    const here = y * columns;
    const there = ((y + down) % rows) * columns;
    for (let x = 0; x < columns - right; x++) partners[here + x] = there + x + right;
    for (let x = columns - right; x < columns; x++) partners[here + x] = there + x + right - columns;
  }
}

function acrossTable(columns: number, frequencies: number): Table {
  const values = new Float64Array(2 * frequencies * columns);
  for (let f = 0; f < frequencies; f++) {
    for (let x = 0; x < columns; x++) {
      const angle = (2 * Math.PI * ((f * x) % columns)) / columns;
      values[2 * f * columns + x] = Math.cos(angle);
      values[(2 * f + 1) * columns + x] = -Math.sin(angle);
    }
  }
  return { values, rows: 2 * frequencies, columns };
}

function downTable(rows: number): Table {
  const width = 2 * rows;
  const values = new Float64Array(width * width);
  for (let f = 0; f < rows; f++) {
    for (let y = 0; y < rows; y++) {
      const angle = (2 * Math.PI * ((f * y) % rows)) / rows;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      values.set([cosine, sine], 2 * f * width + 2 * y);
      values.set([-sine, cosine], (2 * f + 1) * width + 2 * y);
    }
  }
  return { values, rows: width, columns: width };
}

/** (displacement, row, frequency) to (displacement, frequency, row), in pairs of real and imaginary parts. */
function turn(parts: Float64Array, firstLine: number, rows: number, frequencies: number, out: Float64Array): void {
  const width = 2 * frequencies;
  for (let at = 0; at < parts.length; at += width) {
    const line = firstLine + at / width;
    const y = line % rows;
    const start = ((line - y) / rows) * width * rows + 2 * y;
    for (let f = 0; f < frequencies; f++) {
      const to = start + f * 2 * rows;
      out[to] = parts[at + 2 * f] ?? 0;
      out[to + 1] = parts[at + 2 * f + 1] ?? 0;
    }
  }
}

/** total += spectrum * conjugate(weights), displacement after displacement. */
function addProduct(
  total: Float64Array,
  spectrum: Float64Array,
  weights: Float64Array,
  start: number,
  rows: number,
): void {
  const size = total.length;
  const width = 2 * rows;
  for (let row = 0; row < spectrum.length; row += width) {
    const to = (start + row) % size;
    for (let at = 0; at < width; at += 2) {
      const real = spectrum[row + at] ?? 0;
      const imaginary = spectrum[row + at + 1] ?? 0;
      const cosine = weights[start + row + at] ?? 0;
      const sine = weights[start + row + at + 1] ?? 0;
      total[to + at] = (total[to + at] ?? 0) + real * cosine + imaginary * sine;
      total[to + at + 1] = (total[to + at + 1] ?? 0) + imaginary * cosine - real * sine;
    }
  }
}

/**
 * The real function with a transform (frequencies, rows), of whose frequencies along a row the upper half is the conjugate of the lower.
 * The tables are those of the transform: its angles are the same.
 */
function inverse(
  transform: Float64Array,
  [rows, columns]: Grid,
  across: Float64Array,
  down: Float64Array,
): Float64Array {
  const frequencies = across.length / (2 * columns);
  const out = new Float64Array(rows * columns);
  for (let f = 0; f < frequencies; f++) {
    const weight = (f === 0 || 2 * f === columns ? 1 : 2) / (rows * columns);
    for (let y = 0; y < rows; y++) {
      let real = 0;
      let imaginary = 0;
      for (let g = 0; g < rows; g++) {
        const angle = 4 * rows * g + 2 * y;
        const [cosine, sine] = [down[angle] ?? 0, down[angle + 1] ?? 0];
        const at = (f * rows + g) * 2;
        const a = transform[at] ?? 0;
        const b = transform[at + 1] ?? 0;
        real += a * cosine - b * sine;
        imaginary += a * sine + b * cosine;
      }
      for (let x = 0; x < columns; x++) {
        const at = y * columns + x;
        // The table has minus sines.
        const turned = real * (across[2 * f * columns + x] ?? 0) + imaginary * (across[(2 * f + 1) * columns + x] ?? 0);
        out[at] = (out[at] ?? 0) + weight * turned;
      }
    }
  }
  return out;
}
