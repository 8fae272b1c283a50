import type { DefinitionMatch, SourceDefinition, SourceMatch, SourcePlace } from './contract.js';

/**
 * A match as JSON values; lines are counted from 1, as editors show them.
 * @param shown the name of a file as it is told.
 */
export function sourceMatchToJson(match: SourceMatch, shown: (file: string) => string) {
  const place = ({ file, cell, range }: SourcePlace) => ({
    file: shown(file),
    ...(cell === null ? {} : { cell }),
    line: range.start.line + 1,
  });
  const definition = (each: SourceDefinition) => ({
    ...place(each),
    column: each.nameRange.start.column + 1,
    class: each.className,
    attribute: each.attribute,
    module: each.module,
  });
  return {
    class: match.root.name,
    root: place(match.root),
    score: match.score,
    ties: match.ties.map((tie) => ({ class: tie.name, ...place(tie) })),
    prefixes: match.prefixes,
    matches: match.definitions.map((each) => ({ ...definition(each), ...tensorsToJson(each) })),
    unmatchedTensors: match.unmatchedTensors,
    unmatchedDefinitions: match.unmatchedDefinitions.map((each) => ({ ...definition(each), reason: each.reason })),
    runTimeNames: match.runTimeNames.map((each) => ({ ...place(each), reason: each.reason })),
    problems: match.problems.map((each) => ({
      code: each.code,
      ...place(each),
      message: each.message,
      tensors: each.tensors,
    })),
  };
}

/** The shape is that of the first tensor: of the weight, where there is one. */
function tensorsToJson({ role, tensors, count, solved }: DefinitionMatch) {
  const first = tensors.find(({ parameter }) => parameter.endsWith('weight')) ?? tensors[0];
  return {
    role,
    tensors: tensors.map(({ pattern }) => pattern),
    count,
    shape: first?.shape ?? null,
    symbolic: first?.symbolic == null ? null : `(${first.symbolic.join(', ')})`,
    parameters: tensors.map(({ pattern, parameter, names, shape, symbolic, dtype, bytes }) => ({
      pattern,
      parameter,
      count: names.length,
      shape,
      symbolic,
      dtype,
      bytes,
    })),
    solved: Object.fromEntries(solved.map(({ name, value }) => [name, value])),
  };
}
