import type { CallExpression, Expression, ImportedName, Statement } from '../python/ast.js';
import type { PythonModule } from '../python/python-module.js';
import type { Loop, Size } from '../sizes/size.js';
import { argumentsOf, call, callFunction } from './calls.js';
import { construct, constructAlone } from './construct.js';
import type {
  Arguments,
  CallSite,
  CompactScope,
  Evaluation,
  FindModule,
  Lineage,
  RunTimeNameSite,
} from './evaluation.js';
import { evaluate } from './expressions.js';
import type { Frame } from './frame.js';
import { lineageOf } from './lineage.js';
import { ModuleNames } from './module-names.js';
import { runStatements } from './statements.js';
import { type ClassValue, type FunctionValue, type Instance, UNKNOWN, type Value } from './value.js';

/** Expressions and statements that the code of one model may need; what is beyond is left unknown. */
const MAX_WORK = 150_000;

/** And that of all classes of one match together: some seconds. */
const MAX_WORK_OF_ALL = 5_000_000;

/** Expressions inside expressions and statements inside statements, through all calls: far from the end of the stack. */
const MAX_NESTING = 400;

/** Looks through the code of classes; one for all classes of a state of the sources, whose module-level names it keeps. */
export class Elaborator implements Evaluation {
  loops: readonly Loop[] = [];
  branches = 0;
  assuming = false;
  depth = 0;
  runTimeNames: RunTimeNameSite[] = [];
  compact: CompactScope | null = null;
  functional: Instance | null = null;
  watched: Evaluation['watched'] = null;
  #work = 0;
  #workOfAll = 0;
  #nesting = 0;
  #counter = 0;
  readonly #names: ModuleNames;
  readonly #lineages = new Map<ClassValue['declaration'], Lineage>();

  /** @param makersOf functions of the sources whose text calls a class. */
  constructor(
    findModule: FindModule,
    readonly makersOf: Evaluation['makersOf'],
  ) {
    this.#names = new ModuleNames(findModule);
  }

  /** The module that a class makes when nothing is known of its parameters but their defaults. */
  elaborate(made: ClassValue): { readonly root: Instance; readonly runTimeNames: readonly RunTimeNameSite[] } {
    this.#work = 0;
    this.#nesting = 0;
    this.loops = [];
    this.branches = 0;
    this.depth = 0;
    this.assuming = false;
    this.runTimeNames = [];
    this.compact = null;
    this.functional = null;
    this.watched = null;
    return { root: constructAlone(this, made), runTimeNames: this.runTimeNames };
  }

  spend(): boolean {
    return this.#work++ < MAX_WORK && this.#workOfAll++ < MAX_WORK_OF_ALL;
  }

  evaluate(expression: Expression, frame: Frame): Value {
    return this.#nested(() => evaluate(this, expression, frame), UNKNOWN);
  }

  run(statements: readonly Statement[], frame: Frame): boolean {
    return this.#nested(() => runStatements(this, statements, frame), false);
  }

  call(callee: Value, given: Arguments, site: CallSite): Value {
    return call(this, callee, given, site);
  }

  callFunction(callee: FunctionValue, given: Arguments, site: CallSite): Value {
    return callFunction(this, callee, given, site);
  }

  construct(made: ClassValue, given: Arguments, site: CallSite): Value {
    return construct(this, made, given, site);
  }

  argumentsOf(expression: CallExpression, frame: Frame): Arguments {
    return argumentsOf(this, expression, frame);
  }

  moduleName(module: PythonModule, name: string): Value | null {
    return this.#names.find(this, module, name);
  }

  imported(file: string, name: ImportedName): Value {
    return this.#names.imported(this, file, name);
  }

  lineage(made: ClassValue): Lineage {
    const known = this.#lineages.get(made.declaration);
    if (known !== undefined) return known;
    // A class that inherits from itself finds this while its own is worked out.
    this.#lineages.set(made.declaration, { classes: [made], outside: [] });
    const lineage = lineageOf(this, made);
    this.#lineages.set(made.declaration, lineage);
    return lineage;
  }

  loop(): Loop {
    return { id: this.#counter++ };
  }

  symbol(name: string): Size {
    return { kind: 'symbol', id: `${name}#${String(this.#counter++)}`, name, loops: this.loops };
  }

  instance({
    made,
    constructor,
    definition,
    opaque,
    part = false,
    lazy = false,
  }: Parameters<Evaluation['instance']>[0]): Instance {
    return {
      kind: 'instance',
      id: this.#counter++,
      made,
      madeBy: constructor,
      attributes: new Map(),
      counted: [],
      items: [],
      loops: this.loops,
      branches: this.branches,
      part,
      opaque,
      definition,
      given: new Map(),
      lazy,
      called: null,
    };
  }

  #nested<Result>(action: () => Result, beyond: Result): Result {
    if (this.#nesting >= MAX_NESTING) return beyond;
    this.#nesting++;
    const result = action();
    this.#nesting--;
    return result;
  }
}
