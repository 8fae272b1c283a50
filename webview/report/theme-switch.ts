/** Sets the page's kind of theme by the classes that VS Code would set. */
function apply(dark: boolean): void {
  document.body.classList.toggle('vscode-dark', dark);
  document.body.classList.toggle('vscode-light', !dark);
}

/** Follows the system's light or dark until the person chooses. @returns turns it round. */
export function themeSwitch(): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen: boolean | null = null;
  apply(system.matches);
  system.addEventListener('change', ({ matches }) => {
    if (chosen === null) apply(matches);
  });
  return () => {
    chosen = !document.body.classList.contains('vscode-dark');
    apply(chosen);
  };
}
