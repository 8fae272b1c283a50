import { useEffect } from 'preact/hooks';
import type { PanelHost } from '../../lib/host.js';
import { headKey, rowKey } from '../../state/image-state.js';
import type { PanelState } from '../../state/panel-state.js';
import { sameFocus } from '../../state/run.js';
import { askingToken } from '../../state/patches.js';

/** Asks the host for the figures that are looked at and not there yet, each once. */
export function useRequests(host: PanelHost, { image, run, focus, selection, view }: PanelState): void {
  const { layer, head, patch, tab, basis, model } = selection.now;
  const id = image.card?.id ?? null;
  const settled = run !== null && sameFocus(run.focus, { model, basis }) && sameFocus(focus, run.focus);
  const place = settled && layer !== null && head !== null && run.layers[layer]?.heads[head] !== undefined;
  const noHead = place && !image.heads.has(headKey(basis, layer, head));
  useEffect(() => {
    if (id !== null && place && noHead) host.send({ type: 'want-head', image: id, layer, head });
  }, [host, id, basis, layer, head, place, noHead]);

  const token = image.card === null ? null : askingToken(image.card, patch);
  const noRow = token !== null && layer !== null && !image.attention.has(rowKey(layer, token));
  useEffect(() => {
    if (id !== null && place && noRow) host.send({ type: 'want-attention', image: id, layer, token });
  }, [host, id, layer, token, place, noRow]);

  useEffect(() => {
    if (id !== null && place && token !== null) host.send({ type: 'look', image: id, layer, head, token });
  }, [host, id, basis, layer, head, token, place]);

  useEffect(() => {
    host.send({ type: 'tab', tab });
  }, [host, tab]);

  const windowed = image.card?.windowed !== undefined;
  const noRollout = view.rollout && image.rollout === null && !windowed;
  useEffect(() => {
    if (id !== null && noRollout) host.send({ type: 'want-rollout', image: id });
  }, [host, id, noRollout]);

  const { mask } = image;
  const noPreference = tab === 'preference' && mask !== null && image.preference[view.keys] === undefined;
  useEffect(() => {
    if (id !== null && noPreference) host.send({ type: 'want-preference', image: id, keys: view.keys });
  }, [host, id, mask, noPreference, view.keys]);

  const changed = image.changed?.id ?? null;
  const sideBySide = changed !== null && (tab === 'change' || tab === 'keypoints');
  const noChangedRow =
    sideBySide && token !== null && layer !== null && !image.changedAttention.has(rowKey(layer, token));
  useEffect(() => {
    if (id !== null && place && noChangedRow) host.send({ type: 'want-changed-attention', image: id, layer, token });
  }, [host, id, changed, layer, token, place, noChangedRow]);

  const noChangedPreference =
    tab === 'preference' && mask !== null && changed !== null && image.changedPreference[view.keys] === undefined;
  useEffect(() => {
    if (id !== null && noChangedPreference) host.send({ type: 'want-changed-preference', image: id, keys: view.keys });
  }, [host, id, mask, changed, noChangedPreference, view.keys]);

  const noOffObject =
    tab === 'keypoints' && !windowed && image.keypoints !== null && mask !== null && image.offObject === null;
  useEffect(() => {
    if (id !== null && noOffObject) {
      host.send({ type: 'want-off-object', image: id, wish: { relevance: 'attention', object: 'mask' } });
    }
  }, [host, id, noOffObject]);

  const noKeypoints = tab === 'keypoints' && !windowed && image.keypoints === null;
  useEffect(() => {
    if (id !== null && noKeypoints) host.send({ type: 'want-keypoints', image: id, by: 'scale' });
  }, [host, id, noKeypoints]);
}
