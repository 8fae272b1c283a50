/** Addresses and the secret of one panel's page. */
export interface PanelPage {
  readonly cspSource: string;
  /** Fresh for each page, so that only our own script and style run. */
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
}

/** The page of a panel: static, since all data comes by message. */
export function panelHtml({ cspSource, nonce, script, style }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    'img-src data: blob:',
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `script-src ${cspSource} 'nonce-${nonce}'`, // our folder too: the script loads a second part of itself
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" nonce="${nonce}" href="${style}">
<title>QK Lens</title>
</head>
<body>
<main id="root"></main>
<script type="module" nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
