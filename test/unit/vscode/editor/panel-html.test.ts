import { expect, it } from 'vitest';
import { parseTranslations } from '../../../../src/protocol/translations.js';
import { panelHtml } from '../../../../src/vscode/editor/panel-html.js';

const PAGE = {
  cspSource: 'https://own',
  nonce: 'n0nce',
  folder: 'https://own/dist',
  script: 'start();',
  style: 'main {}',
};

it('holds the texts of another language as data that nothing runs', () => {
  const texts = { Export: 'Ausgeben </script><script>alert(1)' };
  const html = panelHtml({ ...PAGE, language: 'de', translations: texts });
  expect(html).toContain('<html lang="de">');
  const data = /<script type="application\/json" id="translations">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  expect(parseTranslations(data)).toEqual(texts);
  expect(html.indexOf('id="translations"')).toBeLessThan(html.indexOf('start();'));
});

it('lets nothing run or load but what carries the nonce or comes with the extension', () => {
  const html = panelHtml({ ...PAGE, language: 'en', translations: undefined });
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
  expect(policy).toBe(
    "default-src 'none'; img-src data: blob:; style-src https://own 'nonce-n0nce'; script-src https://own 'nonce-n0nce'; font-src https://own",
  );
  expect(html.match(/<script /g)).toHaveLength(1);
  expect(html).toContain('<script type="module" nonce="n0nce">start();</script>');
  expect(html).toContain('<base href="https://own/dist/">');
});
