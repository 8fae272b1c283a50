import { setMaxListeners } from 'node:events';
import type { DistancePoint } from '../../core/analysis/distance/over-distance.js';
import { farthest, noTurningWords, turningAssumptions, turningOf } from '../../core/analysis/distance/turning.js';
import type { Warning } from '../../core/errors.js';
import type { AnalysedModel } from '../../core/export/analysis-json.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { CommandContext } from '../context.js';
import { createProgress } from '../progress.js';
import { UsageError } from '../usage-error.js';

/** More distances than anybody compares at once. */
const MOST_DISTANCES = 64;

/** The figures of a model, what has to be said about them, and the bytes that were read for them. */
interface Told {
  readonly analysed: AnalysedModel;
  readonly warnings: readonly Warning[];
  readonly bytesRead: number;
}

/** Numbers such as `0,1,2,4,8`, ascending. @throws UsageError. */
export function distancesOption(text: string): readonly number[] {
  const parts = text.split(',');
  const values = parts.map(Number);
  const fits = parts.every((part) => /^\d{1,7}$/u.test(part)) && parts.length <= MOST_DISTANCES;
  if (fits) return [...new Set(values)].sort((one, other) => one - other);
  throw new UsageError(
    `--distances takes up to ${String(MOST_DISTANCES)} whole numbers with commas, such as 0,1,2,4,8, not ${text}`,
  );
}

/** A model with its figures over distance, where it has rotary positions that are known. @throws UsageError for a distance out of reach. */
export async function withDistances(
  { engine, signal }: CommandContext,
  inspection: Inspection,
  plain: Told,
  distances: readonly number[],
  quiet: boolean,
): Promise<Told> {
  const { analysed } = plain;
  const { model, figures } = analysed;
  const turning = turningOf(model);
  const warn = (message: string): Warning => ({ code: 'distances', message: `${model.name}: ${message}` });
  if (turning === null) return { ...plain, warnings: [...plain.warnings, warn(`${noTurningWords(model)}.`)] };
  const most = farthest(turning);
  const beyond = distances.find((distance) => distance > most);
  if (beyond !== undefined) {
    throw new UsageError(`--distances takes numbers to ${String(most)} for ${model.title}, not ${String(beyond)}`);
  }
  const progress = createProgress(process.stderr, quiet);
  const request = { inspection, model: model.name, basis: figures.basis };
  const ours = AbortSignal.any([signal]);
  setMaxListeners(model.layers.length, ours); // one for each layer that waits
  let done = 0;
  const running = model.layers.map(async ({ index }) => {
    const result = await engine.overDistance({ ...request, layer: index, head: null, distances }, ours);
    progress.update(++done, model.layers.length, `${model.name}: distances in layer`);
    return result;
  });
  const layers = await Promise.all(running).finally(() => {
    progress.clear();
  });
  return {
    analysed: { ...analysed, distances: layers.map(({ heads }) => heads) },
    warnings: [
      ...plain.warnings,
      ...[...turningAssumptions(model), ...outside(layers.map(({ heads }) => heads))].map(warn),
    ],
    bytesRead: layers.reduce((sum, { bytesRead }) => sum + bytesRead, plain.bytesRead),
  };
}

function outside(layers: readonly (readonly (readonly DistancePoint[])[])[]): string[] {
  const none = layers[0]?.[0]?.filter(({ offsets }) => offsets === 0).map(({ distance }) => distance) ?? [];
  return none.length === 0
    ? []
    : [`No two patches of its pictures lie ${none.join(', ')} apart: there are no figures for that.`];
}
