import type { Warning } from '../errors.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import type { Rotation } from './rotation.js';

/** A matrix of shape (rows, columns) = (outputs, inputs) inside a tensor. */
export interface MatrixView {
  readonly tensor: TensorEntry;
  /** First output row of the view. */
  readonly rowStart: number;
  readonly rows: number;
  readonly columns: number;
  /** True when the tensor is stored as (inputs, outputs). */
  readonly transposed: boolean;
}

/** A run of entries of a one-dimensional tensor. */
export interface VectorView {
  readonly tensor: TensorEntry;
  readonly start: number;
  readonly length: number;
}

/** Query, key or value projection of all heads of a layer, head after head. */
export interface Projection {
  readonly weight: MatrixView;
  readonly bias: VectorView | null;
}

/** The norm whose output the query and key projections read. */
export interface Norm {
  readonly kind: 'layer' | 'rms';
  readonly gain: VectorView | null;
  readonly shift: VectorView | null;
}

/** One attention layer: which tensors form its heads. */
export interface LayerSpec {
  readonly index: number;
  /** Path of the attention module, such as `blocks.3.attn`. */
  readonly path: string;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly width: number;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection | null;
  readonly norm: Norm | null;
  readonly qkNorm: boolean;
  /** Factor on the product of query and key. */
  readonly scale: number;
}

/** Which stack of layers of a checkpoint a model is. */
export type Tower = 'vision' | 'text' | 'audio' | 'encoder' | 'decoder' | 'cross' | 'unknown';

/** Something that the file does not say and that figures depend on. */
export interface Assumption {
  readonly code: 'heads' | 'patch' | 'image-size' | 'norm' | 'layout' | 'other';
  /** One or two sentences for people. */
  readonly text: string;
  /** Other values worth offering, the assumed one among them; empty where there is nothing to choose. */
  readonly choices: readonly number[];
  /** The value taken, where it is a number. */
  readonly value: number | null;
}

/** A stack of attention layers that was recognised. */
export interface Model {
  /** Name for `--model` and the model button: `vision`, `text`, `teacher`, `encoder`, ... */
  readonly name: string;
  /** What was peeled off around it (`lightning`, `dino`, `data-parallel`, ...), or null. */
  readonly wrapper: string | null;
  /** Prefix of its tensors' names inside the file. */
  readonly prefix: string;
  readonly family: string;
  /** Name for people, such as `DINOv2 ViT-S/14`. */
  readonly title: string;
  /** A few words in the list of models, such as `the averaged weights`; may be empty. */
  readonly remark: string;
  readonly tower: Tower;
  readonly layers: readonly LayerSpec[];
  readonly patch: number | null;
  /** [height, width] in pixels. */
  readonly imageSize: readonly [number, number] | null;
  readonly prefixTokens: { readonly class: number; readonly distillation: number; readonly registers: number };
  readonly position: 'absolute' | 'relative-bias' | 'rope' | 'none' | 'unknown';
  /** What rotary positions do; absent where they are not known, and where there are none. */
  readonly rotation?: Rotation;
  readonly causal: boolean;
  /** True when a token attends only within a window of its neighbours, as in Swin. */
  readonly windowed?: boolean;
  readonly assumptions: readonly Assumption[];
  /** What the file itself says of how it is run and how pictures are prepared, under the keys that Transformers has for it; unchecked. */
  readonly stated?: Readonly<Record<string, unknown>>;
  /** Tensors that belong to it, and the number of their elements. */
  readonly tensorCount: number;
  readonly parameterCount: number;
  /** Element type of its query weights. */
  readonly dtype: TensorEntry['dtype'];
  /** Where the head count and geometry come from, such as `config.json`; empty when from names and shapes alone. */
  readonly confirmedBy: readonly string[];
  /** Names of its tensors that recognition did not place. */
  readonly unmatched: readonly string[];
}

/** What a person says over what was recognised. */
export interface RecognitionOptions {
  /** Name of the model that `heads`, `patch` and `imageSize` are about; without it they are about every model that they fit. */
  readonly model?: string;
  readonly heads?: number;
  readonly patch?: number;
  readonly imageSize?: readonly [number, number];
  /** Names of the query and key weights with `{i}` for the layer, where the names are unusual. */
  readonly named?: { readonly query: string; readonly key: string };
}

/** What a file holds. */
export interface Recognition {
  readonly models: readonly Model[];
  /** Names of the models that are analysed unless one is chosen; empty when no choice is obvious. */
  readonly defaults: readonly string[];
  /** Parts of the file that hold no model, for the list of models: name and number of tensors. */
  readonly others: readonly { readonly name: string; readonly tensorCount: number }[];
  /** Words on what the names look like where no attention was found, such as `a convolutional network: layer1.0.conv1.weight and 52 others`. */
  readonly looksLike: string | null;
  readonly warnings: readonly Warning[];
}
