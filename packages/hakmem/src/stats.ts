/** The counts of a heap. Every byte between address 0 and the end of the data buffer is in exactly one line of `bytes`. */

import {
  type CacheStats,
  classIn,
  groundLiveBytes,
  kindOf,
  type LargeStats,
  NOTE_WORDS,
  NOTES_START,
  PAGE_BYTES,
  PAGE_SHIFT,
  PageKind,
  type PoolStats,
  type RegistryStats,
  type RemoteStats,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  stateOf,
  type ThreadId,
  Tier,
  type WarmStats,
} from '@hakmem/contracts';
import { type Boxes, everyThread, type ThreadBoxes } from './boxes.js';
import { extents, liveBlocks } from './survey.js';

/** Where the bytes of the heap are. All lines but `capacity` add up to it. */
export interface ByteStats {
  /** Bytes that the heap may ever have, page 0 included. */
  capacity: number;
  /** Pages that are not the heap's to use: page 0, and outside a region. */
  reserved: number;
  /** Not yet asked of memory, or given back. */
  uncommitted: number;
  /** In SuperSlabs in which nothing is. */
  free: number;
  /** In slots that nobody uses. */
  unused: number;
  /** In slots that are kept for the class that used them. */
  empty: number;
  /** In blocks that users hold, the whole of each block. */
  live: number;
  /** In free blocks that a cache holds, and runs that threads keep for large blocks. */
  cached: number;
  /** In free blocks of slabs: known to the owner as room, freed by others and not counted by it yet, or abandoned. */
  room: number;
  /** Behind the last block of slabs and spans. */
  tail: number;
}

/** Counts of blocks. */
export interface BlockStats {
  live: number;
  cached: number;
  room: number;
}

/** The slabs of one class. */
export interface ClassStats extends BlockStats {
  readonly sizeClass: number;
  /** Bytes in a block. */
  readonly blockBytes: number;
  slabs: number;
}

/** The threads of the heap. */
export interface ThreadStats {
  /** Threads that there can be at once. */
  readonly limit: number;
  /** The numbers that threads have. */
  readonly attached: readonly ThreadId[];
  /** Bytes of control words that each has for itself. */
  readonly bytesEach: number;
  /** Times that a thread told an owner of frees in a slab of it, and slabs in which an owner has looked for them. */
  readonly told: number;
  readonly taken: number;
}

/** What `heap.stats()` returns; the counts of boxes that each thread has for itself are the sums over the threads. */
export interface HeapStats {
  readonly memory: 'shared' | 'local' | 'wasm';
  readonly bytes: Readonly<ByteStats>;
  readonly blocks: Readonly<BlockStats>;
  /** The classes that have slabs. */
  readonly classes: readonly Readonly<ClassStats>[];
  readonly superSlabs: RegistryStats;
  /** Where slabs came from: stage 1 `reuse`, stage 2 `unused`, stage 3 `fresh`. */
  readonly stages: PoolStats;
  /** Null when the composition has no warm pool. */
  readonly warmPool: WarmStats | null;
  readonly cache: CacheStats;
  readonly large: LargeStats;
  readonly threads: ThreadStats;
  /** Bytes that have been used at some time since memory was given for them, at most. */
  readonly touched: { readonly data: number; readonly control: number };
}

export function readStats(boxes: Boxes): HeapStats {
  const { space, records, registry, pool } = boxes;
  const threads = everyThread(boxes);
  const capacity = space.pageLimit * PAGE_BYTES;
  const top = Math.min(registry.end * SLOTS_PER_SUPERSLAB, space.pageLimit) * PAGE_BYTES;
  const bottom = registry.first * SLOTS_PER_SUPERSLAB * PAGE_BYTES;
  const bytes: ByteStats = {
    capacity,
    reserved: bottom,
    uncommitted: capacity - top,
    free: 0,
    unused: 0,
    empty: 0,
    live: 0,
    cached: 0,
    room: 0,
    tail: 0,
  };
  const blocks: BlockStats = { live: 0, cached: 0, room: 0 };
  const classes = new Map<number, ClassStats>();
  for (const extent of extents(records, registry)) {
    const { head, word, blockBytes } = extent;
    const extentBytes = extent.pages * PAGE_BYTES;
    if (extent.blocks === 0) {
      if (stateOf(word) === SlotState.RESERVED) bytes.reserved += extentBytes;
      else if (registry.tier(head >>> SLOT_SHIFT) === Tier.FREE) bytes.free += extentBytes;
      else if (stateOf(word) === SlotState.EMPTY) bytes.empty += extentBytes;
      else bytes.unused += extentBytes;
      continue;
    }
    let live = 0;
    for (const _ of liveBlocks(records, extent)) live++;
    blocks.live += live;
    bytes.live += live * blockBytes;
    if (kindOf(word) === PageKind.LARGE) {
      blocks.cached += 1 - live;
      bytes.cached += (1 - live) * blockBytes;
      continue;
    }
    const free = extent.blocks - live; // room, and until they are taken off below, cached blocks
    blocks.room += free;
    bytes.room += free * blockBytes;
    bytes.tail += extentBytes - extent.blocks * blockBytes;
    const sizeClass = classIn(word);
    const sum = classes.get(sizeClass) ?? { sizeClass, blockBytes, slabs: 0, live: 0, cached: 0, room: 0 };
    classes.set(sizeClass, sum);
    sum.slabs++;
    sum.live += live;
    sum.room += free;
  }
  for (const { cache } of threads) {
    cache.cached((sizeClass) => {
      const sum = classes.get(sizeClass);
      if (sum === undefined) return;
      sum.cached++;
      sum.room--;
      blocks.cached++;
      blocks.room--;
      bytes.cached += sum.blockBytes;
      bytes.room -= sum.blockBytes;
    });
  }
  const stages = pool.stats();
  return {
    memory: space.kind,
    bytes,
    blocks,
    classes: [...classes.values()].sort((a, b) => a.sizeClass - b.sizeClass),
    superSlabs: registry.stats(),
    stages,
    warmPool: warmStats(threads),
    cache: cacheStats(threads),
    large: boxes.large.stats(),
    threads: threadStats(boxes, threads),
    touched: { data: stages.touchedPages * PAGE_BYTES, control: controlBytes(boxes, top, stages.touchedPages) },
  };
}

function warmStats(threads: readonly ThreadBoxes[]): WarmStats | null {
  const each = threads.map(({ warm }) => warm?.stats()).filter((stats) => stats !== undefined);
  if (each.length === 0) return null;
  const sum = (field: keyof WarmStats): number => each.reduce((total, stats) => total + stats[field], 0);
  const [hits, misses] = [sum('hits'), sum('misses')];
  const hitRate = hits + misses === 0 ? 0 : hits / (hits + misses);
  return { hits, misses, prefills: sum('prefills'), stale: sum('stale'), hitRate };
}

function cacheStats(threads: readonly ThreadBoxes[]): CacheStats {
  const each = threads.map(({ cache }) => cache.stats());
  const sum = (field: keyof CacheStats): number => each.reduce((total, stats) => total + stats[field], 0);
  return {
    refills: sum('refills'),
    refilled: sum('refilled'),
    flushes: sum('flushes'),
    flushed: sum('flushed'),
    drains: sum('drains'),
    retired: sum('retired'),
  };
}

function threadStats({ threads: table, threadBytes }: Boxes, threads: readonly ThreadBoxes[]): ThreadStats {
  const each = threads.map(({ remote }) => remote?.stats());
  const sum = (field: keyof RemoteStats): number => each.reduce((total, stats) => total + (stats?.[field] ?? 0), 0);
  return {
    limit: table.limit,
    attached: threads.map(({ owner }) => owner),
    bytesEach: threadBytes,
    told: sum('told'),
    taken: sum('taken'),
  };
}

/** Live bytes of touched pages, words and notes of existing pages, shared regions, regions of the threads there are. */
function controlBytes({ records, threads, threadBytes }: Boxes, top: number, touchedPages: number): number {
  const { words, pageLimit } = records;
  const pages = top >>> PAGE_SHIFT;
  const regions = words.length - NOTES_START - pageLimit * NOTE_WORDS;
  const absent = threads.limit - threads.taken().length;
  return groundLiveBytes(touchedPages) + 4 * (pages + pages * NOTE_WORDS + regions) - absent * threadBytes;
}
