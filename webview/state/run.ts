import type { LayerFigures } from '../../src/core/analysis/figures.js';
import type { VerdictPart } from '../../src/core/analysis/verdict.js';
import type { Warning } from '../../src/core/errors.js';
import type { LayerRow } from '../../src/core/charts/layers-layout.js';
import type { Focus, ToPanel } from '../../src/protocol/panel.js';

/** Layers more than any model has; a larger depth in a message is a mistake. */
const MAX_DEPTH = 10_000;

/** The figures of one model in one basis, as far as they are there. */
export interface Run {
  readonly focus: Focus;
  /** One place for each layer; null where it is not there yet. */
  readonly layers: LayerRow;
  readonly phase: 'running' | 'complete' | 'cancelled' | 'crashed';
  readonly elapsedMs: number;
  readonly verdict: readonly VerdictPart[];
  readonly warnings: readonly Warning[];
  /** The file was told anew since: the next start begins from nothing. */
  readonly outdated: boolean;
}

/** Messages that are about a run. */
export type RunMessage = Extract<ToPanel, { type: 'start' | 'layer' | 'progress' | 'done' | 'stopped' }>;

/** True for two names of the same model in the same basis. */
export function sameFocus(one: Focus | null, other: Focus | null): boolean {
  return one?.model === other?.model && one?.basis === other?.basis;
}

/** The run after a message; messages of another focus, of layers that are not, and late ones change nothing. */
export function advance(run: Run | null, message: RunMessage): Run | null {
  if (message.type === 'start') return started(run, message.focus, message.depth);
  if (run === null || !sameFocus(run.focus, message.focus)) return run;
  switch (message.type) {
    case 'layer':
      return withLayer(run, message.layer);
    case 'progress':
      return { ...run, elapsedMs: message.elapsedMs };
    case 'done':
      return { ...run, phase: 'complete', verdict: message.verdict, warnings: message.warnings };
    case 'stopped':
      return run.phase === 'complete' ? run : { ...run, phase: message.reason === 'crashed' ? 'crashed' : 'cancelled' };
  }
}

/** A run that goes on keeps the layers that it has. */
function started(run: Run | null, focus: Focus, depth: number): Run {
  const size = Number.isInteger(depth) && depth > 0 ? Math.min(depth, MAX_DEPTH) : 0;
  const same = run !== null && sameFocus(run.focus, focus) && run.layers.length === size;
  const goesOn = same && run.phase !== 'complete' && !run.outdated;
  const layers = goesOn ? run.layers : new Array<null>(size).fill(null);
  return { focus, layers, phase: 'running', elapsedMs: 0, verdict: [], warnings: [], outdated: false };
}

function withLayer(run: Run, layer: LayerFigures): Run {
  if (!Number.isInteger(layer.index) || layer.index < 0 || layer.index >= run.layers.length) return run;
  return { ...run, layers: run.layers.map((there, index) => (index === layer.index ? layer : there)) };
}

/** How many layers from the first on are complete. */
export function layersDone(run: Run): number {
  const missing = run.layers.indexOf(null);
  return missing < 0 ? run.layers.length : missing;
}
