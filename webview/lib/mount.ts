import { render, type VNode } from 'preact';

/** Draws the panel into the page's `root`, or into a main element of its own. */
export function mount(panel: VNode): void {
  render(panel, document.getElementById('root') ?? document.body.appendChild(document.createElement('main')));
}
