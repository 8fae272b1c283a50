import * as l10n from '@vscode/l10n';
import type { LayerSpec, Model, Recognition } from '../../model/model.js';
import type { SourceProblem } from '../contract.js';
import { type Known, valueOf } from '../sizes/solve.js';
import type { CallNumbers } from './call-numbers.js';
import { HEAD_NAMES, headsAreSure } from './heads.js';
import type { Laid } from './find-root.js';
import { classPlace, definitionPlace } from './places.js';

/** Head counts and widths in the code that the checkpoint contradicts. */
export function headProblems(laid: Laid, known: Known, recognition: Recognition, calls: CallNumbers): SourceProblem[] {
  const sure = recognition.models.filter(headsAreSure);
  return [...attentionProblems(laid, known, sure), ...callProblems(laid, known, sure, calls)];
}

/** Attention modules whose code fixes another number of heads. */
function attentionProblems({ covers, prefixes }: Laid, known: Known, models: readonly Model[]): SourceProblem[] {
  const layers = new Map<string, LayerSpec>(
    models.flatMap((model) => model.layers).map((layer) => [layer.path, layer]),
  );
  const problems = new Map<string, SourceProblem>();
  covers.forEach(({ stands }, index) => {
    for (const { instance, path, runs } of stands) {
      const layer = layers.get(`${prefixes[index] ?? ''}${path}`);
      if (layer === undefined) continue;
      for (const [name, value] of instance.given) {
        if (!HEAD_NAMES.has(name) || value.kind !== 'size') continue;
        const heads = valueOf(value.size, known, runs);
        if (heads === null || heads === layer.heads) continue;
        const { file, cell, nameRange } = definitionPlace(instance.definition);
        const message = l10n.t(
          'The code says {0} = {1}; the checkpoint has {2} heads at {3}.',
          name,
          heads,
          layer.heads,
          layer.path,
        );
        const key = `${file}|${nameRange.start.line}|${nameRange.start.column}`;
        if (!problems.has(key))
          problems.set(key, {
            code: 'heads-differ',
            file,
            cell,
            range: nameRange,
            message,
            tensors: [layer.query.weight.tensor.name],
          });
      }
    }
  });
  return [...problems.values()];
}

/**
 * Numbers in calls of the model's class that the checkpoint contradicts. Code that makes several variants is no contradiction: nothing is
 * said where one of the calls agrees.
 */
function callProblems(
  { made, root, covers }: Laid,
  known: Known,
  models: readonly Model[],
  calls: CallNumbers,
): SourceProblem[] {
  const { file } = classPlace(made);
  const heads = new Set(models.flatMap(({ layers }) => layers.map((layer) => layer.heads)));
  const [onlyHeads] = heads;
  const depth = models.length === 1 ? (models[0]?.layers.length ?? null) : null;
  const expected = (key: string): number | null => {
    if (HEAD_NAMES.has(key)) return heads.size === 1 && onlyHeads !== undefined ? onlyHeads : null;
    if (key === 'depth' || key === 'num_layers') return depth;
    const given = root.given.get(key);
    return given?.kind === 'size' ? valueOf(given.size, known, covers[0]?.stands[0]?.runs ?? new Map()) : null;
  };
  return calls.flatMap((call): SourceProblem[] => {
    const value = expected(call.name);
    const agreed = calls.some((other) => other.name === call.name && other.value === value);
    if (value === null || agreed) return [];
    const code = HEAD_NAMES.has(call.name) ? 'heads-differ' : 'size-differs';
    const message = l10n.t('The code says {0} = {1}; the checkpoint has {2}.', call.name, call.value, value);
    return [{ code, file, cell: call.cell, range: call.range, message, tensors: [] }];
  });
}
