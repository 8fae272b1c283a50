import path from 'node:path';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const rooms = ['src/core', 'src/protocol', 'src/host', 'src/cli', 'src/vscode', 'webview', 'test'];

/** Which rooms each room may use, beside itself. ARCHITECTURE.md says why. @type {Record<string, string[]>} */
const allowed = {
  'src/core': [],
  'src/protocol': ['src/core'],
  'src/host': ['src/core', 'src/protocol'],
  'src/cli': ['src/core', 'src/host', 'src/protocol'],
  'src/vscode': ['src/core', 'src/host', 'src/protocol'],
  webview: ['src/core', 'src/protocol'],
};

const zones = Object.entries(allowed).flatMap(([room, uses]) =>
  rooms
    .filter((other) => other !== room && !uses.includes(other))
    .map((other) => ({
      target: `./${room}`,
      from: `./${other}`,
      message: `${room} may use ${[...uses, 'itself'].join(', ')}.`,
    })),
);

const editor = { name: 'vscode', message: 'Only src/vscode talks to the editor.' };
const machine = { group: ['node:*'], message: 'This room runs where there is no Node.' };
const valuesOfCore = {
  regex: '(^|/)core/',
  allowTypeImports: true,
  message: 'The protocol takes types from core, nothing that runs.',
};

/**
 * @param {string[]} files @param {{ paths?: object[], patterns?: object[] }} restricted
 * @returns {import('eslint').Linter.Config}
 */
const without = (files, restricted) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', restricted] },
});

export default defineConfig(
  {
    ignores: ['build', 'dist', 'media', 'node_modules', '**/*.generated.ts', 'src/core/**/kernels/assembly'],
  },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.tsx', '.js'], extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } }),
      ],
    },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: path.resolve(import.meta.dirname, '..') },
    },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowConstructorOnly: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: path.resolve(import.meta.dirname, '..'), zones }],
      'max-lines': ['error', { max: 500 }],
      'no-console': 'error',
    },
  },
  { files: ['**/*.tsx'], rules: { 'max-lines': ['error', { max: 400 }] } },
  without(['src/core/**', 'webview/**'], { paths: [editor], patterns: [machine] }),
  without(['src/protocol/**'], { paths: [editor], patterns: [machine, valuesOfCore] }),
  without(['src/host/**', 'src/cli/**'], { paths: [editor] }),
  {
    // node:test gives a promise that the runner waits for by itself
    files: ['test/ui/**'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'describe', 'it'] }] },
      ],
    },
  },
  {
    // what tools load wants a default export
    files: ['.config/**'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    // scripts that people run talk on the terminal
    files: ['.config/**', 'test/host/**', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
  // plain scripts that nothing imports, without types
  { files: ['test/bench/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
