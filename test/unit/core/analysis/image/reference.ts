import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as v from 'valibot';
import { identify } from '../../../../../src/core/analysis/identify.js';
import type { Basis } from '../../../../../src/core/analysis/figures.js';
import type { HeadWeights, TokenNorm, Tokens } from '../../../../../src/core/analysis/image/head-weights.js';
import type { HeadModes } from '../../../../../src/core/analysis/image/modes-on-image.js';
import { EXPONENTS, HeadSolver } from '../../../../../src/core/linalg/head-solver.js';
import type { LabelMap } from '../../../../../src/core/image/preprocess/picture.js';

// Layer 8 of a DINOv2-small on two photos; test/fixtures/attention/README.md says what is there.

const FOLDER = path.join(import.meta.dirname, '../../../../fixtures/attention');
export const WIDTH = 384;
export const HEADS = 6;
export const HEAD_SIZE = 64;
export const COUNT = 257;
export const PATCHES = 256;
export const PICTURES = ['coffee', 'chelsea'] as const;
export type PictureName = (typeof PICTURES)[number];

const perHead = v.array(v.number());
const preferenceSchema = v.object({
  share: v.record(v.string(), perHead),
  ratio: v.record(v.string(), perHead),
});
const modesSchema = v.object({
  sigma: v.array(v.number()),
  cosine: v.array(v.number()),
  contribution: v.array(v.number()),
  score_variance: v.number(),
  key_bias_contribution: v.number(),
  share_of_modes: v.array(v.number()),
  share_of_score: v.array(v.number()),
  key_bias_share_of_score: v.number(),
  top: v.array(v.number()),
  query_maps: v.array(v.array(v.number())),
  key_maps: v.array(v.array(v.number())),
});
const schema = v.object({
  head: v.number(),
  patch_label: v.array(v.number()),
  softmax_check: v.object({ error: v.number(), largest_logit: v.number() }),
  preference: v.record(v.string(), v.record(v.string(), preferenceSchema)),
  modes_raw: modesSchema,
  modes_folded: modesSchema,
});

function floats(file: string): Float32Array {
  const bytes = readFileSync(path.join(FOLDER, file));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const qk = floats('qk.L8.f32');
const part = (start: number, length: number) => Float64Array.from(qk.subarray(start, start + length));
const BIASES = 2 * WIDTH * WIDTH;

/** Weights of one head of layer 8. */
export function headOf(head: number): HeadWeights {
  const size = HEAD_SIZE * WIDTH;
  return {
    query: part(head * size, size),
    key: part(WIDTH * WIDTH + head * size, size),
    queryBias: part(BIASES + head * HEAD_SIZE, HEAD_SIZE),
    keyBias: part(BIASES + WIDTH + head * HEAD_SIZE, HEAD_SIZE),
    rows: HEAD_SIZE,
    columns: WIDTH,
    scale: HEAD_SIZE ** -0.5,
  };
}

export const NORM = {
  kind: 'layer',
  gain: part(BIASES + 2 * WIDTH, WIDTH),
  shift: part(BIASES + 3 * WIDTH, WIDTH),
} as const satisfies TokenNorm;

export const tokensOf = (picture: PictureName): Tokens => ({
  values: floats(`${picture}/ln1.L8.f32`),
  count: COUNT,
  width: WIDTH,
  prefix: 1,
});

/** The network's own softmax of one head. */
export function networkAttention(picture: PictureName, head: number): Float32Array {
  return floats(`${picture}/attention.L8.f32`).subarray(head * COUNT * COUNT, (head + 1) * COUNT * COUNT);
}

export function expectedOf(picture: PictureName): v.InferOutput<typeof schema> {
  return v.parse(schema, JSON.parse(readFileSync(path.join(FOLDER, picture, 'expected.json'), 'utf8')));
}

export async function maskOf(picture: PictureName): Promise<LabelMap> {
  const mask = sharp(path.join(FOLDER, picture, 'mask.png'));
  const { data, info } = await mask.raw().toBuffer({ resolveWithObject: true });
  const labels = Int32Array.from({ length: info.width * info.height }, (_, i) => data[i * info.channels] ?? -1);
  return { width: info.width, height: info.height, labels };
}

const solver = new HeadSolver();

/** Modes of a head as the panel gets them; blocks as for weights stored with that spacing. */
export function modesOf(
  head: HeadWeights,
  basis: Basis,
  norm: TokenNorm = NORM,
  spacing = new Float64Array(EXPONENTS),
): HeadModes & { readonly cos: Float64Array } {
  const ones = new Float64Array(head.columns).fill(1);
  const fold = basis === 'raw' ? 'none' : norm.kind === 'layer' ? 'centred' : 'scaled';
  const gain = basis === 'raw' ? ones : (norm.gain ?? ones);
  const solved = solver.solveWithVectors(head, { gain, fold, querySpacing: spacing, keySpacing: spacing });
  if (solved === null) throw new Error('the weights are not finite');
  const { decomposition, vectors } = solved;
  const { blocks } = identify(decomposition, head.columns - (fold === 'centred' ? 1 : 0));
  return { basis, sigma: decomposition.sigma, cos: decomposition.cos, vectors, blocks };
}
