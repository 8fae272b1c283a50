import { quoteName } from '../../core/bytes/quote.js';
import { COMMANDS, type CommandName } from '../manifest/commands.js';

/** Text for Markdown: what came out of a file or a checkpoint stays text. */
export function escaped(text: string): string {
  return quoteName(text)
    .replace(/[\\`*_{}[\]()#+\-.!~|]/gu, '\\$&')
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;');
}

/** A link that runs one of the extension's commands; a hover that holds it has to allow that command. */
export function commandLink(text: string, command: CommandName, args: readonly unknown[], tip = ''): string {
  // a closing bracket would end the link
  const query = encodeURIComponent(JSON.stringify(args)).replace(/[()]/gu, (sign) => (sign === '(' ? '%28' : '%29'));
  const title = tip === '' ? '' : ` "${escaped(tip).replaceAll('"', "'")}"`;
  return `[${escaped(text)}](command:${COMMANDS[command]}?${query}${title})`;
}

/** An SVG as an image with its size. */
export function image(svg: string, alt: string, { width, height }: { width: number; height: number }): string {
  const data = Buffer.from(svg).toString('base64');
  return `![${escaped(alt)}](data:image/svg+xml;base64,${data}|width=${String(width)},height=${String(height)})`;
}
