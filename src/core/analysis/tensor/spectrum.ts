import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../errors.js';
import { symmetricEigenvalues } from '../../linalg/symmetric-eigenvalues.js';
import { Products } from '../image/products.js';
import { rowsOf, tableOf, type TensorPlace } from './rows.js';

/** Longest short side of a matrix whose spectrum is computed: some seconds; the time grows with its third power. */
export const MAX_SPECTRUM_SIDE = 2048;

/** Elements of such a matrix, 512 MiB as float64. */
const MAX_ELEMENTS = 2 ** 26;

/**
 * Singular values of a matrix, descending, as square roots of the eigenvalues of its product with itself: those under 1e-8 of the largest
 * are not resolved and come out as anything from 0 to that.
 * @throws CheckpointError for a matrix that is too large or not finite.
 */
export async function tensorSpectrum(place: TensorPlace): Promise<Float64Array> {
  const { rows, columns } = tableOf(place.tensor);
  const side = Math.min(rows, columns);
  if (side > MAX_SPECTRUM_SIDE || rows * columns > MAX_ELEMENTS) {
    const problem = l10n.t(
      'its {0} x {1} elements are too many for a spectrum here, at most {2} along the shorter side',
      rows,
      columns,
      MAX_SPECTRUM_SIDE,
    );
    throw new CheckpointError('limit', place.source.name, problem, l10n.t('choose a smaller matrix'));
  }
  const products = new Products();
  const gram = new Float64Array(side * side);
  const whole = rows <= columns ? new Float64Array(rows * columns) : null;
  for await (const { first, count, values } of rowsOf(place, 0, rows)) {
    if (!values.every(Number.isFinite)) {
      throw new CheckpointError(
        'malformed',
        place.source.name,
        l10n.t('the matrix holds NaN or infinity'),
        l10n.t('look at its counts'),
      );
    }
    if (whole === null) addProduct(gram, products, transposed(values, count, columns), columns, count);
    else whole.set(values, first * columns);
  }
  if (whole !== null) addProduct(gram, products, whole, rows, columns);
  return symmetricEigenvalues(gram, side).map((value) => Math.sqrt(Math.max(0, value)));
}

/** Adds A A^T. */
function addProduct(sum: Float64Array, products: Products, values: Float64Array, rows: number, columns: number): void {
  const a = { values, rows, columns };
  const product = products.transposed(a, a);
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (product[i] ?? 0);
}

function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j] ?? 0;
  return out;
}
