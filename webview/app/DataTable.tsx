import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Button } from '../lib/controls.js';
import { usePanel } from './context.js';
import { tabbed, type TableData } from './tables.js';

/** The numbers of a chart as a table, with a way to copy all of it. */
export function DataTable(props: {
  readonly label: string;
  readonly data: TableData;
  /** The same in full precision. */
  readonly copied: TableData;
}): JSX.Element {
  const { host } = usePanel();
  return (
    <div class="data-table">
      <div class="data-table-scroll" tabIndex={0} role="region" aria-label={props.label}>
        <table>
          <thead>
            <tr>
              {props.data.header.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.data.rows.map((row) => (
              <tr key={row[0]}>
                {row.map((text, column) => (
                  <td key={props.data.header[column]}>{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Button
        icon="copy"
        onClick={() => {
          host.send({ type: 'copy', text: tabbed(props.copied) });
        }}
      >
        {l10n.t('Copy table')}
      </Button>
    </div>
  );
}
