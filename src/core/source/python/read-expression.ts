import type { Expression, NamedArgument, Parameter, Span } from './ast.js';
import { readText } from './read-text.js';
import type { StatementSource } from './statement-source.js';
import type { SyntaxNode } from './syntax.js';

/** Deeper nesting is not written by people; the rest is unknown. */
const MAX_DEPTH = 60;

/** Where a node stands in its statement. */
export function spanOf({ startPosition, endPosition }: SyntaxNode, { row }: StatementSource): Span {
  return {
    row: startPosition.row - row,
    column: startPosition.column,
    endRow: endPosition.row - row,
    endColumn: endPosition.column,
  };
}

/** Children without comments. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren
    .filter((child) => child !== null && child.type !== 'comment')
    .filter((child) => child !== null);
}

/** Reads an expression; what the parser could not make sense of is `unknown`. */
export function readExpression(node: SyntaxNode | null, source: StatementSource, depth = 0): Expression {
  if (node === null || depth > MAX_DEPTH) {
    return {
      type: 'unknown',
      span: node === null ? { row: 0, column: 0, endRow: 0, endColumn: 0 } : spanOf(node, source),
    };
  }
  const span = spanOf(node, source);
  const read = (child: SyntaxNode | null): Expression => readExpression(child, source, depth + 1);
  const field = (name: string): SyntaxNode | null => node.childForFieldName(name);
  switch (node.type) {
    case 'identifier':
      return { type: 'name', name: source.textOf(node), span };
    case 'attribute': {
      const name = field('attribute');
      if (name === null) return { type: 'unknown', span };
      return {
        type: 'attribute',
        object: read(field('object')),
        name: source.textOf(name),
        nameSpan: spanOf(name, source),
        span,
      };
    }
    case 'integer':
    case 'float':
      return readNumber(source.textOf(node), span);
    case 'true':
    case 'false':
      return { type: 'truth', value: node.type === 'true', span };
    case 'none':
      return { type: 'none', span };
    case 'string':
    case 'concatenated_string':
      return { type: 'text', parts: readText(node, source, read), span };
    case 'call':
      return readCall(node, source, read);
    case 'parenthesized_expression':
    case 'await':
      return read(childrenOf(node)[0] ?? null);
    case 'list':
    case 'tuple':
    case 'set':
    case 'expression_list':
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
      return { type: 'list', items: childrenOf(node).map(read), span };
    case 'list_splat':
    case 'list_splat_pattern':
    case 'dictionary_splat':
      return {
        type: 'splat',
        value: read(childrenOf(node)[0] ?? null),
        double: node.type === 'dictionary_splat',
        span,
      };
    case 'dictionary':
      return {
        type: 'dictionary',
        entries: childrenOf(node).map((entry) =>
          entry.type === 'pair'
            ? { key: read(entry.childForFieldName('key')), value: read(entry.childForFieldName('value')) }
            : { key: null, value: read(childrenOf(entry)[0] ?? null) },
        ),
        span,
      };
    case 'binary_operator':
      return {
        type: 'binary',
        operator: operatorOf(node, source),
        left: read(field('left')),
        right: read(field('right')),
        span,
      };
    case 'boolean_operator': {
      const operator = operatorOf(node, source) === 'and' ? 'and' : 'or';
      return { type: 'logic', operator, left: read(field('left')), right: read(field('right')), span };
    }
    case 'not_operator':
      return { type: 'unary', operator: 'not', operand: read(field('argument')), span };
    case 'unary_operator': {
      const sign = operatorOf(node, source);
      return {
        type: 'unary',
        operator: sign === '-' || sign === '~' ? sign : '+',
        operand: read(field('argument')),
        span,
      };
    }
    case 'comparison_operator':
      return readComparison(node, source, read);
    case 'conditional_expression': {
      const [consequence, condition, alternative] = childrenOf(node);
      return {
        type: 'conditional',
        consequence: read(consequence ?? null),
        condition: read(condition ?? null),
        alternative: read(alternative ?? null),
        span,
      };
    }
    case 'list_comprehension':
    case 'generator_expression':
    case 'set_comprehension':
    case 'dictionary_comprehension':
      return readComprehension(node, source, read);
    case 'subscript': {
      const indices = node.childrenForFieldName('subscript').filter((index) => index !== null);
      const [only, ...more] = indices;
      const index: Expression =
        only !== undefined && more.length === 0 ? read(only) : { type: 'list', items: indices.map(read), span };
      return { type: 'subscript', object: read(field('value')), index, span };
    }
    case 'lambda':
      return {
        type: 'lambda',
        parameters: readParameters(field('parameters'), source),
        body: read(field('body')),
        span,
      };
    case 'named_expression': {
      const name = field('name');
      return name === null
        ? { type: 'unknown', span }
        : { type: 'walrus', name: source.textOf(name), value: read(field('value')), span };
    }
    default:
      return { type: 'unknown', span };
  }
}

type Read = (node: SyntaxNode | null) => Expression;

function readNumber(text: string, span: Span): Expression {
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? { type: 'number', value, span } : { type: 'unknown', span };
}

function operatorOf(node: SyntaxNode, source: StatementSource): string {
  const operator = node.childForFieldName('operator');
  return operator === null ? '' : source.textOf(operator);
}

function readCall(node: SyntaxNode, source: StatementSource, read: Read): Expression {
  const list = node.childForFieldName('arguments');
  const positional: Expression[] = [];
  const named: NamedArgument[] = [];
  // `f(x for x in y)` has the generator itself for its arguments.
  const given = list === null ? [] : list.type === 'argument_list' ? childrenOf(list) : [list];
  for (const argument of given) {
    const name = argument.type === 'keyword_argument' ? argument.childForFieldName('name') : null;
    if (name === null) positional.push(read(argument));
    else {
      const value = read(argument.childForFieldName('value'));
      named.push({ name: source.textOf(name), nameSpan: spanOf(name, source), value });
    }
  }
  const callee = read(node.childForFieldName('function'));
  return { type: 'call', callee, positional, named, span: spanOf(node, source) };
}

/** A comparison of two; a chain of more is not needed. */
function readComparison(node: SyntaxNode, source: StatementSource, read: Read): Expression {
  const span = spanOf(node, source);
  const [left, right, ...more] = childrenOf(node);
  if (left === undefined || right === undefined || more.length > 0) return { type: 'unknown', span };
  const operator = node
    .childrenForFieldName('operators')
    .flatMap((part) => (part === null ? [] : [source.textOf(part)]));
  return { type: 'compare', operator: operator.join(' '), left: read(left), right: read(right), span };
}

function readComprehension(node: SyntaxNode, source: StatementSource, read: Read): Expression {
  const span = spanOf(node, source);
  const body = node.childForFieldName('body');
  const children = childrenOf(node);
  const clauses = children
    .filter(({ type }) => type === 'for_in_clause')
    .map((clause) => ({
      target: read(clause.childForFieldName('left')),
      iterable: read(clause.childForFieldName('right')),
    }));
  const filtered = children.some(({ type }) => type === 'if_clause');
  const pair = body?.type === 'pair';
  const key = pair ? read(body.childForFieldName('key')) : null;
  return {
    type: 'comprehension',
    key,
    body: read(pair ? body.childForFieldName('value') : body),
    clauses,
    filtered,
    span,
  };
}

/** Parameters of a function or lambda with their defaults. */
export function readParameters(node: SyntaxNode | null, source: StatementSource): Parameter[] {
  const parameters: Parameter[] = [];
  let keywordOnly = false;
  for (const child of node === null ? [] : childrenOf(node)) {
    const inner = child.type === 'typed_parameter' ? (childrenOf(child)[0] ?? child) : child;
    switch (inner.type) {
      case 'identifier':
        parameters.push({
          name: source.textOf(inner),
          kind: keywordOnly ? 'keyword' : 'plain',
          fallback: null,
          ...annotationOf(child, source),
        });
        break;
      case 'default_parameter':
      case 'typed_default_parameter': {
        const name = inner.childForFieldName('name');
        if (name === null) break;
        const fallback = readExpression(inner.childForFieldName('value'), source);
        const annotation = annotationOf(inner, source);
        parameters.push({
          name: source.textOf(name),
          kind: keywordOnly ? 'keyword' : 'plain',
          fallback,
          ...annotation,
        });
        break;
      }
      case 'list_splat_pattern':
      case 'dictionary_splat_pattern': {
        const name = childrenOf(inner)[0];
        const kind = inner.type === 'list_splat_pattern' ? 'list' : 'dictionary';
        if (name !== undefined) parameters.push({ name: source.textOf(name), kind, fallback: null });
        keywordOnly ||= kind === 'list';
        break;
      }
      case 'keyword_separator':
        keywordOnly = true;
        break;
      default:
    }
  }
  return parameters;
}

function annotationOf(parameter: SyntaxNode, source: StatementSource): Pick<Parameter, 'annotation'> {
  const type = parameter.childForFieldName('type');
  const [written] = type === null ? [] : childrenOf(type);
  return written === undefined ? {} : { annotation: readExpression(written, source) };
}
