import type { TensorEntry } from '../../core/tensors/tensor-index.js';

/** A part of the tensor tree: one tensor, or several under a common start of their names. */
export type TensorGroup =
  | { readonly kind: 'tensor'; readonly label: string; readonly tensor: TensorEntry }
  | {
      readonly kind: 'group';
      readonly label: string;
      readonly tensors: readonly TensorEntry[];
      readonly prefix: string;
    };

/** More items under one node than a person reads; the rest goes into ranges of this size. */
const MAX_CHILDREN = 200;

/** Beyond this, siblings keep the file's order: sorting more names by their numbers would be felt. */
const MAX_SORTED = 1_000;

const byNumber = new Intl.Collator('en', { numeric: true });

/**
 * The next level below a start of names.
 * @param tensors tensors whose names begin with `prefix`.
 * @param prefix empty, or a path with its final dot.
 */
export function groupTensors(tensors: readonly TensorEntry[], prefix: string): TensorGroup[] {
  const groups: TensorGroup[] = [];
  const bySegment = new Map<string, TensorEntry[]>();
  for (const tensor of tensors) {
    const inside = tensor.name.slice(prefix.length);
    const dot = inside.indexOf('.');
    const segment = inside.slice(0, dot);
    const members = bySegment.get(segment);
    if (dot < 0) groups.push({ kind: 'tensor', label: inside, tensor });
    else if (members === undefined) bySegment.set(segment, [tensor]);
    else members.push(tensor);
  }
  for (const members of bySegment.values()) groups.push(asGroup(members, prefix));
  if (groups.length <= MAX_SORTED) groups.sort((one, other) => byNumber.compare(one.label, other.label));
  return groups.length > MAX_CHILDREN ? ranges(groups, prefix) : groups;
}

/** @param members tensors that share at least one more segment of their names. */
function asGroup(members: readonly TensorEntry[], prefix: string): TensorGroup {
  const [first] = members;
  if (first !== undefined && members.length === 1) {
    return { kind: 'tensor', label: first.name.slice(prefix.length), tensor: first };
  }
  const inner = commonPath(members);
  return { kind: 'group', label: inner.slice(prefix.length, -1), tensors: members, prefix: inner };
}

/** Longest common start of the names that ends in a dot, so that a level with one entry is skipped. */
function commonPath(members: readonly TensorEntry[]): string {
  let common = members[0]?.name ?? '';
  for (const { name } of members) {
    let length = 0;
    while (length < common.length && common[length] === name[length]) length++;
    common = common.slice(0, length);
  }
  return common.slice(0, common.lastIndexOf('.') + 1);
}

/** Several hundred siblings as ranges named by their first and last. */
function ranges(groups: readonly TensorGroup[], prefix: string): TensorGroup[] {
  const result: TensorGroup[] = [];
  for (let start = 0; start < groups.length; start += MAX_CHILDREN) {
    const part = groups.slice(start, start + MAX_CHILDREN);
    const label = `${part[0]?.label ?? ''} … ${part.at(-1)?.label ?? ''}`;
    result.push({ kind: 'group', label, tensors: part.flatMap(membersOf), prefix });
  }
  return result;
}

const membersOf = (group: TensorGroup): readonly TensorEntry[] =>
  group.kind === 'tensor' ? [group.tensor] : group.tensors;

/** Tensors whose names hold every word of the filter, in any case. */
export function filterTensors(tensors: readonly TensorEntry[], filter: string): readonly TensorEntry[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return tensors;
  return tensors.filter(({ name }) => {
    const lower = name.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}
