import { expect, it } from 'vitest';
import { panelHtml } from '../../../../src/vscode/editor/panel-html.js';

it('lets nothing run or load but what carries the nonce or comes with the extension', () => {
  const html = panelHtml({
    cspSource: 'https://own',
    nonce: 'n0nce',
    folder: 'https://own/dist',
    script: 'start();',
    style: 'main {}',
    language: 'en',
    translations: undefined,
  });
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
  expect(policy).toBe(
    "default-src 'none'; img-src data: blob:; style-src https://own 'nonce-n0nce'; script-src https://own 'nonce-n0nce'; font-src https://own",
  );
  expect(html.match(/<script /g)).toHaveLength(1);
  expect(html).toContain('<script type="module" nonce="n0nce">start();</script>');
  expect(html).toContain('<base href="https://own/dist/">');
});
