import type { Branch, ClassDeclaration, Expression, FunctionDeclaration, Span, Statement } from './ast.js';
import { readImport } from './read-import.js';
import { childrenOf, readExpression, readParameters, spanOf } from './read-expression.js';
import type { StatementSource } from './statement-source.js';
import type { SyntaxNode } from './syntax.js';

/** Deeper nesting of blocks is not written by people; the rest is left out. */
const MAX_DEPTH = 50;

/** Statements of a block or a module; what the parser could not make sense of is left out, with what stands inside it kept. */
export function readStatements(nodes: readonly SyntaxNode[], source: StatementSource, depth = 0): Statement[] {
  return depth > MAX_DEPTH ? [] : nodes.flatMap((node) => readStatement(node, source, depth));
}

function readStatement(node: SyntaxNode, source: StatementSource, depth: number): Statement[] {
  const span = spanOf(node, source);
  const body = (name: string): Statement[] => readBlock(node.childForFieldName(name), source, depth);
  const expression = (child: SyntaxNode | null): Expression => readExpression(child, source);
  switch (node.type) {
    case 'expression_statement':
      return childrenOf(node).flatMap((child) => readSimple(child, source, span));
    case 'return_statement':
      return [{ type: 'return', value: optional(childrenOf(node)[0], source), span }];
    case 'if_statement':
      return [readIf(node, source, depth)];
    case 'for_statement': {
      const loop: Statement = {
        type: 'for',
        target: expression(node.childForFieldName('left')),
        iterable: expression(node.childForFieldName('right')),
        body: body('body'),
        span,
      };
      const after = body('alternative');
      return after.length === 0 ? [loop] : [loop, { type: 'block', body: after, span }];
    }
    case 'while_statement':
    case 'else_clause':
      return [{ type: 'block', body: body('body'), span }];
    case 'with_statement':
      return [{ type: 'block', body: body('body'), span }];
    case 'try_statement':
      return readTry(node, source, depth);
    case 'match_statement': {
      const cases = childrenOf(node).flatMap((child) => (child.type === 'block' ? childrenOf(child) : [child]));
      const branches = cases
        .filter(({ type }) => type === 'case_clause')
        .map((each) => ({ condition: null, body: readBlock(each.childForFieldName('consequence'), source, depth) }));
      return [{ type: 'branches', branches, total: false, span }];
    }
    case 'decorated_definition': {
      const decorators = childrenOf(node)
        .filter(({ type }) => type === 'decorator')
        .map((decorator) => expression(childrenOf(decorator)[0] ?? null));
      const definition = node.childForFieldName('definition');
      return definition === null ? [] : readDefinition(definition, source, depth, decorators);
    }
    case 'function_definition':
    case 'class_definition':
      return readDefinition(node, source, depth, []);
    case 'import_statement':
    case 'import_from_statement':
      return [{ type: 'import', names: readImport(node, source), span }];
    case 'ERROR':
      return readStatements(childrenOf(node), source, depth + 1);
    default:
      return [];
  }
}

function readBlock(node: SyntaxNode | null, source: StatementSource, depth: number): Statement[] {
  if (node === null) return [];
  const inner = node.type === 'block' ? node : (node.childForFieldName('body') ?? node);
  return readStatements(childrenOf(inner), source, depth + 1);
}

function optional(node: SyntaxNode | undefined, source: StatementSource): Expression | null {
  return node === undefined ? null : readExpression(node, source);
}

function readSimple(node: SyntaxNode, source: StatementSource, span: Span): Statement[] {
  if (node.type === 'assignment') {
    const targets: Expression[] = [];
    let value: SyntaxNode | null = node;
    // `a = b = c` nests to the right.
    while (value?.type === 'assignment') {
      targets.push(readExpression(value.childForFieldName('left'), source));
      value = value.childForFieldName('right');
    }
    return [{ type: 'assign', targets, value: value === null ? null : readExpression(value, source), span }];
  }
  if (node.type === 'augmented_assignment') {
    const operator = node.childForFieldName('operator');
    return [
      {
        type: 'augmented',
        target: readExpression(node.childForFieldName('left'), source),
        operator: operator === null ? '' : source.textOf(operator).replace('=', ''),
        value: readExpression(node.childForFieldName('right'), source),
        span,
      },
    ];
  }
  return [{ type: 'expression', value: readExpression(node, source), span }];
}

function readIf(node: SyntaxNode, source: StatementSource, depth: number): Statement {
  const first = {
    condition: readExpression(node.childForFieldName('condition'), source),
    body: readBlock(node.childForFieldName('consequence'), source, depth),
  };
  const branches: Branch[] = [first];
  let total = false;
  for (const clause of node.childrenForFieldName('alternative')) {
    if (clause?.type === 'elif_clause') {
      const condition = readExpression(clause.childForFieldName('condition'), source);
      branches.push({ condition, body: readBlock(clause.childForFieldName('consequence'), source, depth) });
    } else if (clause?.type === 'else_clause') {
      branches.push({ condition: null, body: readBlock(clause.childForFieldName('body'), source, depth) });
      total = true;
    }
  }
  return { type: 'branches', branches, total, span: spanOf(node, source) };
}

/** The tried body and each handler are branches; `finally` runs after them. */
function readTry(node: SyntaxNode, source: StatementSource, depth: number): Statement[] {
  const span = spanOf(node, source);
  const tried = readBlock(node.childForFieldName('body'), source, depth);
  const branches: Branch[] = [{ condition: null, body: tried }];
  const after: Statement[] = [];
  for (const clause of childrenOf(node)) {
    const block = childrenOf(clause).find(({ type }) => type === 'block') ?? null;
    if (clause.type === 'except_clause' || clause.type === 'except_group_clause') {
      branches.push({ condition: null, body: readBlock(block, source, depth) });
    } else if (clause.type === 'finally_clause' || clause.type === 'else_clause') {
      after.push(...readBlock(block ?? clause.childForFieldName('body'), source, depth));
    }
  }
  return [
    { type: 'branches', branches, total: true, span },
    { type: 'block', body: after, span },
  ];
}

function readDefinition(
  node: SyntaxNode,
  source: StatementSource,
  depth: number,
  decorators: readonly Expression[],
): Statement[] {
  const name = node.childForFieldName('name');
  if (name === null) return [];
  const span = spanOf(node, source);
  if (node.type === 'class_definition')
    return [{ type: 'class', declaration: readClass(node, name, source, depth), span }];
  if (node.type !== 'function_definition') return [];
  return [{ type: 'function', declaration: readFunction(node, name, source, decorators), span }];
}

function readClass(node: SyntaxNode, name: SyntaxNode, source: StatementSource, depth: number): ClassDeclaration {
  const superclasses = node.childForFieldName('superclasses');
  const bases = (superclasses === null ? [] : childrenOf(superclasses)).filter(
    ({ type }) => type !== 'keyword_argument',
  );
  return {
    name: source.textOf(name),
    nameSpan: spanOf(name, source),
    span: spanOf(node, source),
    bases: bases.map((base) => readExpression(base, source)),
    body: readBlock(node.childForFieldName('body'), source, depth),
  };
}

/** A function; its body is read when it is called, since most functions of a file make no modules. */
function readFunction(
  node: SyntaxNode,
  name: SyntaxNode,
  source: StatementSource,
  decorators: readonly Expression[],
): FunctionDeclaration {
  const find = source.finder(node);
  let body: readonly Statement[] | null = null;
  return {
    name: source.textOf(name),
    nameSpan: spanOf(name, source),
    span: spanOf(node, source),
    parameters: readParameters(node.childForFieldName('parameters'), source),
    decorators,
    body: () => (body ??= readBlock(find()?.childForFieldName('body') ?? null, source, 0)),
  };
}
