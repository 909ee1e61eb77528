/**
 * A warm pool that keeps memory dense. Of the slabs of a class that it has at hand it hands out the one with the least room:
 * full slabs stay full, and the others are left alone until all of their blocks have died and their pages can serve another
 * class. hakmem's own pool hands out the slab that was offered last.
 *
 *   region  ┌ hits ┬ misses ┬ prefills ┬ stale ┐┌ count ┬ 16 slabs ┬ one more ┐ per class
 *
 * The first `count` entries of a class are slabs of this thread with room, in no order. Of a pool that has one too many, the one
 * with the most room goes to the parent. Owning thread only; each call looks at the entries of one class, at most 17.
 */

import {
  CLASS_COUNT,
  classIn,
  NOTE_ROOM,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  POLICY_WARM_PREFILL,
  POLICY_WARM_SIZE,
  requireMethods,
  SlotState,
  stateOf,
} from '@hakmem/contracts';

/** @import { PageIndex, RecipeOf, Report, Scope, SizeClass, SlabSource, WarmPool, WarmStats } from '@hakmem/contracts' */

const NAME = 'dense-pool';
const MAX_SLABS = 16;

const HITS = 0;
const MISSES = 1;
const PREFILLS = 2;
const STALE = 3;
const HEADER_WORDS = 4;
const FULLEST = -1;
const EMPTIEST = 1;

/** The count, and a place more than slabs: a full pool takes the new one in before it chooses which one goes. */
const RECORD_WORDS = 1 + MAX_SLABS + 1;

/** The recipe: what `compose` wants to know of the box, and how it is built. @returns {RecipeOf<'warm'>} */
export function densePool() {
  return {
    box: NAME,
    contract: 'warm',
    capabilities: {
      alignment: PAGE_BYTES,
      concurrency: 'owner',
      grows: false,
      shrinks: false,
      zeroed: false,
      retries: false,
      stateInBuffer: true,
    },
    words: () => HEADER_WORDS + CLASS_COUNT * RECORD_WORDS,
    build(scope, parent) {
      requireMethods(NAME, 'parent', parent, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
      return new DensePool(scope, parent);
    },
  };
}

/** @implements {WarmPool} */
class DensePool {
  #scope;
  #parent;
  #words;
  #start;

  /** @param {Scope} scope @param {SlabSource} parent */
  constructor(scope, parent) {
    this.#scope = scope;
    this.#parent = parent;
    this.#words = scope.region.words;
    this.#start = scope.region.start;
  }

  /** @type {WarmPool['acquire']} */
  acquire(sizeClass) {
    return this.#hit(sizeClass) || this.#miss(sizeClass, this.#parent.acquire(sizeClass));
  }

  /** @type {WarmPool['spare']} */
  spare(sizeClass) {
    return this.#hit(sizeClass) || this.#miss(sizeClass, this.#parent.spare(sizeClass));
  }

  /** @type {WarmPool['offer']} */
  offer(sizeClass, head) {
    const record = this.#record(sizeClass);
    this.#words[record + ++this.#words[record]] = head;
    while (this.#words[record] > this.#size()) {
      const emptiest = this.#take(sizeClass, EMPTIEST);
      if (emptiest !== 0) this.#parent.offer(sizeClass, emptiest);
    }
  }

  /** @type {WarmPool['retire']} */
  retire(sizeClass, head) {
    const record = this.#record(sizeClass);
    for (let at = 1; at <= this.#words[record]; at++) {
      if (this.#words[record + at] === head) this.#remove(record, at);
    }
    this.#parent.retire(sizeClass, head);
  }

  /** @type {WarmPool['held']} */
  held(visit) {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const record = this.#record(c);
      for (let at = 1; at <= this.#words[record]; at++) visit(c, this.#words[record + at]);
    }
    this.#parent.held(visit);
  }

  /** @returns {WarmStats} */
  stats() {
    const [hits, misses, prefills, stale] = this.#words.subarray(this.#start, this.#start + HEADER_WORDS);
    return { hits, misses, prefills, stale, hitRate: hits === 0 ? 0 : hits / (hits + misses) };
  }

  /** @param {Report} report */
  verify(report) {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const record = this.#record(c);
      for (let at = 1; at <= this.#words[record]; at++) {
        const head = this.#words[record + at];
        if (this.#room(c, head) > 0) continue;
        report({ box: NAME, message: `slab ${head} of class ${c} has no room`, address: head * PAGE_BYTES });
      }
    }
    this.#parent.verify(report);
  }

  /** The fullest slab at hand; 0 when there is none. @type {WarmPool['spare']} */
  #hit(sizeClass) {
    const head = this.#take(sizeClass, FULLEST);
    if (head !== 0) this.#words[this.#start + HITS]++;
    return head;
  }

  /**
   * Passes a slab of the parent's on, and fetches a few more of those that the parent holds.
   *
   * @type {(sizeClass: SizeClass, head: PageIndex | 0) => PageIndex | 0}
   */
  #miss(sizeClass, head) {
    if (head === 0) return 0;
    this.#words[this.#start + MISSES]++;
    for (let left = Math.min(this.#policy(POLICY_WARM_PREFILL), this.#size()); left > 0; left--) {
      const more = this.#parent.spare(sizeClass);
      if (more === 0) break;
      this.offer(sizeClass, more);
      this.#words[this.#start + PREFILLS]++;
    }
    return head;
  }

  /**
   * Takes the slab with the least room (sign −1) or the most (sign 1) out of the pool; 0 when there is none.
   *
   * @type {(sizeClass: SizeClass, sign: 1 | -1) => PageIndex | 0}
   */
  #take(sizeClass, sign) {
    this.#dropStale(sizeClass);
    const record = this.#record(sizeClass);
    let best = 1;
    for (let at = 2; at <= this.#words[record]; at++) {
      const room = this.#room(sizeClass, this.#words[record + at]);
      if (sign * room > sign * this.#room(sizeClass, this.#words[record + best])) best = at;
    }
    return this.#words[record] === 0 ? 0 : this.#remove(record, best);
  }

  /** Drops what has lost its room since it was offered, and counts it. @type {(sizeClass: SizeClass) => void} */
  #dropStale(sizeClass) {
    const record = this.#record(sizeClass);
    for (let at = this.#words[record]; at >= 1; at--) {
      if (this.#room(sizeClass, this.#words[record + at]) > 0) continue;
      this.#remove(record, at);
      this.#words[this.#start + STALE]++;
    }
  }

  /** Takes an entry out, and moves the last one into its place. @type {(record: number, at: number) => PageIndex} */
  #remove(record, at) {
    const head = this.#words[record + at];
    this.#words[record + at] = this.#words[record + this.#words[record]--];
    return head;
  }

  /**
   * Blocks of room in a slab; 0 when it is no slab of this thread and class any more.
   *
   * @type {(sizeClass: SizeClass, head: PageIndex) => number}
   */
  #room(sizeClass, head) {
    const pages = this.#scope.records.words;
    const word = pages[head];
    const ours = stateOf(word) === SlotState.ACTIVE && ownerOf(word) === this.#scope.owner;
    return ours && classIn(word) === sizeClass ? Math.max(0, pages[noteOf(head) + NOTE_ROOM]) : 0;
  }

  /** @param {SizeClass} sizeClass */
  #record(sizeClass) {
    return this.#start + HEADER_WORDS + sizeClass * RECORD_WORDS;
  }

  /** Slabs to hold per class: as many as the policy says, and no more than there are places for. */
  #size() {
    return Math.min(MAX_SLABS, this.#policy(POLICY_WARM_SIZE));
  }

  /** @param {number} which */
  #policy(which) {
    return this.#scope.policy.words[this.#scope.policy.start + which];
  }
}
