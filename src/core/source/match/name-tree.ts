import type { TensorEntry } from '../../tensors/tensor-index.js';

/** Tensor names by their parts: each node is a module or a tensor. */
export interface NameNode {
  readonly children: Map<string, NameNode>;
  tensor: TensorEntry | null;
  /** Number of tensors at it and below. */
  count: number;
}

function emptyNode(): NameNode {
  return { children: new Map(), tensor: null, count: 0 };
}

/** Longer names, and names of more parts, are not names of parameters. */
const MAX_LENGTH = 1_000;
const MAX_PARTS = 64;

/** Puts tensors into a tree by their names, as `rename` gives them. */
export function nameTree(tensors: readonly TensorEntry[], rename: (name: string) => string): NameNode {
  const root = emptyNode();
  for (const tensor of tensors) {
    const parts = tensor.name.length > MAX_LENGTH ? [] : rename(tensor.name).split('.');
    if (parts.length === 0 || parts.length > MAX_PARTS) continue;
    let node = root;
    node.count++;
    for (const part of parts) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(part, child);
      }
      node = child;
      node.count++;
    }
    node.tensor ??= tensor;
  }
  return root;
}

/** All tensors at a node and below, with the path from it. */
export function tensorsBelow(node: NameNode, path = ''): { readonly path: string; readonly tensor: TensorEntry }[] {
  const own = node.tensor === null ? [] : [{ path, tensor: node.tensor }];
  const below = [...node.children].flatMap(([name, child]) =>
    tensorsBelow(child, path === '' ? name : `${path}.${name}`),
  );
  return [...own, ...below];
}
