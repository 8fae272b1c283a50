// What `vscode` is to unit tests: texts as the editor gives them in English. Everything else of it needs the editor.

/** The editor's translation, without a bundle. */
export const l10n = {
  bundle: undefined,
  t: (text: string, ...values: readonly (string | number | boolean)[]): string =>
    text.replaceAll(/\{(\d+)\}/gu, (whole, index: string) => String(values[Number(index)] ?? whole)),
};
