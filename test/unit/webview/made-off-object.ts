import type { CausalCheck } from '../../../src/core/analysis/keypoints/causal.js';
import type { OffObject, OffObjectFigures } from '../../../src/protocol/off-object.js';

/** Two candidates on the picture of 2 x 3 patches, whose first patch is the object. */
export function madeOffObjectFigures(changes: Partial<OffObjectFigures> = {}): OffObjectFigures {
  return {
    image: 1,
    relevance: {
      kind: 'attention',
      asker: 'class-token',
      values: Float32Array.of(0.25, 0.125, 0.25, 0, 0.125, 0.25),
    },
    object: Uint8Array.of(1, 0, 0, 0, 0, 0),
    offRatio: 0.9,
    log2Lift: -1,
    candidates: [
      { patches: [1, 2], weight: 0.5 },
      { patches: [5], weight: 0.25 },
    ],
    checkable: true,
    pieces: 3,
    notes: [],
    ...changes,
  };
}

export function madeCheck(effect: number, band: CausalCheck['band'] = [0.01, 0.02]): CausalCheck {
  return { effect, band, z: 1.5, places: 20 };
}

export function madeOffObject(changes: Partial<OffObject> = {}): OffObject {
  return {
    wish: { relevance: 'attention', object: 'mask' },
    figures: madeOffObjectFigures(),
    checks: null,
    working: null,
    ...changes,
  };
}
