import type { Translations } from '../../protocol/translations.js';

/** What one panel's page is made of. */
export interface PanelPage {
  readonly cspSource: string;
  /** Fresh for each page, so that only our own script and style run. */
  readonly nonce: string;
  /** Address of the folder of the bundles, from which the script loads the chart library. */
  readonly folder: string;
  /** Texts of the bundles, the script without `</script`: in the page itself, they are there 60 ms earlier than through two requests. */
  readonly script: string;
  readonly style: string;
  /** Language of the editor, as in `de` or `zh-cn`. */
  readonly language: string;
  /** Texts in that language; undefined where there are none, so that a page in English is as small as it was. */
  readonly translations: Translations | undefined;
}

/** The page of a panel: static, since all data comes by message. */
export function panelHtml(page: PanelPage): string {
  const { cspSource, nonce, folder, script, style, language, translations } = page;
  const policy = [
    "default-src 'none'",
    'img-src data: blob:',
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `script-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="${translations === undefined ? 'en' : language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<base href="${folder}/">
<title>QK Lens</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main id="root"></main>${translationBlock(translations)}
<script type="module" nonce="${nonce}">${script}</script>
</body>
</html>`;
}

/** Data that nothing runs: the script reads it before it draws. */
function translationBlock(translations: Translations | undefined): string {
  if (translations === undefined) return '';
  const json = JSON.stringify(translations).replaceAll('<', '\\u003c');
  return `\n<script type="application/json" id="translations">${json}</script>`;
}
