import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { DTYPES, isFloat } from '../tensors/dtype.js';
import { holdsWeights, type TensorEntry } from '../tensors/tensor-index.js';
import { fillPath, isFused, joinPath, type Layout } from './layout.js';
import type { MatrixView, Norm, Projection, VectorView } from './model.js';
import { biasOf } from './names.js';
import type { TensorNames } from './tensor-names.js';

/** The tensors of one layer, found and of sizes that fit together; how many heads they hold is not decided yet. */
export interface ShapedLayer {
  /** Paths of the block and of its attention module. */
  readonly block: string;
  readonly path: string;
  readonly width: number;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection | null;
  readonly norm: Norm | null;
  readonly qkNorm: boolean;
  /** Heads by the shape of a weight that keeps them apart, (heads, headSize, width). */
  readonly shapedHeads: number | null;
}

/** Why the tensors of a layer cannot be used. */
export interface Misfit {
  readonly path: string;
  readonly problem: string;
}

/** Heads that share keys, needed to part a fused weight of grouped queries. */
export interface Grouping {
  readonly heads: number;
  readonly keyValueHeads: number;
}

/** Finds the tensors of the layer with these numbers, and checks that their sizes fit together. */
export function readLayer(
  names: TensorNames,
  root: string,
  layout: Layout,
  numbers: readonly number[],
  grouping: Grouping | null,
): ShapedLayer | Misfit {
  const block = `${root}${fillPath(layout.block, numbers)}`;
  const path = `${root}${fillPath(joinPath(layout.block, layout.attention), numbers)}`;
  const reader = new LayerReader(names, layout, (...parts) => `${root}${fillPath(joinPath(...parts), numbers)}`);
  const projections = isFused(layout.weights)
    ? reader.fused(layout.weights.fused, grouping)
    : reader.split(layout.weights.query, layout.weights.key, layout.weights.value);
  if ('problem' in projections) return { path, problem: projections.problem };
  const width = projections.query.weight.columns;
  if (projections.key.weight.columns !== width) {
    const problem = l10n.t(
      'its query reads {0} numbers a token and its key {1}: they read different streams',
      width,
      projections.key.weight.columns,
    );
    return { path, problem };
  }
  const { query, key } = projections;
  if (query.weight.rows % key.weight.rows !== 0) {
    const problem = l10n.t(
      'its query has {0} rows and its key {1}: no number of heads can share keys so',
      query.weight.rows,
      key.weight.rows,
    );
    return { path, problem };
  }
  const norm = reader.norm(width);
  if (norm !== null && 'problem' in norm) return { path, problem: norm.problem };
  const shapedHeads = layout.singleHead === true ? 1 : projections.shapedHeads;
  return { block, path, width, ...projections, shapedHeads, norm, qkNorm: reader.hasHeadNorms() };
}

interface Projections {
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection | null;
  readonly shapedHeads: number | null;
}

interface Problem {
  readonly problem: string;
}

/** (rows, columns) of a weight as it is used. */
interface Matrix {
  readonly tensor: TensorEntry;
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
  readonly heads: number | null;
}

/** Longer sides than any layer has; the widest models have some ten thousand. */
const MAX_SIDE = 2 ** 22;

/** Usual names of the output projection. */
const OUTPUTS = ['o_proj', 'out_proj', 'proj', 'c_proj', 'to_out.0', 'to_out', 'dense', 'wo', 'proj_out', 'out'];

class LayerReader {
  constructor(
    readonly names: TensorNames,
    readonly layout: Layout,
    /** Full name of a path below the root for the layer at hand. */
    readonly full: (...parts: readonly string[]) => string,
  ) {}

  /** Full name of a tensor or module below the attention module. */
  #inAttention(name: string): string {
    return this.full(this.layout.block, this.layout.attention, name);
  }

  fused(name: string, grouping: Grouping | null): Projections | Problem {
    const whole = this.matrix(name);
    if ('problem' in whole) return whole;
    const parts = partRows(whole, grouping, this.#outputColumns());
    if (parts === null) {
      const rows = l10n.t('the {0} rows of {1}', whole.rows, quoteName(name));
      // A third of the rows must be something that the file knows: three divides one count in three by chance.
      const problem =
        whole.rows % 3 === 0
          ? l10n.t(
              'nothing says that {0} are query, key and value of equal size: a third of them is neither the width of the tokens nor that of an output projection',
              rows,
            )
          : l10n.t('{0} are no query, key and value of equal size', rows);
      return { problem };
    }
    const [queryRows, keyRows] = parts;
    const bias = this.vector(biasOf(name), whole.rows);
    if (bias !== null && 'problem' in bias) return bias;
    const part = (start: number, rows: number): Projection => ({
      weight: view(whole, start, rows),
      bias: bias === null ? null : { ...bias, start, length: rows },
    });
    return this.#withOwnBiases({
      query: part(0, queryRows),
      key: part(queryRows, keyRows),
      value: part(queryRows + keyRows, keyRows),
      shapedHeads: null,
    });
  }

  split(queryName: string, keyName: string, valueName: string | null): Projections | Problem {
    // A weight that is named for two of them holds one after the other.
    const query = queryName === keyName ? this.#half(queryName, 0) : this.#whole(queryName);
    if ('problem' in query) return query;
    const second = queryName === keyName ? 1 : 0;
    const key = keyName === queryName || keyName === valueName ? this.#half(keyName, second) : this.#whole(keyName);
    if ('problem' in key) return key;
    // Figures need no value: one that is missing or odd is left out.
    const value = valueName === null ? null : keyName === valueName ? this.#half(valueName, 1) : this.#whole(valueName);
    return this.#withOwnBiases({
      query: query.projection,
      key: key.projection,
      value: value === null || 'problem' in value ? null : value.projection,
      shapedHeads: query.heads,
    });
  }

  /** Columns of the output projection of the attention; null when it has none by a usual name. */
  #outputColumns(): number | null {
    for (const name of OUTPUTS) {
      const shape = squeeze(this.names.get(this.#inAttention(`${name}.weight`))?.shape ?? []);
      if (shape.length === 2) return shape[1] ?? null;
    }
    return null;
  }

  norm(width: number): Norm | Problem | null {
    const { norm } = this.layout;
    if (norm === null) return null;
    const name = this.full(this.layout.block, norm.name);
    const gain = this.names.get(`${name}.weight`);
    if (gain === null) return { problem: l10n.t('its norm {0} is missing', quoteName(name)) };
    const shift = this.names.get(`${name}.bias`);
    const fits = (tensor: TensorEntry | null): boolean => tensor === null || isVector(tensor, width);
    if (!fits(gain) || !fits(shift)) {
      return {
        problem: l10n.t('its norm {0} {1} does not fit tokens of width {2}', quoteName(name), sizes(gain), width),
      };
    }
    return {
      // RMSNorm has no shift.
      kind: shift === null && norm.kind === 'rms' ? 'rms' : 'layer',
      gain: { tensor: gain, start: 0, length: width },
      shift: shift === null ? null : { tensor: shift, start: 0, length: width },
    };
  }

  hasHeadNorms(): boolean {
    const [query, key] = this.layout.headNorms ?? [];
    const has = (name: string | undefined): boolean =>
      name !== undefined && this.names.has(`${this.#inAttention(name)}.weight`);
    return has(query) || has(key);
  }

  matrix(name: string): Matrix | Problem {
    const tensor = this.names.get(this.#inAttention(name));
    if (tensor === null) return { problem: l10n.t('{0} is missing', quoteName(this.#inAttention(name))) };
    if (!holdsWeights(tensor)) {
      return {
        problem: l10n.t('{0} holds {1} numbers, not weights', quoteName(tensor.name), DTYPES[tensor.dtype].label),
      };
    }
    const shape = squeeze(tensor.shape);
    const [first, second, third, ...more] = shape;
    if (
      first === undefined ||
      second === undefined ||
      more.length > 0 ||
      shape.some((size) => size < 1 || size > MAX_SIDE)
    ) {
      return { problem: l10n.t('{0} {1} is no matrix', quoteName(tensor.name), sizes(tensor)) };
    }
    if (third !== undefined && tensor.inputsFirst === true) {
      return { tensor, rows: second * third, columns: first, transposed: true, heads: second };
    }
    if (third !== undefined) return { tensor, rows: first * second, columns: third, transposed: false, heads: first };
    // Only a fused weight of three times as many outputs as inputs shows by its sizes how it lies.
    const shows = isFused(this.layout.weights) && (second === 3 * first || first === 3 * second);
    const transposed = shows ? second === 3 * first : this.layout.transposed === true || tensor.inputsFirst === true;
    return transposed
      ? { tensor, rows: second, columns: first, transposed, heads: null }
      : { tensor, rows: first, columns: second, transposed, heads: null };
  }

  vector(name: string, length: number): VectorView | Problem | null {
    const tensor = this.names.get(this.#inAttention(name));
    if (tensor === null) return null;
    if (tensor.shape.reduce((product, size) => product * size, 1) !== length) {
      return {
        problem: l10n.t('the bias {0} {1} does not fit {2} rows', quoteName(tensor.name), sizes(tensor), length),
      };
    }
    return { tensor, start: 0, length };
  }

  #whole(name: string): { projection: Projection; heads: number | null } | Problem {
    const matrix = this.matrix(name);
    if ('problem' in matrix) return matrix;
    const bias = this.vector(biasOf(name), matrix.rows);
    if (bias !== null && 'problem' in bias) return bias;
    return { projection: { weight: view(matrix, 0, matrix.rows), bias }, heads: matrix.heads };
  }

  /** First or second of two projections that a tensor holds. */
  #half(name: string, which: 0 | 1): { projection: Projection; heads: null } | Problem {
    const matrix = this.matrix(name);
    if ('problem' in matrix) return matrix;
    if (matrix.rows % 2 !== 0)
      return {
        problem: l10n.t('the {0} rows of {1} are no two projections of equal size', matrix.rows, quoteName(name)),
      };
    const bias = this.vector(biasOf(name), matrix.rows);
    if (bias !== null && 'problem' in bias) return bias;
    const rows = matrix.rows / 2;
    const start = which * rows;
    return {
      projection: {
        weight: view(matrix, start, rows),
        bias: bias === null ? null : { ...bias, start, length: rows },
      },
      heads: null,
    };
  }

  /** Puts biases with names of their own in place, and takes away a key bias that a buffer masks. */
  #withOwnBiases(found: Projections): Projections | Problem {
    const own = this.layout.biases;
    const masked = this.layout.keyBiasMask !== undefined && this.names.has(this.#inAttention(this.layout.keyBiasMask));
    const replace = (projection: Projection, name: string | undefined): Projection | Problem => {
      const bias = name === undefined ? null : this.vector(name, projection.weight.rows);
      if (bias === null) return projection;
      return 'problem' in bias ? bias : { ...projection, bias };
    };
    const query = replace(found.query, own?.query);
    if ('problem' in query) return query;
    const key = replace(found.key, own?.key);
    if ('problem' in key) return key;
    const value = found.value === null ? null : replace(found.value, own?.value);
    return {
      ...found,
      query,
      key: masked ? { ...key, bias: null } : key,
      value: value === null || 'problem' in value ? null : value,
    };
  }
}

/**
 * Rows of query and of key (and as many of value) in a fused weight; null when it cannot be parted. Heads that share keys show in
 * config.json, or in the columns of the output projection, which are as many as the rows of the query.
 */
function partRows(
  { rows, columns }: Matrix,
  grouping: Grouping | null,
  outputColumns: number | null,
): readonly [number, number] | null {
  if (grouping !== null && grouping.keyValueHeads < grouping.heads) {
    const headSize = rows / (grouping.heads + 2 * grouping.keyValueHeads);
    if (Number.isInteger(headSize)) return [grouping.heads * headSize, grouping.keyValueHeads * headSize];
  }
  if (outputColumns !== null && rows !== 3 * columns && rows !== 3 * outputColumns) {
    const keyRows = (rows - outputColumns) / 2;
    return Number.isInteger(keyRows) && keyRows > 0 && outputColumns % keyRows === 0 ? [outputColumns, keyRows] : null;
  }
  return rows === 3 * columns || rows === 3 * (outputColumns ?? 0) ? [rows / 3, rows / 3] : null;
}

function view(matrix: Matrix, rowStart: number, rows: number): MatrixView {
  return { tensor: matrix.tensor, rowStart, rows, columns: matrix.columns, transposed: matrix.transposed };
}

/** A shape without the ones at its end that a 1 x 1 convolution has. */
function squeeze(shape: readonly number[]): readonly number[] {
  return shape.length > 2 && shape.slice(2).every((size) => size === 1) ? shape.slice(0, 2) : shape;
}

function isVector(tensor: TensorEntry, length: number): boolean {
  return tensor.shape.length === 1 && tensor.shape[0] === length && isFloat(tensor.dtype);
}

function sizes(tensor: TensorEntry): string {
  return `[${tensor.shape.join(', ')}]`;
}
