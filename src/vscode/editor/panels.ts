import * as vscode from 'vscode';
import type { Panel } from './panel.js';

/** The panels on show, and which of them is the active editor. */
export class Panels implements vscode.Disposable {
  readonly #panels = new Set<Panel>();
  readonly #changed = new vscode.EventEmitter<void>();
  #active: Panel | null = null;

  /** Fires when another panel became active, or none, or when the active one selected another head. */
  readonly onDidChange = this.#changed.event;

  /** The panel that is the active editor. */
  get active(): Panel | null {
    return this.#active;
  }

  /** Panels that show a file. */
  of(uri: vscode.Uri): readonly Panel[] {
    return [...this.#panels].filter((panel) => panel.uri.toString() === uri.toString());
  }

  add(panel: Panel): void {
    this.#panels.add(panel);
    this.update();
  }

  remove(panel: Panel): void {
    this.#panels.delete(panel);
    panel.close();
    this.update();
  }

  /** Looks again which panel is active. */
  update(): void {
    this.#active = [...this.#panels].find(({ isActive }) => isActive) ?? null;
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
