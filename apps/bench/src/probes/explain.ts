/**
 * What single operations of a program do, told by the heap's own counts: the program runs once more on a fresh heap, untimed, and
 * heap.stats() is read before and after each operation in question. A heap of one thread depends on nothing but its calls, so
 * this is the very work that was timed. Cost: one stats() per place, O(blocks), twice.
 */

import type { HeapStats } from 'hakmem';
import type { Blocks } from '../allocators/subject.js';
import { CALLOC, REALLOC } from '../trace.js';
import { type Program, Stepper, sizesOf } from './stepper.js';

/** An allocator that tells what it counts. */
export interface Telling {
  stats(): HeapStats;
}

export interface Explained {
  /** By index of the step: in words what it did. */
  readonly did: ReadonlyMap<number, string>;
  /** Over all addresses (stepper.ts). */
  readonly hash: number;
}

/**
 * Runs `warmUpPasses` and then `passes` of the program. `indices`: steps since the end of the warm-up. An allocator that does
 * not tell its counts is known by the requests alone.
 */
export function explain(
  blocks: Blocks<number> & Partial<Telling>,
  program: Program,
  { warmUpPasses, passes }: { readonly warmUpPasses: number; readonly passes: number },
  indices: readonly number[],
): Explained {
  const { length } = program;
  const wanted = new Set(indices);
  const sizes = sizesOf(program);
  const stepper = new Stepper(blocks, program);
  const did = new Map<number, string>();
  for (let index = -warmUpPasses * length; index < passes * length; index++) {
    const step = (index + warmUpPasses * length) % length;
    if (!wanted.has(index)) {
      stepper.step(step);
      continue;
    }
    const before = blocks.stats?.();
    const from = stepper.addressAt(step);
    const had = heldBefore(program, sizes, step);
    stepper.step(step);
    const moved = program.op[step] === REALLOC && stepper.addressAt(step) !== from ? Math.min(had, sizes[step]) : 0;
    const zeroed = program.op[step] === CALLOC ? program.size[step] : 0;
    const after = blocks.stats?.();
    const counted = before !== undefined && after !== undefined ? differences(before, after) : [];
    did.set(index, sentence([[zeroed, 'byte~ zeroed'], [moved, 'byte~ moved'], ...counted]));
  }
  return { did, hash: stepper.hash };
}

/** Bytes that the object of a step had before it; 0 when the step makes it. */
function heldBefore({ object }: Program, sizes: Uint32Array, step: number): number {
  for (let earlier = step - 1; earlier >= 0; earlier--) if (object[earlier] === object[step]) return sizes[earlier];
  return 0;
}

/** `what`: with a ~ for the s of the plural. */
type Count = readonly [count: number, what: string];

/** What the counts of a heap say of the time between two readings. */
function differences(before: HeapStats, after: HeapStats): readonly Count[] {
  const { stages, cache, superSlabs, large } = after;
  return [
    [superSlabs.created - before.superSlabs.created, 'SuperSlab~ made from memory'],
    [superSlabs.returned - before.superSlabs.returned, 'SuperSlab~ given back to memory'],
    [(after.touched.data - before.touched.data) / 1024, 'KiB of data touched for the first time'],
    [stages.fresh - before.stages.fresh, 'slab~ from a free SuperSlab'],
    [stages.unused - before.stages.unused, 'slab~ from unused slots'],
    [stages.reuse - before.stages.reuse, 'slab~ from empty slots of the class'],
    [stages.swept - before.stages.swept, 'empty slot~ swept'],
    [stages.released - before.stages.released, 'slab~ released'],
    [stages.runs - before.stages.runs, 'run~ of pages acquired'],
    [before.large.live - large.live, 'large block~ freed'],
    [large.grownInPlace - before.large.grownInPlace, 'large block~ grown in place'],
    [large.shrunkInPlace - before.large.shrunkInPlace, 'large block~ shrunk in place'],
    [cache.refilled - before.cache.refilled, 'block~ refilled'],
    [cache.flushed - before.cache.flushed, 'block~ flushed'],
    [cache.drains - before.cache.drains, 'drain~'],
    [cache.retired - before.cache.retired, 'slab~ retired'],
  ];
}

function sentence(counts: readonly Count[]): string {
  const seen = counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => {
      return `${count.toLocaleString('en')} ${what.replace('~', count === 1 ? '' : 's')}`;
    });
  return seen.length === 0 ? 'the hot path alone' : seen.join(', ');
}
