/**
 * The interface of every box, bottom to top. The sentences that a box promises stand, numbered, in clauses.ts.
 *
 *   AddressSpace ← SuperRegistry ← SlotPool ← rooms ← warm pool ← BlockCache ← tiny front, pool-tls ← the gate
 *                                      ↑                 (SlabSource)  ↓                             ↓   ↑
 *                                      │                             RemoteQueue ────────────────────┘   │
 *                                      └──────────────────────── LargeBlocks ────────────────────────────┘
 *
 * Verbs, one per thing: acquire and release pages · offer and retire slabs · take and give blocks · abandon and adopt
 * slabs of a thread that leaves · malloc and free for users.
 *
 * Threads: each thread of a heap builds boxes of its own. Registry, pool and large blocks stand on regions that all
 * threads share, and any of them may call at any time; the others stand on regions of their thread, and only it calls them,
 * unless a method says otherwise. No call waits for another thread.
 */

import type { Records, Region } from './records.js';
import type { Address, PageIndex, SizeClass, SuperSlabIndex, ThreadId } from './units.js';

/** A broken equation that a walker found. */
export interface Problem {
  /** The box whose equation it is. */
  readonly box: string;
  /** What does not hold, with the values seen. */
  readonly message: string;
  /** Where: a byte address, or 0 when the problem has no place in the data. */
  readonly address: Address;
}

/** Receives the problems that a walker finds. */
export type Report = (problem: Problem) => void;

/** Receives debug lines; they are made on cold paths only. */
export type DebugLog = (line: string) => void;

/** What every box can do beside its work. */
export interface Walkable {
  /** Walks the box's equations and reports each that does not hold. Any thread, while no thread changes the heap. */
  verify(report: Report): void;
}

/** The control words and live bytes of a heap, all zero at first. */
export interface ControlArrays {
  readonly words: Int32Array;
  readonly live: Uint8Array;
}

/** Where user bytes live: the data buffer, how it grows, and whether memory can be given back. */
export interface AddressSpace {
  readonly kind: 'shared' | 'local' | 'wasm';
  /** Whether other threads can see the buffers. */
  readonly shared: boolean;
  /** Whether `release` really gives memory back. */
  readonly returnsMemory: boolean;
  /** First page that the heap may use, 1 or more. */
  readonly firstPage: PageIndex;
  /** Page after the last that the heap may ever use, at most 65,536. */
  readonly pageLimit: number;
  /** Page after the last that is backed by memory now. */
  readonly committedPages: number;
  /** The data buffer as it is now. */
  readonly buffer: ArrayBufferLike;
  /** The whole data buffer as bytes, at least up to `end` where that is committed; made anew only when the buffer has changed. */
  bytes(end?: Address): Uint8Array;
  /** Backs all pages below `pages`; false when memory is refused, and then nothing has changed. */
  commit(pages: number): boolean;
  /** Says that nothing is in the pages from `pages` on; gives their memory back where that can be done. */
  release(pages: number): void;
  /** Makes the control arrays, in memory that is shared when the space is. Called once, by the founder of the heap. */
  control(words: number, liveBytes: number): ControlArrays;
  /** What another thread needs to open the same space, structured-cloneable; null when no other thread can. */
  handle(): SpaceHandle | null;
}

/** An address space that can be sent to another thread. */
export interface SpaceHandle {
  /** The space's own kind, or a word of your own for a space of your own. */
  readonly kind: string;
  readonly firstPage: PageIndex;
  readonly pageLimit: number;
}

/** The tier of a SuperSlab: HOT: allocate from it · DRAINING: let it empty · FREE: nothing in it · ABSENT: not there. */
export const Tier = { ABSENT: 0, HOT: 1, DRAINING: 2, FREE: 3 } as const;
export type Tier = (typeof Tier)[keyof typeof Tier];

/** Counts of SuperSlabs. */
export interface RegistryStats {
  readonly hot: number;
  readonly draining: number;
  readonly free: number;
  /** Most SuperSlabs that were HOT or DRAINING at once. */
  readonly peak: number;
  /** SuperSlabs made from memory since the start. */
  readonly created: number;
  /** SuperSlabs given back to memory since the start. */
  readonly returned: number;
  /** SuperSlabs that another thread made first. */
  readonly retries: number;
}

/**
 * The SuperSlabs: which exist, in which tier, which FREE one was used last. Tiers say what is preferred, no more: who finds
 * a slot by its page word may claim it whatever the tier, and heats the SuperSlab. Any thread.
 */
export interface SuperRegistry extends Walkable {
  /** Index of the first SuperSlab of the address space. */
  readonly first: SuperSlabIndex;
  /** Index after the last SuperSlab that exists now. */
  readonly end: SuperSlabIndex;
  superSlabOf(address: Address): SuperSlabIndex;
  pageOf(address: Address): PageIndex;
  tier(superSlab: SuperSlabIndex): Tier;
  /** Takes the FREE SuperSlab that was used last and makes it HOT; -1 when there is none. */
  reuse(): SuperSlabIndex | -1;
  /**
   * Makes `count` neighbouring HOT SuperSlabs from memory and returns the first; -1 when memory is refused. When another
   * thread is first to make some, returns the first of those.
   */
  extend(count: number): SuperSlabIndex | -1;
  /** Makes a DRAINING or FREE SuperSlab HOT. */
  heat(superSlab: SuperSlabIndex): void;
  /** Makes a HOT SuperSlab DRAINING. */
  drain(superSlab: SuperSlabIndex): void;
  /** Takes note that nothing is in the SuperSlab: FREE, used last. May return memory. */
  free(superSlab: SuperSlabIndex): void;
  /** Returns FREE SuperSlabs at the top of the heap to memory, down to `retain` FREE ones; says how many. */
  trim(retain: number): number;
  /** A thread's per-class lists of slabs with room, over the pool that makes slabs. */
  rooms(region: Region, pool: SlotPool): SlabSource;
  stats(): RegistryStats;
}

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

/** The slots: gives pages to classes and to large blocks, and takes them back. Any thread. */
export interface SlotPool extends Walkable {
  /**
   * An ACTIVE slab or span of the class with room, owned by the caller: one that was abandoned, or one that is all room; its
   * first page, or 0 when memory is exhausted.
   */
  acquire(sizeClass: SizeClass): PageIndex | 0;
  /** Takes back a slab or span of the caller in which nothing is live or cached. */
  release(head: PageIndex): void;
  /** A run of pages for a large block, live, its first page a multiple of `alignPages`; 0 when memory is exhausted. */
  acquireRun(pages: number, alignPages: number): PageIndex | 0;
  /**
   * Takes back the pages of a run from `keep` on. With `keep` 0 the block dies: false, and nothing changed, when another
   * thread was first.
   */
  releaseRun(head: PageIndex, keep: number): boolean;
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
  /** Grows a run in place; false when a following page is in use or memory is exhausted. */
  extendRun(head: PageIndex, pages: number, wanted: number): boolean;
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

/**
 * One link in the chain that a cache gets slabs with room from: the warm pool, the registry's rooms. All links have this
 * interface, and a parent; a trace or a count drops in between.
 */
export interface SlabSource extends Walkable {
  /** A slab of the class with room, now held by the caller alone; 0 when memory is exhausted. */
  acquire(sizeClass: SizeClass): PageIndex | 0;
  /** The same, only out of what the chain holds already; 0 when it holds none. */
  spare(sizeClass: SizeClass): PageIndex | 0;
  /** Holds on to a slab that has room. */
  offer(sizeClass: SizeClass, head: PageIndex): void;
  /** Lets go of a slab that is all room, held by a link or by none, and hands it to the pool. */
  retire(sizeClass: SizeClass, head: PageIndex): void;
  /** Visits every slab that this link or a parent holds. */
  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void;
}

/** What a warm pool counts. */
export interface WarmStats {
  readonly hits: number;
  readonly misses: number;
  /** Slabs fetched ahead on a miss. */
  readonly prefills: number;
  /** Entries that a validation dropped. */
  readonly stale: number;
  /** hits / (hits + misses); 0 before the first. */
  readonly hitRate: number;
}

/** What a remote queue counts. */
export interface RemoteStats {
  /** Times that this thread told an owner of news: once per slab until the owner has looked. */
  readonly told: number;
  /** Slabs whose news this thread has taken. */
  readonly taken: number;
}

/**
 * Frees by threads that do not own the slab, and the owner's news of them. One thread's; `free` and `tell` reach into the
 * news of other threads, atomically.
 */
export interface RemoteQueue {
  /** Frees a block of a slab that this thread does not own; false, and nothing changed, when it is not live. */
  free(address: Address): boolean;
  /** Says whether others have freed blocks of the class since its news were taken. */
  hasNews(sizeClass: SizeClass): boolean;
  /**
   * Takes the news of a class: each of its slabs in which others have freed blocks since. The mark of a slab is cleared
   * before it is visited, so that a free which the visitor overlooks marks it again. Says how many were visited.
   */
  take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number;
  /** The next class with news, in turn; -1 when there is none. */
  nextClass(): SizeClass | -1;
  /** Whether the slab is marked as having news for its owner. */
  isTold(head: PageIndex): boolean;
  /** Tells what a thread that died may not have told any more: the owner of the last slab in which it freed a block. */
  settle(thread: ThreadId): void;
  stats(): RemoteStats;
}

/** A link that keeps a few slabs per class in a stack. */
export interface WarmPool extends SlabSource {
  stats(): WarmStats;
}

/** What a cache counts, modulo 2³²; nothing is counted on the hot path. */
export interface CacheStats {
  readonly refills: number;
  /** Blocks that refills brought. */
  readonly refilled: number;
  readonly flushes: number;
  /** Blocks that flushes let go of. */
  readonly flushed: number;
  readonly drains: number;
  /** Slabs found with nothing live, and retired. */
  readonly retired: number;
}

/** What a cache stands on. */
export interface CacheNeeds {
  /** Where slabs with room come from. */
  readonly source: SlabSource;
  /** Where frees by other threads are told; null where there are none. */
  readonly remote: RemoteQueue | null;
}

/** Stacks of addresses per class; hands blocks out and takes them back, and keeps the live bytes of its slabs. */
export interface BlockCache extends Walkable {
  /** A block of the class, live from now on; 0 when memory is exhausted. Hot. */
  take(sizeClass: SizeClass): Address | 0;
  /** Takes a block of one of its slabs back; false, and nothing changed, when it is not live. Hot. */
  give(sizeClass: SizeClass, address: Address): boolean;
  /** Fills the class's stack, if it is empty, as one refill of up to `blocks` blocks does; says how many it has. */
  prewarm(sizeClass: SizeClass, blocks: number): number;
  /** Takes the news of the class, lets go of cached blocks whose slab has nothing live, and retires those slabs. */
  drain(sizeClass: SizeClass): void;
  /** Lets go of all cached blocks of all classes. */
  flushAll(): void;
  /** Retires the slabs that are held though nothing of them is live or cached. */
  retireIdle(): void;
  /** Visits every cached address. */
  cached(visit: (sizeClass: SizeClass, address: Address) => void): void;
  stats(): CacheStats;
}

/** A map from size to class over a cache: tiny-front and pool-tls. */
export interface Front {
  /** Largest request in bytes. */
  readonly maxBytes: number;
  /** A block of at least `bytes` (0 … maxBytes, an integer: the gate has checked); 0 when memory is exhausted. Hot. */
  malloc(bytes: number): Address | 0;
  /** Takes a block of the class back; false, and nothing changed, when it is not live. Hot. */
  free(sizeClass: SizeClass, address: Address): boolean;
  /** The class that serves `bytes`. */
  classOf(bytes: number): SizeClass;
}

/** What the box of large blocks counts. */
export interface LargeStats {
  readonly live: number;
  /** Runs that threads keep for blocks to come. */
  readonly kept: number;
  readonly grownInPlace: number;
  readonly shrunkInPlace: number;
}

/** Blocks of whole pages. */
export interface LargeBlocks extends Walkable {
  /** A block of at least `bytes` at a multiple of `alignment` (a power of two); 0 when memory is exhausted. */
  malloc(bytes: number, alignment: number): Address | 0;
  /** Takes back the block that starts at `address`; false, and nothing changed, when it is not live. */
  free(address: Address): boolean;
  /** Makes the block hold `bytes` where it stands; false, and nothing changed, when it cannot. */
  resize(address: Address, bytes: number): boolean;
  stats(): LargeStats;
}

/** What a composition hands to every box: the shared records, the box's own words, the policy table, who calls. */
export interface Scope {
  readonly records: Records;
  readonly region: Region;
  readonly policy: Region;
  readonly owner: ThreadId;
  readonly log: DebugLog | null;
  /** Whether the heap is being made: shared records and policy are to be written. */
  readonly founding: boolean;
  /** Whether the region is new to its thread and to be filled; else it is in use, and is only looked at. */
  readonly fresh: boolean;
  /** Words from the region of a thread to the same box's region of the next; 0 for regions that threads share. */
  readonly stride: number;
}

/** How a composition builds a box: the words it needs for a heap of so many pages, and the building itself. */
export interface Recipe<Needs, Box> {
  readonly box: string;
  words(pageLimit: number): number;
  build(scope: Scope, needs: Needs): Box;
}
