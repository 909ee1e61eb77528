/**
 * The contract of the pool of slots: gives pages to classes and to large blocks, and takes them back. A page's word is the
 * authority; who changes it by one compare-and-swap has the page.
 *
 *   UNUSED ──acquire──► ACTIVE ──release──► EMPTY ──acquire of its class──► ACTIVE        EMPTY ──sweep──► UNUSED
 *   UNUSED ──acquireRun──► LARGE, live ──keepRun──► LARGE, kept ──reuseRun──► LARGE, live ──releaseRun──► UNUSED
 *
 * Capabilities: `concurrency` · `retries`: claims that another thread won, counted · `grows`: runs, it is a {@link RunPool} ·
 * `shrinks`: SuperSlabs with nothing in them become FREE.
 */

import type { Walkable } from './general.js';
import type { PageIndex, SizeClass, ThreadId } from './units.js';

export const POOL = {
  // always
  'POOL-1':
    'A slot MUST be UNUSED, ACTIVE, EMPTY or RESERVED by its page word alone; masks are hints that verify compares with it.',
  // after
  'POOL-2':
    'acquire MUST ask the stages in order: EMPTY slots of the class, UNUSED slots at hand, a FREE or new SuperSlab.',
  'POOL-3': 'With class affinity, an UNUSED slot beside slabs of the class MUST be preferred to any other.',
  'POOL-4':
    'A span MUST be neighbouring slots of one SuperSlab; all of its pages carry one word and point at the first.',
  'POOL-5': 'A released slab MUST become EMPTY; a SuperSlab with no ACTIVE slot FREE, and its slots UNUSED.',
  'POOL-6': 'Where classes share SuperSlabs, memory MUST NOT grow while EMPTY slots of other classes could serve.',
  // failure
  'POOL-7':
    'When memory is exhausted the answer MUST be 0, and nothing MUST have changed but what nobody uses: EMPTY slots, kept runs and idle abandoned slabs MAY have become UNUSED.',
  // threads
  'POOL-8':
    'A page MUST be claimed by one compare-and-swap that carries the claimer; a lost claim MUST leave everything as it was.',
  'POOL-9': 'An abandoned slab MUST be adopted by the next acquire of its class before any other slot is asked for.',
  'POOL-10':
    'leave MUST take back all that a thread had, wherever it was stopped; it MAY itself be stopped and repeated.',
  // runs
  'POOL-11': 'Runs that threads keep, whichever they are, MUST be taken back before memory grows.',
  'POOL-12':
    'A run MUST be neighbouring pages from a multiple of its alignment on, live at its start; a page MUST NOT be in two runs or slabs.',
  'POOL-13': 'extendRun MUST grow a run where it stands, or answer false and change nothing.',
  'POOL-14':
    'Of several threads that end the block of one run one MUST succeed; the others answer false and change nothing.',
  // after
  'POOL-15':
    'acquire MUST return a slab or span of the class with room, owned by the caller alone, its note anew: its length, as room the blocks that are not live, no cursor, no links.',
  // before
  'POOL-16': 'The caller MUST release only a slab of its own in which nothing is live.',
  'POOL-17': 'The caller MUST name a run by its first page, and lengths by what it has: of 1 page or more each part.',
  // runs
  'POOL-18':
    'A kept run MUST NOT be live. reuseRun MUST make it a block, whole, and dropRun UNUSED; both MUST answer false, and change nothing, for what the caller does not keep.',
  'POOL-19': 'Parts that are split or joined MUST be neighbours which together are the whole.',
  // always
  'POOL-20':
    'Each slab that acquire returns MUST be counted once, by where it came from; slots are counted as the page words say.',
} as const;

/** Where slabs came from, and how many slots stand in which state. */
export interface PoolStats {
  /** Stage 1: slabs that were EMPTY slots of their class. */
  readonly reuse: number;
  /** Stage 2: slabs from UNUSED slots of SuperSlabs at hand. */
  readonly unused: number;
  /** Stage 3: slabs from a SuperSlab that was FREE or new. */
  readonly fresh: number;
  /** Stage 2 slabs placed beside others of their class. */
  readonly affine: number;
  /** EMPTY slots that were made UNUSED for other classes. */
  readonly swept: number;
  /** Slabs released. */
  readonly released: number;
  /** Runs for large blocks acquired. */
  readonly runs: number;
  /** Slabs adopted that another thread had abandoned. */
  readonly adopted: number;
  /** Slabs abandoned by threads that left or died. */
  readonly abandoned: number;
  /** Claims that another thread won, by what was claimed: slots of a slab, pages of a run, an abandoned slab. */
  readonly retries: { readonly slot: number; readonly run: number; readonly adopt: number };
  readonly unusedSlots: number;
  readonly emptySlots: number;
  /** Pages that were ACTIVE at some time since memory was given for them. */
  readonly touchedPages: number;
}

/** The slots: gives pages to classes, and takes them back. Any thread. */
export interface SlotPool extends Walkable {
  /**
   * An ACTIVE slab or span of the class with room, owned by the caller: one that was abandoned, or one that is all room; its
   * first page, or 0 when memory is exhausted.
   */
  acquire(sizeClass: SizeClass): PageIndex | 0;
  /** Takes back a slab or span of the caller in which nothing is live or cached. */
  release(head: PageIndex): void;
  /** Makes all EMPTY slots UNUSED; says how many. */
  sweep(): number;
  /** Takes back abandoned slabs in which nothing is live, and the runs that any thread keeps; says how many. */
  reclaim(): number;
  /**
   * Takes back all that a thread which leaves or is dead had: slabs in which nothing is live, claims that it left half-done; the
   * other slabs are abandoned, for any thread to adopt. Makes the hints anew. May be repeated when it was not finished; by
   * one thread at a time for the same one, which is the caller's to see to. O(pages + blocks of the thread).
   */
  leave(thread: ThreadId): void;
  stats(): PoolStats;
}

/** A pool that `grows`: it gives runs of pages to large blocks, too. Any thread. */
export interface RunPool extends SlotPool {
  /** A run of pages for a large block, live, its first page a multiple of `alignPages`; 0 when memory is exhausted. */
  acquireRun(pages: number, alignPages: number): PageIndex | 0;
  /**
   * Takes back the pages of a run from `keep` on. With `keep` 0 the block dies: false, and nothing changed, when another
   * thread was first.
   */
  releaseRun(head: PageIndex, keep: number): boolean;
  /** Grows a run in place; false when a following page is in use or memory is exhausted. */
  extendRun(head: PageIndex, pages: number, wanted: number): boolean;
  /** Ends the block of a run and keeps the run for the caller; false, and nothing changed, when another thread was first. */
  keepRun(head: PageIndex): boolean;
  /** Makes a run of `pages` pages that the caller keeps a block's; false when it was taken back meanwhile. */
  reuseRun(head: PageIndex, pages: number): boolean;
  /** Shortens the run of a block that only the caller knows to `pages` pages, and keeps the rest for the caller as a run. */
  splitRun(head: PageIndex, pages: number): void;
  /** Makes two runs that the caller keeps, the second where the first ends, one; false when one was taken back meanwhile. */
  joinRuns(head: PageIndex, next: PageIndex): boolean;
  /** Takes back a run that the caller keeps; false when that was done meanwhile. */
  dropRun(head: PageIndex): boolean;
}
