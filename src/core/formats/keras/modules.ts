import type { Dataset } from '../hdf5/dataset.js';
import type { Attributes } from '../hdf5/tree.js';

/** One variable of a module. */
interface Variable {
  /** Path of the dataset in the file. */
  readonly dataset: string;
  readonly shape: readonly number[];
  /** Name in the module: `weight`, `bias`, or what the file calls it. */
  readonly role: string;
  readonly inputsFirst: boolean;
}

/** A layer, or a part of one, with the variables that belong to it alone. */
export interface Module {
  readonly path: string;
  /** Names that the layers on the way to it were given, joined by dots. */
  readonly own: string;
  readonly variables: readonly Variable[];
}

const NUMBERED = /^(.*?)\/?vars\/(\d+)$/u;
/** What stands around the layers in a file with a whole model. */
const WHOLE_MODEL = 'model_weights/';
const ROLES: ReadonlyMap<string, string> = new Map([
  ['kernel', 'weight'],
  ['gamma', 'weight'],
  ['beta', 'bias'],
]);

/** True for a file of Keras 3, whose variables are numbered. */
export function isNumbered(datasets: ReadonlyMap<string, Dataset>): boolean {
  return [...datasets.keys()].some((name) => NUMBERED.test(name));
}

/** The name that a layer was given; Keras 3 calls groups by classes and keeps it beside the variables. */
function givenName(groups: ReadonlyMap<string, Attributes>, path: string, fallback: string): string {
  const name = groups.get(`${path}/vars`)?.get('name');
  return typeof name === 'string' && name !== '' && !/[./]/u.test(name) ? name : fallback;
}

function ownPath(groups: ReadonlyMap<string, Attributes>, path: string): string {
  const parts = path.split('/');
  return parts.map((part, index) => givenName(groups, parts.slice(0, index + 1).join('/'), part)).join('.');
}

function numberedRole(number: number, axes: number, first: number): string {
  // Variables stand in the order in which a layer makes them: kernel and bias, or gamma and beta.
  if (number === 0) return 'weight';
  return number === 1 && (axes < first || axes === 1) ? 'bias' : `variable_${String(number)}`;
}

/** Modules of a file by their paths. */
export function findModules(
  datasets: ReadonlyMap<string, Dataset>,
  groups: ReadonlyMap<string, Attributes>,
): Map<string, Module> {
  const found = new Map<string, { path: string; own: string; variables: Variable[] }>();
  const add = (path: string, own: () => string, variable: Variable): void => {
    const module = found.get(path) ?? { path, own: own(), variables: [] };
    found.set(path, module);
    module.variables.push(variable);
  };
  for (const [dataset, { shape }] of datasets) {
    const [, path = '', number = ''] = NUMBERED.exec(dataset) ?? [];
    if (number !== '') {
      const first = datasets.get(`${path === '' ? '' : `${path}/`}vars/0`)?.shape.length ?? 0;
      const role = numberedRole(Number(number), shape.length, first);
      const variable = { dataset, shape, role, inputsFirst: role === 'weight' && shape.length > 1 };
      add(path, () => ownPath(groups, path), variable);
      continue;
    }
    const whole = dataset.startsWith(WHOLE_MODEL) ? dataset.slice(WHOLE_MODEL.length) : dataset;
    // The layer's group stands in front of the names of its variables, which start with the layer again.
    const parts = whole.replace(/:\d+$/u, '').split('/').slice(1);
    const name = parts.pop() ?? '';
    const module = parts.join('/');
    const variable = { dataset, shape, role: ROLES.get(name) ?? name, inputsFirst: name === 'kernel' };
    add(module, () => parts.join('.'), variable);
  }
  return found;
}
