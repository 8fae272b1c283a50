import type { DefinitionMatch, SourceDefinition, SourceMatch, SourcePlace } from '../../core/source/contract.js';

/** What is told beside the match. */
interface Told {
  readonly source: string;
  readonly file: string;
  /** Number of tensors of the checkpoint. */
  readonly tensors: number;
  readonly shown: (file: string) => string;
}

/** Enough lines of a list that may be long. */
const MAX_LISTED = 20;

/** A match for people: each definition with its place, then what is left over and what disagrees. */
export function matchLines(match: SourceMatch, { source, file, tensors, shown }: Told): string[] {
  const place = ({ file: own, cell, range }: SourcePlace): string =>
    `${shown(own)}${cell === null ? '' : `#${cell}`}:${range.start.line + 1}`;
  const matched = tensors - match.unmatchedTensors.length;
  const ties = match.ties.length === 0 ? '' : `; ${match.ties.map(({ name }) => name).join(', ')} fit as well`;
  const prefixes = match.prefixes.filter((prefix) => prefix !== '');
  const under = prefixes.length === 0 ? '' : `, under ${prefixes.join(' and ')}`;
  return [
    `${source} and ${file}`,
    `class ${match.root.name} (${place(match.root)}): ${matched} of ${tensors} tensors${under}${ties}`,
    '',
    ...match.definitions.flatMap((each) => definitionLines(each, place)),
    ...section('Tensors without a definition', match.unmatchedTensors),
    ...section(
      'Definitions without a tensor',
      match.unmatchedDefinitions.map((each) => `${titleOf(each)} (${place(each)}): ${each.reason}`),
    ),
    ...section(
      'Names built at run time',
      match.runTimeNames.map((each) => `${place(each)}: ${each.reason}`),
    ),
    ...section(
      'Problems',
      match.problems.map((each) => `${place(each)}: ${each.message} [${each.code}]`),
    ),
  ];
}

function titleOf({ className, attribute }: SourceDefinition): string {
  return [className, attribute].filter((part) => part !== '').join('.');
}

function definitionLines(each: DefinitionMatch, place: (at: SourcePlace) => string): string[] {
  const lines = each.tensors.map(({ pattern, names, shape, symbolic }) => {
    const real = `(${shape.map((size) => size ?? '*').join(', ')})`;
    const says = symbolic === null ? '' : ` = (${symbolic.join(', ')})`;
    return `    ${pattern}  ${names.length} x ${real}${says}`;
  });
  return [`${place(each)}  ${titleOf(each)} = ${each.module}`, ...lines];
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > MAX_LISTED ? [`    and ${lines.length - MAX_LISTED} more`] : [];
  return ['', `${title}:`, ...lines.slice(0, MAX_LISTED).map((line) => `    ${line}`), ...more];
}
