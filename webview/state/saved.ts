import * as v from 'valibot';
import { NO_IMAGE } from './image-state.js';
import { NO_SELECTION, NO_TICKS, type PanelState, type ViewChoices } from './panel-state.js';
import { KEY_BIAS, TABS } from './selection.js';

const place = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)));

const USUAL_VIEW: ViewChoices = {
  sorted: false,
  layersAsTable: false,
  headAsTable: false,
  opacity: 1,
  commonScale: false,
  rollout: false,
  keys: 'without-prefix',
  overDistance: false,
};

const savedSchema = v.object({
  selection: v.object({
    model: v.string(),
    basis: v.picklist(['folded', 'raw']),
    layer: place,
    head: place,
    entry: v.pipe(v.number(), v.integer(), v.minValue(KEY_BIAS)),
    more: v.boolean(),
    // What came later has a fallback: states saved before stay readable.
    patch: v.fallback(place, NO_SELECTION.patch),
    tab: v.fallback(v.picklist(TABS), NO_SELECTION.tab),
    apart: v.fallback(v.boolean(), NO_SELECTION.apart),
    patches: v.fallback(v.boolean(), NO_SELECTION.patches),
  }),
  view: v.object({
    sorted: v.boolean(),
    layersAsTable: v.boolean(),
    headAsTable: v.boolean(),
    opacity: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), USUAL_VIEW.opacity),
    commonScale: v.fallback(v.boolean(), USUAL_VIEW.commonScale),
    rollout: v.fallback(v.boolean(), USUAL_VIEW.rollout),
    keys: v.fallback(v.picklist(['without-prefix', 'without-prefix-and-self', 'all']), USUAL_VIEW.keys),
    overDistance: v.fallback(v.boolean(), USUAL_VIEW.overDistance),
  }),
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
    view: parsed.success ? parsed.output.view : USUAL_VIEW,
    assumptionsOpen: null,
    image: NO_IMAGE,
    distances: new Map(),
    tabAsked: 0,
    ticks: NO_TICKS,
  };
}
