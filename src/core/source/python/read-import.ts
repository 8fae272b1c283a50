import type { ImportedName } from './ast.js';
import { childrenOf } from './read-expression.js';
import type { StatementSource } from './statement-source.js';
import type { SyntaxNode } from './syntax.js';

/** Names that `import ...` and `from ... import ...` bind. */
export function readImport(node: SyntaxNode, source: StatementSource): ImportedName[] {
  const names = node.childrenForFieldName('name').filter((name) => name !== null);
  if (node.type === 'import_statement') return names.map((name) => wholeModule(name, source));
  const from = node.childForFieldName('module_name');
  const written = from === null ? '' : source.textOf(from).replaceAll(/\s/gu, '');
  const module = written.replace(/^\.+/u, '');
  const level = written.length - module.length;
  if (childrenOf(node).some(({ type }) => type === 'wildcard_import'))
    return [{ bound: '*', module, level, name: null }];
  return names.map((each) => {
    const name = source.textOf(each.childForFieldName('name') ?? each);
    const alias = each.childForFieldName('alias');
    return { bound: alias === null ? name : source.textOf(alias), module, level, name };
  });
}

/** `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`. */
function wholeModule(node: SyntaxNode, source: StatementSource): ImportedName {
  const alias = node.childForFieldName('alias');
  const module = source.textOf(node.childForFieldName('name') ?? node);
  const [first = module] = module.split('.');
  return alias === null
    ? { bound: first, module: first, level: 0, name: null }
    : { bound: source.textOf(alias), module, level: 0, name: null };
}
