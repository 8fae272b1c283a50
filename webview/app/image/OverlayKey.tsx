import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { paintModes } from '../../../src/core/image/overlay/modes.js';
import { Painted, type Paint } from '../../lib/painted.js';
import type { EntryMaps } from './entry-maps.js';
import { scaleWords } from './image-words.js';

const SIDE = 72;
/** Steps of each axis. */
const STEPS = 24;
/** Light of the picture under the key. */
const GRAY = 170;

/** What the colours of an overlay mean: the same painting over an even gray, queries upwards and keys to the right. */
const KEY: Paint = (context, width, height) => {
  const at = (value: (row: number, column: number) => number): Float32Array =>
    Float32Array.from({ length: STEPS * STEPS }, (_, i) => value(Math.floor(i / STEPS), i % STEPS) / (STEPS - 1));
  const map = (values: Float32Array) => ({ rows: STEPS, columns: STEPS, values });
  const gray = { width, height, data: new Uint8Array(width * height).fill(GRAY) };
  const query = map(at((row) => STEPS - 1 - row));
  const key = map(at((_, column) => column));
  const { data } = paintModes(gray, { query, key, end: 1, scale: { low: 0, high: 1 } }, 'smooth');
  context.putImageData(new ImageData(data, width, height), 0, 0);
};

/** The square key of both colours with the end of the scale, and what the lines are. */
export function OverlayKey({ maps }: { readonly maps: EntryMaps }): JSX.Element {
  const scale = useMemo(() => scaleWords(maps), [maps]);
  const block = maps.count > 1;
  return (
    <div class="overlay-key" aria-hidden="true">
      {maps.query === null ? (
        <div class="bias-key">
          <div class="bias-ramp" />
          <span class="muted">{l10n.t('key bias, {0}', scale)}</span>
        </div>
      ) : (
        <div class="square-key">
          <span class="square-query">{l10n.t('query →')}</span>
          <div class="square">
            <Painted width={SIDE} height={SIDE} paint={KEY} />
            <span class="square-both">{l10n.t('both')}</span>
          </div>
          <span class="square-keys">{l10n.t('key →')}</span>
          <span class="square-scale muted">{scale}</span>
        </div>
      )}
      <ul class="line-key">
        {maps.query === null ? null : (
          <li>
            <i class="query-line" /> {l10n.t('query half-peak')}
          </li>
        )}
        <li>
          <i class="key-line" /> {l10n.t('key half-peak')}
        </li>
        {block ? <li>{l10n.t('lengths of parts, not signed')}</li> : null}
      </ul>
    </div>
  );
}
