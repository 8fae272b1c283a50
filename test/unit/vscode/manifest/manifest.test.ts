import { existsSync, readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { SIMILARITY_SCALES } from '../../../../src/core/charts/similarity-scale.js';
import { MAX_COPIED_BYTES } from '../../../../src/vscode/copies/plan.js';
import { COMMANDS, INTERNAL_COMMANDS } from '../../../../src/vscode/manifest/commands.js';
import { CONTEXT_KEYS } from '../../../../src/vscode/manifest/contexts.js';
import { MAX_THREADS, SETTINGS } from '../../../../src/vscode/manifest/settings.js';
import { TOOL_INPUTS, TOOLS } from '../../../../src/vscode/lm-tools/inputs.js';
import { CHECKPOINTS_VIEW, EDITORS, TREE_ITEMS, WALKTHROUGH } from '../../../../src/vscode/manifest/views.js';

const menuItem = v.object({ command: v.string(), when: v.optional(v.string()), group: v.optional(v.string()) });
const colours = v.object({
  dark: v.string(),
  light: v.string(),
  highContrast: v.string(),
  highContrastLight: v.string(),
});

const manifest = v.parse(
  v.object({
    main: v.string(),
    icon: v.string(),
    activationEvents: v.array(v.string()),
    extensionKind: v.array(v.string()),
    capabilities: v.record(v.string(), v.object({ supported: v.literal('limited'), description: v.string() })),
    contributes: v.object({
      commands: v.array(v.object({ command: v.string(), title: v.string(), category: v.string() })),
      customEditors: v.array(
        v.object({
          viewType: v.string(),
          priority: v.string(),
          selector: v.array(v.object({ filenamePattern: v.string() })),
        }),
      ),
      views: v.record(v.string(), v.array(v.object({ id: v.string(), icon: v.string() }))),
      viewsContainers: v.object({ activitybar: v.array(v.object({ id: v.string(), icon: v.string() })) }),
      viewsWelcome: v.array(v.object({ view: v.string(), contents: v.string() })),
      menus: v.record(v.string(), v.array(menuItem)),
      configuration: v.object({ properties: v.record(v.string(), v.record(v.string(), v.unknown())) }),
      languageModelTools: v.array(
        v.object({
          name: v.string(),
          inputSchema: v.object({
            properties: v.record(v.string(), v.unknown()),
            required: v.array(v.string()),
            additionalProperties: v.boolean(),
          }),
        }),
      ),
      walkthroughs: v.array(
        v.object({
          id: v.string(),
          steps: v.array(
            v.object({
              description: v.string(),
              media: v.object({ svg: v.string(), altText: v.string() }),
              completionEvents: v.array(v.string()),
            }),
          ),
        }),
      ),
      colors: v.array(v.object({ id: v.string(), description: v.string(), defaults: colours })),
    }),
  }),
  JSON.parse(readFileSync('package.json', 'utf8')),
);

const { contributes } = manifest;
const menus = Object.values(contributes.menus).flat();
const contextsIn = (clause: string): string[] => clause.match(/(?<![\w.])qkLens\.\w+/g) ?? [];

describe('commands', () => {
  it('are the table, but for those that only the tree runs', () => {
    const inTable = Object.entries(COMMANDS)
      .filter(([name]) => !INTERNAL_COMMANDS.some((internal) => internal === name))
      .map(([, id]) => id);
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual(inTable.sort());
  });

  it('all have the category and a title that does not repeat it', () => {
    for (const { category, title, command } of contributes.commands) {
      expect(category, command).toBe('QK Lens');
      expect(title.startsWith('QK Lens'), command).toBe(false);
    }
  });

  it('in menus and welcome texts exist', () => {
    const known = contributes.commands.map(({ command }) => command);
    const linked = contributes.viewsWelcome.flatMap(
      ({ contents }) => contents.match(/(?<=command:)qkLens\.\w+/g) ?? [],
    );
    for (const command of [...menus.map((item) => item.command), ...linked]) expect(known).toContain(command);
  });
});

describe('context keys', () => {
  it('of `when` clauses are set by the code, and each one set is asked for', () => {
    const views: string[] = [...Object.values(EDITORS), CHECKPOINTS_VIEW];
    const asked = new Set(menus.flatMap(({ when }) => contextsIn(when ?? '')).filter((key) => !views.includes(key)));
    expect([...asked].sort()).toEqual(Object.values(CONTEXT_KEYS).sort());
  });

  it('of tree items are those that the tree gives', () => {
    const asked = new Set(menus.flatMap(({ when }) => when?.match(/(?<=viewItem == )\w+/g) ?? []));
    expect([...asked].sort()).toEqual(Object.values(TREE_ITEMS).sort());
  });
});

describe('settings', () => {
  const { properties } = contributes.configuration;

  it('are the table, with the same defaults', () => {
    const declared = Object.entries(properties).map(([key, { default: fallback }]) => ({ key, fallback }));
    const table = Object.values(SETTINGS).map(({ key, fallback }) => ({ key, fallback }));
    expect(declared).toEqual(table);
  });

  it('each have a sentence and a place of their own', () => {
    for (const [key, { markdownDescription, order }] of Object.entries(properties)) {
      expect(markdownDescription, key).toMatch(/\.$/);
      expect(order, key).toBe(Object.keys(properties).indexOf(key) + 1);
    }
  });

  it('name the limits that the code keeps', () => {
    expect(properties[SETTINGS.threads.key]).toMatchObject({ minimum: 0, maximum: MAX_THREADS });
    expect(SETTINGS.threads.accepts(MAX_THREADS)).toBe(true);
    expect(SETTINGS.threads.accepts(MAX_THREADS + 1)).toBe(false);
    expect(SETTINGS.threads.accepts(1.5)).toBe(false);
    expect(SETTINGS.include.accepts(['**/*.pt', 3])).toBe(false);
    expect(SETTINGS.basis.accepts('published')).toBe(false);
  });
});

describe('workspaces', () => {
  it('of all kinds are supported within limits, which are said', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    expect(untrustedWorkspaces?.description).toMatch(/Running a model .* needs a trusted workspace/);
    const limit = `${String(MAX_COPIED_BYTES / 1e6)} MB`;
    expect(virtualWorkspaces?.description).toContain(`up to ${limit}`);
    const welcome = contributes.viewsWelcome.filter(({ contents }) => contents.includes('lies on no disk'));
    expect(welcome.map(({ contents }) => contents.includes(`up to ${limit}`))).toEqual([true]);
  });
});

describe('editors', () => {
  it('are the table', () => {
    expect(contributes.customEditors.map(({ viewType }) => viewType)).toEqual(Object.values(EDITORS));
  });

  it('open by themselves only what is nothing but a checkpoint', () => {
    const patterns = (priority: string): string[] =>
      contributes.customEditors
        .filter((editor) => editor.priority === priority)
        .flatMap(({ selector }) => selector.map(({ filenamePattern }) => filenamePattern));
    const own = ['*.safetensors', '*.pt', '*.pth', '*.ckpt', '*.keras', '*.gguf', '*.distcp'];
    expect(patterns('default')).toEqual(own);
    const shared = ['*.bin', '*.safetensors.index.json', '*.onnx', '*.npz', '*.{h5,hdf5}', '*.msgpack'];
    expect(patterns('option')).toEqual(shared);
  });
});

describe('the walkthrough', () => {
  const [walkthrough] = contributes.walkthroughs;

  it('has five steps with pictures that are there', () => {
    expect(walkthrough?.id).toBe(WALKTHROUGH);
    expect(walkthrough?.steps).toHaveLength(5);
    for (const { media } of walkthrough?.steps ?? []) {
      expect(existsSync(media.svg), media.svg).toBe(true);
      expect(media.altText).toMatch(/\.$/);
      // a picture shows in every theme what the theme's own colours draw
      expect(readFileSync(media.svg, 'utf8')).toContain('var(--vscode-foreground)');
    }
  });

  it('names commands and settings that exist', () => {
    const known = [...Object.values<string>(COMMANDS), ...Object.values(SETTINGS).map(({ key }) => key)];
    const named = (walkthrough?.steps ?? []).flatMap(({ description, completionEvents }) =>
      [description, ...completionEvents].flatMap((text) => text.match(/qkLens\.\w+/g) ?? []),
    );
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(known).toContain(name);
  });
});

describe('tools for a chat', () => {
  it('are the table, with the same inputs', () => {
    const declared = contributes.languageModelTools.map(({ name, inputSchema }) => [
      name,
      Object.keys(inputSchema.properties).sort(),
      inputSchema.additionalProperties,
    ]);
    const table = Object.entries(TOOLS).map(([key, name]) => [
      name,
      Object.keys(Object.entries(TOOL_INPUTS).find(([input]) => input === key)?.[1].entries ?? {}).sort(),
      false,
    ]);
    expect(declared).toEqual(table);
  });

  it('require what they cannot do without', () => {
    for (const { name, inputSchema } of contributes.languageModelTools) {
      const tool = Object.entries(TOOLS).find(([, each]) => each === name)?.[0];
      const schema = Object.entries(TOOL_INPUTS).find(([input]) => input === tool)?.[1];
      const values: Record<string, unknown> = { path: 'a', layer: 0, head: 0 };
      const needed = Object.fromEntries(inputSchema.required.map((key) => [key, values[key]]));
      expect(schema !== undefined && v.is(schema, needed), name).toBe(true);
      for (const key of inputSchema.required) {
        const rest = Object.fromEntries(Object.entries(needed).filter(([other]) => other !== key));
        expect(schema !== undefined && v.is(schema, rest), `${name} without ${key}`).toBe(false);
      }
    }
  });
});

describe('the rest', () => {
  it('starts the extension on its own contributions, and on the language beside which it stands', () => {
    expect(manifest.activationEvents).toEqual(['onLanguage:python']);
    expect(manifest.extensionKind).toEqual(['workspace']);
  });

  it('shows one view in one container, with icons that are there', () => {
    const [container] = contributes.viewsContainers.activitybar;
    const views = contributes.views[container?.id ?? ''] ?? [];
    expect(views.map(({ id }) => id)).toEqual([CHECKPOINTS_VIEW]);
    for (const file of [manifest.icon, container?.icon ?? '', ...views.map(({ icon }) => icon)]) {
      expect(existsSync(file), file).toBe(true);
    }
  });

  it('contributes the colours of the charts for all four kinds of themes', () => {
    const kinds = {
      dark: 'dark',
      light: 'light',
      highContrast: 'high-contrast',
      highContrastLight: 'high-contrast-light',
    } as const;
    for (const [kind, scaleName] of Object.entries(kinds)) {
      const { neutral, similar, dissimilar } = SIMILARITY_SCALES[scaleName];
      const defaults = contributes.colors.map(({ id, defaults: byKind }) => [
        id,
        Object.entries(byKind).find(([name]) => name === kind)?.[1],
      ]);
      const numbered = (name: string, values: readonly string[]): string[][] =>
        values.map((value, position) => [`qkLens.${name}${String(position + 1)}`, value]);
      expect(defaults).toEqual([
        ['qkLens.neutral', neutral],
        ...numbered('similar', similar),
        ...numbered('dissimilar', dissimilar),
      ]);
    }
  });
});
