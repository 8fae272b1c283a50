import type { FormatId, Setting, TensorEntry } from '../../tensors/tensor-index.js';
import type { ConfigView } from '../config.js';
import type { ToldSize } from '../geometry.js';
import type { Layout } from '../layout.js';
import type { Model, Tower } from '../model.js';
import type { Rotation } from '../rotation.js';

/** Families of models: each is one file in this folder and one line in `index.ts`. */
export interface Family {
  readonly id: string;
  /** Its stacks of layers; a file may hold some of them. */
  readonly towers: readonly FamilyTower[];
}

/** One stack of layers of a family: how it is named and what tells it from others with the same names. */
export interface FamilyTower {
  readonly tower: Tower;
  readonly layouts: readonly Layout[];
  /** True when the tensors around the layers are those of this family. */
  accepts(stack: StackView): boolean;
  readonly position: Model['position'] | ((stack: StackView) => Model['position']);
  /** How rotary positions turn queries and keys; null where the file does not tell. */
  rotation?(view: RotationView): Rotation | null;
  /** What names and shapes leave open, a sentence or two each. */
  assumes?(stack: StackView): readonly string[];
  /** Size of pictures where other tensors than the position table tell it; null where none does. @param patch side in pixels. */
  pictures?(stack: StackView, patch: number): ToldSize | null;
  readonly embedding: EmbeddingNames | null;
  /** Modules and parameters below the root, `name.*` for all that is under a module. */
  readonly known: readonly string[];
  /** The same beside the root or beside any module around it, such as a classifier. */
  readonly beside?: readonly string[];
  /** Ends of the root that belong to the family's own names, such as `vit.`; what is in front of them is a wrapper. */
  readonly roots?: readonly string[];
  readonly causal?: true;
  readonly windowed?: true;
  /** Query and key are normalised without parameters of their own, as in cosine attention. */
  readonly cosine?: true;
  /** Heads of the released models where they are not 64 wide, by width. */
  readonly usualHeads?: ReadonlyMap<number, number>;
  /** Width of a head in the released models, 64 if it is not said. */
  readonly usualHeadSize?: number;
  /** Factor on the product of query and key where it is not headSize ** -0.5; `index` is the layer. */
  scale?(headSize: number, index: number, config: ConfigView | null): number;
  /** What the plain values of the file say of how it is run, as `Model.stated`. */
  stated?(settings: ReadonlyMap<string, Setting>): Readonly<Record<string, unknown>>;
  title(facts: TitleFacts): string;
}

/** Names of the tensors in front of the first layer, below the root; the first that is there counts. */
export interface EmbeddingNames {
  readonly patch: readonly string[];
  readonly class: readonly string[];
  readonly distillation: readonly string[];
  readonly registers: readonly string[];
  readonly positions: readonly string[];
  /** Tables of relative position biases of windows as large as the picture, below the root or in the first attention module. */
  readonly biasTables: readonly string[];
  /** Masks of shifted windows in the first stage, (windows, tokens, tokens). */
  readonly windowMasks?: readonly string[];
}

/** What a family sees of the tensors of a stack. */
export interface StackView {
  /** True when there is such a tensor below the root. */
  has(name: string): boolean;
  /** The same in the first block, and in its attention module. */
  inBlock(name: string): boolean;
  inAttention(name: string): boolean;
  /** The same beside the root or beside any module around it. */
  beside(name: string): boolean;
  /** Sizes of a tensor below the root; null when there is none. */
  shape(name: string): readonly number[] | null;
  /** `model_type` of config.json, in small letters; empty when there is none. */
  readonly modelType: string;
  /** Name of the architecture in timm, as config.json, what was saved beside the tensors or the file's name says it; empty when none does. */
  readonly architecture: string;
  readonly format: FormatId;
  /** True when a plain setting of the file has a path that starts so. */
  setting(path: string): boolean;
}

/** What a rotation is told from. */
export interface RotationView {
  readonly stack: StackView;
  /** Parts of config.json that may speak of the tower, its own section first. */
  readonly config: readonly ConfigView[];
  /** Plain values of the file by their whole paths. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** A tensor below the root; null when there is none. */
  tensor(name: string): TensorEntry | null;
  readonly headSize: number;
  readonly patch: number | null;
  /** [height, width] in pixels. */
  readonly imageSize: readonly [number, number] | null;
}

/** What a title is made of. */
export interface TitleFacts {
  readonly depth: number;
  /** Width of the first layer, and of the last. */
  readonly width: number;
  readonly lastWidth: number;
  readonly patch: number | null;
  readonly registers: number;
  readonly distillation: number;
  /** `model_type` of config.json; empty when there is none. */
  readonly modelType: string;
}
