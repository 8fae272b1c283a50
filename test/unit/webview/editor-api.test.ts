import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openChannel } from '../../../webview/lib/editor-api.js';

describe('the way to the extension host', () => {
  let posted: unknown[] = [];
  let hear: (data: unknown) => void = () => undefined;

  beforeEach(() => {
    posted = [];
    vi.useFakeTimers();
    vi.stubGlobal('window', {
      addEventListener: (_type: string, listener: (event: { data: unknown }) => void) => {
        hear = (data) => {
          listener({ data });
        };
      },
    });
    vi.stubGlobal('acquireVsCodeApi', () => ({ postMessage: (message: unknown) => posted.push(message) }));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('says at once that the page is there, and keeps what comes before anybody listens', () => {
    const channel = openChannel();
    expect(posted).toMatchObject([{ type: 'ready' }]);
    hear({ type: 'file' });
    const heard: unknown[] = [];
    channel.listen((data) => heard.push(data));
    hear({ type: 'start' });
    expect(heard).toEqual([{ type: 'file' }, { type: 'start' }]);
    vi.runAllTimers();
    expect(posted).toHaveLength(1);
  });

  it('asks again when the beginning was lost, be it that the rest came', () => {
    openChannel();
    hear({ type: 'progress' });
    vi.runAllTimers();
    expect(posted).toMatchObject([{ type: 'ready' }, { type: 'ready' }]);
  });
});
