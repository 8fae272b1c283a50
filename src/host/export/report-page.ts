import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { reportHtml } from '../../core/export/report-html.js';
import { type Report, reportText } from '../../protocol/report.js';

/**
 * A finished analysis as one self-contained HTML page with live charts.
 * @param bundles folder of the built bundles.
 */
export async function reportPage(report: Report, bundles: string): Promise<string> {
  const [script, style] = await Promise.all(
    ['report.js', 'report.css'].map((name) => readFile(path.join(bundles, 'webview', name), 'utf8')),
  );
  const [first] = report.file.models;
  const title = `${first?.title ?? report.file.fileName} · QK Lens`;
  return reportHtml({
    title,
    script: withoutMap(script ?? ''),
    style: withoutMap(style ?? ''),
    data: reportText(report),
  });
}

/** The reference to a source map leads nowhere from a page that stands alone. */
function withoutMap(text: string): string {
  return text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=[^\n]*\n?$/, '');
}
