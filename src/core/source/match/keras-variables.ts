import { type Instance, optionsOf } from '../evaluate/value.js';
import type { NameNode } from './name-tree.js';

/**
 * The names below a layer of Keras 3 with its numbered variables under the names that the code has for them: they stand in the order in which
 * the layer makes them. Where the code leaves open which of them there are, their numbers stay.
 */
export function namedVariables({ attributes }: Instance, node: NameNode): NameNode {
  const numbered = node.children.get('vars');
  if (numbered === undefined || attributes.has('vars')) return node;
  const known = [...attributes].flatMap(([name, value]) => {
    const options = optionsOf(value);
    if (!options.some(({ kind }) => kind === 'parameter')) return [];
    return [{ name, certain: options.every((option) => option.kind === 'parameter' && option.present === true) }];
  });
  const names = inOrder(known, numbered.children.size);
  const children = new Map(node.children);
  const left = new Map(numbered.children);
  for (const [place, name] of names.entries()) {
    const variable = numbered.children.get(String(place));
    if (variable === undefined || node.children.has(name)) continue;
    children.set(name, variable);
    left.delete(String(place));
  }
  if (left.size === 0) children.delete('vars');
  else children.set('vars', { ...numbered, children: left });
  return { ...node, children };
}

function inOrder(known: readonly { readonly name: string; readonly certain: boolean }[], count: number): string[] {
  const certain = known.filter((variable) => variable.certain);
  const open = known.findIndex((variable) => !variable.certain);
  const sure =
    known.length === count
      ? known
      : certain.length === count
        ? certain
        : known.slice(0, open === -1 ? undefined : open);
  return sure.map(({ name }) => name);
}
