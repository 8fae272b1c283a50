import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { TABS, type Tab } from '../../state/selection.js';
import { usePanel } from '../context.js';
import type { ImageView } from '../image/view.js';
import { AllHeads, ScaleSwitch } from './AllHeads.js';
import { ChangeModel } from './ChangeModel.js';
import { Keypoints } from './Keypoints.js';
import { KeysSwitch, Preference } from './Preference.js';
import { useAskedTab } from './use-asked-tab.js';

/** What goes for the whole layer, or needs more than the picture: one tab at a time. */
export function Tabs({ view }: { readonly view: ImageView }): JSX.Element {
  const { dispatch } = usePanel();
  const bar = useRef<HTMLDivElement>(null);
  const section = useRef<HTMLElement>(null);
  useAskedTab(view.state.tabAsked, section);
  const chosen = view.state.selection.now.tab;
  const choose = (tab: Tab): void => {
    dispatch({ type: 'look', change: { tab } });
  };
  return (
    <section
      ref={section}
      class="tabs"
      aria-label={l10n.t('More on this image')}
      data-vscode-context={CONTEXTS[chosen]}
    >
      <div class="tab-bar">
        <div
          ref={bar}
          role="tablist"
          aria-label={l10n.t('More on this image')}
          onKeyDown={(event) => {
            const to = movedTab(chosen, event.key);
            if (to === null || event.altKey || event.ctrlKey || event.metaKey) return;
            choose(to);
            bar.current?.querySelector<HTMLElement>(`#tab-${to}`)?.focus();
            event.preventDefault();
          }}
        >
          {TABS.map((tab) => (
            <button
              key={tab}
              id={`tab-${tab}`}
              type="button"
              role="tab"
              aria-selected={tab === chosen}
              aria-controls="tab-body"
              tabIndex={tab === chosen ? 0 : -1}
              onClick={() => {
                choose(tab);
              }}
            >
              {tabWords(tab, view.layer.index)}
            </button>
          ))}
        </div>
        {chosen === 'heads' ? <ScaleSwitch view={view} /> : null}
        {chosen === 'preference' ? <KeysSwitch view={view} /> : null}
      </div>
      <div id="tab-body" role="tabpanel" aria-labelledby={l10n.t('tab-{0}', chosen)}>
        <TabBody tab={chosen} view={view} />
      </div>
    </section>
  );
}

function TabBody({ tab, view }: { readonly tab: Tab; readonly view: ImageView }): JSX.Element {
  if (view.card.ofLayer !== undefined && tab === 'keypoints') return <p class="muted">{WINDOWS}</p>;
  switch (tab) {
    case 'heads':
      return <AllHeads view={view} />;
    case 'preference':
      return <Preference view={view} />;
    case 'keypoints':
      return <Keypoints view={view} />;
    case 'change':
      return <ChangeModel view={view} />;
  }
}

const WINDOWS = l10n.t(
  'Not given for this model: its tokens attend within windows. Attention in every head, object preference, modes and ablation are given.',
);

function tabWords(tab: Tab, layer: number): string {
  switch (tab) {
    case 'heads':
      return l10n.t('All heads of layer {0}', layer);
    case 'preference':
      return l10n.t('Object preference');
    case 'keypoints':
      return l10n.t('Keypoints');
    case 'change':
      return l10n.t('Change the model');
  }
}

function context(section: string): string {
  return JSON.stringify({ webviewSection: section, preventDefaultContextMenuItems: true });
}

const CONTEXTS: Readonly<Record<Tab, string | undefined>> = {
  heads: context('attention'),
  preference: context('preference'),
  keypoints: undefined,
  change: undefined,
};

/** The tab to which a key of the tab bar leads. */
function movedTab(tab: Tab, key: string): Tab | null {
  const at = TABS.indexOf(tab);
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  if (key === 'Home') return TABS[0];
  if (key === 'End') return TABS[TABS.length - 1] ?? null;
  return step === 0 ? null : (TABS[(at + step + TABS.length) % TABS.length] ?? null);
}
