import { isToTensorView, type FromTensorView, type ToTensorView } from '../../src/protocol/tensor-view.js';

/** The extension host, as the view of a tensor talks with it. */
export interface TensorHost {
  send(message: FromTensorView): void;
  /** Tells every message from now on. */
  onMessage(listener: (message: ToTensorView) => void): void;
}

declare function acquireVsCodeApi(): { postMessage(message: FromTensorView): void };

/** The extension host; the API object stays in this closure, out of reach of anything in the page. */
export function tensorHost(): TensorHost {
  const api = acquireVsCodeApi();
  return {
    send: (message) => {
      api.postMessage(message);
    },
    onMessage: (listener) => {
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isToTensorView(data)) listener(data);
      });
    },
  };
}
