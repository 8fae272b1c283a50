import { l10n } from 'vscode';
import type { DistancePoint } from '../../core/analysis/distance/over-distance.js';
import { turningOf, usualDistances } from '../../core/analysis/distance/turning.js';
import { CheckpointError } from '../../core/errors.js';
import type { Engine } from '../../host/engine/contract.js';
import type { DistanceAnswer, Focus } from '../../protocol/panel.js';
import type { Log } from '../log.js';
import { LatestJob } from './latest-job.js';
import { findModel, type Opened } from './opened.js';
import { focusKey, type PanelPort, type Viewers } from './viewers.js';

/** What the figures over distance of a session are made with. */
export interface DistanceParts {
  readonly engine: Pick<Engine, 'overDistance'>;
  readonly viewers: Viewers;
  readonly opened: () => Opened | null;
  readonly log: Log;
}

/** A head in a basis. */
interface Place {
  readonly focus: Focus;
  readonly layer: number;
  readonly head: number;
}

/** Heads whose figures are kept; each is a dozen numbers. */
const MOST_KEPT = 2_000;

/** Figures over distance of single heads, when a panel asks: one at a time, the newest question next, finished ones kept. */
export class DistanceDesk {
  readonly #parts: DistanceParts;
  readonly #kept = new Map<string, readonly DistancePoint[]>();
  readonly #job = new LatestJob();
  #running = new AbortController();

  constructor(parts: DistanceParts) {
    this.#parts = parts;
  }

  want(port: PanelPort, layer: number, head: number): void {
    const focus = this.#parts.viewers.get(port)?.focus ?? null;
    const opened = this.#parts.opened();
    if (focus === null || opened === null) return;
    const place = { focus, layer, head };
    const kept = this.#kept.get(keyOf(place));
    if (kept !== undefined) {
      this.#tell(place, { kind: 'done', points: kept });
      return;
    }
    this.#tell(place, { kind: 'running' });
    this.#job.ask(() => this.#compute(place, opened));
  }

  /** Ends what runs; what was computed stays. */
  cancel(): void {
    this.#running.abort();
  }

  /** Forgets all figures, for the file is another one. */
  reset(): void {
    this.cancel();
    this.#kept.clear();
  }

  async #compute(place: Place, opened: Opened): Promise<void> {
    const { focus, layer, head } = place;
    // It may have been asked for twice while another head was computed.
    const kept = this.#kept.get(keyOf(place));
    if (kept !== undefined) {
      this.#tell(place, { kind: 'done', points: kept });
      return;
    }
    const { signal } = (this.#running = new AbortController());
    const model = findModel(opened, focus.model);
    const turning = model === undefined ? null : turningOf(model);
    const heads = model?.layers[layer]?.heads ?? 0;
    if (turning === null || head >= heads) return;
    try {
      const { inspection } = opened;
      const request = { inspection, ...focus, layer, head, distances: usualDistances(turning) };
      const [points = []] = (await this.#parts.engine.overDistance(request, signal)).heads;
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(keyOf(place), points);
      this.#tell(place, { kind: 'done', points });
    } catch (error) {
      if (signal.aborted) this.#tell(place, { kind: 'cancelled' });
      else this.#fail(place, error);
    }
  }

  #fail(place: Place, error: unknown): void {
    this.#parts.log.error('figures over distance', error);
    const text = error instanceof CheckpointError ? error.message : l10n.t('The computation failed; the log says why.');
    this.#tell(place, { kind: 'trouble', text });
  }

  #tell({ focus, layer, head }: Place, answer: DistanceAnswer): void {
    this.#parts.viewers.postTo(focus, { type: 'distances', focus, layer, head, answer });
  }
}

function keyOf({ focus, layer, head }: Place): string {
  return `${focusKey(focus)} ${layer} ${head}`;
}
