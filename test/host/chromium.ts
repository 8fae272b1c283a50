import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';
import type { LaunchOptions } from 'playwright-core';
import type { Host } from './host.js';

const FONTS = ['DejaVuSans.ttf', 'DejaVuSansMono.ttf', 'DejaVuSansMono-Bold.ttf'];

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
];

/**
 * Unpacks the browser of the package @sparticuz/chromium into the host's folder.
 * By hand: the package's own code wants Node 22 and unpacks into the shared temporary folder.
 */
export async function unpackChromium(folder: string): Promise<void> {
  const packed = path.join(folder, 'node_modules/@sparticuz/chromium/bin');
  const target = path.join(folder, 'chromium');
  mkdirSync(target);
  await pipeline(
    createReadStream(path.join(packed, 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(path.join(target, 'chromium'), { mode: 0o755 }),
  );
  for (const name of ['al2023', 'fonts', 'swiftshader']) {
    const input = brotliDecompressSync(readFileSync(path.join(packed, `${name}.tar.br`)));
    const { status, stderr } = spawnSync('tar', ['-x', '--no-same-owner', '-C', target], { input, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name}.tar.br of the test browser does not unpack: ${stderr}`);
  }
  rmSync(packed, { recursive: true });
  const fonts = path.join(folder, 'node_modules/dejavu-fonts-ttf');
  for (const font of FONTS) copyFileSync(path.join(fonts, 'ttf', font), path.join(target, 'fonts', font));
  rmSync(fonts, { recursive: true });
}

/** Which fonts stand for the generic families: without it the editor's text is proportional and differs from machine to machine. */
function fontConfiguration(folder: string): string {
  const alias = (family: string, ...preferred: string[]): string =>
    `<alias binding="same"><family>${family}</family><prefer>${preferred.map((name) => `<family>${name}</family>`).join('')}</prefer></alias>`;
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir>
${alias('monospace', 'DejaVu Sans Mono')}${alias('sans-serif', 'Open Sans', 'DejaVu Sans')}</fontconfig>
`;
}

/** How to start the browser: the one that TEST_CHROMIUM names, the host's own, one of the system, or Playwright's. */
export function browserLaunch(host: Host): LaunchOptions {
  const folder = path.join(host.folder, 'chromium');
  const own = path.join(folder, 'chromium');
  const named = process.env['TEST_CHROMIUM'];
  if (named !== undefined && !existsSync(named)) throw new Error(`TEST_CHROMIUM names ${named}, which is not there.`);
  const executablePath = named ?? [own, ...SYSTEM_BROWSERS].find((file) => existsSync(file));
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'];
  if (executablePath === undefined) return { args, timeout: 30_000 };
  if (executablePath !== own) return { executablePath, args, timeout: 30_000 };
  const fonts = path.join(folder, 'fonts.conf');
  writeFileSync(fonts, fontConfiguration(folder));
  const libraries = [path.join(folder, 'lib'), process.env['LD_LIBRARY_PATH']].filter((entry) => entry !== undefined);
  const env = { ...definedVariables(), LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_FILE: fonts };
  return { executablePath, args, env, timeout: 30_000 };
}

function definedVariables(): Record<string, string> {
  const variables = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(variables);
}
