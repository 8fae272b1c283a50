import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readZipDirectory } from '../../src/core/formats/zip/directory.js';
import { openFileSource } from '../../src/host/files/file-source.js';
import { packagedExtension } from '../host/paths.js';

/** All that may be in the package; what is not expected is named by the failure. */
const EXPECTED = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/dist/THIRD-PARTY-NOTICES.txt',
  'extension/dist/cli.js',
  'extension/dist/extension.js',
  'extension/dist/inference.js',
  'extension/dist/render-svg.js',
  'extension/dist/webview/echarts.js',
  'extension/dist/webview/panel.css',
  'extension/dist/webview/panel.js',
  'extension/dist/webview/report.css',
  'extension/dist/webview/report.js',
  'extension/dist/worker.js',
  'extension/media/icons/extension.png',
  'extension/media/icons/qk-lens.svg',
  'extension/media/pictures/checkpoints-view.png',
  'extension/media/pictures/panel-dark.png',
  'extension/media/pictures/panel-high-contrast.png',
  'extension/media/pictures/panel-light.png',
  'extension/media/sample/LICENSE-APACHE-2.0.txt',
  'extension/media/sample/LICENSE-MIT.txt',
  'extension/media/sample/NOTICE.md',
  'extension/media/sample/config.json',
  'extension/media/sample/images/LICENSES.md',
  'extension/media/sample/images/astronaut.png',
  'extension/media/sample/images/chelsea.png',
  'extension/media/sample/images/coffee.png',
  'extension/media/sample/images/rocket.png',
  'extension/media/sample/model.safetensors',
  'extension/media/sample/preprocessor_config.json',
  'extension/package.json',
  'extension/readme.md',
];

describe('the packaged extension', () => {
  let names: string[];

  beforeAll(async () => {
    const file = packagedExtension();
    const source = await openFileSource(file, path.basename(file), { bytes: 0 });
    names = [...(await readZipDirectory(source)).entries.keys()].sort();
    await source.close();
  });

  test('holds what it needs and nothing else: no sources, no tests, no maps', () => {
    expect(names).toEqual(EXPECTED);
  });
});
