/**
 * A cache without stacks: one speed instead of two. Every malloc asks the chain for a slab with room and scans it,
 * every free adds to the room of its slab. What the stacks of unified-cache are worth is the difference.
 *
 *   region  ┌ taken ┬ given ┬ drains ┬ retired ┬ … 8 words ┐┌ given since the drain ┬ idle slab ┐ per class
 *
 * The model: a block of a slab of this thread is live (its byte is 1), room (counted in its slab's note) or news (freed
 * by another thread and not counted yet): live + room + news = blocks; nothing is ever cached. A slab stays in the
 * chain exactly while it has room. One that becomes all room is retired at once, unless it is the class's only such
 * one: else a program that frees and allocates one block would claim and release a slot each time. The drain, after
 * every `drain interval` of frees of the class, retires that one, too.
 *
 * Owning thread only. take is O(1) plus the scan from the slab's cursor, below which there is no room; give is O(1) but
 * for a drain: O(slabs held).
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  type CacheNeeds,
  type CacheStats,
  type Capabilities,
  CLASS_COUNT,
  countFree,
  GRANULE_SHIFT,
  NOTE_CURSOR,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  PAGE_GRANULE_SHIFT,
  PAGE_SHIFT,
  type PageIndex,
  POLICY_DRAIN_INTERVAL,
  type RecipeOf,
  type RemoteQueue,
  type Report,
  requireMethods,
  type Scope,
  type SizeClass,
  type SlabSource,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import { verifySlabs } from './verify-slabs.js';

const TAKEN = 0;
const GIVEN = 1;
const DRAINS = 2;
const RETIRED = 3;
const COUNTER_WORDS = 8;
const WORDS = COUNTER_WORDS + 2 * CLASS_COUNT;

const CAPABILITIES: Capabilities<'owner', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'owner',
  grows: false,
  shrinks: true,
  zeroed: false,
  retries: false,
  stateInBuffer: true,
};

/** The recipe of the cache. The drain interval is read from the policy table; caps and batches mean nothing to it. */
export function oneSpeedCache(): RecipeOf<'cache'> {
  return {
    box: 'one-speed-cache',
    contract: 'cache',
    capabilities: CAPABILITIES,
    words: () => WORDS,
    build(scope, needs) {
      const { source, remote } = needs;
      requireMethods('one-speed-cache', 'slab source', source, [
        'acquire',
        'spare',
        'offer',
        'retire',
        'held',
        'verify',
      ]);
      if (remote !== null) requireMethods('one-speed-cache', 'remote queue', remote, ['take', 'nextClass', 'isTold']);
      return new OneSpeedCache(scope, needs);
    },
  };
}

class OneSpeedCache implements BlockCache {
  private readonly scope: Scope;
  /** Page words, notes and the region. */
  private readonly words: Int32Array;
  private readonly live: Uint8Array;
  private readonly start: number;
  private readonly source: SlabSource;
  private readonly remote: RemoteQueue | null;

  constructor(scope: Scope, { source, remote }: CacheNeeds) {
    this.scope = scope;
    this.words = scope.records.words;
    this.live = scope.records.live;
    this.start = scope.region.start;
    this.source = source;
    this.remote = remote;
  }

  take(sizeClass: SizeClass): Address | 0 {
    const head = this.source.spare(sizeClass) || this.nextSlab(sizeClass);
    if (head === 0) return 0;
    this.count(TAKEN, 1);
    return this.carve(sizeClass, head);
  }

  give(sizeClass: SizeClass, address: Address): boolean {
    const granule = address >>> GRANULE_SHIFT;
    if (this.live[granule] !== 1) return false;
    this.live[granule] = 0;
    const { words } = this;
    const page = address >>> PAGE_SHIFT;
    const head = page + Math.min(0, words[noteOf(page) + NOTE_SPAN]);
    const note = noteOf(head);
    const offset = granule - (head << PAGE_GRANULE_SHIFT);
    if (offset < words[note + NOTE_CURSOR]) words[note + NOTE_CURSOR] = offset;
    const room = ++words[note + NOTE_ROOM];
    if (room === 1) this.source.offer(sizeClass, head);
    if (room === SPAN_BLOCKS[sizeClass]) this.keepOne(sizeClass, head);
    this.count(GIVEN, 1);
    const given = ++words[this.start + COUNTER_WORDS + 2 * sizeClass];
    if (given >= this.scope.policy.words[this.scope.policy.start + POLICY_DRAIN_INTERVAL]) {
      this.drain(sizeClass);
      this.drainNext();
    }
    return true;
  }

  /** There is nothing to fill. */
  prewarm(): number {
    return 0;
  }

  drain(sizeClass: SizeClass): void {
    this.takeNews(sizeClass);
    const retired = this.retireWhere((c) => c === sizeClass);
    this.words[this.start + COUNTER_WORDS + 2 * sizeClass] = 0;
    this.count(DRAINS, 1);
    this.scope.log?.(`[TLS_SLL_DRAIN] class=${sizeClass} retired=${retired}`);
  }

  /** Nothing is cached. */
  flushAll(): void {}

  /** Says whether there were any. */
  retireIdle(): boolean {
    return this.retireWhere(() => true) > 0;
  }

  /** Nothing is cached. */
  cached(): void {}

  /** A refill brings one block, to the caller; a flush lets one go. */
  stats(): CacheStats {
    const counter = (which: number): number => this.words[this.start + which] >>> 0;
    return {
      refills: counter(TAKEN),
      refilled: counter(TAKEN),
      flushes: counter(GIVEN),
      flushed: counter(GIVEN),
      drains: counter(DRAINS),
      retired: counter(RETIRED),
    };
  }

  verify(report: Report): void {
    verifySlabs('one-speed-cache', this.scope, this.remote, report);
    this.source.verify(report);
  }

  /** Takes the first block from the cursor on that is not live, and hands the slab on when it has room left. */
  private carve(sizeClass: SizeClass, head: PageIndex): Address {
    const { words, live } = this;
    const note = noteOf(head);
    const granules = BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT;
    const base = head << PAGE_GRANULE_SHIFT;
    const behind = SPAN_BLOCKS[sizeClass] * granules;
    let offset = words[note + NOTE_CURSOR];
    for (let left = SPAN_BLOCKS[sizeClass]; left > 0 && live[base + offset] !== 0; left--) {
      offset += granules;
      if (offset === behind) offset = 0;
    }
    words[note + NOTE_CURSOR] = offset + granules === behind ? 0 : offset + granules;
    // Room is one too small, never too large, should the thread end before the byte is set.
    const room = --words[note + NOTE_ROOM];
    if (words[this.idleOf(sizeClass)] === head) words[this.idleOf(sizeClass)] = 0;
    live[base + offset] = 1;
    if (room > 0) this.source.offer(sizeClass, head);
    return ((base + offset) << GRANULE_SHIFT) >>> 0;
  }

  /** No slab with room is held: looks at the class's news, then asks the pool, then makes room for it, or answers 0. */
  private nextSlab(sizeClass: SizeClass): PageIndex | 0 {
    const { source } = this;
    this.takeNews(sizeClass);
    const told = source.spare(sizeClass);
    if (told !== 0) return told;
    this.drainNext();
    const head = source.acquire(sizeClass) || (this.drainNews() ? source.acquire(sizeClass) : 0);
    return head || (this.retireIdle() ? source.acquire(sizeClass) : 0);
  }

  /** Counts the slabs of the class anew in which others have freed blocks; retires those that they emptied but one. */
  private takeNews(sizeClass: SizeClass): void {
    this.remote?.take(sizeClass, (head) => {
      const note = noteOf(head);
      const had = this.words[note + NOTE_ROOM];
      this.words[note + NOTE_ROOM] = countFree(this.scope.records, head);
      this.words[note + NOTE_CURSOR] = 0;
      const room = this.words[note + NOTE_ROOM];
      if (had === 0 && room > 0) this.source.offer(sizeClass, head);
      if (room === SPAN_BLOCKS[sizeClass]) this.keepOne(sizeClass, head);
    });
  }

  /** Retires the slabs of such classes in which nothing is live; says how many. */
  private retireWhere(matches: (sizeClass: SizeClass) => boolean): number {
    const idle: (readonly [SizeClass, PageIndex])[] = [];
    this.source.held((c, head) => {
      if (matches(c) && this.words[noteOf(head) + NOTE_ROOM] === SPAN_BLOCKS[c]) idle.push([c, head]);
    });
    for (const [c, head] of idle) this.retire(c, head);
    return idle.length;
  }

  /** A held slab has become all room: it is retired, unless the class has no other such one. */
  private keepOne(sizeClass: SizeClass, head: PageIndex): void {
    const kept = this.words[this.idleOf(sizeClass)];
    if (kept === 0) this.words[this.idleOf(sizeClass)] = head;
    else if (kept !== head) this.retire(sizeClass, head);
  }

  private retire(sizeClass: SizeClass, head: PageIndex): void {
    if (this.words[this.idleOf(sizeClass)] === head) this.words[this.idleOf(sizeClass)] = 0;
    this.source.retire(sizeClass, head);
    this.count(RETIRED, 1);
  }

  /** Index of the word that names the slab that is kept though nothing in it is live; 0 in it: none. */
  private idleOf(sizeClass: SizeClass): number {
    return this.start + COUNTER_WORDS + 2 * sizeClass + 1;
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

  private count(which: number, by: number): void {
    this.words[this.start + which] += by;
  }
}
