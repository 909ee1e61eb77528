/**
 * The warm pool: per class, a small stack of slabs known to have room, so that a refill need not ask the registry.
 *
 *   region  ┌ hits ┬ misses ┬ prefills ┬ stale ┬ … 8 words ┐┌ count ┬ pops ┬ 16 slabs ┐ per class
 *
 * A link of the chain of slab sources: last in, first out. When it is full, the slab that was offered first goes to the
 * parent. With a parent that is last in, first out too, slabs are used in the reverse order of their offers, as if there
 * were one long stack: the slab carved last, whose end was never touched, is the last to be asked for more. Found empty, the
 * pool asks the parent and fetches a few more of what the parent holds already (never new slabs). A slab that has become all room is
 * taken out when it is retired, so entries are right as long as one thread frees; every 64 pops of a class, all of its
 * entries are looked at in one batch and those that are not slabs of the class with room are dropped and counted.
 *
 * Owning thread only. acquire and offer are O(1), but O(16) for an offer to a full pool and for every 64th pop; so is retire.
 */

import {
  CLASS_COUNT,
  classIn,
  NOTE_ROOM,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  type PageIndex,
  POLICY_WARM_PREFILL,
  POLICY_WARM_SIZE,
  type Report,
  type Scope,
  type SizeClass,
  type SlabSource,
  SlotState,
  stateOf,
  type WarmPool,
  type WarmStats,
} from '@hakmem/contracts';

/** Slabs of one class that fit. */
export const MAX_SLABS = 16;
const POPS_PER_VALIDATION = 64;

const HITS = 0;
const MISSES = 1;
const PREFILLS = 2;
const STALE = 3;
const HEADER_WORDS = 8;

const COUNT = 0;
const POPS = 1;
const SLABS = 2;
const RECORD_WORDS = SLABS + MAX_SLABS;

/** Words of a warm pool's region. */
export const WARM_WORDS: number = HEADER_WORDS + CLASS_COUNT * RECORD_WORDS;

export class Warm implements WarmPool {
  readonly #scope: Scope;
  readonly #words: Int32Array;
  readonly #start: number;
  readonly #parent: SlabSource;

  constructor(scope: Scope, parent: SlabSource) {
    this.#scope = scope;
    this.#words = scope.region.words;
    this.#start = scope.region.start;
    this.#parent = parent;
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.#pop(sizeClass) || this.#fetched(sizeClass, this.#parent.acquire(sizeClass));
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    return this.#pop(sizeClass) || this.#fetched(sizeClass, this.#parent.spare(sizeClass));
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    const size = this.#size();
    if (size === 0) {
      this.#parent.offer(sizeClass, head);
      return;
    }
    const words = this.#words;
    const record = this.#record(sizeClass);
    while (words[record + COUNT] >= size) this.#evict(sizeClass);
    words[record + SLABS + words[record + COUNT]] = head;
    words[record + COUNT]++;
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    const slabs = this.#record(sizeClass) + SLABS;
    const count = this.#words[slabs - SLABS + COUNT];
    const at = this.#words.subarray(slabs, slabs + count).indexOf(head);
    if (at >= 0) this.#remove(sizeClass, at);
    this.#parent.retire(sizeClass, head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const record = this.#record(c);
      for (let i = 0; i < this.#words[record + COUNT]; i++) visit(c, this.#words[record + SLABS + i]);
    }
    this.#parent.held(visit);
  }

  stats(): WarmStats {
    const count = (which: number): number => this.#words[this.#start + which] >>> 0;
    const asked = count(HITS) + count(MISSES);
    return {
      hits: count(HITS),
      misses: count(MISSES),
      prefills: count(PREFILLS),
      stale: count(STALE),
      hitRate: asked === 0 ? 0 : count(HITS) / asked,
    };
  }

  verify(report: Report): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const record = this.#record(c);
      const count = this.#words[record + COUNT];
      if (count < 0 || count > MAX_SLABS) {
        report({ box: 'warm-pool', message: `class ${c} counts ${count} slabs, at most ${MAX_SLABS} fit`, address: 0 });
        continue;
      }
      for (const head of this.#words.subarray(record + SLABS, record + SLABS + count)) {
        if (this.#hasRoom(c, head)) continue;
        report({ box: 'warm-pool', message: `slab ${head} of class ${c} has no room`, address: head * PAGE_BYTES });
      }
    }
    this.#parent.verify(report);
  }

  #pop(sizeClass: SizeClass): PageIndex | 0 {
    const words = this.#words;
    const record = this.#record(sizeClass);
    if (words[record + COUNT] > 0 && ++words[record + POPS] % POPS_PER_VALIDATION === 0) this.#validate(sizeClass);
    const count = words[record + COUNT];
    if (count === 0) return 0;
    words[record + COUNT] = count - 1;
    words[this.#start + HITS]++;
    return words[record + SLABS + count - 1];
  }

  /** Passes a slab of the parent's on, and fetches a few more of those that the parent holds. */
  #fetched(sizeClass: SizeClass, head: PageIndex | 0): PageIndex | 0 {
    if (head === 0) return 0;
    this.#words[this.#start + MISSES]++;
    this.#prefill(sizeClass);
    return head;
  }

  #prefill(sizeClass: SizeClass): void {
    const room = this.#size() - this.#words[this.#record(sizeClass) + COUNT];
    for (let left = Math.min(this.#policy(POLICY_WARM_PREFILL), room); left > 0; left--) {
      const head = this.#parent.spare(sizeClass);
      if (head === 0) return;
      this.offer(sizeClass, head);
      this.#words[this.#start + PREFILLS]++;
    }
  }

  /** Hands the entry that was offered first to the parent. */
  #evict(sizeClass: SizeClass): void {
    const head = this.#words[this.#record(sizeClass) + SLABS];
    this.#remove(sizeClass, 0);
    if (this.#hasRoom(sizeClass, head)) this.#parent.offer(sizeClass, head);
    else this.#words[this.#start + STALE]++;
  }

  #validate(sizeClass: SizeClass): void {
    const record = this.#record(sizeClass);
    for (let i = this.#words[record + COUNT] - 1; i >= 0; i--) {
      if (this.#hasRoom(sizeClass, this.#words[record + SLABS + i])) continue;
      this.#remove(sizeClass, i);
      this.#words[this.#start + STALE]++;
    }
  }

  #hasRoom(sizeClass: SizeClass, head: PageIndex): boolean {
    const pages = this.#scope.records.words;
    const word = pages[head];
    const mine =
      stateOf(word) === SlotState.ACTIVE && ownerOf(word) === this.#scope.owner && classIn(word) === sizeClass;
    return mine && pages[noteOf(head) + NOTE_ROOM] > 0;
  }

  #remove(sizeClass: SizeClass, at: number): void {
    const record = this.#record(sizeClass);
    const count = this.#words[record + COUNT];
    this.#words.copyWithin(record + SLABS + at, record + SLABS + at + 1, record + SLABS + count);
    this.#words[record + COUNT] = count - 1;
  }

  #record(sizeClass: SizeClass): number {
    return this.#start + HEADER_WORDS + sizeClass * RECORD_WORDS;
  }

  /** Slabs to keep per class: as many as the policy says, and no more than fit. */
  #size(): number {
    return Math.min(MAX_SLABS, this.#policy(POLICY_WARM_SIZE));
  }

  #policy(which: number): number {
    return this.#scope.policy.words[this.#scope.policy.start + which];
  }
}
