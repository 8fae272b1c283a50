import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import * as v from 'valibot';
import { expect, it } from 'vitest';

/** What is seen in the editor; the command line is in English. */
const ROOMS = ['src/core', 'src/host', 'src/protocol', 'src/vscode', 'webview'];

const sources = ROOMS.flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => path.join(room, name)),
);

/** Texts that a file hands to `l10n.t`. */
function translated(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('l10n.t(')) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /(?:^|\.)l10n\.t$/.test(node.expression.getText())) {
      const [first] = node.arguments;
      expect(first !== undefined && ts.isStringLiteralLike(first), `${file}: ${node.getText()}`).toBe(true);
      if (first !== undefined && ts.isStringLiteralLike(first)) found.push(first.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

it('the bundle for translators holds the texts of the editor and nothing else', () => {
  const { l10n } = v.parse(v.object({ l10n: v.string() }), JSON.parse(readFileSync('package.json', 'utf8')));
  const file = path.join(l10n, 'bundle.l10n.json');
  const texts = [...new Set(sources.flatMap(translated))].sort();
  if (process.env['QK_LENS_UPDATE'] === '1') {
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`);
  }
  const bundle = v.parse(v.record(v.string(), v.string()), JSON.parse(readFileSync(file, 'utf8')));
  expect(Object.keys(bundle).sort()).toEqual(texts);
  for (const [key, text] of Object.entries(bundle)) expect(text).toBe(key);
});
