import { useEffect, useRef, useState } from 'preact/hooks';
import type { Change } from '../../../src/protocol/image.js';
import { usePanel } from '../context.js';
import type { ImageView } from '../image/view.js';

/** Runs of a changed model, one at a time. */
export interface Changes {
  /** Asks for a run; while one is under way only the last one asked for follows it. */
  run(change: Change): void;
  readonly running: boolean;
}

/** Sends changes so that a slider that is dragged does not pile runs up. */
export function useChanges(view: ImageView): Changes {
  const { host } = usePanel();
  const { changed, trouble } = view.state.image;
  const id = view.card.id;
  const [running, setRunning] = useState(false);
  const next = useRef<Change | null>(null);
  const send = (change: Change): void => {
    setRunning(true);
    host.send({ type: 'change', image: id, change });
  };
  const wrong = trouble.change;
  useEffect(() => {
    const waiting = next.current;
    next.current = null;
    if (waiting === null) setRunning(false);
    else send(waiting);
  }, [changed, wrong, id]);
  return {
    running,
    run: (change) => {
      if (running) next.current = change;
      else send(change);
    },
  };
}
