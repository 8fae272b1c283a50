import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { tableToCsv } from '../../../src/core/export/csv.js';
import type { SavedTable } from '../../../src/protocol/off-object.js';
import { Button } from '../../lib/controls.js';
import { usePanel } from '../context.js';
import { imageTable } from '../image-tables.js';
import type { ImageView } from '../image/view.js';
import { tabbed } from '../tables.js';

/** Copies a table of the image row in full precision, or saves it as CSV. */
export function TableButtons(props: { readonly view: ImageView; readonly table: SavedTable }): JSX.Element | null {
  const { view, table } = props;
  const { host } = usePanel();
  const data = imageTable(view.state, table);
  if (data === null) return null;
  return (
    <>
      <Button
        icon="copy"
        onClick={() => {
          host.send({ type: 'copy', text: tabbed(data) });
        }}
      >
        {l10n.t('Copy table')}
      </Button>
      <Button
        icon="export"
        onClick={() => {
          const text = tableToCsv([data.header, ...data.rows]);
          host.send({ type: 'save-table', image: view.card.id, table, text });
        }}
      >
        {l10n.t('Save as CSV…')}
      </Button>
    </>
  );
}
