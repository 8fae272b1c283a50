/** The themes to test in: name of the setting's value, class of the workbench, class of a webview's body. */
export const themes = {
  light: { name: 'Default Light Modern', workbench: 'vs', body: 'vscode-light' },
  dark: { name: 'Default Dark Modern', workbench: 'vs-dark', body: 'vscode-dark' },
  highContrast: { name: 'Default High Contrast', workbench: 'hc-black', body: 'vscode-high-contrast' },
  highContrastLight: { name: 'Default High Contrast Light', workbench: 'hc-light', body: 'vscode-high-contrast-light' },
} as const;

export type ThemeId = keyof typeof themes;
