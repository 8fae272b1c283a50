import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { percent } from '../../../src/core/charts/format.js';
import type { OffObject, OffObjectFigures } from '../../../src/protocol/off-object.js';
import { placeOf, tokenAt } from '../../state/patches.js';
import { usePanel } from '../context.js';
import type { ImageView } from '../image/view.js';
import { chiefPatch, checkWords, relevanceOf, rowSentence } from './off-object-words.js';

/** Off-object candidates by rank, each with what the model does without it; a row leads to its patch. */
export function CandidateTable(props: {
  readonly view: ImageView;
  readonly figures: OffObjectFigures;
  readonly checks: OffObject['checks'];
}): JSX.Element {
  const { view, figures, checks } = props;
  return (
    <div class="candidates" data-copy="off-object">
      <table aria-label={l10n.t('Candidates off the object')}>
        <thead>
          <tr>
            <th scope="col">{l10n.t('rank')}</th>
            <th scope="col">{l10n.t('patches')}</th>
            <th scope="col">{l10n.t('relevance')}</th>
            <th scope="col">r c</th>
            <th scope="col">{l10n.t('output changes by')}</th>
            <th scope="col">{l10n.t('elsewhere, 5 to 95 %')}</th>
            <th scope="col">z</th>
          </tr>
        </thead>
        <tbody>
          {figures.candidates.map((_, index) => (
            <CandidateRow key={index} view={view} figures={figures} index={index} check={checks?.[index]} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const NOT_RUN = '\u2013';

function CandidateRow(props: {
  readonly view: ImageView;
  readonly figures: OffObjectFigures;
  readonly index: number;
  readonly check: NonNullable<OffObject['checks']>[number] | undefined;
}): JSX.Element | null {
  const { view, figures, index, check } = props;
  const { dispatch } = usePanel();
  const { card, token } = view;
  const candidate = figures.candidates[index];
  if (candidate === undefined) return null;
  const patch = chiefPatch(candidate, figures);
  const [row, column] = [Math.floor(patch / card.grid[1]), patch % card.grid[1]];
  const place = placeOf(card, token);
  const isHere = place.kind === 'patch' && candidate.patches.includes(place.row * card.grid[1] + place.column);
  const words = check === undefined ? null : checkWords(check);
  const go = (): void => {
    dispatch({ type: 'patch', token: tokenAt(card, row, column) });
  };
  return (
    <tr class={isHere ? 'chosen' : undefined} title={rowSentence(check)} onClick={go}>
      <td>
        <button
          type="button"
          class="link rank"
          aria-label={l10n.t('Candidate {0}, row {1}, column {2}', index + 1, row, column)}
        >
          {index + 1}
        </button>
      </td>
      <td>{candidate.patches.length}</td>
      <td>{percent(relevanceOf(candidate, figures))}</td>
      <td>{percent(candidate.weight)}</td>
      <td>{words?.effect ?? NOT_RUN}</td>
      <td>{words?.elsewhere ?? NOT_RUN}</td>
      <td>{words?.z ?? NOT_RUN}</td>
    </tr>
  );
}
