import * as v from 'valibot';
import { NO_SELECTION, type PanelState } from './panel-state.js';

const place = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)));

const savedSchema = v.object({
  selection: v.object({
    model: v.string(),
    basis: v.picklist(['folded', 'raw']),
    layer: place,
    head: place,
    entry: v.pipe(v.number(), v.integer(), v.minValue(0)),
    more: v.boolean(),
  }),
  view: v.object({ sorted: v.boolean(), layersAsTable: v.boolean(), headAsTable: v.boolean() }),
});

/** What outlives hiding and reloading. */
export function toSaved(state: PanelState): v.InferOutput<typeof savedSchema> {
  return { selection: state.selection.now, view: state.view };
}

/** The panel before the first message, with what was saved; with nothing selected when that is unreadable. */
export function initialState(saved: unknown): PanelState {
  const parsed = v.safeParse(savedSchema, saved);
  return {
    file: null,
    focus: null,
    run: null,
    problem: null,
    note: null,
    selection: { now: parsed.success ? parsed.output.selection : NO_SELECTION, past: [] },
    view: parsed.success ? parsed.output.view : { sorted: false, layersAsTable: false, headAsTable: false },
    assumptionsOpen: null,
  };
}
