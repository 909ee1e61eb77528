/**
 * The transitions of slots: each changes page words, then brings notes, hints and the tier of the SuperSlab in step.
 *
 *   claim, publish    UNUSED or EMPTY → ACTIVE, for a span of a class
 *   empty             ACTIVE → EMPTY, for a span of a class
 *   sweep             EMPTY → UNUSED, for all of a SuperSlab
 *   claimRun, clearRun   UNUSED ↔ ACTIVE, for pages of a large run
 *   settle            the tier that a SuperSlab's ACTIVE slots ask for
 *
 * Between claim and publish the pages are ACTIVE with kind NONE and carry the claimer: a claim that was left half-done
 * can be told and undone. The pages of a span are claimed upward and let go of downward, so its first page is the last
 * to be free and tells how far the rest belongs to it.
 *
 * A SuperSlab with an eighth of its slots ACTIVE or fewer, and some UNUSED, is DRAINING as long as another has UNUSED ones; with none
 * ACTIVE it is FREE. In neither are EMPTY slots kept: keeping them would invite their classes back.
 */

import {
  claimPage,
  classIn,
  NOTE_ROOM,
  NOTE_SPAN,
  NOTE_WORDS,
  noteOf,
  type PageIndex,
  PageKind,
  pageWord,
  type Scope,
  type SizeClass,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  type SuperRegistry,
  type SuperSlabIndex,
  stateOf,
  TINY_CLASS_COUNT,
  Tier,
} from '@hakmem/contracts';
import { lowest, ones, population } from './bits.js';
import { contains, Hints, hintWords, masksOf } from './hints.js';

/** The counters at the start of the region. */
export const Counter = {
  REUSE: 0,
  UNUSED: 1,
  FRESH: 2,
  AFFINE: 3,
  SWEPT: 4,
  RELEASED: 5,
  RUNS: 6,
  RETRIES: 7,
  /** EMPTY slots now: saves sweeps that would find none. */
  EMPTY_NOW: 8,
} as const;
const COUNTER_WORDS = 16;

const DRAIN_AT_MOST = SLOTS_PER_SUPERSLAB / 8;

/** Words of the pool's region for a heap of `pageLimit` pages. */
export function poolWords(pageLimit: number): number {
  return COUNTER_WORDS + hintWords(pageLimit);
}

/** The word of a page that was last used by the class. */
export function emptyWord(sizeClass: SizeClass): number {
  return pageWord(SlotState.EMPTY, PageKind.NONE, 0, sizeClass);
}

export class Slots {
  readonly hints: Hints;
  readonly pages: Int32Array;
  readonly #scope: Scope;
  readonly #registry: SuperRegistry;

  constructor(scope: Scope, registry: SuperRegistry) {
    const { words, start, length } = scope.region;
    this.pages = scope.records.words;
    this.hints = new Hints(
      { words, start: start + COUNTER_WORDS, length: length - COUNTER_WORDS },
      scope.records.pageLimit,
    );
    this.#scope = scope;
    this.#registry = registry;
    for (let superSlab = registry.first; superSlab < registry.end; superSlab++) this.adopt(superSlab);
  }

  counter(which: number): number {
    return this.#scope.region.words[this.#scope.region.start + which] >>> 0;
  }

  count(which: number, by = 1): void {
    this.#scope.region.words[this.#scope.region.start + which] += by;
  }

  /** Claims a span from `head` on, each page from `expected`; lets go of all when one was lost to another thread. */
  claim(head: PageIndex, sizeClass: SizeClass, expected: number): boolean {
    const span = SPAN_PAGES[sizeClass];
    const claimed = pageWord(SlotState.ACTIVE, PageKind.NONE, this.#scope.owner, sizeClass);
    for (let i = 0; i < span; i++) {
      if (claimPage(this.pages, head + i, expected, claimed)) continue;
      while (--i >= 0) Atomics.store(this.pages, head + i, expected);
      this.count(Counter.RETRIES);
      return false;
    }
    return true;
  }

  /** Writes the notes of a claimed span, then makes it a slab of the class that all can see. */
  publish(head: PageIndex, sizeClass: SizeClass): void {
    const { pages, hints } = this;
    const span = SPAN_PAGES[sizeClass];
    const superSlab = head >>> SLOT_SHIFT;
    const kind = sizeClass < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID;
    const word = pageWord(SlotState.ACTIVE, kind, this.#scope.owner, sizeClass);
    pages.fill(0, noteOf(head), noteOf(head) + NOTE_WORDS);
    pages[noteOf(head) + NOTE_SPAN] = span;
    pages[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[sizeClass];
    for (let i = 1; i < span; i++) pages[noteOf(head + i) + NOTE_SPAN] = -i;
    for (let i = span - 1; i >= 0; i--) Atomics.store(pages, head + i, word);
    this.#occupy(superSlab, ones(head, span));
    hints.put(hints.holds(sizeClass), superSlab, true);
  }

  /** Makes a slab in which nothing is live EMPTY. */
  empty(head: PageIndex): void {
    const { pages, hints } = this;
    const sizeClass = classIn(pages[head]);
    const span = SPAN_PAGES[sizeClass];
    const superSlab = head >>> SLOT_SHIFT;
    for (let i = span - 1; i >= 0; i--) Atomics.store(pages, head + i, emptyWord(sizeClass));
    hints.setEmpty(superSlab, hints.empty(superSlab) | ones(head, span));
    hints.put(hints.empties(sizeClass), superSlab, true);
    hints.put(hints.holds(sizeClass), superSlab, contains(pages, superSlab, SlotState.ACTIVE, sizeClass));
    this.count(Counter.EMPTY_NOW, span);
    this.settle(superSlab);
  }

  /** Makes the EMPTY slots of a SuperSlab UNUSED; says how many. */
  sweep(superSlab: SuperSlabIndex): number {
    const { pages, hints } = this;
    let swept = 0;
    for (let mask = hints.empty(superSlab); mask !== 0; mask &= mask - 1) {
      const page = superSlab * SLOTS_PER_SUPERSLAB + lowest(mask);
      const word = pages[page];
      pages[noteOf(page) + NOTE_SPAN] = 0;
      if (stateOf(word) !== SlotState.EMPTY || !claimPage(pages, page, word, 0)) continue;
      hints.put(hints.empties(classIn(word)), superSlab, false);
      swept |= 1 << page;
    }
    hints.setEmpty(superSlab, 0);
    hints.setUnused(superSlab, hints.unused(superSlab) | swept);
    const count = population(swept);
    this.count(Counter.EMPTY_NOW, -count);
    this.count(Counter.SWEPT, count);
    this.#reopen(superSlab);
    return count;
  }

  /** Makes UNUSED pages from `from` on part of the large run at `head`, which then has all pages up to theirs. */
  claimRun(head: PageIndex, from: PageIndex, pages: number): void {
    const word = pageWord(SlotState.ACTIVE, PageKind.LARGE, this.#scope.owner, 0);
    this.pages[noteOf(head) + NOTE_SPAN] = from + pages - head;
    this.pages.fill(word, from, from + pages);
    for (let superSlab = from >>> SLOT_SHIFT; superSlab <= (from + pages - 1) >>> SLOT_SHIFT; superSlab++) {
      this.#occupy(superSlab, slotsWithin(superSlab, from, pages));
    }
  }

  /** Makes the pages of the run at `head` from `from` on UNUSED; `pages` are all that it had. */
  clearRun(head: PageIndex, from: PageIndex, pages: number): void {
    this.pages[noteOf(head) + NOTE_SPAN] = from - head;
    this.pages.fill(0, from, head + pages);
    const count = head + pages - from;
    for (let superSlab = from >>> SLOT_SHIFT; superSlab <= (head + pages - 1) >>> SLOT_SHIFT; superSlab++) {
      this.hints.setUnused(superSlab, this.hints.unused(superSlab) | slotsWithin(superSlab, from, count));
    }
    for (let superSlab = (head + pages - 1) >>> SLOT_SHIFT; superSlab >= from >>> SLOT_SHIFT; superSlab--) {
      this.settle(superSlab);
    }
  }

  /** Takes a SuperSlab over from the registry: its masks are read from its page words. */
  adopt(superSlab: SuperSlabIndex): void {
    const { unused, empty, active } = masksOf(this.pages, superSlab);
    this.hints.setUnused(superSlab, unused);
    this.hints.setEmpty(superSlab, empty);
    this.hints.setReserved(superSlab, ~(unused | empty | active));
    this.#reopen(superSlab);
  }

  /** The same for SuperSlabs just made from memory, none of whose pages was ever touched. */
  adoptNew(first: SuperSlabIndex, count: number): void {
    for (let superSlab = first; superSlab < first + count; superSlab++) {
      this.hints.setTouched(superSlab, 0);
      this.adopt(superSlab);
    }
  }

  /** After slots were let go of: gives the SuperSlab the tier that its ACTIVE slots ask for. */
  settle(superSlab: SuperSlabIndex): void {
    const active = this.hints.active(superSlab);
    const tier = this.#registry.tier(superSlab);
    const few = population(active) <= DRAIN_AT_MOST;
    const unused = this.hints.unused(superSlab);
    if (active === 0) {
      this.sweep(superSlab);
      this.#registry.free(superSlab);
    } else if (tier === Tier.DRAINING || (few && unused !== 0 && this.#anotherOpen(superSlab))) {
      this.sweep(superSlab);
      if (tier !== Tier.DRAINING) this.#registry.drain(superSlab);
    }
    this.#reopen(superSlab);
  }

  /** Takes slots that have become ACTIVE off the unused ones. */
  #occupy(superSlab: SuperSlabIndex, mask: number): void {
    const { hints } = this;
    hints.setUnused(superSlab, hints.unused(superSlab) & ~mask);
    hints.setTouched(superSlab, hints.touched(superSlab) | mask);
    this.#registry.heat(superSlab);
    this.#reopen(superSlab);
  }

  /** Brings the sets of SuperSlabs with UNUSED slots in step with tier and mask. */
  #reopen(superSlab: SuperSlabIndex): void {
    const { hints } = this;
    const tier = this.#registry.tier(superSlab);
    const has = hints.unused(superSlab) !== 0;
    hints.put(hints.open, superSlab, has && tier === Tier.HOT);
    hints.put(hints.draining, superSlab, has && tier === Tier.DRAINING);
  }

  #anotherOpen(superSlab: SuperSlabIndex): boolean {
    const { hints } = this;
    const first = hints.next(hints.open, hints.open, -1);
    return first !== -1 && (first !== superSlab || hints.next(hints.open, hints.open, first) !== -1);
  }
}

/** The slots of a SuperSlab that lie within `pages` pages from `from` on. */
function slotsWithin(superSlab: SuperSlabIndex, from: PageIndex, pages: number): number {
  const base = superSlab * SLOTS_PER_SUPERSLAB;
  const low = Math.max(from - base, 0);
  const high = Math.min(from + pages - base, SLOTS_PER_SUPERSLAB);
  return ones(low, high - low);
}
