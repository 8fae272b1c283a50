import { elementCount, type TensorEntry } from '../tensors/tensor-index.js';
import { joinPath, templateOf } from './layout.js';
import { ancestorsOf, type Stack } from './stack.js';
import type { NamedTensor } from './tensor-names.js';

/** The tensors that belong to one stack. */
export interface Placement {
  readonly tensors: readonly TensorEntry[];
  /** Elements of all of them. */
  readonly parameterCount: number;
  /** Names that the stack's family does not know. */
  readonly unmatched: readonly string[];
}

/** A placement that is being filled. */
interface Placed {
  readonly tensors: TensorEntry[];
  parameterCount: number;
  readonly unmatched: string[];
}

/** How well a name fits a stack. */
interface Fit {
  /** True inside the attention module of one of its layers. */
  readonly inAttention: boolean;
  readonly known: boolean;
  /** True inside one of its blocks. */
  readonly inBlock: boolean;
  /** Length of what the name has in common with the stack's root, in whole modules. */
  readonly near: number;
}

/** Gives every tensor of a part of a file to one of its stacks. */
export function placeTensors(stacks: readonly Stack[], tensors: readonly NamedTensor[]): Placement[] {
  const fitters = stacks.map(fitterOf);
  const placed = stacks.map((): Placed => ({ tensors: [], parameterCount: 0, unmatched: [] }));
  for (const named of tensors) {
    const fits = fitters.map((fit) => fit(named));
    const best = fits.reduce((winner, fit, index) => (isBetter(fit, fits[winner]) ? index : winner), 0);
    const place = placed[best];
    if (place === undefined) continue;
    place.tensors.push(named.tensor);
    place.parameterCount += elementCount(named.tensor.shape);
    if (fits[best]?.known !== true) place.unmatched.push(named.name);
  }
  return placed;
}

function fitterOf({ root, layout, known }: Stack): (named: NamedTensor) => Fit {
  const depth = root === '' ? 0 : root.split('.').length - 1;
  const block = layout.block === '' ? '' : `${templateOf(layout.block)}.`;
  const attention = layout.attention === '' ? '' : `${templateOf(joinPath(layout.block, layout.attention))}.`;
  const blockDepth = block.split('.').length - 1;
  const ancestors = ancestorsOf(root);
  return (named) => {
    const { name } = named;
    const around = ancestors.filter((ancestor) => name.startsWith(ancestor));
    const beside = (): boolean => around.some((ancestor) => known.besideRoot(name.slice(ancestor.length)));
    const near = around[0]?.length ?? 0;
    if (!name.startsWith(root)) return { inAttention: false, known: beside(), inBlock: false, near };
    const template = named.template.slice(named.templateStarts[depth]);
    const inBlock = block !== '' && template.startsWith(block);
    const inAttention = attention !== '' && template.startsWith(attention);
    const isKnown =
      (inBlock && known.inBlock(name.slice(named.starts[depth + blockDepth]))) ||
      known.belowRoot(name.slice(root.length)) ||
      beside();
    return { inAttention, known: isKnown, inBlock, near };
  };
}

function isBetter(fit: Fit, other: Fit | undefined): boolean {
  if (other === undefined) return true;
  if (fit.inAttention !== other.inAttention) return fit.inAttention;
  if (fit.known !== other.known) return fit.known;
  if (fit.inBlock !== other.inBlock) return fit.inBlock;
  return fit.near > other.near;
}
