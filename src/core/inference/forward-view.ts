import type { LayerSpec, Model } from '../model/model.js';
import type { Facts } from './facts.js';
import type { WrittenModel } from './forward.js';
import type { Weights } from './weights.js';

/** What a family describes its forward pass from. */
export interface ForwardView {
  readonly model: Model;
  readonly width: number;
  /** Tensors below the model's root. */
  readonly root: Weights;
  /** Tensors beside the root or any module around it, such as a classifier. */
  readonly around: Weights;
  readonly blocks: readonly BlockView[];
  readonly facts: Facts;
}

/** One block of a model. */
export interface BlockView {
  readonly spec: LayerSpec;
  /** Tensors below the block, and below its attention module. */
  readonly weights: Weights;
  readonly attention: Weights;
}

/** How a family computes tokens and outputs from its weights. @throws CheckpointError when a tensor is missing or does not fit. */
export type Describe = (view: ForwardView) => Omit<WrittenModel, 'assumptions' | 'width' | 'runs'>;
