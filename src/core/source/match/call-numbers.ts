import type { NamedNumber } from '../contract.js';

/** Numbers in calls of a class, such as `VisionTransformer(num_heads=6)`. */
export type CallNumbers = readonly (NamedNumber & { readonly cell: number | null })[];
