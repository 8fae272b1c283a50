import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readZipDirectory } from '../../src/core/formats/zip/directory.js';
import { openFileSource } from '../../src/host/files/file-source.js';
import { packagedExtension } from '../host/paths.js';

/** All that may be in the package for Linux; what is not expected is named by the failure. */
const EXPECTED = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/LICENSE.txt',
  'extension/changelog.md',
  'extension/dist/THIRD-PARTY-NOTICES.txt',
  'extension/dist/cli.js',
  'extension/dist/extension.js',
  'extension/dist/image-worker.js',
  'extension/dist/inference.js',
  'extension/dist/node_modules/@img/sharp-libvips-PLATFORM/lib/libvips-cpp.so.VERSION',
  'extension/dist/node_modules/@img/sharp-libvips-PLATFORM/package.json',
  'extension/dist/node_modules/@img/sharp-PLATFORM/index.cjs',
  'extension/dist/node_modules/@img/sharp-PLATFORM/lib/sharp-PLATFORM-VERSION.node',
  'extension/dist/node_modules/@img/sharp-PLATFORM/package.json',
  'extension/dist/node_modules/onnxruntime-node/bin/napi-v6/PLATFORM/libonnxruntime.so.1',
  'extension/dist/node_modules/onnxruntime-node/bin/napi-v6/PLATFORM/onnxruntime_binding.node',
  'extension/dist/node_modules/onnxruntime-node/dist/index.js',
  'extension/dist/node_modules/onnxruntime-node/package.json',
  'extension/dist/node_modules/sharp/dist/index.cjs',
  'extension/dist/node_modules/sharp/package.json',
  'extension/dist/render-svg.js',
  'extension/dist/source-worker.js',
  'extension/dist/tree-sitter-python.wasm',
  'extension/dist/tree-sitter.wasm',
  'extension/dist/webview/echarts.js',
  'extension/dist/webview/image-row.js',
  'extension/dist/webview/panel.css',
  'extension/dist/webview/panel.js',
  'extension/dist/webview/report.css',
  'extension/dist/webview/report.js',
  'extension/dist/webview/tensor.css',
  'extension/dist/webview/tensor.js',
  'extension/dist/worker.js',
  'extension/media/docs/guided_masks.py',
  'extension/media/docs/layouts.md',
  'extension/media/docs/method.md',
  'extension/media/icons/extension.png',
  'extension/media/icons/qk-lens.svg',
  'extension/media/l10n/bundle.l10n.json',
  'extension/media/pictures/checkpoints-view.png',
  'extension/media/pictures/code.png',
  'extension/media/pictures/image-row.png',
  'extension/media/pictures/keypoints-folder.png',
  'extension/media/pictures/keypoints.png',
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
  'extension/media/walkthrough/back.svg',
  'extension/media/walkthrough/code.svg',
  'extension/media/walkthrough/export.svg',
  'extension/media/walkthrough/layers.svg',
  'extension/media/walkthrough/open.svg',
  'extension/package.json',
  'extension/package.nls.json',
  'extension/readme.md',
];

/** Names without the platform and the versions of libraries, which change with their packages. */
const general = (name: string): string =>
  name
    .replaceAll(`${process.platform}-${process.arch}`, 'PLATFORM')
    .replace(`${process.platform}/${process.arch}`, 'PLATFORM')
    .replace(/(?<=libvips-cpp\.so\.|sharp-PLATFORM-)[\d.]+(?=$|\.node$)/u, 'VERSION');

describe('the packaged extension', () => {
  let names: string[];

  beforeAll(async () => {
    const file = packagedExtension();
    const source = await openFileSource(file, path.basename(file), { bytes: 0 });
    names = [...(await readZipDirectory(source)).entries.keys()].sort();
    await source.close();
  });

  test('holds what it needs and nothing else: no sources, no tests, no maps, no other platform', () => {
    const isNative = (name: string): boolean => /\/node_modules\/(?:@img|onnxruntime-node\/bin)\//u.test(name);
    const wanted = (list: readonly string[]): string[] =>
      list.filter((name) => process.platform === 'linux' || !isNative(name));
    expect(wanted(names.map(general))).toEqual(wanted(EXPECTED));
  });
});
