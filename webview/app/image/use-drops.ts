import * as l10n from '@vscode/l10n';
import { useEffect, useState } from 'preact/hooks';
import type { PanelHost } from '../../lib/host.js';
import { firstDropped, mayDrop } from '../../lib/dropped.js';
import { MAX_DROPPED_BYTES, tooLargeWords } from './image-words.js';

/** Where a drop stands. */
export interface Drops {
  /** Something is dragged over the page. */
  readonly over: boolean;
  /** Why the last drop was not read. */
  readonly trouble: string | null;
}

/** Sends pictures that are dropped anywhere on the page or pasted into it. */
export function useDrops(host: PanelHost): Drops {
  const [over, setOver] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    const take = async (data: DataTransfer | null): Promise<boolean> => {
      const dropped = firstDropped(data);
      if (dropped === null) return false;
      setTrouble(null);
      if (dropped.kind === 'uri') host.send({ type: 'drop-image-uri', uri: dropped.uri });
      else {
        const { file } = dropped;
        if (file.size > MAX_DROPPED_BYTES) setTrouble(tooLargeWords(file.name, file.size));
        else {
          const bytes = new Uint8Array(await file.arrayBuffer());
          host.send({ type: 'drop-image', name: file.name, bytes });
        }
      }
      return true;
    };
    const read = (data: DataTransfer | null): void => {
      take(data).catch((error: unknown) => {
        setTrouble(l10n.t('The dropped file could not be read: {0}', String(error)));
      });
    };
    const stop = new AbortController();
    const { signal } = stop;
    const onDrag = (event: DragEvent): void => {
      if (!mayDrop(event.dataTransfer)) return;
      event.preventDefault();
      setOver(true);
    };
    document.addEventListener('dragenter', onDrag, { signal });
    document.addEventListener('dragover', onDrag, { signal });
    document.addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) setOver(false);
      },
      { signal },
    );
    document.addEventListener(
      'drop',
      (event) => {
        setOver(false);
        if (!mayDrop(event.dataTransfer)) return;
        event.preventDefault();
        read(event.dataTransfer);
      },
      { signal },
    );
    document.addEventListener(
      'paste',
      (event) => {
        if (event.clipboardData !== null && event.clipboardData.files.length > 0) {
          event.preventDefault();
          read(event.clipboardData);
        }
      },
      { signal },
    );
    return () => {
      stop.abort();
    };
  }, [host]);
  return { over, trouble };
}
