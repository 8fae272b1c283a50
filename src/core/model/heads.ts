import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { Warning } from '../errors.js';
import type { HeadClaim, WidthConflict } from './head-claims.js';
import type { HeadProof } from './head-proofs.js';
import { assumeHeadSize } from './assumed-heads.js';
import type { UsualHeads } from './heads-by-names.js';
import type { Assumption } from './model.js';
import type { ShapedLayer } from './read-layer.js';

/** Heads of one layer. */
export interface HeadCount {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** All that is known of the heads of a model's layers. */
export interface HeadEvidence {
  readonly layers: readonly ShapedLayer[];
  /** Stage of each layer, counted from 0. */
  readonly stages: readonly number[];
  readonly proofs: readonly (HeadProof | null)[];
  /** What models of these names and widths have; null where none is known. */
  readonly byNames: UsualHeads | null;
  readonly option: number | null;
  readonly claims: readonly HeadClaim[];
  readonly conflict: WidthConflict | null;
  readonly hasConfig: boolean;
  /** A setting that names an architecture of another width; null when none does. */
  readonly otherWidth: string | null;
  /** True for towers of pictures, whose widths have usual head counts. */
  readonly vision: boolean;
  readonly usualHeads: ReadonlyMap<number, number> | null;
  readonly usualHeadSize: number | null;
}

/** The heads of every layer, and how sure they are. */
export interface HeadDecision {
  readonly counts: readonly HeadCount[];
  readonly confirmedBy: readonly string[];
  readonly assumption: Assumption | null;
  readonly warnings: readonly Warning[];
  /** Why the count that a person gave was not taken; null when it was, or none was given. */
  readonly refused: string | null;
}

/**
 * Decides how many heads each layer has: what shapes prove, else what a person says, else config.json, else the settings of the
 * file, else what models of these names or of this width usually have, as an assumption.
 */
export function decideHeads(evidence: HeadEvidence): HeadDecision {
  const { layers, proofs, claims, option } = evidence;
  const refused = option === null ? null : refuseOption(evidence, option);
  const proven = countAll(layers, (index) => ({ heads: proofs[index]?.heads ?? null }));
  const chosen = option === null || refused !== null ? null : countAll(layers, () => ({ heads: option }));
  const fitting = claims.map((claim) => ({ claim, counts: countClaim(evidence, claim) }));
  const said = fitting.find(({ counts }) => counts !== null);
  const warnings = contradictions(evidence, proven, fitting);
  const base = { assumption: null, warnings, refused };
  if (proven !== null) {
    const agrees = fitting.find(({ counts }) => counts !== null && sameCounts(counts, proven));
    return { ...base, counts: proven, confirmedBy: agrees === undefined ? [] : [agrees.claim.source] };
  }
  if (chosen !== null) return { ...base, counts: chosen, confirmedBy: [l10n.t('the chosen number of heads')] };
  if (said?.counts != null) return { ...base, counts: said.counts, confirmedBy: [said.claim.source] };
  return { ...base, confirmedBy: [], ...assumeHeads(evidence) };
}

/** A layer's heads from a count or a size; null when the rows cannot be parted so. */
function countHeads(
  layer: ShapedLayer,
  known: { heads: number | null; headSize?: number | null; keyValueHeads?: number | null },
): HeadCount | null {
  const rows = layer.query.weight.rows;
  const keyRows = layer.key.weight.rows;
  const headSize = known.heads === null ? (known.headSize ?? 0) : rows / known.heads;
  const heads = rows / headSize;
  const keyValueHeads = keyRows / headSize;
  const whole = [headSize, heads, keyValueHeads, heads / keyValueHeads].every((n) => Number.isInteger(n) && n > 0);
  if (!whole) return null;
  if (known.keyValueHeads != null && known.keyValueHeads !== keyValueHeads && keyRows !== rows) return null;
  return { heads, keyValueHeads, headSize };
}

function countAll(
  layers: readonly ShapedLayer[],
  known: (index: number) => { heads: number | null; headSize?: number | null; keyValueHeads?: number | null },
): readonly HeadCount[] | null {
  const counts: HeadCount[] = [];
  for (const [index, layer] of layers.entries()) {
    const count = countHeads(layer, known(index));
    if (count === null) return null;
    counts.push(count);
  }
  return counts;
}

function countClaim({ layers, stages }: HeadEvidence, claim: HeadClaim): readonly HeadCount[] | null {
  const { heads, headSize, keyValueHeads } = claim;
  if (typeof heads === 'number' || heads === null) return countAll(layers, () => ({ heads, headSize, keyValueHeads }));
  // A list is one of stages, or of layers where stages of one layer each are counted as layers.
  const byLayer = stages.every((stage) => stage === 0) && heads.length === layers.length;
  return countAll(layers, (index) => {
    const place = byLayer ? index : (stages[index] ?? 0);
    return { heads: heads[place] ?? null, headSize, keyValueHeads };
  });
}

function sameCounts(some: readonly HeadCount[], others: readonly HeadCount[]): boolean {
  return some.every((count, index) => count.heads === others[index]?.heads);
}

function refuseOption({ layers, proofs }: HeadEvidence, option: number): string | null {
  const contrary = proofs.find((proof) => proof !== null && proof.heads !== option);
  if (contrary != null) return l10n.t('{0} proves {1} heads', quoteName(contrary.tensor), contrary.heads);
  const layer = layers.find((each) => countHeads(each, { heads: option }) === null);
  if (layer === undefined) return null;
  return l10n.t(
    '{0} heads do not divide the {1} rows of the query weight of {2}',
    option,
    layer.query.weight.rows,
    quoteName(layer.path),
  );
}

/** What config.json says against shapes or against the head count in use. */
function contradictions(
  { claims, conflict, layers, proofs }: HeadEvidence,
  proven: readonly HeadCount[] | null,
  fitting: readonly { claim: HeadClaim; counts: readonly HeadCount[] | null }[],
): Warning[] {
  const warnings: Warning[] = [];
  const say = (message: string): number => warnings.push({ code: 'config-contradiction', message });
  const width = layers[0]?.width ?? 0;
  if (conflict !== null) {
    say(
      l10n.t(
        'config.json says {0} {1}, but tokens are {2} wide: it is not about this model, and its head count is not used.',
        conflict.key,
        conflict.value,
        width,
      ),
    );
  }
  const claim = claims.find(({ source }) => source === 'config.json');
  const fit = fitting.find((each) => each.claim === claim);
  if (claim === undefined || fit === undefined) return warnings;
  const saidHeads = String(claim.heads ?? l10n.t('{0} wide heads', String(claim.headSize)));
  if (fit.counts === null) {
    const rows = layers[0]?.query.weight.rows ?? 0;
    say(
      l10n.t(
        '{0} is {1}, which does not part the {2} rows of the query weight into whole heads: it is not used.',
        claim.where,
        saidHeads,
        rows,
      ),
    );
  } else if (proven !== null && !sameCounts(fit.counts, proven)) {
    say(
      l10n.t(
        '{0} is {1}, but {2} proves {3}: that is used.',
        claim.where,
        saidHeads,
        quoteName(proofs[0]?.tensor ?? ''),
        proven[0]?.heads ?? 0,
      ),
    );
  }
  return warnings;
}

function assumeHeads(evidence: HeadEvidence): { counts: readonly HeadCount[]; assumption: Assumption } {
  const { byNames } = evidence;
  const guesses = evidence.layers.map((layer, index) => {
    const named = countHeads(layer, { heads: byNames?.heads[index] ?? null });
    return named === null || byNames === null
      ? assumeHeadSize(layer, evidence)
      : { headSize: named.headSize, reason: byNames.reason };
  });
  const counts = evidence.layers.map((layer, index) => {
    const { rows } = layer.query.weight;
    const headSize = guesses[index]?.headSize ?? rows;
    const guess = { heads: rows / headSize, keyValueHeads: layer.key.weight.rows / headSize, headSize };
    // What is proven of some layers is no guess.
    return countHeads(layer, { heads: evidence.proofs[index]?.heads ?? null }) ?? guess;
  });
  const [first] = counts;
  const [layer] = evidence.layers;
  const heads = first?.heads ?? 1;
  const varying = counts.some((count) => count.heads !== heads);
  const all = counts.map((count) => count.heads);
  const shown = varying
    ? l10n.t('{0} to {1} heads', Math.min(...all), Math.max(...all))
    : `${heads} ${heads === 1 ? 'head' : 'heads'}`;
  const why = l10n.t('{0} wide, {1}', first?.headSize ?? 0, guesses[0]?.reason ?? '');
  const silent = evidence.hasConfig
    ? l10n.t('Neither config.json nor anything in the file says it.')
    : l10n.t('No config.json and nothing in the file says it.');
  const source =
    evidence.otherWidth === null
      ? silent
      : l10n.t(
          'The file says {0}, which is not {1} wide, and nothing else says it.',
          evidence.otherWidth,
          layer?.width ?? 0,
        );
  return {
    counts,
    assumption: {
      code: 'heads',
      text: l10n.t('{0} assumed ({1}). {2} Every head figure depends on it.', shown, why, source),
      choices: varying || layer === undefined ? [] : headChoices(layer, heads),
      value: varying ? null : heads,
    },
  };
}

/** The assumed count with half and double of it, as far as they part the rows. */
function headChoices(layer: ShapedLayer, heads: number): number[] {
  return [heads / 2, heads, heads * 2].filter((count) => countHeads(layer, { heads: count }) !== null);
}
