import type { ClassPlace, SourceDefinition, SourceRange } from '../contract.js';
import type { Definition } from '../evaluate/definition.js';
import type { Place } from '../evaluate/frame.js';
import type { ClassValue } from '../evaluate/value.js';
import type { Span } from '../python/ast.js';

/** Where a span of a statement stands in its text now. */
export function rangeOf({ source }: Place, { row, column, endRow, endColumn }: Span): SourceRange {
  return { start: { line: source.row + row, column }, end: { line: source.row + endRow, column: endColumn } };
}

export function classPlace({ declaration, frame: { place } }: ClassValue): ClassPlace {
  return {
    file: place.module.file,
    cell: place.cell,
    name: declaration.name,
    range: rangeOf(place, declaration.span),
    nameRange: rangeOf(place, declaration.nameSpan),
  };
}

export function definitionPlace({ place, span, nameSpan, className, attribute, madeBy }: Definition): SourceDefinition {
  return {
    file: place.module.file,
    cell: place.cell,
    range: rangeOf(place, span),
    nameRange: rangeOf(place, nameSpan),
    className,
    attribute,
    module: madeBy,
  };
}

/** The same for all modules that one place of the code makes. */
export function definitionKey({ file, cell, range, attribute }: SourceDefinition): string {
  const { start, end } = range;
  return [file, cell ?? '', start.line, start.column, end.line, end.column, attribute].join('|');
}
