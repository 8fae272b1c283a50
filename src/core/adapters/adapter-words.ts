import { quoteName } from '../bytes/quote.js';
import type { AdapterFacts } from '../tensors/tensor-index.js';

function range([least, most]: readonly [number, number]): string {
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return least === most ? short(least) : `${short(least)} to ${short(most)}`;
}

/** Rank, scale and targets in a few words. */
function details({ rank, scale, matrices, targets, magnitudes, replaced }: AdapterFacts): string {
  return [
    `rank ${range(rank)}`,
    `scale ${range(scale)}`,
    `${matrices} ${matrices === 1 ? 'matrix' : 'matrices'}: ${targets.map(quoteName).join(', ')}`,
    ...(magnitudes ? ['with magnitudes (DoRA)'] : []),
    ...(replaced > 0 ? [`${replaced} whole ${replaced === 1 ? 'tensor' : 'tensors'}`] : []),
  ].join('; ');
}

/** An adapter that is applied, as it follows `the model`. */
export function adapterWords(facts: AdapterFacts): string {
  return `with the LoRA adapter of ${quoteName(facts.file)} merged in (${details(facts)})`;
}

/** What an adapter that lies alone is, and what helps. */
export function loneAdapterWords(facts: AdapterFacts): { readonly what: string; readonly made: string } {
  const base = facts.base === null ? '' : ` Its configuration names ${quoteName(facts.base)} as the base model.`;
  return {
    what: `It holds a LoRA adapter and not the weights that it changes (${details(facts)}).`,
    made: `An adapter has no attention of its own: it is shown over the base model it was made for.${base}`,
  };
}
