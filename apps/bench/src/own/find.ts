/**
 * The modules of `--compose`, found, imported and tried before anything is measured: a heap of each is composed, a second
 * thread's place is taken where there can be one, and blocks go back and forth.
 */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { attachHeap, type Heap, SharedHeap } from 'hakmem';
import { ALLOCATORS } from '../allocators/index.js';
import { heapOf } from '../compositions.js';
import { BenchError } from '../errors.js';
import { TEAM_ALLOCATORS } from '../threads/allocators/index.js';
import { askedFor, importComposition, inWords, type OwnComposition } from './composition.js';

/** A column for a composition of the user's own. */
export interface OwnColumn {
  readonly name: string;
  readonly kind: 'composition';
  /** What a process is asked for to have it. */
  readonly asked: string;
  /** As the command line has it. */
  readonly file: string;
}

const TRIAL_BYTES = 64 * 1024 * 1024;
/** Of each box that serves blocks: tiny, mid, large. */
const TRIAL_SIZES = [16, 1_000, 20_000, 500_000];

/** The columns of the modules at `files`, paths from the current directory. Throws a BenchError for the first that cannot be one. */
export async function findCompositions(files: readonly string[]): Promise<readonly OwnColumn[]> {
  const taken = new Map([...ALLOCATORS, ...TEAM_ALLOCATORS].map(({ name }) => [name, 'an allocator of the bench']));
  const found: OwnColumn[] = [];
  for (const file of files) {
    const path = resolve(file);
    if (!isFile(path)) throw new BenchError(`--compose ${file}: there is no such file; the path of a module is wanted`);
    const { href } = pathToFileURL(path);
    const composition = await importComposition(href, file);
    const { name } = composition;
    const other = taken.get(name);
    if (other !== undefined) {
      throw new BenchError(`--compose ${file}: "${name}" is ${other}; export another \`name\``);
    }
    tryComposition(composition, file);
    taken.set(name, `the composition of ${file}`);
    found.push({ name, kind: 'composition', asked: askedFor(href), file });
  }
  return found;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function tryComposition(composition: OwnComposition, file: string): void {
  try {
    exercise(composition);
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError(`--compose ${file}: no heap can be made of it: ${inWords(error)}`);
  }
}

function exercise({ parts }: OwnComposition): void {
  const heap = heapOf(parts(), TRIAL_BYTES);
  try {
    const other = heap instanceof SharedHeap ? attachHeap(heap.handle, parts()) : null;
    serve(heap, other ?? heap);
    if (other !== null) serve(other, heap);
    other?.detach();
    const [problem] = heap.verify().problems;
    if (problem !== undefined) throw new Error(`${problem.box} finds its records broken: ${problem.message}`);
  } finally {
    heap.destroy();
  }
}

/** Blocks of one thread, freed by another. A size that no box serves is refused, and that is for the cells to tell. */
function serve(maker: Heap, freer: Heap): void {
  const blocks = TRIAL_SIZES.map((bytes) => maker.malloc(bytes)).filter((address) => address !== 0);
  for (const address of blocks) freer.free(address);
}
