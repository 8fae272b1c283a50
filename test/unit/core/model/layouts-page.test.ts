import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FORMATS } from '../../../../src/core/formats/open-checkpoint.js';
import { FAMILIES } from '../../../../src/core/model/families/index.js';
import type { Family, FamilyTower } from '../../../../src/core/model/families/family.js';
import { isFused, joinPath, type Layout } from '../../../../src/core/model/layout.js';

/** The page that lists what is read; `QK_LENS_UPDATE=1` writes it. */
const PAGE = join(import.meta.dirname, '../../../../media/docs/layouts.md');

const code = (text: string): string => `\`${text}\``;

function weightsOf({ weights, block, attention, transposed }: Layout): string {
  const full = (name: string): string => code(joinPath(block, attention, name));
  const names = isFused(weights) ? full(weights.fused) : `${full(weights.query)}, ${full(weights.key)}`;
  return transposed === true ? `${names}, stored as (inputs, outputs)` : names;
}

function normOf({ norm, headNorms }: Layout): string {
  const before = norm === null ? 'none' : code(norm.name);
  return headNorms === undefined ? before : `${before}; heads ${headNorms.map(code).join(', ')}`;
}

const traits = ({ causal, windowed, cosine }: FamilyTower): string[] => [
  ...(causal === true ? ['causal'] : []),
  ...(windowed === true ? ['in windows'] : []),
  ...(cosine === true ? ['cosine attention'] : []),
];

const rowsOf = ({ id, towers }: Family): string[] =>
  towers.flatMap((tower) =>
    tower.layouts.map(
      (layout) =>
        `| ${[id, [tower.tower, ...traits(tower)].join(', '), weightsOf(layout), normOf(layout)].join(' | ')} |`,
    ),
  );

const page = [
  '# What is read',
  '',
  'Made from the tables of the code by `QK_LENS_UPDATE=1 npm run test:unit -- layouts-page`; a test keeps it true.',
  '',
  '## Formats',
  '',
  'A format is told by its first bytes, never by the name of the file alone.',
  '',
  ...FORMATS.map(({ label, ids }) => `- ${label}: ${ids.map(code).join(', ')}`),
  '',
  '## Families',
  '',
  'Names below the model itself: what stands in front of them is a wrapper and is peeled off. `{i}` is the layer, `{s}` the stage.',
  'Where names fit several families, the first that the tensors around the layers fit has it. Other transformers are analysed as',
  '`generic`, with what was assumed listed.',
  '',
  '| family | tower | query and key weights, or the fused one | norm before |',
  '| --- | --- | --- | --- |',
  ...FAMILIES.flatMap(rowsOf),
  '',
].join('\n');

it('the page of formats and layouts is that of the tables', () => {
  if (process.env['QK_LENS_UPDATE'] === '1') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
