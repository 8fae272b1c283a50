/** Layers by their distance from one, that one first: 4, 3, 5, 2, 6 ... */
export function layersAround(layer: number, layers: number): number[] {
  const order = Array.from({ length: layers }, (_, each) => each);
  return order.sort((one, other) => Math.abs(one - layer) - Math.abs(other - layer) || one - other);
}
