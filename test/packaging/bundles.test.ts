import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../host/paths.js';

const dist = (name: string): string => path.join(root, 'dist', name);

/** Above it a bundle takes noticeably long to load. */
const LIMIT_BYTES = 2 ** 20;

describe('the bundles', () => {
  test.each([
    'extension.js',
    'worker.js',
    'cli.js',
    'webview/panel.js',
    'webview/echarts.js',
    'webview/image-row.js',
    'webview/report.js',
  ])('%s is at most 1 MB', (name) => {
    expect(statSync(dist(name)).size).toBeLessThanOrEqual(LIMIT_BYTES);
  });

  test.each(['extension.js', 'cli.js', 'worker.js'])('%s leaves the chart renderer to its own file', (name) => {
    expect(readFileSync(dist(name), 'utf8')).not.toContain('zrender');
  });

  test('only the extension asks for the editor', () => {
    const asking = ['extension.js', 'worker.js', 'cli.js', 'render-svg.js'].filter((name) =>
      readFileSync(dist(name), 'utf8').includes('require("vscode")'),
    );
    expect(asking).toEqual(['extension.js']);
  });

  test('the notices name every package that the bundles took in', () => {
    const notices = readFileSync(dist('THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['preact', 'echarts', 'zrender', 'valibot', 'sharp', 'onnxruntime-node', 'onnxruntime-common'])
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  test('the notices give the terms of native libraries: what is in libvips, the LGPL, and the licence of ONNX Runtime', () => {
    const notices = readFileSync(dist('THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(notices).toMatch(/^@img\/sharp-\S+ [\d.]+ \(.*LGPL-3\.0-or-later\)$/mu);
    expect(notices).toMatch(/^\| librsvg +\| LGPLv3/mu);
    expect(notices).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
    expect(notices).toContain('Copyright (c) Microsoft Corporation');
    expect(notices).toMatch(/^protocolbuffers\/protobuf$/mu);
  });
});
