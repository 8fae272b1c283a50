import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { MatrixView, Projection, VectorView } from '../model/model.js';
import { biasOf } from '../model/names.js';
import { DTYPES, isFloat } from '../tensors/dtype.js';
import { elementCount, type TensorEntry } from '../tensors/tensor-index.js';
import type { NormWeights } from './forward.js';
import { missing, notRunnable } from './not-runnable.js';

/** Names under which a tensor or module may stand; the first that is there counts, the first of all is told when none is. */
export type Names = readonly [string, ...string[]];

/** Sizes that a matrix must have; null where any size will do. */
interface Sizes {
  readonly rows: number | null;
  readonly columns: number | null;
}

/** The tensors below a module, found by name and checked against the sizes that they must have. */
export class Weights {
  constructor(
    /** Name of the file for messages. */
    readonly file: string,
    /** By the names that recognition reads. */
    private readonly tensors: ReadonlyMap<string, TensorEntry>,
    /** What stands in front of the names, such as `blocks.3.`; several are tried in turn. */
    private readonly prefixes: readonly string[],
    /** Named in messages; null where the module is no layer. */
    private readonly layer: number | null,
    /** What norms without a shift are. */
    private readonly bareNorm: NormWeights['kind'],
  ) {}

  find(names: readonly string[]): TensorEntry | null {
    return this.#found(names)?.tensor ?? null;
  }

  has(...names: readonly string[]): boolean {
    return this.find(names) !== null;
  }

  /** A table of vectors, such as tokens, (rows, columns). @throws CheckpointError when it is missing or does not fit. */
  table(part: string, names: Names, sizes: Sizes): MatrixView {
    const tensor = this.find(names) ?? this.#missing(part, names[0]);
    const columns = sizes.columns ?? tensor.shape.at(-1) ?? 0;
    const rows = columns === 0 ? 0 : elementCount(tensor.shape) / columns;
    return this.#checked(part, { tensor, rowStart: 0, rows, columns, transposed: false }, sizes);
  }

  /** A linear map by the name of its weight, (outputs, inputs) or stored with its inputs first, with the bias that stands beside it. */
  linear(part: string, names: Names, sizes: { outputs?: number; inputs?: number }): Projection {
    const { tensor, name } = this.#found(names) ?? this.#missing(part, names[0]);
    const view = tensor.inputsFirst === true ? inputsFirstMap(tensor, sizes) : outputsFirstMap(tensor);
    if (view === null) throw this.#misfit(part, tensor);
    const bias = this.tensors.get(biasOf(name)) ?? null;
    return {
      weight: this.#checked(part, view, { rows: sizes.outputs ?? null, columns: sizes.inputs ?? null }),
      bias: bias === null ? null : this.#vectorOf(l10n.t('bias of its {0}', part), bias, view.rows),
    };
  }

  /** Rows of a linear map, as where one tensor holds several maps. */
  rows({ weight, bias }: Projection, start: number, rows: number): Projection {
    return {
      weight: { ...weight, rowStart: weight.rowStart + start, rows },
      bias: bias === null ? null : { ...bias, start: bias.start + start, length: rows },
    };
  }

  vector(part: string, names: Names, length: number): VectorView {
    return this.#vectorOf(part, this.find(names) ?? this.#missing(part, names[0]), length);
  }

  optionalVector(part: string, names: Names, length: number): VectorView | null {
    const tensor = this.find(names);
    return tensor === null ? null : this.#vectorOf(part, tensor, length);
  }

  /** A norm by the name of its module. */
  norm(part: string, names: Names, width: number, epsilon: number): NormWeights {
    const name = names.find((each) => this.has(`${each}.weight`)) ?? names[0];
    const gain = this.vector(part, [`${name}.weight`], width);
    const shift = this.optionalVector(part, [`${name}.bias`], width);
    return { kind: shift === null ? this.bareNorm : 'layer', gain, shift, epsilon };
  }

  /** The same, null where the file has none. */
  optionalNorm(part: string, names: Names, width: number, epsilon: number): NormWeights | null {
    return names.some((name) => this.has(`${name}.weight`)) ? this.norm(part, names, width, epsilon) : null;
  }

  #found(names: readonly string[]): { readonly name: string; readonly tensor: TensorEntry } | null {
    for (const prefix of this.prefixes) {
      for (const each of names) {
        const name = `${prefix}${each}`;
        const tensor = this.tensors.get(name);
        if (tensor !== undefined) return { name, tensor };
      }
    }
    return null;
  }

  #vectorOf(part: string, tensor: TensorEntry, length: number): VectorView {
    if (elementCount(tensor.shape) !== length || !isFloat(tensor.dtype)) throw this.#misfit(part, tensor);
    return { tensor, start: 0, length };
  }

  #checked(part: string, view: MatrixView, { rows, columns }: Sizes): MatrixView {
    const fits = Number.isInteger(view.rows) && view.rows > 0 && view.columns > 0 && isFloat(view.tensor.dtype);
    if (!fits || (rows !== null && view.rows !== rows) || (columns !== null && view.columns !== columns)) {
      throw this.#misfit(part, view.tensor);
    }
    return view;
  }

  #inPlace(part: string): string {
    return this.layer === null ? part : l10n.t('{0} of layer {1}', part, this.layer);
  }

  #missing(part: string, name: string): never {
    throw missing(this.file, this.#inPlace(part), `${this.prefixes[0] ?? ''}${name}`);
  }

  #misfit(part: string, { name, dtype, shape }: TensorEntry): Error {
    const found = `${DTYPES[dtype].label} [${shape.join(', ')}]`;
    const what = this.#inPlace(part);
    const why = l10n.t('its {0}, {1} ({2}), does not fit the other weights', what, quoteName(name), found);
    return notRunnable(this.file, why, l10n.t('weights that belong together'));
  }
}

/** A weight stored as (outputs, inputs); null where it has other axes. */
function outputsFirstMap(tensor: TensorEntry): MatrixView | null {
  const [rows = 0, columns = 0, ...more] = tensor.shape;
  return more.some((size) => size !== 1) ? null : { tensor, rowStart: 0, rows, columns, transposed: false };
}

/** A weight stored as (inputs, outputs), either of which may have an axis of heads; null where its axes do not part so. */
function inputsFirstMap(
  tensor: TensorEntry,
  { outputs, inputs }: { readonly outputs?: number; readonly inputs?: number },
): MatrixView | null {
  const { shape } = tensor;
  for (let axes = 1; axes < shape.length; axes++) {
    const columns = elementCount(shape.slice(0, axes));
    const rows = elementCount(shape.slice(axes));
    const fits = (inputs ?? columns) === columns && (outputs ?? rows) === rows;
    if (fits) return { tensor, rowStart: 0, rows, columns, transposed: true };
  }
  return null;
}
