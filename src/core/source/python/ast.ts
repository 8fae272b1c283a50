import type { Statements } from './statement-source.js';

/** Rows from the statement's first row, columns in UTF-16 units. */
export interface Span {
  readonly row: number;
  readonly column: number;
  readonly endRow: number;
  readonly endColumn: number;
}

/** Python expressions, as far as constructors of modules use them; everything else is `unknown`. */
export type Expression = { readonly span: Span } & (
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'attribute'; readonly object: Expression; readonly name: string; readonly nameSpan: Span }
  | CallParts
  | { readonly type: 'number'; readonly value: number }
  /** A text, with the expressions of an f-string between its pieces. */
  | { readonly type: 'text'; readonly parts: readonly (string | Expression)[] }
  | { readonly type: 'truth'; readonly value: boolean }
  | { readonly type: 'none' }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'unary'; readonly operator: 'not' | '-' | '+' | '~'; readonly operand: Expression }
  | { readonly type: 'logic'; readonly operator: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'compare'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: 'conditional';
      readonly condition: Expression;
      readonly consequence: Expression;
      readonly alternative: Expression;
    }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  /** An entry without a key is another dictionary, spread into this one. */
  | { readonly type: 'dictionary'; readonly entries: readonly DictionaryEntry[] }
  | {
      readonly type: 'comprehension';
      /** Set where it makes a dictionary. */
      readonly key: Expression | null;
      readonly body: Expression;
      readonly clauses: readonly { readonly target: Expression; readonly iterable: Expression }[];
      readonly filtered: boolean;
    }
  | { readonly type: 'subscript'; readonly object: Expression; readonly index: Expression }
  | { readonly type: 'lambda'; readonly parameters: readonly Parameter[]; readonly body: Expression }
  | { readonly type: 'splat'; readonly value: Expression; readonly double: boolean }
  | { readonly type: 'walrus'; readonly name: string; readonly value: Expression }
  | { readonly type: 'unknown' }
);

interface CallParts {
  readonly type: 'call';
  readonly callee: Expression;
  readonly positional: readonly Expression[];
  readonly named: readonly NamedArgument[];
}

export interface NamedArgument {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Expression;
}

interface DictionaryEntry {
  readonly key: Expression | null;
  readonly value: Expression;
}

export interface Parameter {
  readonly name: string;
  readonly kind: 'plain' | 'keyword' | 'list' | 'dictionary';
  readonly fallback: Expression | null;
  /** What the code says that it is; absent where it says nothing. */
  readonly annotation?: Expression;
}

export type CallExpression = { readonly span: Span } & CallParts;

export type Statement = { readonly span: Span } & (
  | { readonly type: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression | null }
  | { readonly type: 'augmented'; readonly target: Expression; readonly operator: string; readonly value: Expression }
  | { readonly type: 'expression'; readonly value: Expression }
  | { readonly type: 'return'; readonly value: Expression | null }
  /** One of several bodies runs, or none where `total` is false. */
  | { readonly type: 'branches'; readonly branches: readonly Branch[]; readonly total: boolean }
  | {
      readonly type: 'for';
      readonly target: Expression;
      readonly iterable: Expression;
      readonly body: readonly Statement[];
    }
  /** A body that runs as it stands: `with`, `while`, the `else` of a loop. */
  | { readonly type: 'block'; readonly body: readonly Statement[] }
  | { readonly type: 'function'; readonly declaration: FunctionDeclaration }
  | { readonly type: 'class'; readonly declaration: ClassDeclaration }
  | { readonly type: 'import'; readonly names: readonly ImportedName[] }
);

export interface Branch {
  /** Null where it is not known when it runs. */
  readonly condition: Expression | null;
  readonly body: readonly Statement[];
}

/** One name that an import binds. */
export interface ImportedName {
  /** `*` for every name of the module. */
  readonly bound: string;
  /** Module as written, without the dots in front. */
  readonly module: string;
  /** Number of dots in front; 0 for an absolute import. */
  readonly level: number;
  /** Name inside the module; null for the module itself. */
  readonly name: string | null;
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Expression[];
  /** Statements of its body, read when they are first asked for. */
  readonly body: Statements;
}

export interface ClassDeclaration {
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
  readonly bases: readonly Expression[];
  readonly body: readonly Statement[];
}
