/**
 * A composition of the user's own, for `--compose`: a module that says of which boxes a heap is made.
 *
 *   export default { warm: densePool() };     the parts of hakmem's `compose`, but no memory: a recipe for a role, null for
 *                                             none, the standard box where nothing is said; or a function that returns them
 *   export const name = 'dense';              of its column; the name of the file unless given
 *
 * Every process and every Worker that has heaps of it imports the module by its URL, and a function is called for each heap and
 * each thread. All must come to the same boxes, or `attachHeap` refuses. A process is asked for it by `compose:` and the URL.
 */

import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Parts } from 'hakmem';
import { BenchError } from '../errors.js';

/** What a module may say: everything but the memory, which the bench makes. */
export type OwnParts = Omit<Parts, 'memory'>;

export interface OwnComposition {
  readonly name: string;
  /** The parts of one heap, or of one thread that attaches to it. */
  readonly parts: () => OwnParts;
}

const PREFIX = 'compose:';
const WANTED =
  'the default export has to be an object of boxes by role, such as { warm: warmPool() }, or a function that returns one';
/** What fits into a list of allocators and into the head of a column. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/i;
/** Complete by its type. */
const ROLES: Readonly<Record<keyof OwnParts, true>> = {
  ...{ registry: true, pool: true, warm: true, remote: true, cache: true, front: true, mid: true, large: true },
  ...{ log: true, prewarmCount: true, maxThreads: true, policy: true, onDestroy: true, checked: true },
};

/** What a process is asked for to have heaps of the module at `url`. */
export function askedFor(url: string): string {
  return `${PREFIX}${url}`;
}

/** Whether a process is asked for a composition of the user's own. */
export function isOwn(asked: string): boolean {
  return asked.startsWith(PREFIX);
}

/** The composition that a process is asked for. */
export function loadOwn(asked: string): Promise<OwnComposition> {
  const url = asked.slice(PREFIX.length);
  return importComposition(url, fileURLToPath(url));
}

/** Imports a module. Throws a BenchError, with `file` in it, when there is none or it exports nothing that fits. */
export async function importComposition(url: string, file: string): Promise<OwnComposition> {
  const exported = await imported(url, file);
  if (!('default' in exported)) {
    const found = Object.keys(exported).join(', ') || 'nothing';
    throw new BenchError(`--compose ${file}: it exports ${found} and no default; ${WANTED}`);
  }
  const given = exported['default'];
  const parts = () => checkedParts(typeof given === 'function' ? given() : given, file);
  return { name: nameOf(exported['name'], file), parts };
}

async function imported(url: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    const wanted = 'a module is wanted that this Node imports by itself: .js or .mjs, from 22.18 on also .ts';
    throw new BenchError(`--compose ${file}: it cannot be imported: ${inWords(error)}; ${wanted}`);
  }
}

function checkedParts(given: unknown, file: string): OwnParts {
  const complain = (found: string) => new BenchError(`--compose ${file}: ${found}; ${WANTED}`);
  if (typeof given !== 'object' || given === null) throw complain(`it gives ${String(given)}`);
  if (given instanceof Promise) throw complain('its function returns a promise');
  if ('build' in given && 'words' in given) throw complain('it gives a recipe, and does not say for which role');
  const unknown = Object.keys(given).filter((role) => !Object.hasOwn(ROLES, role));
  if (unknown.includes('memory')) throw complain('it gives a memory, which the bench makes for each heap');
  if (unknown.length === 0) return given as OwnParts;
  throw complain(`it has ${unknown.join(', ')}, and the parts are ${Object.keys(ROLES).join(', ')}`);
}

function nameOf(given: unknown, file: string): string {
  const name = given ?? basename(file, extname(file));
  if (typeof name === 'string' && NAME.test(name)) return name;
  const found = given === undefined ? `the file's name, "${name}",` : `the export \`name\`, ${JSON.stringify(name)},`;
  throw new BenchError(
    `--compose ${file}: ${found} cannot be a column's; export a \`name\` of up to 32 letters, digits, dots, dashes, underscores`,
  );
}

/** An error by its name and message. */
export function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
