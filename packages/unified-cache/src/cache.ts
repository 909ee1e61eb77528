/**
 * The unified cache: per class, a stack of addresses of free blocks, filled from slabs and let go of in batches.
 *
 *   region  ┌ counters 8 ┐┌ top ┬ limit ┐ per class ┌ let go ┐ per class ┌ 0 │ cell │ cell │ … │ cell ┐ per class
 *
 * `top` is the index of the last cell pushed, `limit` that of the last that may be. Below the first cell stands a 0,
 * which no address is: popping it says that the stack is empty. Hot: take reads top and cell and writes top and the
 * live byte; give reads the live byte, top and limit and writes the live byte, cell and top. (The granule of an address
 * is `address >>> 4` there, as a literal: V8 loads an imported constant at each use. `| 0` and `>>> 0` say that a number is a word:
 * no test for overflow, no tag.)
 *
 * The model: a block of a slab of this thread is live (its byte is 1), cached (in the stack of its class, once), room
 * (counted in its slab's note) or news (freed by another thread and not counted yet): live + cached + room + news = blocks. A
 * stack is refilled only when it is empty; every block of the class whose byte is 0 is then free to take, whoever freed it, and a
 * scan of the bytes finds it. Letting a cached block go adds one to the room of its slab and touches the block's memory
 * and byte not at all.
 *
 * News are taken when no slab with room is held: the slabs of the class in which others have freed blocks are counted anew.
 * As a class that is not asked for any more would never be looked at, one other class is drained before each new slab is
 * asked of the pool, and one with each drain; all of them before memory is given up as exhausted.
 *
 * A stop between any two writes leaves at most one block in doubt, and that one not live: take pops before it sets the
 * byte, give clears the byte before it pushes. Owning thread only; take and give are O(1), a refill or flush is O(batch)
 * plus the scan.
 */

import {
  type Address,
  type BlockCache,
  type CacheNeeds,
  type CacheStats,
  CLASS_COUNT,
  MAX_CAP,
  type PageIndex,
  POLICY_DRAIN_INTERVAL,
  policyBatch,
  policyCap,
  type RemoteQueue,
  type Report,
  type Scope,
  type SizeClass,
  type SlabSource,
  SPAN_BLOCKS,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';
import { Slabs } from './slabs.js';
import { verifyCache } from './verify.js';

const REFILLS = 0;
const REFILLED = 1;
const FLUSHES = 2;
const FLUSHED = 3;
const DRAINS = 4;
const RETIRED = 5;
const COUNTER_WORDS = 8;
/** Slabs with nothing live that a refill keeps when it finds more of them in the news. */
const IDLE_KEPT = 4;
const STACKS = COUNTER_WORDS + 3 * CLASS_COUNT;

/** Words of a cache's region. */
export const CACHE_WORDS: number = MAX_CAP.reduce((words, cap) => words + 1 + cap, STACKS);

/** A slab in which others have freed blocks, and whether its owner held it for its room before. */
interface News {
  readonly head: PageIndex;
  readonly held: boolean;
}

export class Cache implements BlockCache {
  private readonly words: Int32Array;
  private readonly live: Uint8Array;
  /** Index of the first class's top. */
  private readonly tops: number;
  private readonly scope: Scope;
  private readonly source: SlabSource;
  private readonly remote: RemoteQueue | null;
  private readonly slabs: Slabs;
  /** Index of the 0 below each class's first cell. */
  private readonly bottoms: Int32Array = new Int32Array(CLASS_COUNT);

  constructor(scope: Scope, { source, remote }: CacheNeeds) {
    this.scope = scope;
    this.words = scope.region.words;
    this.live = scope.records.live;
    this.tops = scope.region.start + COUNTER_WORDS;
    this.source = source;
    this.remote = remote;
    this.slabs = new Slabs(scope.records, source);
    let bottom = scope.region.start + STACKS;
    for (let c = 0; c < CLASS_COUNT; c++) {
      this.bottoms[c] = bottom;
      if (scope.fresh) {
        this.words[this.tops + 2 * c] = bottom;
        this.words[this.tops + 2 * c + 1] = bottom + this.cap(c);
      }
      bottom += 1 + MAX_CAP[c];
    }
  }

  take(sizeClass: SizeClass): Address | 0 {
    const words = this.words;
    const at = (this.tops + (sizeClass << 1)) | 0;
    const top = words[at];
    const address = words[top];
    if (address === 0) return this.takeFromSlab(sizeClass) >>> 0;
    words[at] = top - 1;
    this.live[address >>> 4] = 1;
    return address >>> 0;
  }

  give(sizeClass: SizeClass, address: Address): boolean {
    const granule = address >>> 4;
    if (this.live[granule] !== 1) return false;
    this.live[granule] = 0;
    const words = this.words;
    const at = (this.tops + (sizeClass << 1)) | 0;
    const top = (words[at] + 1) | 0;
    if (top > words[at + 1]) return this.giveToFull(sizeClass, address);
    words[top] = address;
    words[at] = top;
    return true;
  }

  prewarm(sizeClass: SizeClass, blocks: number): number {
    const at = this.tops + 2 * sizeClass;
    const bottom = this.bottoms[sizeClass];
    if (this.words[at] === bottom) this.refill(sizeClass, blocks);
    return this.words[at] - bottom;
  }

  drain(sizeClass: SizeClass): void {
    const words = this.words;
    const bottom = this.bottoms[sizeClass];
    const top = words[this.tops + 2 * sizeClass];
    const news: News[] = [];
    this.remote?.take(sizeClass, (head) => news.push({ head, held: this.slabs.room(head) > 0 }));
    const quiet = news.length === 0 && !this.slabs.mayBeIdle(sizeClass, words, bottom + 1, top + 1);
    if (!quiet) this.retireUnused(sizeClass, news);
    words[this.tops + 2 * CLASS_COUNT + sizeClass] = 0;
    this.count(DRAINS, 1);
    const kept = words[this.tops + 2 * sizeClass];
    this.scope.log?.(`[TLS_SLL_DRAIN] class=${sizeClass} kept=${kept - bottom} dropped=${top - kept}`);
  }

  flushAll(): void {
    for (let c = 0; c < CLASS_COUNT; c++) this.letGo(c, this.words[this.tops + 2 * c] - this.bottoms[c]);
  }

  /** Says whether there were any. */
  retireIdle(): boolean {
    const idle: (readonly [SizeClass, PageIndex])[] = [];
    this.source.held((sizeClass, head) => {
      if (this.slabs.room(head) === SPAN_BLOCKS[sizeClass]) idle.push([sizeClass, head]);
    });
    for (const [sizeClass, head] of idle) this.retire(sizeClass, head);
    return idle.length > 0;
  }

  cached(visit: (sizeClass: SizeClass, address: Address) => void): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      for (let i = this.bottoms[c] + 1; i <= this.words[this.tops + 2 * c]; i++) visit(c, this.words[i] >>> 0);
    }
  }

  stats(): CacheStats {
    const counter = (which: number): number => this.words[this.scope.region.start + which] >>> 0;
    return {
      refills: counter(REFILLS),
      refilled: counter(REFILLED),
      flushes: counter(FLUSHES),
      flushed: counter(FLUSHED),
      drains: counter(DRAINS),
      retired: counter(RETIRED),
    };
  }

  verify(report: Report): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const depth = this.words[this.tops + 2 * c] - this.bottoms[c];
      const sound = depth >= 0 && depth <= MAX_CAP[c] && this.words[this.bottoms[c]] === 0;
      if (!sound)
        report({ box: 'unified-cache', message: `the stack of class ${c} is damaged, depth ${depth}`, address: 0 });
    }
    verifyCache(this.scope, this, this.remote, report);
    this.source.verify(report);
  }

  /** Retires the slabs of a class with nothing live, whose blocks may be in the stack or in the news, and holds on to the others. */
  private retireUnused(sizeClass: SizeClass, news: readonly News[]): void {
    const words = this.words;
    const { slabs, source } = this;
    const bottom = this.bottoms[sizeClass];
    const top = words[this.tops + 2 * sizeClass];
    const blocks = SPAN_BLOCKS[sizeClass];
    // For a while all cached blocks count as room: then what is not live is room, and the news can be counted.
    for (let i = bottom + 1; i <= top; i++) slabs.adjust(words[i], 1);
    for (const { head } of news) slabs.count(head);
    const idle = new Set(news.map(({ head }) => head).filter((head) => slabs.room(head) === blocks));
    let kept = bottom;
    for (let i = bottom + 1; i <= top; i++) {
      const head = slabs.headOf(words[i]);
      if (slabs.room(head) === blocks) idle.add(head);
      else {
        slabs.adjust(words[i], -1);
        words[++kept] = words[i];
      }
    }
    words[this.tops + 2 * sizeClass] = kept;
    for (const head of idle) this.retire(sizeClass, head);
    for (const { head, held } of news) {
      if (!held && !idle.has(head) && slabs.room(head) > 0) source.offer(sizeClass, head);
    }
  }

  /** The stack is empty: refills it and takes the first block; 0 when no slab with room is to be had. */
  private takeFromSlab(sizeClass: SizeClass): Address | 0 {
    const got = this.refill(sizeClass, Math.max(1, this.policy(policyBatch(sizeClass))));
    return got === 0 ? 0 : this.take(sizeClass);
  }

  /** Fills the empty stack with up to `want` blocks. A tiny class gets a new slab only for the first of them. */
  private refill(sizeClass: SizeClass, want: number): number {
    const words = this.words;
    const bottom = this.bottoms[sizeClass];
    const cap = this.cap(sizeClass);
    const most = Math.min(want, cap);
    let got = 0;
    for (let slabs = most; got < most && slabs > 0; slabs--) {
      const head = this.nextSlab(sizeClass, got);
      if (head === 0) break;
      const end = bottom + 1 + most - got;
      got += this.slabs.fill(sizeClass, head, words, end, most - got);
    }
    // Filled downward from the top cell on; what is missing is missing at the bottom.
    if (got < most) words.copyWithin(bottom + 1, bottom + 1 + most - got, bottom + 1 + most);
    words[this.tops + 2 * sizeClass] = bottom + got;
    words[this.tops + 2 * sizeClass + 1] = bottom + cap;
    this.count(REFILLS, 1);
    this.count(REFILLED, got);
    return got;
  }

  /** A slab with room for a refill that has `got` blocks already; 0 when none is to be had. */
  private nextSlab(sizeClass: SizeClass, got: number): PageIndex | 0 {
    const { source, remote } = this;
    const held = source.spare(sizeClass);
    if (held !== 0) return held;
    if (got > 0) return sizeClass < TINY_CLASS_COUNT ? 0 : source.acquire(sizeClass);
    if (remote === null) return source.acquire(sizeClass);
    let idle = 0;
    remote.take(sizeClass, (head) => {
      if (this.slabs.recount(sizeClass, head) && ++idle > IDLE_KEPT) this.retire(sizeClass, head);
    });
    const told = source.spare(sizeClass);
    if (told !== 0) return told;
    this.drainNext();
    const head = source.acquire(sizeClass) || (this.drainNews() ? source.acquire(sizeClass) : 0);
    return head || (this.retireIdle() ? source.acquire(sizeClass) : 0);
  }

  private retire(sizeClass: SizeClass, head: PageIndex): void {
    this.source.retire(sizeClass, head);
    this.count(RETIRED, 1);
  }

  /** Drains the next class with news. */
  private drainNext(): boolean {
    const sizeClass = this.remote === null ? -1 : this.remote.nextClass();
    if (sizeClass === -1) return false;
    this.drain(sizeClass);
    return true;
  }

  /** Drains all classes with news; false when there were none. */
  private drainNews(): boolean {
    let drained = 0;
    while (drained < CLASS_COUNT && this.drainNext()) drained++;
    return drained > 0;
  }

  /** The stack is full: lets the older half go, then pushes the block. */
  private giveToFull(sizeClass: SizeClass, address: Address): true {
    const at = this.tops + 2 * sizeClass;
    const bottom = this.bottoms[sizeClass];
    const cap = this.cap(sizeClass);
    const count = this.words[at] - bottom;
    if (count >= cap) this.letGo(sizeClass, count - (cap >>> 1));
    this.words[at + 1] = bottom + cap;
    this.words[++this.words[at]] = address;
    const letGo = this.tops + 2 * CLASS_COUNT + sizeClass;
    if (this.words[letGo] >= this.policy(POLICY_DRAIN_INTERVAL)) {
      this.drain(sizeClass);
      this.drainNext();
    }
    return true;
  }

  /** Lets the oldest `count` blocks of a stack go. */
  private letGo(sizeClass: SizeClass, count: number): void {
    if (count === 0) return;
    const words = this.words;
    const at = this.tops + 2 * sizeClass;
    const first = this.bottoms[sizeClass] + 1;
    const top = words[at];
    const retired = this.slabs.letGo(sizeClass, words, first, first + count);
    words.copyWithin(first, first + count, top + 1);
    words[at] = top - count;
    words[this.tops + 2 * CLASS_COUNT + sizeClass] += count;
    this.count(FLUSHES, 1);
    this.count(FLUSHED, count);
    this.count(RETIRED, retired);
  }

  private cap(sizeClass: SizeClass): number {
    return Math.max(1, Math.min(MAX_CAP[sizeClass], this.policy(policyCap(sizeClass))));
  }

  private policy(which: number): number {
    return this.scope.policy.words[this.scope.policy.start + which];
  }

  private count(which: number, by: number): void {
    this.words[this.scope.region.start + which] += by;
  }
}
