import * as l10n from '@vscode/l10n';
import { groupDigits, quoteName } from '../bytes/quote.js';
import { CheckpointError, type Warning } from '../errors.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { downloadStopped } from './problem.js';

/** A file that is cut short. */
export interface CutShort {
  readonly file: string;
  /** What is wrong and where, without a full stop at the end. */
  readonly problem: string;
  /** Tensors that lie whole before the break. */
  readonly whole: readonly TensorEntry[];
  /** Name of the tensor in which the file ends; empty when it ends behind all tensors. */
  readonly broken: string;
}

/**
 * The warning to show beside what lies whole in a file that is cut short.
 * @throws CheckpointError `truncated` unless `partial` allows to go on with that.
 */
export function allowCut({ file, problem, whole, broken }: CutShort, partial: boolean): Warning {
  if (!partial || whole.length === 0) {
    const remains = whole.length > 0 ? { wholeTensors: whole.length, brokenTensor: broken } : null;
    throw new CheckpointError('truncated', file, problem, downloadStopped(), remains);
  }
  const shown = l10n.t('Shown are the {0} tensors before the break.', groupDigits(whole.length));
  return { code: 'cut-short', message: l10n.t('{0} is cut short: {1}. {2}', file, problem, shown) };
}

/** Where the data of a file lie and ought to end. */
interface DataSection {
  readonly file: string;
  readonly fileSize: number;
  readonly dataStart: number;
  readonly dataEnd: number;
  /** What says so: `header`, `pickle`. */
  readonly saidBy: 'header' | 'pickle';
}

function endOf(entry: TensorEntry): number {
  return entry.offset + entry.byteLength;
}

/** What a file holds that ends before the last of its tensors does. */
export function cutShort(section: DataSection, entries: readonly TensorEntry[]): CutShort {
  const { file, fileSize, dataStart, dataEnd, saidBy } = section;
  const beyond = entries.filter((entry) => endOf(entry) > fileSize).sort((a, b) => a.offset - b.offset);
  const broken = beyond[0]?.name ?? '';
  const bytes = groupDigits(dataEnd - dataStart);
  const listed =
    saidBy === 'header'
      ? l10n.t('the header lists {0} bytes of tensor data', bytes)
      : l10n.t('the pickle lists {0} bytes of tensor data', bytes);
  const problem = l10n.t(
    '{0}; the file ends {1} bytes before that, inside {2}',
    listed,
    groupDigits(dataEnd - fileSize),
    quoteName(broken),
  );
  return { file, problem, whole: entries.filter((entry) => endOf(entry) <= fileSize), broken };
}
