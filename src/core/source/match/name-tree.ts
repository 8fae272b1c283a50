import type { TensorEntry } from '../../tensors/tensor-index.js';

/** Tensor names by their parts: each node is a module or a tensor. */
export interface NameNode {
  readonly children: Map<string, NameNode>;
  tensor: TensorEntry | null;
  /** Number of tensors at it and below. */
  count: number;
  /** Its path as the file writes it; null where the code has another number of parts. */
  readonly file: string | null;
}

/** Longer names, and names of more parts, are not names of parameters. */
const MAX_LENGTH = 1_000;
const MAX_PARTS = 64;

/** What stands between the modules in a tensor's name: JAX and Keras write slashes. */
export function separatorOf({ name, path }: TensorEntry): '/' | '.' {
  return path !== undefined && name.includes('/') && !name.startsWith('/') ? '/' : '.';
}

/** Parts of a tensor's name in the file. */
export function fileParts(tensor: TensorEntry): string[] {
  return tensor.name.split(separatorOf(tensor));
}

/** Puts tensors into a tree by their names, as `partsOf` gives them. */
export function nameTree(
  tensors: readonly TensorEntry[],
  partsOf: (tensor: TensorEntry) => readonly string[],
): NameNode {
  const root: NameNode = { children: new Map(), tensor: null, count: 0, file: '' };
  for (const tensor of tensors) {
    const parts = tensor.name.length > MAX_LENGTH ? [] : partsOf(tensor);
    if (parts.length === 0 || parts.length > MAX_PARTS) continue;
    const inFile = fileParts(tensor);
    const alike = inFile.length === parts.length;
    const separator = separatorOf(tensor);
    let node = root;
    node.count++;
    for (const [index, part] of parts.entries()) {
      let child = node.children.get(part);
      if (child === undefined) {
        const file = alike ? inFile.slice(0, index + 1).join(separator) : null;
        child = { children: new Map(), tensor: null, count: 0, file };
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
