import * as v from 'valibot';
import * as vscode from 'vscode';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { Analysis, Engine, Inspection } from '../../host/engine/contract.js';
import type { Sessions } from '../editor/sessions.js';
import type { Inspections } from '../tree/inspections.js';
import { baseName } from '../uris.js';
import { analyzeAnswer, headAnswer, inspectAnswer } from './answers.js';
import { checkpointAt } from './checkpoint-at.js';
import { TOOL_INPUTS, TOOLS } from './inputs.js';

/** What the tools answer from. */
export interface ToolParts {
  readonly engine: Pick<Engine, 'analyze'>;
  readonly inspections: Inspections;
  readonly sessions: Pick<Sessions, 'uris'>;
}

type ToolName = keyof typeof TOOLS;
type Input<Name extends ToolName> = v.InferOutput<(typeof TOOL_INPUTS)[Name]>;

/** Registers the tools with which a chat asks about checkpoints; nothing where the editor has no such tools. */
export function registerTools(parts: ToolParts): vscode.Disposable {
  if (!hasTools()) return vscode.Disposable.from();
  return vscode.Disposable.from(
    tool('inspect', parts, (_input, inspection) => Promise.resolve(inspectAnswer(inspection))),
    tool('analyze', parts, async (input, inspection, signal) =>
      analyzeAnswer(await analysed(parts, inspection, input, signal)),
    ),
    tool('head', parts, async (input, inspection, signal) => {
      const analysis = await analysed(parts, inspection, input, signal);
      const layer = analysis.figures.layers.find(({ index }) => index === input.layer);
      const head = layer?.heads.find(({ index }) => index === input.head);
      if (head === undefined) {
        const depth = analysis.figures.layers.length;
        throw new Error(
          vscode.l10n.t('There is no L{0} H{1}: the model has {2} layers.', input.layer, input.head, depth),
        );
      }
      return headAnswer(analysis, input.layer, head);
    }),
  );
}

/** Editors that are built on VS Code may leave it out. */
function hasTools(): boolean {
  const lm: unknown = Reflect.get(vscode, 'lm');
  return typeof lm === 'object' && lm !== null && typeof Reflect.get(lm, 'registerTool') === 'function';
}

function tool<Name extends ToolName>(
  name: Name,
  { inspections, sessions }: ToolParts,
  answer: (input: Input<Name>, inspection: Inspection, signal: AbortSignal) => Promise<object>,
): vscode.Disposable {
  const schema = TOOL_INPUTS[name];
  return vscode.lm.registerTool<unknown>(TOOLS[name], {
    prepareInvocation({ input }) {
      const known = v.safeParse(v.object({ path: v.string() }), input);
      const file = known.success ? baseName(vscode.Uri.file(known.output.path)) : '';
      return { invocationMessage: vscode.l10n.t('Reading {0} with QK Lens', file) };
    },
    async invoke({ input }, token) {
      const parsed = v.safeParse<(typeof TOOL_INPUTS)[Name]>(schema, input);
      if (!parsed.success) throw new Error(v.summarize(parsed.issues));
      const uri = checkpointAt(parsed.output.path, sessions.uris);
      const stop = new AbortController();
      const subscription = token.onCancellationRequested(() => stop.abort());
      try {
        const result = await answer(parsed.output, await inspections.of(uri), stop.signal);
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(result))]);
      } finally {
        subscription.dispose();
      }
    },
  });
}

async function analysed(
  { engine }: ToolParts,
  inspection: Inspection,
  { model: name, basis }: Pick<Input<'analyze'>, 'model' | 'basis'>,
  signal: AbortSignal,
): Promise<Analysis> {
  const { models, defaults } = inspection.recognition;
  const wanted = name ?? defaults[0] ?? models[0]?.name;
  const model = models.find((one) => one.name === wanted);
  if (model === undefined) {
    const names = models.map((one) => one.name).join(', ');
    throw new Error(
      models.length === 0
        ? vscode.l10n.t('The checkpoint holds no attention layers.')
        : vscode.l10n.t('The checkpoint has no model of that name. It has: {0}.', names),
    );
  }
  const request = { inspection, model: model.name, basis: possibleBasis(model, basis ?? 'folded'), have: [] };
  return engine.analyze(request, { onLayer: () => undefined }, signal);
}
