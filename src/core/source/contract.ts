import type { Recognition } from '../model/model.js';
import type { DType } from '../tensors/dtype.js';
import type { TensorEntry } from '../tensors/tensor-index.js';

/** A place in a text: line and column from 0, columns in UTF-16 units, as editors count. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** From the first character to behind the last. */
export interface SourceRange {
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/** Python text: a file, or one cell of a notebook. */
export interface SourceText {
  /** Path or address with `/` between folders; the same for all cells of a notebook, which share their names. */
  readonly file: string;
  /** Position of the cell in its notebook; null for a file. */
  readonly cell: number | null;
  readonly text: string;
}

/** A stretch of one source text. */
export interface SourcePlace {
  readonly file: string;
  readonly cell: number | null;
  readonly range: SourceRange;
}

/** A class of the sources. */
export interface ClassPlace extends SourcePlace {
  readonly name: string;
  /** Where its name stands. */
  readonly nameRange: SourceRange;
}

/** What a definition's tensors do in the model. */
export type DefinitionRole =
  | 'query'
  | 'key'
  | 'value'
  | 'query-key-value'
  | 'query-key'
  | 'key-value'
  | 'output'
  | 'norm'
  | 'mlp'
  | 'embedding'
  | 'other';

/** A place in the sources that makes a layer or a parameter. */
export interface SourceDefinition extends SourcePlace {
  /** Where the attribute's name stands; the same as `range` where it has none, as inside `nn.Sequential(...)`. */
  readonly nameRange: SourceRange;
  /** The class or function in whose text it stands. */
  readonly className: string;
  /** Attribute that it becomes, such as `qkv` or `net.0`. */
  readonly attribute: string;
  /** Constructor as the code calls it, such as `nn.Linear`, or what it stands for where the code calls it by a parameter. */
  readonly module: string;
}

/** Tensors of one parameter of a definition over all its instances. */
export interface TensorPattern {
  /** Names in the file with `{i}`, `{j}`, ... for counted modules, such as `blocks.{i}.attn.qkv.weight`. */
  readonly pattern: string;
  /** Last part of the name, such as `weight`. */
  readonly parameter: string;
  readonly names: readonly string[];
  /** Sizes; null where they differ between the instances. */
  readonly shape: readonly (number | null)[];
  /** What the code says for each size, such as `3 * dim`; null where it does not say. */
  readonly symbolic: readonly string[] | null;
  /** Null where it differs between the instances. */
  readonly dtype: DType | null;
  readonly bytes: number;
}

/** A name of the code and the number that the checkpoint gives it, such as `dim` = 384. */
export interface SolvedName {
  readonly name: string;
  readonly value: number;
}

/** A definition and the tensors that it became. */
export interface DefinitionMatch extends SourceDefinition {
  readonly role: DefinitionRole;
  readonly tensors: readonly TensorPattern[];
  /** Number of tensors altogether. */
  readonly count: number;
  /** Names in its shapes, where they have one value over all instances. */
  readonly solved: readonly SolvedName[];
}

/** A definition that became no tensor, and why. */
export interface UnmatchedDefinition extends SourceDefinition {
  readonly reason: string;
}

/** A class and where its instances stand in the checkpoint; for lenses above it. */
export interface ClassMatch extends ClassPlace {
  /** Paths of its instances with `{i}` for counted modules, such as `blocks.{i}.attn`; empty text for the whole. */
  readonly patterns: readonly string[];
  /** Paths of its instances as they are in the file. */
  readonly paths: readonly string[];
  readonly tensorCount: number;
  /** Values of its parameters, where they have one value over all instances. */
  readonly solved: readonly SolvedName[];
}

export type SourceProblemCode =
  | 'heads-differ'
  | 'size-differs'
  | 'bias-differs'
  | 'order-differs'
  | 'missing-tensors'
  | 'unexpected-tensors'
  | 'missing-checkpoint';

/** Something about which code and checkpoint disagree. */
export interface SourceProblem extends SourcePlace {
  readonly code: SourceProblemCode;
  readonly message: string;
  /** Names of the tensors that it is about, the first few. */
  readonly tensors: readonly string[];
}

/** A name that the code builds while it runs, which is not guessed. */
export interface RunTimeName extends SourcePlace {
  readonly reason: string;
}

/** How the sources and one checkpoint belong together. */
export interface SourceMatch {
  /** The class whose attributes the tensor names follow. */
  readonly root: ClassPlace;
  /** Share of the checkpoint's tensors (under `prefixes`) and of the code's definitions that agree, 0 to 1. */
  readonly score: number;
  /** Other classes that fit as well. */
  readonly ties: readonly ClassPlace[];
  /** What stands before the root class's own names in the file; several where the file holds copies. */
  readonly prefixes: readonly string[];
  readonly definitions: readonly DefinitionMatch[];
  readonly classes: readonly ClassMatch[];
  readonly unmatchedTensors: readonly string[];
  readonly unmatchedDefinitions: readonly UnmatchedDefinition[];
  readonly runTimeNames: readonly RunTimeName[];
  readonly problems: readonly SourceProblem[];
}

/** What matching has to know of a checkpoint; `Inspection` and `FileCard` have it. */
export interface MatchedCheckpoint {
  readonly tensors: readonly TensorEntry[];
  readonly recognition: Recognition;
}

export interface MatchOptions {
  /** Name of the root class; without it the class that fits best. */
  readonly className?: string;
  /** Only classes of this file may be the root. */
  readonly file?: string;
}

/** What came of matching. */
export type MatchOutcome =
  | { readonly kind: 'matched'; readonly match: SourceMatch }
  /** No class fits well enough; the best ones, and a sentence for people. */
  | { readonly kind: 'none'; readonly reason: string; readonly closest: readonly ClassPlace[] };

/** A number given by name in a call or a configuration, such as `num_heads=6`. */
export interface NamedNumber {
  /** Last part of the key, such as `num_heads`. */
  readonly name: string;
  readonly value: number;
  /** Where the name stands, and the number. */
  readonly nameRange: SourceRange;
  readonly range: SourceRange;
}

/** A call or a configuration key that names a model or a file. */
export interface SourceLink {
  /** `model` is a name such as `vit_small_patch16_224`, `file` a path or the name of a repository. */
  readonly kind: 'model' | 'file';
  /** The call or the key, such as `timm.create_model` or `model.checkpoint`. */
  readonly via: string;
  /** The name or path as the code gives it. */
  readonly target: string;
  /** Where it stands, without quotes. */
  readonly range: SourceRange;
  /** The whole call, or the line of the key. */
  readonly callRange: SourceRange;
}

/** What a text says about checkpoints without matching. */
export interface TextFacts {
  readonly links: readonly SourceLink[];
  /** `num_heads`, `depth`, `embed_dim`, `patch_size` and the like in calls or keys, `via` the call or section they stand in. */
  readonly numbers: readonly (NamedNumber & { readonly via: string })[];
}
