import type { Operation } from '../../onnx/graph.js';

/** Nodes in an order in which they can run, as near to that of the file as it can be; nodes in a circle are left out. */
export function inOrder(operations: readonly Operation[]): readonly Operation[] {
  const producers = new Map<string, number>();
  for (const [place, { outputs }] of operations.entries()) for (const output of outputs) producers.set(output, place);
  const waiting = operations.map((operation, place) => {
    const before = new Set(operation.inputs.flatMap((input) => (input === '' ? [] : (producers.get(input) ?? []))));
    return { operation, place, before };
  });
  // Tools that insert casts append them; nearly all other files are in order.
  if (waiting.every(({ place, before }) => [...before].every((each) => each < place))) return operations;
  const after = new Map<number, number[]>();
  for (const { place, before } of waiting) {
    for (const each of before) {
      const list = after.get(each) ?? [];
      after.set(each, list);
      list.push(place);
    }
  }
  const ordered: Operation[] = [];
  const ready = waiting.filter(({ before }) => before.size === 0).map(({ place }) => place);
  const open = waiting.map(({ before }) => before.size);
  for (const place of ready) {
    const operation = operations[place];
    if (operation !== undefined) ordered.push(operation);
    for (const next of after.get(place) ?? []) {
      open[next] = (open[next] ?? 0) - 1;
      if (open[next] === 0) ready.push(next);
    }
  }
  return ordered;
}
