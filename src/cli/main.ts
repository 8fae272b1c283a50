import { modelProcess } from './model-process.js'; // first: it starts while the rest is read
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { CheckpointError } from '../core/errors.js';
import {
  type AttentionFlags,
  attentionOptions,
  folderOf,
  type ImageFlags,
  imageChoice,
  type ModesFlags,
  modesOptions,
} from './commands/run-on-image-options.js';
import { type SemanticsFlags, semanticsOptions } from './commands/semantics-options.js';
import { fromWire } from '../host/engine/wire-error.js';
import type { WorkerTasks } from '../protocol/worker.js';
import type { CommandContext } from './context.js';
import { engineFor, programVersion } from './environment.js';
import { type CommonFlags, type CommonOptions, commonOptions } from './options.js';
import { UsageError } from './usage-error.js';

/** What each command is made of, set up when it is asked for: all of them together take 30 ms. */
const parts = {
  analyze: () => import('./commands/analyze.js'),
  distances: () => import('./commands/analyze-distances.js'),
  attention: () => import('./commands/attention.js'),
  attentionFolder: () => import('./commands/attention-folder.js'),
  inspect: () => import('./commands/inspect.js'),
  keypoints: () => import('./commands/keypoints.js'),
  match: () => import('./commands/match.js'),
  modes: () => import('./commands/modes.js'),
  semantics: () => import('./commands/semantics.js'),
  worker: () => import('../host/engine/worker.js'), // a bundle of its own
  sources: () => import('../host/source/read-sources.js'),
};

const DONE = 0;
const FAILED = 1;
const WRONG_USE = 2;
const INTERRUPTED = 130;

/** Options of `inspect`. */
interface InspectFlags extends CommonFlags {
  readonly tensors?: true;
}

/** Options of `match`. */
interface MatchFlags extends CommonFlags {
  readonly class?: string;
  readonly strict?: true;
}

/** Options of `analyze`. */
interface AnalyzeFlags extends CommonFlags {
  readonly csv?: string;
  readonly npz?: string;
  readonly vectors?: true;
  readonly svg?: string;
  readonly html?: string;
  readonly distances?: string;
}

const interrupt = new AbortController();
const version = programVersion();

function build(): Command {
  const program = new Command('qk-lens')
    .description('What the heads of a vision transformer compare, straight from its checkpoint.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(qk-lens --help lists the commands and options)');
  withCommonOptions(program.command('inspect'))
    .description('what the file holds and what it was recognised as')
    .option('--tensors', 'list every tensor: name, type, shape, bytes')
    .action((file: string, flags: InspectFlags) =>
      run(file, flags, async (context, options) => {
        const { inspectCommand } = await parts.inspect();
        await inspectCommand(context, file, options, flags.tensors ?? false);
      }),
    );
  withCommonOptions(program.command('analyze'))
    .description('which layers and heads attend to similar and to dissimilar tokens')
    .option('--csv <file>', 'write one row a mode')
    .option('--npz <file>', 'write the arrays sigma and cos')
    .option('--vectors', 'add the singular vectors u and v to the npz')
    .option('--svg <file>', 'draw the layer curve and the map of heads')
    .option('--html <file>', 'write one self-contained page with live charts')
    .option(
      '--distances <numbers>',
      'of a model with rotary positions: the figures at these distances too, such as 0,1,2,4,8',
    )
    .action((file: string, flags: AnalyzeFlags) =>
      run(file, flags, async (context, options) => {
        if (flags.vectors === true && flags.npz === undefined) throw new UsageError('--vectors goes with --npz FILE');
        const { csv = null, npz = null, vectors = false, svg = null, html = null } = flags;
        const { distances: list } = flags;
        const distances = list === undefined ? null : (await parts.distances()).distancesOption(list);
        const { analyzeCommand } = await parts.analyze();
        await analyzeCommand(context, file, options, { csv, npz, vectors, svg, html }, distances);
      }),
    );
  withImageOptions(withCommonOptions(program.command('attention')))
    .description('what the heads attend to on a picture, or on the pictures of a folder that have masks')
    .option(
      '--layer <layers>',
      'all, or layers such as 3 or 3,8; the npz holds the attention of those that are named',
      'all',
    )
    .option('--head <number>', 'one head only')
    .option('--mask <file>', 'grey picture of labels: 0 background, 1 object, 2 other object')
    .option('--keys <variant>', 'with --mask: without-prefix (default), without-prefix-and-self or all')
    .option('--knn <number>', 'what only this many nearest keys leave out and change')
    .option('--npz <file>', 'write attention and tokens of named layers, pixels and output')
    .option('--svg <file>', 'draw what a token attends to in every head; with masks also the preference over depth')
    .option('--png <file>', 'the same as pixels')
    .option('--query <token>', 'with --svg or --png: class, or ROW,COLUMN of a patch')
    .option('--labels <meaning>', 'of masks in a folder: roles (0 background, 1 object, 2 other) or objects')
    .action((file: string, image: string | undefined, flags: CommonFlags & ImageFlags & AttentionFlags) =>
      run(file, flags, async (context, options) => {
        const choice = imageChoice(image, flags);
        const folder = await folderOf(choice);
        const wanted = attentionOptions(flags, folder !== null);
        if (folder === null) {
          const { attentionCommand } = await parts.attention();
          await attentionCommand(context, file, choice, options, wanted);
        } else {
          const { attentionFolderCommand } = await parts.attentionFolder();
          await attentionFolderCommand(context, file, { folder, size: choice.size }, options, wanted);
        }
      }),
    );
  withImageOptions(withCommonOptions(program.command('modes')))
    .description('what the modes of one head do on a picture')
    .requiredOption('--layer <number>', 'the layer')
    .requiredOption('--head <number>', 'the head')
    .option('--top <number>', 'modes that are told, by their contribution', '6')
    .option('--ablate <modes>', 'run again without these modes, such as 0,3')
    .option('--svg <file>', 'draw the query and key maps of these modes over the picture')
    .option('--png <file>', 'the same as pixels')
    .action((file: string, image: string | undefined, flags: CommonFlags & ImageFlags & ModesFlags) =>
      run(file, flags, async (context, options) => {
        const { modesCommand } = await parts.modes();
        await modesCommand(context, file, imageChoice(image, flags), options, modesOptions(flags));
      }),
    );
  withImageOptions(withCommonOptions(program.command('semantics')))
    .description(
      'what the patches hold by keypoints, and whether attention follows it; for a folder of pictures its summary',
    )
    .option('--concentration <kind>', 'scale, count or response', 'scale')
    .option('--mask <file>', 'grey picture of labels (1 is the object), or a folder of them for a folder of pictures')
    .option('--object-from-tokens', 'without --mask: the object is what the final tokens of the model set apart')
    .option('--relevance <kind>', 'with an object: attention, rollout or deletion', 'attention')
    .option('--candidates <number>', 'with an object: off-object pieces whose effect is checked', '3')
    .option('--places <number>', 'with an object: other places that each piece is compared with', '20')
    .option('--prompt <guide>', 'change the attention on patches by concentration or target while the model runs')
    .option('--prompt-form <form>', 'with --prompt: bias, reweight, mask or drop; bias if not given')
    .option('--prompt-layers <list>', 'with --prompt: only in these layers, such as 0,8-11')
    .option('--prompt-heads <list>', 'with --prompt: only in these heads of them')
    .option('--beta <number>', 'with --prompt: strength, what is added to the scores where the guide is 1')
    .option('--betas <list>', 'with --prompt: strengths of a curve, such as -2,-1,1,2, or default')
    .option('--shifts <number>', 'with --prompt: shifts of the guide that it is compared with', '39')
    .option('--csv <file>', 'of a folder: write one row a picture')
    .option(
      '--guided-masks <file>',
      'write chances to be masked (npz and json); of a folder these only, without running the model',
    )
    .option('--rho <number>', 'with --guided-masks: share of patches that is masked, 0.75 if not given')
    .option('--alpha <number>', 'with --guided-masks: 0 even chances to 1 by keypoints alone, 0.5 if not given')
    .option('--direction <name>', 'with --guided-masks: rich (patches with many keypoints first) or poor')
    .action((file: string, image: string | undefined, flags: CommonFlags & ImageFlags & SemanticsFlags) =>
      run(file, flags, async (context, options) => {
        const { semanticsCommand } = await parts.semantics();
        await semanticsCommand(context, file, imageChoice(image, flags), options, semanticsOptions(flags));
      }),
    );
  withCommonOptions(program.command('match').argument('<source>', 'a Python file, a notebook, or a folder of them'))
    .description('which definitions of Python source own which tensors of the checkpoint')
    .option('--class <name>', 'the class that is the model, instead of the one that fits best')
    .option('--strict', 'exit with 1 where code and checkpoint disagree')
    .action(async (source: string, file: string, flags: MatchFlags) => {
      const { readSources } = await parts.sources();
      const texts = await naming(source, () => readSources(source));
      await run(file, flags, async (context, options) => {
        const className = flags.class ?? null;
        const { matchCommand } = await parts.match();
        const disagree = await matchCommand(context, { path: source, texts }, file, { ...options, className });
        if (disagree && flags.strict === true) process.exitCode = FAILED;
      });
    });
  program
    .command('keypoints')
    .description('the SIFT keypoints of a picture, at its own size')
    .argument('<image>', 'a picture')
    .option('--json [file]', 'JSON to standard output or into a file')
    .option('--quiet', 'no progress and no warnings on standard error')
    .action((image: string, { json, quiet }: Pick<CommonFlags, 'json' | 'quiet'>) =>
      naming(image, async () => {
        const { keypointsCommand } = await parts.keypoints();
        const options = { json: json === true ? '-' : (json ?? null), quiet: quiet ?? false };
        await keypointsCommand({ signal: interrupt.signal, version }, image, options);
      }),
    );
  return program;
}

function withCommonOptions(command: Command): Command {
  return command
    .argument('<file>', 'a checkpoint, or a folder that holds one')
    .option('--model <name>', 'which model when the file holds several')
    .option('--heads <number>', 'heads of a layer, where the file does not say')
    .option('--patch <number>', 'side of a patch in pixels, where the file does not say')
    .option('--image-size <HxW>', 'picture size, where the file does not say')
    .option('--basis <basis>', 'folded or raw', 'folded')
    .option('--adapter <path>', 'a LoRA adapter to merge in (PEFT, kohya-ss, loralib): its folder or file')
    .option('--adapter-alpha <number>', 'lora_alpha, where no adapter_config.json says it')
    .option('--json [file]', 'JSON to standard output or into a file')
    .option('--threads <number>', 'worker threads')
    .option('--no-cache', 'neither use nor keep finished figures')
    .option('--quiet', 'no progress and no warnings on standard error');
}

function withImageOptions(command: Command): Command {
  return command
    .argument('[image]', 'a picture')
    .option('--pixels <file>', 'a NumPy array (1, 3, height, width) in place of a picture, used as it is')
    .option('--size <HxW>', 'resize the picture to exactly this, without a crop');
}

/** Runs one command with an engine of its own, which ends with it. */
async function run(
  file: string,
  flags: CommonFlags,
  command: (context: CommandContext, options: CommonOptions) => Promise<void>,
): Promise<void> {
  const options = commonOptions(flags);
  const engine = engineFor(options, modelProcess === null ? {} : { inspectHere });
  try {
    await naming(file, () => command({ engine, signal: interrupt.signal, version, modelProcess }, options));
  } finally {
    await engine.dispose();
  }
}

/**
 * The checkpoint of a command that runs a model is inspected here while the process of the model starts: a worker thread would start beside both,
 * which takes 60 of 800 ms on two processors. Until it is done, signals end this process as they end others: what computes cannot listen.
 */
async function inspectHere(request: WorkerTasks['inspect']['params']): Promise<WorkerTasks['inspect']['result']> {
  const { answer } = await parts.worker();
  const reply = await answer({ id: 0, name: 'inspect', params: request });
  listenForSignals();
  if (reply.ok) return reply.result;
  throw fromWire(reply.error);
}

/** Runs an action on a file; its failure names the path as it was given. */
async function naming<Result>(file: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof CheckpointError ? new FileFailure(file, error) : error;
  }
}

/** A failure with the path as it was given. */
class FileFailure extends Error {
  constructor(
    file: string,
    readonly failure: CheckpointError,
  ) {
    const inner = failure.file === path.basename(file) ? '' : `${failure.file}: `;
    super(`${file}: ${inner}${failure.problem}; ${failure.advice}`);
  }
}

function exitStatus(error: unknown): number {
  if (interrupt.signal.aborted) return INTERRUPTED;
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USE;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`qk-lens: ${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  if (error instanceof UsageError) return WRONG_USE;
  return error instanceof FileFailure && error.failure.code === 'wrong-use' ? WRONG_USE : FAILED;
}

function listenForSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupt.abort();
    });
  }
}

if (modelProcess === null) listenForSignals();
// A reader that closes early, such as `head`, ends the command without a word.
process.stdout.on('error', () => {
  process.exit(DONE);
});
build()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = exitStatus(error);
  });
