/** The counts of a heap. Every byte between address 0 and the end of the data buffer is in exactly one line of `bytes`. */

import {
  type CacheStats,
  classIn,
  groundLiveBytes,
  kindOf,
  type LargeStats,
  NOTE_ROOM,
  NOTE_WORDS,
  NOTES_START,
  noteOf,
  PAGE_BYTES,
  PAGE_SHIFT,
  PageKind,
  type PoolStats,
  type RegistryStats,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  stateOf,
  Tier,
  type WarmStats,
} from '@hakmem/contracts';
import type { Boxes } from './boxes.js';
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
  /** In free blocks that a cache holds. */
  cached: number;
  /** In free blocks of slabs. */
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

/** What `heap.stats()` returns. */
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
  /** Bytes that have been used at some time since memory was given for them, at most. */
  readonly touched: { readonly data: number; readonly control: number };
}

export function readStats(boxes: Boxes): HeapStats {
  const { space, records, registry, pool, cache } = boxes;
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
    if (kindOf(word) === PageKind.LARGE) continue;
    const room = records.words[noteOf(head) + NOTE_ROOM];
    blocks.room += room;
    bytes.room += room * blockBytes;
    bytes.tail += extentBytes - extent.blocks * blockBytes;
    const sizeClass = classIn(word);
    const sum = classes.get(sizeClass) ?? { sizeClass, blockBytes, slabs: 0, live: 0, cached: 0, room: 0 };
    classes.set(sizeClass, sum);
    sum.slabs++;
    sum.live += live;
    sum.room += room;
  }
  cache.cached((sizeClass) => {
    const sum = classes.get(sizeClass);
    if (sum === undefined) return;
    sum.cached++;
    blocks.cached++;
    bytes.cached += sum.blockBytes;
  });
  const stages = pool.stats();
  return {
    memory: space.kind,
    bytes,
    blocks,
    classes: [...classes.values()].sort((a, b) => a.sizeClass - b.sizeClass),
    superSlabs: registry.stats(),
    stages,
    warmPool: boxes.warm?.stats() ?? null,
    cache: cache.stats(),
    large: boxes.large.stats(),
    touched: { data: stages.touchedPages * PAGE_BYTES, control: controlBytes(boxes, top, stages.touchedPages) },
  };
}

/** Live bytes of touched pages, words and notes of existing pages, all regions of the boxes. */
function controlBytes(boxes: Boxes, top: number, touchedPages: number): number {
  const { words, pageLimit } = boxes.records;
  const pages = top >>> PAGE_SHIFT;
  const regions = words.length - NOTES_START - pageLimit * NOTE_WORDS;
  return groundLiveBytes(touchedPages) + 4 * (pages + pages * NOTE_WORDS + regions);
}
