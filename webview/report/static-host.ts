import type { PanelHost } from '../lib/host.js';
import { PANEL_PROTOCOL, type FromPanel, type ToPanel } from '../../src/protocol/panel.js';
import type { Report, ReportModel } from '../../src/protocol/report.js';

/** Where the page keeps what is selected; per file name, for a browser has one storage for all local files. */
const STORAGE = 'qk-lens-report';

/** Answers the panel out of the page's own data: all figures are there, nothing is computed or fetched. */
export function staticHost(report: Report): PanelHost {
  let tell: (message: ToPanel) => void = () => undefined;
  let shown: ReportModel | undefined = report.models[0];
  const show = (model: ReportModel | undefined): void => {
    if (model === undefined) return;
    shown = model;
    for (const message of runMessages(model)) tell(message);
  };
  const answer = (layer: number, head: number): void => {
    const points = shown?.distances?.[layer]?.[head];
    if (shown === undefined || points === undefined) return;
    tell({ type: 'distances', focus: shown.focus, layer, head, answer: { kind: 'done', points } });
  };
  const key = `${STORAGE}:${report.file.fileName}`;
  return {
    send: (message) => {
      if (message.type === 'copy') void copy(message.text);
      else if (message.type === 'want-distances') answer(message.layer, message.head);
      else if (shown !== undefined) show(wanted(report, shown, message));
    },
    connect: (listener) => {
      tell = listener;
      if (shown === undefined) return;
      tell({ type: 'file', protocol: PANEL_PROTOCOL, file: report.file, focus: shown.focus });
      show(shown);
    },
    load: () => load(key),
    save: (state) => {
      save(key, state);
    },
  };
}

/** What the panel asks to see, when the page holds it. */
function wanted(report: Report, shown: ReportModel, message: FromPanel): ReportModel | undefined {
  const has = (model: string, basis: string): ReportModel | undefined =>
    report.models.find(({ focus }) => focus.model === model && focus.basis === basis);
  if (message.type === 'basis') return has(shown.focus.model, message.basis);
  if (message.type !== 'model') return undefined;
  return has(message.model, shown.focus.basis) ?? report.models.find(({ focus }) => focus.model === message.model);
}

function runMessages({ focus, layers, bands, verdict, warnings }: ReportModel): ToPanel[] {
  return [
    { type: 'start', focus, depth: layers.length },
    ...layers.map((layer): ToPanel => ({ type: 'layer', focus, layer })),
    { type: 'done', focus, bands, verdict, warnings },
  ];
}

/** Copying may be refused in a page opened from a file; the person then marks the table instead. */
async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).catch(() => undefined);
}

// Storage is refused in some browsers for pages opened from a file: the page then forgets, and works.
function load(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function save(key: string, state: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(state));
  } catch {
    return;
  }
}
