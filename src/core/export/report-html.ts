/** Parts of a self-contained page. */
export interface PageParts {
  readonly title: string;
  /** Bundled script and style of the page; the script holds no `</script`. */
  readonly script: string;
  readonly style: string;
  /** JSON without `<`, for the element `qk-lens-data`. */
  readonly data: string;
}

/** One HTML page that needs nothing else; its policy lets it load nothing and talk to nobody. */
export function reportHtml({ title, script, style, data }: PageParts): string {
  const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="qk-lens-data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
