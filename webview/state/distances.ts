import type { DistanceAnswer, Focus, ToPanel } from '../../src/protocol/panel.js';
import { remembered } from './bounded-map.js';

/** Where the figures over distance of heads stand, by `distanceKey`. */
export type Distances = ReadonlyMap<string, DistanceAnswer>;

/** Heads that are remembered; others are asked for again, and the host has them. */
const MOST_HEADS = 1_000;

/** Names a head of a model in a basis. */
export function distanceKey({ model, basis }: Focus, layer: number, head: number): string {
  return `${basis} ${String(layer)} ${String(head)} ${model}`;
}

/** What is known after an answer of the host. */
export function withDistances(known: Distances, message: Extract<ToPanel, { type: 'distances' }>): Distances {
  const { focus, layer, head, answer } = message;
  return remembered(known, distanceKey(focus, layer, head), answer, () => 1, MOST_HEADS);
}
