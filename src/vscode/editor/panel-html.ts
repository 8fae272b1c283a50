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
}

/** The page of a panel: static, since all data comes by message. */
export function panelHtml({ cspSource, nonce, folder, script, style }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    'img-src data: blob:',
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `script-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<base href="${folder}/">
<title>QK Lens</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main id="root"></main>
<script type="module" nonce="${nonce}">${script}</script>
</body>
</html>`;
}
