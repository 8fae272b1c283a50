import * as l10n from '@vscode/l10n';
import type { Recognition } from '../../model/model.js';
import type {
  ClassMatch,
  ClassPlace,
  DefinitionMatch,
  MatchedCheckpoint,
  SolvedName,
  SourceMatch,
  UnmatchedDefinition,
} from '../contract.js';
import { type Known, valueOf } from '../sizes/solve.js';
import type { Missing, Stand } from './cover.js';
import { attentionRoles, roleOf } from './roles.js';
import type { Laid } from './find-root.js';
import type { CallNumbers } from './call-numbers.js';
import { groupPairs } from './group-pairs.js';
import { classPlace, definitionKey, definitionPlace, rangeOf } from './places.js';
import { patternInFile } from './pattern-in-file.js';
import { separatorOf } from './name-tree.js';
import { problemsOf } from './problems.js';
import { givenHeads } from './heads.js';

/** Puts what was found into the form that editors and the command line show. */
export function describe(
  laid: Laid,
  known: Known,
  { tensors, recognition }: MatchedCheckpoint,
  ties: readonly ClassPlace[],
  numbersFor: (file: string, name: string) => CallNumbers,
): SourceMatch {
  const roles = attentionRoles(recognition);
  const groups = groupPairs(laid, known);
  const definitions: DefinitionMatch[] = groups.map((group) => ({ ...group.match, role: roleOf(group.match, roles) }));
  const matched = new Set(laid.covers.flatMap(({ pairs }) => pairs.map(({ tensor }) => tensor.name)));
  const root = classPlace(laid.made);
  const unmatchedDefinitions = unmatched(
    laid.covers.flatMap(({ missing }) => missing),
    new Set(definitions.map(definitionKey)),
  );
  return {
    root,
    score: laid.score,
    ties,
    prefixes: laid.prefixes.map((prefix) =>
      prefix.replaceAll('.', tensors.some((tensor) => separatorOf(tensor) === '/') ? '/' : '.'),
    ),
    definitions: definitions.sort(inOrder),
    classes: classMatches(laid, known, recognition),
    unmatchedTensors: tensors.map(({ name }) => name).filter((name) => !matched.has(name)),
    unmatchedDefinitions,
    runTimeNames: laid.runTimeNames.map(({ place, span, reason }) => ({
      file: place.module.file,
      cell: place.cell,
      range: rangeOf(place, span),
      reason,
    })),
    problems: problemsOf(laid, known, recognition, numbersFor(root.file, root.name)),
  };
}

function inOrder(one: DefinitionMatch, other: DefinitionMatch): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  const cells = (one.cell ?? 0) - (other.cell ?? 0);
  const lines = one.range.start.line - other.range.start.line;
  return cells !== 0 ? cells : lines !== 0 ? lines : one.range.start.column - other.range.start.column;
}

function unmatched(missing: readonly Missing[], matched: ReadonlySet<string>): UnmatchedDefinition[] {
  const found = new Map<string, UnmatchedDefinition>();
  for (const { definition, path, certain } of missing) {
    const place = definitionPlace(definition);
    const key = definitionKey(place);
    if (matched.has(key) || (found.has(key) && !certain) || definition.attribute === '') continue;
    const reason = certain
      ? l10n.t('the checkpoint has no tensor {0}', path)
      : l10n.t('the checkpoint has no tensor {0}, and the code does not always make it', path);
    found.set(key, { ...place, reason });
  }
  return [...found.values()];
}

function classMatches({ covers, prefixes, naming }: Laid, known: Known, recognition: Recognition): ClassMatch[] {
  const groups = new Map<object, { place: ClassPlace; stands: { stand: Stand; prefix: string }[] }>();
  covers.forEach(({ stands }, index) => {
    for (const stand of stands) {
      const { made } = stand.instance;
      if (made === null) continue;
      const group = groups.get(made.declaration) ?? { place: classPlace(made), stands: [] };
      group.stands.push({ stand, prefix: prefixes[index] ?? '' });
      groups.set(made.declaration, group);
    }
  });
  const full = (prefix: string, path: string): string =>
    path === '' ? prefix.replace(/\.$/u, '') : `${prefix}${path}`;
  const patternOf = ({ pattern, node }: Stand, prefix: string): string =>
    naming.keepsParts && node.file !== null ? patternInFile(prefix, pattern, node.file) : full(prefix, pattern);
  return [...groups.values()].map(({ place, stands }) => ({
    ...place,
    patterns: [...new Set(stands.map(({ stand, prefix }) => patternOf(stand, prefix)))],
    paths: stands.map(({ stand, prefix }) => stand.node.file ?? full(prefix, stand.path)),
    tensorCount: stands.reduce((sum, { stand }) => sum + stand.node.count, 0),
    solved: solvedFor(stands, known, recognition, full),
  }));
}

function solvedFor(
  stands: readonly { readonly stand: Stand; readonly prefix: string }[],
  known: Known,
  recognition: Recognition,
  full: (prefix: string, path: string) => string,
): SolvedName[] {
  const values = new Map<string, Set<number>>();
  for (const { stand, prefix } of stands) {
    for (const [name, value] of stand.instance.given) {
      if (value.kind !== 'size') continue;
      const solved = valueOf(value.size, known, stand.runs) ?? givenHeads(name, full(prefix, stand.path), recognition);
      if (solved === null) continue;
      const all = values.get(name) ?? new Set<number>();
      all.add(solved);
      values.set(name, all);
    }
  }
  return [...values].flatMap(([name, all]) => {
    const [value] = all;
    return all.size === 1 && value !== undefined ? [{ name, value }] : [];
  });
}
