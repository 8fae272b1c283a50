import { samePrompt } from '../../core/analysis/keypoints/same-prompt.js';
import { CURVE_STRENGTHS } from '../../core/analysis/keypoints/strengths.js';
import type { Change, ChangedRun, PromptPoint } from '../../protocol/image.js';

type Prompt = Extract<Change, { kind: 'prompt' }>;

/** What one prompt does to the output at many strengths, as far as it was computed. */
export class PromptCurve {
  readonly #points = new Map<number, PromptPoint>();

  constructor(private readonly prompt: Prompt) {
    // Strength 0 is the model as it is, to the last bit.
    this.add({ strength: 0, relativeL2: 0, band: [0, 0] });
  }

  /** Whether a change is the same prompt, at whatever strength. */
  isOf(change: Change): boolean {
    return change.kind === 'prompt' && samePrompt(change, this.prompt);
  }

  /** From the least strength. */
  get points(): readonly PromptPoint[] {
    return [...this.#points.values()].sort((one, other) => one.strength - other.strength);
  }

  add(point: PromptPoint): void {
    this.#points.set(point.strength, point);
  }

  /** Adds what the run at one strength gave; a band that is known already stays. */
  addRun({ change, outputChange, band }: ChangedRun): void {
    if (change.kind !== 'prompt') return;
    const { strength } = change;
    const known = this.#points.get(strength)?.band ?? null;
    this.add({ strength, relativeL2: outputChange.relativeL2, band: band ?? known });
  }

  /** What of the curve is missing: strengths without a point, and then those whose point has no band. */
  get missing(): { readonly points: readonly number[]; readonly bands: readonly PromptPoint[] } {
    const order = CURVE_STRENGTHS.map((strength) => [strength, this.#points.get(strength)] as const);
    return {
      points: order.flatMap(([strength, point]) => (point === undefined ? [strength] : [])),
      bands: order.flatMap(([, point]) => (point?.band === null ? [point] : [])),
    };
  }
}

/** The curve of a change, which may be there already; null for one that has no strength. */
export function curveOf(change: Change, known: PromptCurve | null): PromptCurve | null {
  if (change.kind !== 'prompt' || (change.how !== 'bias' && change.how !== 'reweight')) return null;
  return known?.isOf(change) === true ? known : new PromptCurve(change);
}
