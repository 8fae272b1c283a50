import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ATTEND, attendGraph, LINEAR, linearGraph, sharesGraph } from '../../core/inference/attend-graphs.js';
import type { OnnxGraph } from '../../core/inference/onnx/graph.js';
import { writeModel } from '../../core/inference/onnx/write-model.js';
import type { AttentionArithmetic } from '../../core/inference/recompute-layer.js';
import { type OnnxRuntime, runOptions } from './runtime.js';

type Matrix = Parameters<AttentionArithmetic['linear']>[0];

/** Scores that are computed at a time: 32 MB. */
const MAX_SCORES = 2 ** 22;

/**
 * Products in float64 by ONNX Runtime, whose kernels use the wide vectors and the fused multiply-add of the processor, which WebAssembly has not.
 *
 * Tried for all 12 layers of the sample (257 tokens, 72 heads) on two cores: WebAssembly in the main thread 600 ms; in two worker threads 560 ms,
 * since they share the vector units and have to start; here 200 ms, in the process that has the tokens already. Queries, keys and values of all heads
 * are projected together, as each run costs 0.1 ms. Float32 would take half of that, but is off by 2e-5 where scores are near 300.
 * The whole command took 1.5 s; with its process started before the checkpoint is read and worker threads 1.25; with this 0.86; with a
 * graph that is not optimised for its single run 0.8 (transformers and torch beside it: 5.2 s).
 */
export class DoubleArithmetic implements AttentionArithmetic {
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  /** @param threads null: as many as the machine has cores. */
  constructor(
    private readonly runtime: OnnxRuntime,
    private readonly threads: number | null,
  ) {}

  /** Makes it ready, so that the first layer need not wait. */
  async warm(): Promise<void> {
    await this.#linear();
    await this.#attend(false);
  }

  async linear(x: Matrix, weight: Matrix, bias: Float64Array | null): Promise<Float64Array> {
    const session = await this.#linear();
    const { [LINEAR.out]: out } = await session.run({
      [LINEAR.x]: this.#matrix(x),
      [LINEAR.weight]: this.#matrix(weight),
      [LINEAR.bias]: new this.runtime.Tensor('float64', bias ?? new Float64Array(weight.rows), [weight.rows]),
    });
    return float64Of(out);
  }

  /** As many queries at a time as the limit of scores allows. */
  async attend(
    queries: Matrix,
    keys: Matrix,
    values: Matrix,
    bias: Float32Array | null,
  ): Promise<{ attention: Float32Array; mixed: Float64Array }> {
    const hasBias = bias !== null;
    const session = await this.#attend(hasBias);
    const step = Math.max(1, Math.floor(MAX_SCORES / keys.rows));
    const feeds = { [ATTEND.keys]: this.#matrix(keys), [ATTEND.values]: this.#matrix(values) };
    const run = async (first: number, last: number) => {
      const { columns } = queries;
      const asked = { values: queries.values.subarray(first * columns, last * columns), rows: last - first, columns };
      const { Tensor: OnnxTensor } = this.runtime;
      const added = bias?.subarray(first * keys.rows, last * keys.rows);
      const found = await session.run({
        ...feeds,
        [ATTEND.queries]: this.#matrix(asked),
        ...(added === undefined ? {} : { [ATTEND.bias]: new OnnxTensor('float32', added, [last - first, keys.rows]) }),
      });
      return { attention: float32Of(found[ATTEND.attention]), mixed: float64Of(found[ATTEND.mixed]) };
    };
    if (queries.rows <= step) return run(0, queries.rows);
    const attention = new Float32Array(queries.rows * keys.rows);
    const mixed = new Float64Array(queries.rows * values.columns);
    for (let first = 0; first < queries.rows; first += step) {
      const part = await run(first, Math.min(queries.rows, first + step));
      attention.set(part.attention, first * keys.rows);
      mixed.set(part.mixed, first * values.columns);
    }
    return { attention, mixed };
  }

  async shares(
    queries: readonly Matrix[],
    keys: readonly Matrix[],
    biases: readonly Float32Array[] | null,
  ): Promise<readonly Float32Array[]> {
    const [query, key] = [queries[0], keys[0]];
    if (query === undefined || key === undefined) return [];
    const { Tensor: OnnxTensor } = this.runtime;
    const heads = queries.length;
    const session = await this.#session(`shares ${biases !== null}`, () => sharesGraph(biases !== null));
    const stack = (sides: readonly Matrix[], { rows, columns }: Matrix): Tensor => {
      const values = new Float64Array(heads * rows * columns);
      for (const [head, side] of sides.entries()) values.set(side.values, head * rows * columns);
      return new OnnxTensor('float64', values, [heads, rows, columns]);
    };
    const size = query.rows * key.rows;
    const feeds: Record<string, Tensor> = {
      [ATTEND.queries]: stack(queries, query),
      [ATTEND.keys]: stack(keys, key),
      [ATTEND.lastAxis]: new OnnxTensor('int64', BigInt64Array.of(2n), [1]),
    };
    if (biases !== null) {
      const added = new Float32Array(heads * size);
      for (const [head, bias] of biases.entries()) added.set(bias, head * size);
      feeds[ATTEND.bias] = new OnnxTensor('float32', added, [heads, query.rows, key.rows]);
    }
    const found = float32Of((await session.run(feeds))[ATTEND.attention]);
    return queries.map((_, head) => found.subarray(head * size, (head + 1) * size));
  }

  #matrix({ values, rows, columns }: Matrix): Tensor {
    return new this.runtime.Tensor('float64', values, [rows, columns]);
  }

  #linear(): Promise<InferenceSession> {
    return this.#session('linear', linearGraph);
  }

  #attend(hasBias: boolean): Promise<InferenceSession> {
    return this.#session(`attend ${hasBias}`, () => attendGraph(hasBias));
  }

  #session(name: string, graph: () => OnnxGraph): Promise<InferenceSession> {
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const created = this.runtime.InferenceSession.create(writeModel(graph()), runOptions(this.threads));
    this.#sessions.set(name, created);
    return created;
  }
}

function float64Of(tensor: Tensor | undefined): Float64Array {
  if (tensor?.data instanceof Float64Array) return tensor.data;
  throw new Error('the product is not there');
}

function float32Of(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error('the attention is not there');
}
