import type { Basis } from '../../core/analysis/figures.js';
import type { ImageLab } from '../../host/image-lab/image-lab.js';
import type { AttentionRows, HeadOnImage, ImageCard } from '../../protocol/image.js';
import type { PanelPort } from './viewers.js';

/** What a panel looks at. */
interface Look {
  readonly layer: number;
  readonly head: number;
  readonly token: number;
  readonly basis: Basis;
}

/** What goes on ahead: a head, or a row of attention. */
type Step =
  | { readonly kind: 'head'; readonly layer: number; readonly head: number }
  | { readonly kind: 'row'; readonly layer: number; readonly token: number };

/** Numbers that are sent ahead of one look; a quarter of what the page keeps. */
const MOST_NUMBERS = 4_000_000;

/** Steps that are sent at a time: each message has the page drawn anew. */
const BATCH = 8;

/** How long a panel has asked for nothing before anything is sent ahead. */
const QUIET_MS = 40;

/** Sends one panel what it may look at next, while it asks for nothing. */
export class Ahead {
  #work: AbortController | null = null;
  #look: Look | null = null;
  /** What the page has been sent; it may have let some of it go, and asks for that again. */
  readonly #sent = new Set<string>();

  /**
   * @param heads number of heads of each layer.
   * @param isShown whether the page is in sight.
   * @param quiet settles when nothing is computed that somebody waits for; must not fail.
   */
  constructor(
    private readonly lab: ImageLab,
    private readonly card: ImageCard,
    private readonly heads: readonly number[],
    private readonly port: PanelPort,
    private readonly isShown: () => boolean,
    private readonly quiet: () => Promise<void>,
  ) {}

  /** The panel looks at something: what is next to it follows. */
  look(look: Look): void {
    this.#look = look;
    this.#begin();
  }

  /** The panel asks for something, which goes first; what is ahead goes on afterwards. */
  async after(asked: () => Promise<void>): Promise<void> {
    this.stop();
    await asked();
    if (this.#work === null) this.#begin();
  }

  /** Sends nothing more until the next look. */
  stop(): void {
    this.#work?.abort();
    this.#work = null;
  }

  #begin(): void {
    this.stop();
    const look = this.#look;
    if (look === null) return;
    const work = new AbortController();
    this.#work = work;
    const timer = setTimeout(() => {
      // What fails says so when it is asked for.
      this.#send(look, work.signal).catch(() => undefined);
    }, QUIET_MS);
    work.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  }

  async #send(look: Look, signal: AbortSignal): Promise<void> {
    const heads: HeadOnImage[] = [];
    const rows: AttentionRows[] = [];
    const image = this.card.id;
    let numbers = 0;
    const post = (): void => {
      if (heads.length + rows.length === 0 || !this.isShown()) return;
      this.port.post({ type: 'ahead', image, heads: heads.splice(0), rows: rows.splice(0) });
    };
    try {
      for (const step of stepsFrom(look, this.card, this.heads)) {
        const key = keyOf(step, look.basis);
        if (this.#sent.has(key)) continue;
        await this.quiet();
        if (signal.aborted || !this.isShown() || numbers > MOST_NUMBERS) break;
        if (step.kind === 'head') {
          const { layer, head } = step;
          const params = { layer, head, basis: look.basis, ahead: true } as const;
          const found = { image, ...(await this.lab.run('head', params, { signal })) };
          heads.push(found);
          numbers += found.queryMaps.length * 2;
        } else {
          const { layer, token } = step;
          const found = { image, ...(await this.lab.run('attention', { layer, token }, { signal })) };
          rows.push(found);
          numbers += found.rows.length;
        }
        this.#sent.add(key);
        if (heads.length + rows.length >= BATCH) post();
      }
    } finally {
      post();
    }
  }
}

function keyOf(step: Step, basis: Basis): string {
  return step.kind === 'head' ? `${basis} ${step.layer} ${step.head}` : `row ${step.layer} ${step.token}`;
}

/** Where keys lead from a look, the likeliest first: heads and layers next to it with their attention, patches next to it, other heads of the layer. */
function* stepsFrom({ layer, head, token }: Look, card: ImageCard, heads: readonly number[]): Generator<Step> {
  const count = heads[layer] ?? 0;
  const hasHead = (index: number): boolean => index >= 0 && index < count;
  for (const next of [head + 1, head - 1]) if (hasHead(next)) yield { kind: 'head', layer, head: next };
  for (const next of [layer + 1, layer - 1]) {
    const others = heads[next];
    if (others === undefined) continue;
    yield { kind: 'head', layer: next, head: Math.min(head, others - 1) };
    yield { kind: 'row', layer: next, token };
  }
  for (const next of tokensBeside(card, token)) yield { kind: 'row', layer, token: next };
  for (let far = 2; far < count; far++) {
    for (const next of [head + far, head - far]) if (hasHead(next)) yield { kind: 'head', layer, head: next };
  }
}

/** The patches on four sides of one; of a prefix token the other prefix tokens. */
function tokensBeside({ grid: [rows, columns], prefix }: ImageCard, token: number): number[] {
  if (token < prefix.length) return [token + 1, token - 1].filter((one) => one >= 0 && one < prefix.length);
  const patch = token - prefix.length;
  const [row, column] = [Math.floor(patch / columns), patch % columns];
  const sides = [
    [row, column + 1],
    [row, column - 1],
    [row + 1, column],
    [row - 1, column],
  ] as const;
  return sides.flatMap(([y, x]) =>
    y >= 0 && y < rows && x >= 0 && x < columns ? [prefix.length + y * columns + x] : [],
  );
}
