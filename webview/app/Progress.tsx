import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../lib/controls.js';
import { layersDone, type Run } from '../state/run.js';
import { usePanel } from './context.js';

/** Work that ends before this needs no progress. */
const PATIENCE_MS = 300;
/** From here on the time is told. */
const LONG_MS = 1000;
const TICK_MS = 100;

/** How far the computation is, how long it has taken, and a way to end it. */
export function Progress({ run }: { readonly run: Run }): JSX.Element | null {
  const { host } = usePanel();
  const elapsed = useElapsed(run.elapsedMs);
  if (elapsed < PATIENCE_MS) return null;
  const done = layersDone(run);
  const depth = run.layers.length;
  return (
    <div class="progress">
      <div class="progress-line">
        <span>{l10n.t('Layer {0} of {1}', Math.min(done, depth - 1), depth)}</span>
        {elapsed < LONG_MS ? null : <span class="muted">{l10n.t('{0} s so far', (elapsed / 1000).toFixed(1))}</span>}
        <span class="apart">
          <Button
            onClick={() => {
              host.send({ type: 'cancel' });
            }}
          >
            {l10n.t('Cancel')}
          </Button>
        </span>
      </div>
      <div
        class="progress-bar"
        role="progressbar"
        aria-label={l10n.t('Layers computed')}
        aria-valuemin={0}
        aria-valuemax={depth}
        aria-valuenow={done}
      >
        <div style={{ width: `${String((done / Math.max(1, depth)) * 100)}%` }} />
      </div>
    </div>
  );
}

/** Said while the file's directory is read, unless that is quick. */
export function Reading(): JSX.Element | null {
  return useElapsed(0) < PATIENCE_MS ? null : (
    <p class="reading muted">{l10n.t('Reading the directory of the file…')}</p>
  );
}

/** Time since the start: what the host last told, and what has passed since then. */
function useElapsed(told: number): number {
  const [now, setNow] = useState(told);
  useEffect(() => {
    const since = performance.now() - told;
    setNow(told);
    const timer = setInterval(() => {
      setNow(performance.now() - since);
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }, [told]);
  return now;
}
