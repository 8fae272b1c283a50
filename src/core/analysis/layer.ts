import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../bytes/byte-source.js';
import { CheckpointError } from '../errors.js';
import {
  EXPONENTS,
  type HeadMatrices,
  type HeadSolver,
  type Preparation,
  type SingularVectors,
} from '../linalg/head-solver.js';
import type { LayerSpec, MatrixView } from '../model/model.js';
import type { DType } from '../tensors/dtype.js';
import { type ChangedMatrix, readChangedMatrix, readMatrixSteps, readVectorView } from '../tensors/read.js';
import { spacing } from '../tensors/spacing.js';
import { freeDimensions, layerBand, modeBand } from './chance.js';
import type { Basis, HeadFigures, LayerFigures } from './figures.js';
import { headFigures } from './head.js';
import { headChange } from './head-change.js';

/** Opened files of a checkpoint by their position in the tensor index. */
export type SourceOf = (file: number) => Promise<ByteSource>;

/** Query and key weights of a layer in memory, with what prepares them for a basis. */
export interface LayerMatrices {
  readonly query: Float64Array;
  readonly key: Float64Array;
  /** Quantisation steps of their entries; null where the stored type has none. */
  readonly querySteps: Float64Array | null;
  readonly keySteps: Float64Array | null;
  /** What an adapter added to them; null where none did. */
  readonly added: { readonly query: Float64Array; readonly key: Float64Array } | null;
  readonly preparation: Preparation;
}

/** The figures of one layer: reads its query, key and norm weights and nothing else. */
export async function analyzeLayer(
  spec: LayerSpec,
  basis: Basis,
  sourceOf: SourceOf,
  solver: HeadSolver,
): Promise<LayerFigures> {
  const matrices = await readLayer(spec, basis, sourceOf);
  const dimensions = freeDimensions(spec.width, basis, spec.norm?.kind ?? null);
  const heads: HeadFigures[] = [];
  for (let index = 0; index < spec.heads; index++) {
    const decomposition = solver.solve(headMatrices(spec, matrices, index), matrices.preparation);
    const figures = headFigures(index, decomposition, spec.headSize, dimensions);
    heads.push({ ...figures, ...changeOf(spec, matrices, index, dimensions, solver) });
  }
  return summarizeLayer(spec.index, heads, modeBand(dimensions));
}

/** Figures and singular vectors of one head, whose rows alone are read; there are no vectors where the weights are not finite. */
export async function analyzeHead(
  spec: LayerSpec,
  head: number,
  basis: Basis,
  sourceOf: SourceOf,
  solver: HeadSolver,
): Promise<{ readonly figures: HeadFigures; readonly vectors: SingularVectors | null }> {
  const own = headAlone(spec, head);
  const matrices = await readLayer(own, basis, sourceOf);
  const solved = solver.solveWithVectors(headMatrices(own, matrices, 0), matrices.preparation);
  const dimensions = freeDimensions(spec.width, basis, spec.norm?.kind ?? null);
  return {
    figures: headFigures(head, solved?.decomposition ?? null, spec.headSize, dimensions),
    vectors: solved?.vectors ?? null,
  };
}

/** A layer of one head only. */
export function headAlone(spec: LayerSpec, head: number): LayerSpec {
  const { headSize } = spec;
  const keyHead = Math.floor(head / (spec.heads / spec.keyValueHeads));
  return {
    ...spec,
    heads: 1,
    keyValueHeads: 1,
    query: { ...spec.query, weight: rowsOf(spec.query.weight, head * headSize, headSize) },
    key: { ...spec.key, weight: rowsOf(spec.key.weight, keyHead * headSize, headSize) },
  };
}

/** The change that an adapter made to one head, as the field of its figures. */
function changeOf(
  spec: LayerSpec,
  matrices: LayerMatrices,
  head: number,
  dimensions: number,
  solver: HeadSolver,
): Pick<HeadFigures, 'change'> {
  if (matrices.added === null) return {};
  const merged = headMatrices(spec, matrices, head);
  const added = headMatrices(spec, { ...matrices, ...matrices.added }, head);
  const changed = {
    merged,
    query: { added: added.query, rank: additionRank(spec.query.weight) },
    key: { added: added.key, rank: additionRank(spec.key.weight) },
  };
  const change = headChange(changed, matrices.preparation, dimensions, solver);
  return change === null ? {} : { change };
}

function rowsOf(view: MatrixView, start: number, rows: number): MatrixView {
  return { ...view, rowStart: view.rowStart + start, rows };
}

/** Singular vectors of every head of a layer, in order of the heads; null for heads whose weights are not finite. */
export async function layerVectors(
  spec: LayerSpec,
  basis: Basis,
  sourceOf: SourceOf,
  solver: HeadSolver,
): Promise<readonly (SingularVectors | null)[]> {
  const matrices = await readLayer(spec, basis, sourceOf);
  return Array.from(
    { length: spec.heads },
    (_, index) => solver.solveWithVectors(headMatrices(spec, matrices, index), matrices.preparation)?.vectors ?? null,
  );
}

/** Reads query, key and norm weights of a layer. @throws CheckpointError. */
export async function readLayer(spec: LayerSpec, basis: Basis, sourceOf: SourceOf): Promise<LayerMatrices> {
  const matrix = async (view: MatrixView) => readChangedMatrix(await sourceOf(view.tensor.file), view, sourceOf);
  const steps = async (view: MatrixView) => readMatrixSteps(await sourceOf(view.tensor.file), view, sourceOf);
  if (spec.headSize > spec.width) {
    throw new CheckpointError(
      'unsupported',
      spec.query.weight.tensor.name,
      l10n.t('its heads are {0} wide, more than the {1} of the tokens', spec.headSize, spec.width),
      l10n.t('set the number of heads'),
    );
  }
  const query = await matrix(spec.query.weight);
  const key = await matrix(spec.key.weight);
  const gain = spec.norm?.gain ?? null;
  const ones = new Float64Array(spec.width).fill(1);
  const folds = basis === 'folded' && spec.norm !== null;
  return {
    query: query.merged,
    key: key.merged,
    querySteps: await steps(spec.query.weight),
    keySteps: await steps(spec.key.weight),
    added: query.added === null && key.added === null ? null : { query: additions(query), key: additions(key) },
    preparation: {
      gain: folds && gain !== null ? await readVectorView(await sourceOf(gain.tensor.file), gain, sourceOf) : ones,
      fold: folds ? (spec.norm.kind === 'layer' ? 'centred' : 'scaled') : 'none',
      querySpacing: squaredSpacings(spec.query.weight.tensor.dtype),
      keySpacing: squaredSpacings(spec.key.weight.tensor.dtype),
    },
  };
}

function additions({ merged, added }: ChangedMatrix): Float64Array {
  return added ?? new Float64Array(merged.length);
}

/** Most independent rows that an adapter's addition to a matrix can have. */
function additionRank({ tensor: { change } }: MatrixView): number {
  if (change === undefined) return 0;
  return change.magnitude === undefined ? change.rank : Infinity;
}

/** Rows of one head; with grouped queries, head h shares the key head floor(h / (heads / keyValueHeads)). */
export function headMatrices(spec: LayerSpec, matrices: LayerMatrices, head: number): HeadMatrices {
  const size = spec.headSize * spec.width;
  const keyHead = Math.floor(head / (spec.heads / spec.keyValueHeads));
  const part = (rows: Float64Array | null, index: number): Float64Array | null =>
    rows?.subarray(index * size, (index + 1) * size) ?? null;
  return {
    query: matrices.query.subarray(head * size, (head + 1) * size),
    key: matrices.key.subarray(keyHead * size, (keyHead + 1) * size),
    querySteps: part(matrices.querySteps, head),
    keySteps: part(matrices.keySteps, keyHead),
    rows: spec.headSize,
    columns: spec.width,
  };
}

const squares = new Map<DType, Float64Array>();

/** Squared spacing of a stored type for each binary exponent of a float64; it depends on nothing else. */
function squaredSpacings(dtype: DType): Float64Array {
  let table = squares.get(dtype);
  if (table === undefined) {
    table = Float64Array.from({ length: EXPONENTS }, (_, exponent) =>
      exponent === EXPONENTS - 1 ? 0 : spacing(dtype, exponent === 0 ? 0 : 2 ** (exponent - 1023)) ** 2,
    );
    squares.set(dtype, table);
  }
  return table;
}

/** Means of a layer over those of its heads that have the figure. */
export function summarizeLayer(index: number, heads: readonly HeadFigures[], band: number): LayerFigures {
  const mean = (pick: (head: HeadFigures) => number | null): number | null => {
    const values = heads.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    index,
    mean: mean((head) => head.mean),
    weighted: mean((head) => head.weighted),
    symmetricShare: mean((head) => head.symmetricShare),
    weightedBand: layerBand(heads.map((head) => head.weightedBand)),
    modeBand: band,
    heads,
  };
}
