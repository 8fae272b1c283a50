import { reportHtml } from '../../core/export/report-html.js';
import { type Report, reportText } from '../../protocol/report.js';
import { readPageBundle } from './page-bundle.js';

/**
 * A finished analysis as one self-contained HTML page with live charts.
 * @param bundles folder of the built bundles.
 */
export async function reportPage(report: Report, bundles: string): Promise<string> {
  const [first] = report.file.models;
  const title = `${first?.title ?? report.file.fileName} · QK Lens`;
  return reportHtml({ title, ...(await readPageBundle(bundles, 'report')), data: reportText(report) });
}
