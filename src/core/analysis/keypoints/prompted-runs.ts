import { type CausalCheck, causalCheck } from './causal.js';
import type { Prompt } from './prompt.js';
import { asParts, type Relevance } from './relevance.js';
import { type Candidate, otherPlaces } from './spurious.js';
import { bandOf, type Grid, movedFrom, spreadShifts } from './torus.js';

/** Runs a model with a prompt and gives the change of its output. */
export type ChangeOf = (prompt: Prompt) => Promise<number>;

/** Told after each run how many are done. */
type Progress = (done: number, total: number) => void;

/** A prompt with its guide or region moved around the torus. */
function movedPrompt(prompt: Prompt, grid: Grid, shift: number): Prompt {
  if (prompt.kind === 'mask' || prompt.kind === 'drop') {
    const { region } = prompt;
    return { ...prompt, region: region.map((_, index) => region[movedFrom(index, grid, shift)] ?? 0) };
  }
  const { guide } = prompt;
  return { ...prompt, guide: guide.map((_, index) => guide[movedFrom(index, grid, shift)] ?? 0) };
}

/** 5 and 95 % of the change of the output when the guide lies elsewhere: over as many shifts as were asked for, or all. */
export async function promptBand(
  prompt: Prompt,
  grid: Grid,
  shifts: number,
  changeOf: ChangeOf,
  progress: Progress,
): Promise<{ readonly band: readonly [low: number, high: number] | null; readonly shifts: number }> {
  const changes: number[] = [];
  const chosen = spreadShifts(grid, shifts);
  for (const shift of chosen) {
    changes.push(await changeOf(movedPrompt(prompt, grid, shift)));
    progress(changes.length, chosen.length);
  }
  // An output of zeros has no change that could be compared.
  return { band: bandOf(changes.filter(Number.isFinite)), shifts: chosen.length };
}

/** A candidate with its causal check. */
export interface CheckedCandidate extends Candidate {
  readonly check: CausalCheck;
}

/**
 * Runs the model without each candidate, and without the same shape at other off-object places.
 * @param most other places that are tried of each candidate.
 */
export async function checkCandidates(
  candidates: readonly Candidate[],
  object: Uint8Array,
  grid: Grid,
  most: number,
  changeOf: ChangeOf,
  progress: Progress,
): Promise<CheckedCandidate[]> {
  const places = candidates.map(({ patches }) => otherPlaces(patches, object, grid, most));
  const total = places.reduce((all, { length }) => all + 1 + length, 0);
  let done = 0;
  const without = async (patches: readonly number[]): Promise<number> => {
    const region = new Uint8Array(object.length);
    for (const patch of patches) region[patch] = 1;
    const change = await changeOf({ kind: 'drop', region });
    progress(++done, total);
    return change;
  };
  const checked: CheckedCandidate[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const effect = await without(candidate.patches);
    const elsewhere: number[] = [];
    for (const place of places[index] ?? []) elsewhere.push(await without(place));
    checked.push({ ...candidate, check: causalCheck(effect, elsewhere) });
  }
  return checked;
}

/** Relevance by deletion: the change of the output without each patch, as parts of their sum; null where no deletion changes anything. */
export async function deletionRelevance(
  patches: number,
  changeOf: ChangeOf,
  progress: Progress,
): Promise<Relevance | null> {
  const changes = new Float64Array(patches);
  for (let patch = 0; patch < patches; patch++) {
    changes[patch] = await changeOf({
      kind: 'drop',
      region: Uint8Array.from({ length: patches }, (_, i) => Number(i === patch)),
    });
    progress(patch + 1, patches);
  }
  const values = asParts(changes);
  return values === null ? null : { kind: 'deletion', asker: null, values };
}
