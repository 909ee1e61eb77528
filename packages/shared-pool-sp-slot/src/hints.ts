/**
 * The pool's hints: what the page words say, gathered into masks and sets so that no search has to read the words of a whole
 * heap. The page word decides.
 *
 *   per SuperSlab   ┌ unused ┬ touched ┐     a bit per slot
 *   sets            a bit per SuperSlab:
 *                   open           HOT, with an UNUSED slot
 *                   draining       DRAINING, with an UNUSED slot
 *                   empty          has an EMPTY slot
 *                   kept           has the first page of a run that a thread keeps
 *                   holds[c]       has an ACTIVE slab of class c
 *                   empties[c]     has an EMPTY slot of class c
 *                   abandoned[c]   has an abandoned slab of class c
 *
 * Several threads change page words and hints at the same time, and the two are different words. What keeps them in step:
 *
 *   1  a bit is added after the page words say so
 *   2  who takes a bit off looks at the page words again, and adds it when they (still or again) say so
 *
 * So a bit may be there without cause, and whoever follows it in vain takes it off; but one that should be there is missing
 * only between a change and its addition. A thread that dies in between is made up for by `Slots.rebuild`.
 *
 * Looks are plain reads, several times as fast as atomic ones. Where a look has to come after a change of this thread's own,
 * one atomic read before it sees to that: what is read later is at least as new.
 */

import {
  type AtomicOps,
  CLASS_COUNT,
  kindFor,
  kindOf,
  NOTE_SPAN,
  noteOf,
  OWNER_MASK,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type Region,
  type SizeClass,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  type SuperSlabIndex,
  stateOf,
  type ThreadId,
} from '@hakmem/contracts';
import { lowest } from './bits.js';

const MASKS = 2;
const SETS = 4 + 3 * CLASS_COUNT;

function superSlabsIn(pageLimit: number): number {
  return Math.ceil(pageLimit / SLOTS_PER_SUPERSLAB);
}

/** Words of the hints for a heap of `pageLimit` pages. */
export function hintWords(pageLimit: number): number {
  const superSlabs = superSlabsIn(pageLimit);
  return MASKS * superSlabs + SETS * Math.ceil(superSlabs / 32);
}

/** A set of SuperSlabs: the index of its first word. */
export type SuperSlabSet = number;

export class Hints {
  readonly open: SuperSlabSet;
  readonly draining: SuperSlabSet;
  readonly empty: SuperSlabSet;
  readonly kept: SuperSlabSet;
  readonly #words: Int32Array;
  readonly #atomics: AtomicOps;
  /** Words of one set. */
  readonly #setWords: number;
  readonly #masks: number;
  readonly #classes: SuperSlabSet;

  constructor({ atomics }: Records, region: Region, pageLimit: number) {
    const superSlabs = superSlabsIn(pageLimit);
    this.#words = region.words;
    this.#atomics = atomics;
    this.#setWords = Math.ceil(superSlabs / 32);
    this.#masks = region.start;
    this.open = region.start + MASKS * superSlabs;
    this.draining = this.open + this.#setWords;
    this.empty = this.draining + this.#setWords;
    this.kept = this.empty + this.#setWords;
    this.#classes = this.kept + this.#setWords;
  }

  holds(sizeClass: SizeClass): SuperSlabSet {
    return this.#classes + 3 * sizeClass * this.#setWords;
  }

  empties(sizeClass: SizeClass): SuperSlabSet {
    return this.#classes + (3 * sizeClass + 1) * this.#setWords;
  }

  abandoned(sizeClass: SizeClass): SuperSlabSet {
    return this.#classes + (3 * sizeClass + 2) * this.#setWords;
  }

  has(set: SuperSlabSet, superSlab: SuperSlabIndex): boolean {
    return (this.#words[set + (superSlab >>> 5)] & (1 << superSlab)) !== 0;
  }

  /** Adds a SuperSlab to a set, after the page words say that it belongs there. */
  add(set: SuperSlabSet, superSlab: SuperSlabIndex): void {
    const at = set + (superSlab >>> 5);
    const bit = 1 << superSlab;
    if ((this.#atomics.load(this.#words, at) & bit) === 0) this.#atomics.or(this.#words, at, bit);
  }

  /** Takes a SuperSlab off a set unless it belongs there, as `belongs` reads from the page words. */
  drop(set: SuperSlabSet, superSlab: SuperSlabIndex, belongs: () => boolean): void {
    if (!this.has(set, superSlab) || belongs()) return;
    this.#atomics.and(this.#words, set + (superSlab >>> 5), ~(1 << superSlab));
    if (belongs()) this.add(set, superSlab);
  }

  unused(superSlab: SuperSlabIndex): number {
    return this.#words[this.#masks + MASKS * superSlab];
  }

  /** Adds slots to the unused ones, after their page words are UNUSED. */
  addUnused(superSlab: SuperSlabIndex, mask: number): void {
    this.#atomics.or(this.#words, this.#masks + MASKS * superSlab, mask);
  }

  /** Takes slots off the unused ones that this thread has claimed. */
  dropUnused(superSlab: SuperSlabIndex, mask: number): void {
    this.#atomics.and(this.#words, this.#masks + MASKS * superSlab, ~mask);
  }

  touched(superSlab: SuperSlabIndex): number {
    return this.#words[this.#masks + MASKS * superSlab + 1];
  }

  addTouched(superSlab: SuperSlabIndex, mask: number): void {
    if ((this.touched(superSlab) & mask) !== mask) {
      this.#atomics.or(this.#words, this.#masks + MASKS * superSlab + 1, mask);
    }
  }

  /** Takes note that the SuperSlab has memory that was never used. */
  untouch(superSlab: SuperSlabIndex): void {
    this.#words[this.#masks + MASKS * superSlab + 1] = 0;
  }

  /** First member of both sets after `after` (-1: from the start), in order of address; -1 when there is none. */
  next(one: SuperSlabSet, other: SuperSlabSet, after: SuperSlabIndex | -1): SuperSlabIndex | -1 {
    const from = after + 1;
    let keep = -1 << from;
    for (let i = from >>> 5; i < this.#setWords; i++) {
      const both = this.#words[one + i] & this.#words[other + i] & keep;
      if (both !== 0) return i * 32 + lowest(both);
      keep = -1;
    }
    return -1;
  }
}

/** The word of a page that was last used by the class. */
export function emptyWord(sizeClass: SizeClass): number {
  return pageWord(SlotState.EMPTY, PageKind.NONE, 0, sizeClass);
}

/** The word of a page of a slab. */
export function slabWord(sizeClass: SizeClass, owner: ThreadId): number {
  return pageWord(SlotState.ACTIVE, kindFor(sizeClass), owner, sizeClass);
}

/** The word of a page of a large run: it has no owner. */
export const RUN_WORD: number = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);

/** The word of the first page of a run that a thread keeps; its other pages have RUN_WORD. */
export function keptWord(owner: ThreadId): number {
  return pageWord(SlotState.ACTIVE, PageKind.LARGE, owner, 0);
}

/** Whether a page is the first of a run that a thread keeps. */
export function isKept(word: number): boolean {
  return word !== RUN_WORD && (word & ~OWNER_MASK) === RUN_WORD;
}

/**
 * Whether the SuperSlab has the first page of a run that a thread keeps, after all that this thread has done; or a page in
 * doubt: it may be a kept run's that its thread looks at, and puts back.
 */
export function mayHoldKept({ words, atomics }: Records, superSlab: SuperSlabIndex): boolean {
  const base = superSlab * SLOTS_PER_SUPERSLAB;
  atomics.load(words, base);
  for (let page = base; page < base + SLOTS_PER_SUPERSLAB; page++) {
    const word = words[page];
    if (isKept(word) || (stateOf(word) === SlotState.ACTIVE && kindOf(word) === PageKind.NONE)) return true;
  }
  return false;
}

/** The masks of a SuperSlab as its page words say. */
export interface Masks {
  readonly unused: number;
  readonly empty: number;
  readonly active: number;
}

/** Reads the masks of a SuperSlab from its page words, after all that this thread has done. */
export function masksOf({ words, atomics }: Records, superSlab: SuperSlabIndex): Masks {
  const base = superSlab * SLOTS_PER_SUPERSLAB;
  // The two bits of the states, a mask of each: no branch per page.
  let low = 0;
  let high = 0;
  atomics.load(words, base);
  for (let slot = 0; slot < SLOTS_PER_SUPERSLAB; slot++) {
    const state = stateOf(words[base + slot]);
    low |= (state & 1) << slot;
    high |= (state >>> 1) << slot;
  }
  return { unused: ~low & ~high, active: low & ~high, empty: high & ~low };
}

/** The slots of a SuperSlab whose page word is `word`, after all that this thread has done. */
export function slotsWith({ words, atomics }: Records, superSlab: SuperSlabIndex, word: number): number {
  const base = superSlab * SLOTS_PER_SUPERSLAB;
  let mask = 0;
  atomics.load(words, base);
  for (let slot = 0; slot < SLOTS_PER_SUPERSLAB; slot++) if (words[base + slot] === word) mask |= 1 << slot;
  return mask;
}

/** Whether the SuperSlab has an ACTIVE slab of the class, after all that this thread has done. */
export function holdsClass({ words, atomics }: Records, superSlab: SuperSlabIndex, sizeClass: SizeClass): boolean {
  const base = superSlab * SLOTS_PER_SUPERSLAB;
  const slab = slabWord(sizeClass, 0);
  atomics.load(words, base);
  for (let page = base; page < base + SLOTS_PER_SUPERSLAB; page++) {
    if ((words[page] & ~OWNER_MASK) === slab) return true;
  }
  return false;
}

/** The next first page of a slab with this page word in the SuperSlab, after page `after`; -1 when there is none. */
export function nextHead(
  { words, atomics }: Records,
  superSlab: SuperSlabIndex,
  word: number,
  after: number = superSlab * SLOTS_PER_SUPERSLAB - 1,
): PageIndex | -1 {
  const end = (superSlab + 1) * SLOTS_PER_SUPERSLAB;
  atomics.load(words, superSlab * SLOTS_PER_SUPERSLAB);
  for (let page = after + 1; page < end; page++) {
    if (words[page] === word && words[noteOf(page) + NOTE_SPAN] > 0) return page;
  }
  return -1;
}
