/**
 * Several threads on one ground: a queue for each, slabs made by hand, and every atomic operation noted and open to a hook,
 * in which a test does what another thread does in between. Guard words stand on both sides of each thread's region.
 */

import {
  type Address,
  type AtomicOps,
  atomicsFor,
  BLOCK_BYTES,
  type Cells,
  CLASS_COUNT,
  type ControlArrays,
  GRANULE_SHIFT,
  Ground,
  groundLiveBytes,
  groundWords,
  kindFor,
  LINE_WORDS,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  type PageIndex,
  pageWord,
  type Region,
  type RemoteQueue,
  type SizeClass,
  SlotState,
  SPAN_PAGES,
  type ThreadId,
} from '@hakmem/contracts';
import { remoteQueue } from '../src/index.js';

const GUARD = 0x600d600d;
/** Words at which the classes' groups and the slabs' bits begin, in a region: README.md, "Records". */
const GROUPS = LINE_WORDS;
const SLABS = 4 * LINE_WORDS;

export interface Operation {
  readonly op: keyof AtomicOps;
  readonly cells: Cells;
  readonly index: number;
}

/** Passes every operation on, notes it, and then calls the hook. */
export class Watched implements AtomicOps {
  readonly made: Operation[] = [];
  readonly #inner: AtomicOps;
  #hooks: { when: (operation: Operation) => boolean; act: () => void }[] = [];

  constructor(inner: AtomicOps) {
    this.#inner = inner;
  }

  /** Calls `act` once, right after the first operation for which `when` holds. */
  after(when: (operation: Operation) => boolean, act: () => void): void {
    this.#hooks.push({ when, act });
  }

  /** Whether every hook has been called. */
  get quiet(): boolean {
    return this.#hooks.length === 0;
  }

  count(op: keyof AtomicOps): number {
    return this.made.filter((made) => made.op === op).length;
  }

  load(cells: Cells, index: number): number {
    return this.#note('load', cells, index, this.#inner.load(cells, index));
  }

  store(cells: Cells, index: number, value: number): number {
    return this.#note('store', cells, index, this.#inner.store(cells, index, value));
  }

  exchange(cells: Cells, index: number, value: number): number {
    return this.#note('exchange', cells, index, this.#inner.exchange(cells, index, value));
  }

  compareExchange(cells: Cells, index: number, expected: number, value: number): number {
    return this.#note('compareExchange', cells, index, this.#inner.compareExchange(cells, index, expected, value));
  }

  add(cells: Cells, index: number, value: number): number {
    return this.#note('add', cells, index, this.#inner.add(cells, index, value));
  }

  and(cells: Cells, index: number, value: number): number {
    return this.#note('and', cells, index, this.#inner.and(cells, index, value));
  }

  or(cells: Cells, index: number, value: number): number {
    return this.#note('or', cells, index, this.#inner.or(cells, index, value));
  }

  #note(op: keyof AtomicOps, cells: Cells, index: number, before: number): number {
    const operation = { op, cells, index };
    this.made.push(operation);
    const due = this.#hooks.filter(({ when }) => when(operation));
    this.#hooks = this.#hooks.filter((hook) => !due.includes(hook));
    for (const { act } of due) act();
    return before;
  }
}

/** The regions of `threads` threads, cut from a ground, with a line of guard words before each and after the last. */
export interface Regions {
  readonly stride: number;
  of(thread: ThreadId): Region;
}

/** Control words for a heap of so many pages and threads. */
export function controlWords(pageLimit: number, threads: number): number {
  return groundWords(pageLimit) + threads * (remoteQueue().words(pageLimit) + LINE_WORDS) + LINE_WORDS;
}

export function cutRegions(ground: Ground, threads: number): Regions {
  const length = remoteQueue().words(ground.records.pageLimit);
  const stride = length + LINE_WORDS;
  const { words, start } = ground.cut(threads * stride + LINE_WORDS);
  return { stride, of: (thread) => ({ words, start: start + LINE_WORDS + (thread - 1) * stride, length }) };
}

export interface WorldOptions {
  /** Pages of the heap; default 128. */
  readonly pageLimit?: number;
  /** Threads, from 1 on; default 3. */
  readonly threads?: number;
  /** Default: arrays in plain memory. */
  readonly control?: ControlArrays;
}

export class World {
  readonly ground: Ground;
  readonly words: Int32Array;
  readonly live: Uint8Array;
  readonly threads: number;
  readonly atomics: Watched;
  readonly #regions: Regions;
  readonly #queues: RemoteQueue[] = [];

  constructor({ pageLimit = 128, threads = 3, control }: WorldOptions = {}) {
    this.ground = new Ground(control ?? plainControl(pageLimit, threads), pageLimit);
    this.words = this.ground.records.words;
    this.live = this.ground.records.live;
    this.threads = threads;
    this.atomics = new Watched(atomicsFor(this.words));
    this.#regions = cutRegions(this.ground, threads);
    for (const start of this.#guards()) this.words.fill(GUARD, start, start + LINE_WORDS);
    for (let thread = 1; thread <= threads; thread++) this.#queues.push(this.build(thread, true));
  }

  /** The queue of a thread. */
  queue(thread: ThreadId): RemoteQueue {
    return this.#queues[thread - 1];
  }

  /** Another object on the region of a thread. */
  build(thread: ThreadId, fresh: boolean): RemoteQueue {
    const { stride } = this.#regions;
    const place = { owner: thread, stride, founding: fresh && thread === 1, fresh };
    const scope = this.ground.scopeOf(this.region(thread), place);
    return remoteQueue().build({ ...scope, records: { ...scope.records, atomics: this.atomics } }, null);
  }

  region(thread: ThreadId): Region {
    return this.#regions.of(thread);
  }

  /** The address of a block. */
  block(head: PageIndex, sizeClass: SizeClass, index: number): Address {
    return head * PAGE_BYTES + index * BLOCK_BYTES[sizeClass];
  }

  /** Makes a slab whose first blocks, `live` of them, are live; returns their addresses. */
  makeSlab(head: PageIndex, sizeClass: SizeClass, owner: ThreadId, live = 0): Address[] {
    for (let i = SPAN_PAGES[sizeClass] - 1; i >= 0; i--) {
      this.words[noteOf(head + i) + NOTE_SPAN] = i === 0 ? SPAN_PAGES[sizeClass] : -i;
      this.words[head + i] = pageWord(SlotState.ACTIVE, kindFor(sizeClass), owner, sizeClass);
    }
    return Array.from({ length: live }, (_, index) => {
      const address = this.block(head, sizeClass, index);
      this.live[address / 16] = 1;
      return address;
    });
  }

  /** Hands a slab to another owner, 0 for none. */
  handOver(head: PageIndex, sizeClass: SizeClass, owner: ThreadId): void {
    for (let i = 0; i < SPAN_PAGES[sizeClass]; i++) {
      this.words[head + i] = pageWord(SlotState.ACTIVE, kindFor(sizeClass), owner, sizeClass);
    }
  }

  /** Makes the pages of a slab those of none; their notes stay as they were, as those of retired slabs do. */
  retire(head: PageIndex, sizeClass: SizeClass): void {
    for (let i = SPAN_PAGES[sizeClass] - 1; i >= 0; i--) this.words[head + i] = 0;
  }

  isLive(address: Address): boolean {
    return this.live[address / 2 ** GRANULE_SHIFT] === 1;
  }

  /** Takes the news of a class; the slabs visited, in order. */
  take(thread: ThreadId, sizeClass: SizeClass): PageIndex[] {
    const heads: PageIndex[] = [];
    const visited = this.queue(thread).take(sizeClass, (head) => heads.push(head));
    if (visited !== heads.length) throw new Error(`take says ${visited}, and has visited ${heads.length}`);
    return heads;
  }

  /** Classes that a thread has news of. */
  classes(thread: ThreadId): SizeClass[] {
    const all = Array.from({ length: CLASS_COUNT }, (_, c) => c);
    return all.filter((sizeClass) => this.queue(thread).hasNews(sizeClass));
  }

  /** Pages whose bit is set in the region of a thread. */
  marks(thread: ThreadId): PageIndex[] {
    const { start } = this.region(thread);
    const pages = Array.from({ length: this.ground.records.pageLimit }, (_, page) => page);
    return pages.filter((page) => (this.words[start + SLABS + (page >>> 5)] & (1 << page)) !== 0);
  }

  /** Groups of pages whose bit is set in the word of a class, in the region of a thread. */
  groups(thread: ThreadId, sizeClass: SizeClass): number[] {
    const word = this.words[this.region(thread).start + GROUPS + sizeClass];
    return Array.from({ length: 32 }, (_, group) => group).filter((group) => (word & (1 << group)) !== 0);
  }

  /** The group of a page: each has as many pages, a power of two and 32 at least, and there are 32 at most. */
  groupOf(page: PageIndex): number {
    let pages = 32;
    while (pages * 32 < this.ground.records.pageLimit) pages *= 2;
    return Math.floor(page / pages);
  }

  /** Everything that all threads have been told: nothing when it is all empty. */
  news(): { readonly [thread: number]: { readonly classes: SizeClass[]; readonly marks: PageIndex[] } } {
    const told: { [thread: number]: { classes: SizeClass[]; marks: PageIndex[] } } = {};
    for (let thread = 1; thread <= this.threads; thread++) {
      const news = { classes: this.classes(thread), marks: this.marks(thread) };
      if (news.classes.length + news.marks.length > 0) told[thread] = news;
    }
    return told;
  }

  /** Whether no word outside of the regions was written. */
  guarded(): boolean {
    return this.#guards().every((start) =>
      this.words.subarray(start, start + LINE_WORDS).every((word) => word === GUARD),
    );
  }

  #guards(): number[] {
    return Array.from({ length: this.threads + 1 }, (_, i) => this.#regions.of(i + 1).start - LINE_WORDS);
  }
}

function plainControl(pageLimit: number, threads: number): ControlArrays {
  return {
    words: new Int32Array(controlWords(pageLimit, threads)),
    live: new Uint8Array(groundLiveBytes(pageLimit)),
  };
}

/** The same arrays in memory that other threads can see. */
export function sharedControl(pageLimit: number, threads: number): ControlArrays {
  return {
    words: new Int32Array(new SharedArrayBuffer(4 * controlWords(pageLimit, threads))),
    live: new Uint8Array(new SharedArrayBuffer(groundLiveBytes(pageLimit))),
  };
}

/** The classes that the tests use, by what is special about them. */
export const SMALLEST: SizeClass = 0;
/** 256 bytes: 256 blocks in a page. */
export const TINY_256: SizeClass = 15;
/** A tiny class whose slab has a tail: 73 blocks of 896 bytes. */
export const TINY_TAIL: SizeClass = 29;
/** The largest tiny class, whose bit is the last of its word. */
export const TINY_1024: SizeClass = 31;
/** The smallest mid class, whose bit is the first of its word. */
export const MID_SMALLEST: SizeClass = 32;
/** 10,240 bytes: 19 blocks in a span of 3 pages, so that blocks cross pages. */
export const MID_SPAN: SizeClass = 57;
/** The largest mid class: a span of 4 pages is one block. */
export const MID_SINGLE: SizeClass = 95;
