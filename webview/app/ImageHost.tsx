import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PanelState } from '../state/panel-state.js';
import { usePanel } from './context.js';
import type { LiveImageRow, LoadImageRow } from './image-host.js';

/** Where the image row is drawn, once a layer is there and its code is loaded. */
export function ImageHost({ state, load }: { readonly state: PanelState; readonly load: LoadImageRow }): JSX.Element {
  const panel = usePanel();
  const element = useRef<HTMLDivElement>(null);
  const [row, setRow] = useState<LiveImageRow | null>(null);
  const wanted = state.run?.layers.some((layer) => layer !== null) === true;
  useEffect(() => {
    if (!wanted) return undefined;
    let live: LiveImageRow | null = null;
    let gone = false;
    // After the frame that shows the figures.
    const start = setTimeout(() => {
      load()
        .then((library) => {
          if (gone || element.current === null) return;
          live = library.liveImageRow(element.current);
          setRow(live);
        })
        .catch((error: unknown) => {
          panel.host.send({
            type: 'error',
            message: l10n.t('The image row could not be loaded: {0}', String(error)).slice(0, 2000),
          });
        });
    });
    return () => {
      gone = true;
      clearTimeout(start);
      live?.dispose();
    };
  }, [wanted, load, panel.host]);
  useLayoutEffect(() => {
    row?.draw(state, panel);
  }, [row, state, panel]);
  return <div ref={element} class="image-host" />;
}
