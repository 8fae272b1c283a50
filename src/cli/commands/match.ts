import path from 'node:path';
import { CheckpointError } from '../../core/errors.js';
import { headToJson } from '../../core/export/analysis-json.js';
import type { MatchOutcome, SourceMatch, SourceProblem, SourceText } from '../../core/source/contract.js';
import { sourceMatchToJson } from '../../core/source/match-json.js';
import { Sources } from '../../core/source/sources.js';
import { matchWithImports } from '../../core/source/with-imports.js';
import type { Inspection } from '../../host/engine/contract.js';
import { missingLinks } from '../../host/source/missing-links.js';
import { loadPythonParser } from '../../host/source/python-parser.js';
import { readImported } from '../../host/source/read-sources.js';
import type { CommandContext } from '../context.js';
import { BUNDLES } from '../bundles.js';
import { type CommonOptions, inspectRequest } from '../options.js';
import { print, writeJson } from '../output.js';
import { provenance, tellWarnings } from '../report.js';
import { matchLines } from '../text/match-text.js';

/** Options of `match`. */
export interface MatchCommandOptions extends Pick<CommonOptions, 'json' | 'quiet' | 'recognition' | 'adapter'> {
  /** Name of the root class. */
  readonly className: string | null;
}

/**
 * `match SOURCE FILE`: which definitions own which tensors.
 * @returns true where code and checkpoint disagree about something.
 */
export async function matchCommand(
  context: CommandContext,
  { path: source, texts }: { readonly path: string; readonly texts: readonly SourceText[] },
  file: string,
  { className, json, quiet, recognition, adapter }: MatchCommandOptions,
): Promise<boolean> {
  const inspection = await context.engine.inspect(inspectRequest(file, { recognition, adapter }), context.signal);
  const sources = new Sources(await loadPythonParser(BUNDLES));
  for (const text of texts) sources.update(text);
  const options = className === null ? {} : { className };
  const outcome = await matchWithImports(sources, inspection, options, readImported);
  const match = matchedOrThrow(outcome, source, className, sources);
  const problems = [...match.problems, ...(await linkProblems(sources, texts))];
  const whole: SourceMatch = { ...match, problems };
  await tell(context, inspection, source, file, whole, { json, quiet });
  return problems.length > 0;
}

async function tell(
  context: CommandContext,
  inspection: Inspection,
  source: string,
  file: string,
  match: SourceMatch,
  { json, quiet }: Pick<MatchCommandOptions, 'json' | 'quiet'>,
): Promise<void> {
  const shown = (name: string): string => (path.isAbsolute(source) ? name : path.relative('', name));
  if (json !== null) {
    await writeJson(json, {
      ...headToJson(provenance(context, 'match', inspection, 0, inspection.warnings)),
      sourceCode: source,
      ...sourceMatchToJson(match, shown),
    });
    return;
  }
  tellWarnings(inspection.warnings, quiet);
  await print(`${matchLines(match, { source, file, tensors: inspection.tensors.length, shown }).join('\n')}\n`);
}

function matchedOrThrow(
  outcome: MatchOutcome,
  source: string,
  className: string | null,
  sources: Sources,
): SourceMatch {
  if (outcome.kind === 'matched') return outcome.match;
  const name = path.basename(path.resolve(source));
  const unknown = className !== null && !sources.classNames().includes(className);
  const names = outcome.closest.map((each) => each.name);
  const advice = unknown
    ? `give one of its classes: ${sources.classNames().slice(0, MAX_NAMED).join(', ')}`
    : names.length === 0
      ? 'give the source that defines the model'
      : `give the source of the model, or name a class with --class, such as ${names.join(', ')}`;
  throw new CheckpointError(unknown ? 'wrong-use' : 'unsupported', name, lowerFirst(outcome.reason), advice);
}

/** Enough names in a sentence. */
const MAX_NAMED = 8;

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

async function linkProblems(sources: Sources, texts: readonly SourceText[]): Promise<SourceProblem[]> {
  const problems: SourceProblem[] = [];
  for (const { file, cell } of texts) {
    const links = sources.facts(file, cell).links.map((link) => ({ ...link, cell }));
    problems.push(...(await missingLinks(file, links)));
  }
  return problems;
}
