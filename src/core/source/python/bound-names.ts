import type { Expression, Statement } from './ast.js';
import { readImport } from './read-import.js';
import type { StatementSource } from './statement-source.js';
import type { SyntaxNode } from './syntax.js';

/** Names that a top-level statement binds, mostly without reading it: large tables of a file are never looked into unless asked for. */
export function boundNames(node: SyntaxNode, source: StatementSource, read: () => readonly Statement[]): string[] {
  switch (node.type) {
    case 'class_definition':
    case 'function_definition':
      return nameField(node, 'name', source);
    case 'decorated_definition': {
      const definition = node.childForFieldName('definition');
      return definition === null ? [] : nameField(definition, 'name', source);
    }
    case 'import_statement':
    case 'import_from_statement':
      return readImport(node, source).map(({ bound }) => bound);
    case 'expression_statement': {
      const [only] = node.namedChildren;
      const left = only?.type === 'assignment' ? only.childForFieldName('left') : null;
      const right = only?.childForFieldName('right') ?? null;
      if (left?.type === 'identifier' && right?.type !== 'assignment') return [source.textOf(left)];
      return left === null ? [] : namesBoundBy(read());
    }
    default:
      return namesBoundBy(read());
  }
}

function nameField(node: SyntaxNode, field: string, source: StatementSource): string[] {
  const name = node.childForFieldName(field);
  return name === null ? [] : [source.textOf(name)];
}

/** Names that statements bind in their own scope. */
export function namesBoundBy(statements: readonly Statement[]): string[] {
  return statements.flatMap((statement) => {
    switch (statement.type) {
      case 'assign':
        return statement.targets.flatMap(namesOf);
      case 'augmented':
        return namesOf(statement.target);
      case 'for':
        return [...namesOf(statement.target), ...namesBoundBy(statement.body)];
      case 'branches':
        return statement.branches.flatMap(({ body }) => namesBoundBy(body));
      case 'block':
        return namesBoundBy(statement.body);
      case 'function':
      case 'class':
        return [statement.declaration.name];
      case 'import':
        return statement.names.map(({ bound }) => bound);
      default:
        return [];
    }
  });
}

function namesOf(target: Expression): string[] {
  if (target.type === 'name') return [target.name];
  if (target.type === 'splat') return namesOf(target.value);
  return target.type === 'list' ? target.items.flatMap(namesOf) : [];
}
