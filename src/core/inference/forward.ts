import type { Assumption, LayerSpec, MatrixView, Projection, VectorView } from '../model/model.js';
import type { WindowRule } from './windows.js';
import type { GridRotation } from '../model/rotation.js';
import type { LearnedRotation } from './rotation.js';

/** A norm over the last axis, with the number that keeps its division finite. */
export interface NormWeights {
  readonly kind: 'layer' | 'rms';
  readonly gain: VectorView;
  readonly shift: VectorView | null;
  readonly epsilon: number;
}

/** Non-linear functions between linear maps; `gelu-tanh` is the approximation of arXiv 1606.08415, `gelu-quick` x sigmoid(1.702 x). */
export type Activation = 'gelu' | 'gelu-tanh' | 'gelu-quick' | 'silu' | 'relu';

/** The two linear maps behind the attention, or three where one gates another. */
export interface Mlp {
  readonly gate: Projection | null;
  readonly input: Projection;
  readonly activation: Activation;
  /** Norm of what lies between. */
  readonly norm: NormWeights | null;
  readonly output: Projection;
}

/** What the attention of a layer has beside its query, key and value. */
export interface AttentionWeights {
  readonly spec: LayerSpec;
  readonly value: Projection;
  /** Null where it is not read: what the layer gives is then the heads' results side by side. */
  readonly output: Projection | null;
  /** Norms of each head's query and key. */
  readonly headNorms: { readonly query: NormWeights; readonly key: NormWeights } | null;
  /** Norm of the heads' joint output, before the output projection. */
  readonly innerNorm: NormWeights | null;
  readonly bias: PositionBias | null;
  /** How tokens are parted into windows; absent where every token attends to all. */
  readonly windows?: WindowRule;
  /** Absent where scores are products. */
  readonly cosine?: CosineAttention;
  /** What each query makes of its way to a key; absent where it makes nothing of it. */
  readonly decomposed?: DecomposedBias;
}

/**
 * Added to the scores by the way from query to key, and by the query: its products with an entry for the way down and one for the way across, before the scale
 * (MViTv2, arXiv 2112.01526, and Segment Anything, arXiv 2304.02643).
 */
export interface DecomposedBias {
  /** (2 x length - 1, size of a head): from the longest way back to the longest ahead, for rows and columns of a window or of the grid that the model was made for. */
  readonly rows: MatrixView;
  readonly columns: MatrixView;
}

/**
 * Scores that are cosines of query and key, times a factor of each head, and a bias that an MLP makes of the way from query to key
 * (Swin V2, arXiv 2111.09883).
 */
export interface CosineAttention {
  /** Logarithm of the factor, (heads), cut off at log 100. */
  readonly scale: VectorView;
  /** Ways to numbers, (hidden, 2), and these to one a head, (heads, hidden). */
  readonly hidden: Projection;
  readonly bias: Projection;
  /** Side of the windows that ways are measured by: those that the model was trained with before; null: its own. */
  readonly over: number | null;
  /** Ways as the file has them, (entries, 2), for windows of its own size; null where they are to be computed. */
  readonly ways: MatrixView | null;
}

/** The same, with all that a graph of ours needs. */
export interface WholeAttention extends AttentionWeights {
  readonly output: Projection;
}

/** One block: tokens + scale1 * attention(norm1(tokens)), then + scale2 * mlp(norm2(tokens)). */
export interface Block {
  readonly attention: WholeAttention;
  readonly norm1: NormWeights;
  readonly scale1: VectorView | null;
  readonly norm2: NormWeights;
  readonly mlp: Mlp;
  readonly scale2: VectorView | null;
  /** What makes fewer and wider tokens in front of the block; absent where nothing does. */
  readonly merging?: PatchMerging;
  /** Norms are of what attention and MLP add, and not of what they read (Swin V2). */
  readonly normsBehind?: true;
}

/** Two by two neighbours become one token: their norm, then a linear map (Swin, arXiv 2103.14030), or the norm behind it (Swin V2). */
export interface PatchMerging {
  readonly normBehind?: true;
  readonly norm: NormWeights;
  /** (width of the next stage, 4 x width). */
  readonly reduction: Projection;
}

/** Rows and columns of patches. */
export type PatchGrid = readonly [rows: number, columns: number];

/** Pixels to tokens: a convolution whose kernels do not overlap. */
export interface PatchEmbedding {
  /** (width, channels x patch x patch), or as JAX and TensorFlow store it, (patch x patch x channels, width). */
  readonly kernel: MatrixView;
  readonly inputsFirst: boolean;
  readonly bias: VectorView | null;
  readonly channels: number;
  readonly patch: number;
  /** Norm of the patches before their positions; absent for most. */
  readonly norm?: NormWeights;
}

/** Tokens in front of the patches. */
export interface PrefixTokens {
  readonly role: 'class' | 'distillation' | 'registers';
  readonly tokens: { readonly rows: number };
}

/** The same, with what they are. */
export interface LearnedTokens extends PrefixTokens {
  /** (tokens, width). */
  readonly tokens: MatrixView;
}

/**
 * How a table of positions is brought to another grid: `bicubic` as torch.nn.functional.interpolate does it (a = -0.75),
 * `bicubic-antialias` with its antialias=True (a = -0.5), `bilinear-corners` between corners that stay where they are, as scipy.ndimage.zoom.
 */
export type Resampling = 'bicubic' | 'bicubic-antialias' | 'bilinear-corners';

/** Learned positions that are added to the tokens. */
export interface PositionTable {
  /** (covered + rows x columns of the grid, width). */
  readonly table: MatrixView;
  /** Prefix tokens that have an entry of their own, the first of the table. */
  readonly covered: number;
  readonly grid: PatchGrid;
  readonly resampling: Resampling;
  /** Added to the new size before the step between samples is taken, as DINOv2's own code does; 0 for exact sizes. */
  readonly offset: number;
}

/**
 * Learned numbers added to the scores by the way from query to key: (2 rows - 1)(2 columns - 1) for pairs of patches, then class to
 * patch, patch to class, and class to class (BEiT, arXiv 2106.08254). For windows the pairs of their places alone.
 */
export interface PositionBias {
  /** (entries, heads). */
  readonly table: MatrixView;
  readonly grid: PatchGrid;
}

/** Pooling by a learned query that attends to all tokens. */
export interface AttentionPooling {
  /** (1, width), after its projection where the file keeps it apart. */
  readonly probe: MatrixView;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;
  readonly heads: number;
  readonly norm: NormWeights;
  readonly mlp: Mlp;
  /** The query sees the patches alone. */
  readonly skipsPrefix?: true;
}

/** Two convolutions behind the last layer, without biases: of each token, and of its three by three neighbours; a norm behind each (Segment Anything). */
export interface Neck {
  /** (channels, width). */
  readonly first: Projection;
  readonly firstNorm: NormWeights;
  /** (channels, channels x 3 x 3). */
  readonly second: MatrixView;
  readonly secondNorm: NormWeights;
}

/** How tokens become one vector. */
export type Pooling = 'class' | 'patch-mean' | AttentionPooling;

/** A classifier and what it reads. */
export interface Classifier {
  readonly projection: Projection;
  /** A linear map and tanh in front of it; null for most. */
  readonly hidden: Projection | null;
  readonly reads: 'pooled' | 'class' | 'distillation' | 'patch-mean' | 'class-and-patch-mean';
}

/** What is known of every vision model that can be run. */
interface RunnableModel {
  /** Of the tokens that enter the first layer. */
  readonly width: number;
  readonly patches: Pick<PatchEmbedding, 'channels' | 'patch'>;
  readonly prefix: readonly PrefixTokens[];
  /** What turns queries and keys, as far as it is read. */
  readonly rotation: GridRotation | LearnedRotation | null;
  readonly blocks: readonly { readonly attention: AttentionWeights; readonly merging?: PatchMerging }[];
  /** What the file does not say. */
  readonly assumptions: readonly Assumption[];
}

/** A vision model whose forward pass we write: every tensor found and of a size that fits. */
export interface WrittenModel extends RunnableModel {
  readonly runs: 'graph-of-ours';
  readonly patches: PatchEmbedding;
  readonly prefix: readonly LearnedTokens[];
  readonly positions: PositionTable | null;
  /** Whether positions computed from sines are added to the patches (big_vision); absent for no. */
  readonly sines?: boolean;
  /** Norm in front of the first block. */
  readonly preNorm: NormWeights | null;
  readonly blocks: readonly Block[];
  /** Norm behind the last block. */
  readonly norm: NormWeights | null;
  /** Absent where tokens stay as they are behind that. */
  readonly neck?: Neck;
  readonly pooling: Pooling;
  readonly poolNorm: NormWeights | null;
  /** Map of the pooled vector to the space that it shares with texts. */
  readonly embedding: Projection | null;
  /** Their logits are averaged. */
  readonly classifiers: readonly Classifier[];
}

/** A vision model that runs by the graph in its own file. */
export interface OwnGraphModel extends RunnableModel {
  readonly runs: 'graph-of-the-file';
}

/** A vision model that can be run. */
export type ForwardModel = WrittenModel | OwnGraphModel;

/** Number of tokens in front of the patches. */
export function prefixLength(forward: ForwardModel): number {
  return forward.prefix.reduce((sum, { tokens }) => sum + tokens.rows, 0);
}

/** Place of the class token among the tokens; null for a model without one. */
export function classTokenAt({ prefix }: ForwardModel): number | null {
  let at = 0;
  for (const { role, tokens } of prefix) {
    if (role === 'class') return at;
    at += tokens.rows;
  }
  return null;
}
