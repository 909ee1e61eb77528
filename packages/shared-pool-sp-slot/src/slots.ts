/**
 * The transitions of slots: each changes page words, then brings hints and the tier of the SuperSlab in step.
 *
 *   claim, publish         UNUSED or EMPTY → ACTIVE, for a span of a class
 *   empty                  ACTIVE → EMPTY, for a span of a class
 *   abandon, adopt         ACTIVE of a thread ↔ ACTIVE of none, for a span of a class
 *   sweep                  EMPTY → UNUSED, for all of a SuperSlab
 *   claimRun, publishRun, seizeRun, clear   UNUSED ↔ ACTIVE, for pages of a large run
 *   keepRun, reuseRun, reclaimRuns          run of a block ↔ run that a thread keeps → UNUSED
 *   splitRun, joinRuns                      one run ↔ two, for runs that a thread keeps
 *   settle                 the tier that a SuperSlab's ACTIVE slots ask for
 *
 * Any thread, at any time. A page in doubt is ACTIVE with kind NONE and carries the thread that is at it: it is claimed by one
 * compare-and-swap, and becomes something or nothing by that thread's hand, or by `leave` when that thread has died.
 *
 * Spans are claimed upward, and published, emptied and abandoned downward, so that the first page is the last to say what
 * the span is; adopted from the first page on. Runs are decided by their first page: its length says which pages are the
 * run's. Notes are written while a page is in doubt.
 *
 * A SuperSlab with an eighth of its slots ACTIVE or fewer, and some UNUSED, is DRAINING as long as another has UNUSED ones;
 * with none ACTIVE it is FREE. In neither are EMPTY slots kept: keeping them would invite their classes back.
 */

import {
  claimPage,
  classIn,
  countFree,
  isIdle,
  NOTE_CURSOR,
  NOTE_NEXT,
  NOTE_PREV,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  OWNER_MASK,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
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
  Tier,
} from '@hakmem/contracts';
import { lowest, ones, population } from './bits.js';
import {
  emptyWord,
  Hints,
  hintWords,
  holdsClass,
  isKept,
  keptWord,
  masksOf,
  mayHoldKept,
  nextHead,
  RUN_WORD,
  type SuperSlabSet,
  slabWord,
  slotsWith,
} from './hints.js';

/** The counters at the start of the region. */
export const Counter = {
  REUSE: 0,
  UNUSED: 1,
  FRESH: 2,
  AFFINE: 3,
  SWEPT: 4,
  RELEASED: 5,
  RUNS: 6,
  ADOPTED: 7,
  ABANDONED: 8,
  SLOT_RETRIES: 9,
  RUN_RETRIES: 10,
  ADOPT_RETRIES: 11,
  /** Not a counter: the rules that the founder has set. */
  RULES: 12,
} as const;
const COUNTER_WORDS = 16;

const DRAIN_AT_MOST = SLOTS_PER_SUPERSLAB / 8;

/** Words of the pool's region for a heap of `pageLimit` pages. */
export function poolWords(pageLimit: number): number {
  return COUNTER_WORDS + hintWords(pageLimit);
}

export class Slots {
  readonly hints: Hints;
  readonly #scope: Scope;
  readonly #records: Records;
  readonly #registry: SuperRegistry;
  /** Page word of a page that this thread has in doubt. */
  readonly #doubt: number;

  constructor(scope: Scope, registry: SuperRegistry) {
    const { words, start, length } = scope.region;
    this.#scope = scope;
    this.#records = scope.records;
    this.#registry = registry;
    this.#doubt = pageWord(SlotState.ACTIVE, PageKind.NONE, scope.owner, 0);
    const region = { words, start: start + COUNTER_WORDS, length: length - COUNTER_WORDS };
    this.hints = new Hints(scope.records, region, scope.records.pageLimit);
    if (!scope.founding) return;
    for (let superSlab = registry.first; superSlab < registry.end; superSlab++) this.rebuild(superSlab);
  }

  counter(which: number): number {
    return this.#scope.region.words[this.#scope.region.start + which] >>> 0;
  }

  count(which: number, by = 1): void {
    this.#records.atomics.add(this.#scope.region.words, this.#scope.region.start + which, by);
  }

  /** Claims a span from `head` on, each page from `expected`; lets go of all when one was lost to another thread. */
  claim(head: PageIndex, sizeClass: SizeClass, expected: number): boolean {
    return this.#claimPages(head, SPAN_PAGES[sizeClass], expected, Counter.SLOT_RETRIES);
  }

  /** Writes the notes of a claimed span, then makes it a slab of the class that all can see. */
  publish(head: PageIndex, sizeClass: SizeClass): void {
    const { words } = this.#records;
    const span = SPAN_PAGES[sizeClass];
    const superSlab = head >>> SLOT_SHIFT;
    this.#writeNote(head, span, SPAN_BLOCKS[sizeClass]);
    for (let i = 1; i < span; i++) words[noteOf(head + i) + NOTE_SPAN] = -i;
    this.#storeDown(head, span, slabWord(sizeClass, this.#scope.owner));
    this.hints.add(this.hints.holds(sizeClass), superSlab);
    this.#occupy(superSlab, ones(head, span));
  }

  /** Makes a slab in which nothing is live EMPTY. */
  empty(head: PageIndex): void {
    const { hints } = this;
    const sizeClass = classIn(this.#records.words[head]);
    const superSlab = head >>> SLOT_SHIFT;
    this.#storeDown(head, SPAN_PAGES[sizeClass], emptyWord(sizeClass));
    hints.add(hints.empties(sizeClass), superSlab);
    hints.add(hints.empty, superSlab);
    hints.drop(hints.holds(sizeClass), superSlab, () => holdsClass(this.#records, superSlab, sizeClass));
    this.settle(superSlab);
  }

  /** Makes a slab nobody's, for any thread to adopt. */
  abandon(head: PageIndex): void {
    const sizeClass = classIn(this.#records.words[head]);
    this.#storeDown(head, SPAN_PAGES[sizeClass], slabWord(sizeClass, 0));
    this.hints.add(this.hints.abandoned(sizeClass), head >>> SLOT_SHIFT);
    this.count(Counter.ABANDONED);
  }

  /** Makes an abandoned slab of the class in the SuperSlab this thread's, and counts its room; 0 when it has none. */
  adopt(superSlab: SuperSlabIndex, sizeClass: SizeClass): PageIndex | 0 {
    const abandoned = slabWord(sizeClass, 0);
    const mine = slabWord(sizeClass, this.#scope.owner);
    for (let head = nextHead(this.#records, superSlab, abandoned); head !== -1; ) {
      if (this.#adoptAt(head, sizeClass, abandoned, mine)) return head;
      head = nextHead(this.#records, superSlab, abandoned, head);
    }
    this.hints.drop(
      this.hints.abandoned(sizeClass),
      superSlab,
      () => nextHead(this.#records, superSlab, abandoned) !== -1,
    );
    return 0;
  }

  /** Makes abandoned slabs of the class in the SuperSlab EMPTY in which nothing is live; says how many. */
  reclaim(superSlab: SuperSlabIndex, sizeClass: SizeClass): number {
    const abandoned = slabWord(sizeClass, 0);
    const mine = slabWord(sizeClass, this.#scope.owner);
    let reclaimed = 0;
    for (let head = nextHead(this.#records, superSlab, abandoned); head !== -1; ) {
      if (isIdle(this.#records, head) && this.#adoptAt(head, sizeClass, abandoned, mine)) {
        // Looked at before the slab was this thread's: it may have been another one then.
        if (isIdle(this.#records, head)) {
          this.empty(head);
          reclaimed++;
        } else this.abandon(head);
      }
      head = nextHead(this.#records, superSlab, abandoned, head);
    }
    return reclaimed;
  }

  /** Makes a run that this thread has in doubt one that it keeps. */
  #publishKept(head: PageIndex): void {
    // The hint first: who would take it off again sees the page in doubt, which it was put in before the look.
    const superSlab = head >>> SLOT_SHIFT;
    if (!this.hints.has(this.hints.kept, superSlab)) this.hints.add(this.hints.kept, superSlab);
    this.#records.atomics.store(this.#records.words, head, keptWord(this.#scope.owner));
  }

  #adoptAt(head: PageIndex, sizeClass: SizeClass, abandoned: number, mine: number): boolean {
    const { words, atomics } = this.#records;
    const span = SPAN_PAGES[sizeClass];
    if (!claimPage(this.#records, head, abandoned, mine)) {
      this.count(Counter.ADOPT_RETRIES);
      return false;
    }
    // The page may have become an inner page of another abandoned span since it was seen to be a first one.
    if (words[noteOf(head) + NOTE_SPAN] !== span) {
      claimPage(this.#records, head, mine, abandoned);
      return false;
    }
    for (let i = 1; i < span; i++) atomics.store(words, head + i, mine);
    this.#writeNote(head, span, countFree(this.#records, head));
    this.count(Counter.ADOPTED);
    return true;
  }

  /** Makes the EMPTY slots of a SuperSlab UNUSED; says how many. */
  sweep(superSlab: SuperSlabIndex): number {
    const { hints } = this;
    if (!hints.has(hints.empty, superSlab)) return 0;
    const { words, atomics } = this.#records;
    const classes = new Set<SizeClass>();
    let swept = 0;
    for (let { empty } = masksOf(this.#records, superSlab); empty !== 0; empty &= empty - 1) {
      const slot = lowest(empty);
      const page = superSlab * SLOTS_PER_SUPERSLAB + slot;
      const word = atomics.load(words, page);
      if (stateOf(word) !== SlotState.EMPTY || !claimPage(this.#records, page, word, 0)) continue;
      classes.add(classIn(word));
      swept |= 1 << slot;
    }
    hints.addUnused(superSlab, swept);
    for (const c of classes) {
      hints.drop(hints.empties(c), superSlab, () => slotsWith(this.#records, superSlab, emptyWord(c)) !== 0);
    }
    hints.drop(hints.empty, superSlab, () => masksOf(this.#records, superSlab).empty !== 0);
    const count = population(swept);
    this.count(Counter.SWEPT, count);
    this.reopen(superSlab);
    return count;
  }

  /** Claims UNUSED pages for a run; lets go of all when one was lost to another thread. */
  claimRun(from: PageIndex, pages: number): boolean {
    return this.#claimPages(from, pages, 0, Counter.RUN_RETRIES);
  }

  /** Makes claimed pages from `from` on part of the run at `head`, which then has all pages up to theirs. */
  publishRun(head: PageIndex, from: PageIndex, pages: number): void {
    const { words, live } = this.#records;
    for (let i = 0; i < pages; i++) words[noteOf(from + i) + NOTE_SPAN] = 0;
    words[noteOf(head) + NOTE_SPAN] = from + pages - head;
    if (from === head) live[head << PAGE_GRANULE_SHIFT] = 1;
    this.#storeDown(from, pages, RUN_WORD);
    for (let superSlab = from >>> SLOT_SHIFT; superSlab <= (from + pages - 1) >>> SLOT_SHIFT; superSlab++) {
      this.#occupy(superSlab, slotsWithin(superSlab, from, pages));
    }
  }

  /** Puts a run in doubt, by its first page, and ends its block; false when another thread was first. */
  seizeRun(head: PageIndex): boolean {
    if (!claimPage(this.#records, head, RUN_WORD, this.#doubt)) return false;
    this.#records.live[head << PAGE_GRANULE_SHIFT] = 0;
    return true;
  }

  /** Ends the block of a run, which this thread keeps from now on; false when another thread was first. */
  keepRun(head: PageIndex): boolean {
    if (!this.seizeRun(head)) return false;
    this.#publishKept(head);
    return true;
  }

  /** Makes a run of `pages` pages that this thread keeps a block's; false when it is not there any more. */
  reuseRun(head: PageIndex, pages: number): boolean {
    const { words, live, atomics } = this.#records;
    const kept = keptWord(this.#scope.owner);
    if (!claimPage(this.#records, head, kept, this.#doubt)) return false;
    // Another one may have come to start there since the caller saw it.
    const whole = words[noteOf(head) + NOTE_SPAN] === pages;
    if (whole) live[head << PAGE_GRANULE_SHIFT] = 1;
    atomics.store(words, head, whole ? RUN_WORD : kept);
    return whole;
  }

  /** Cuts the pages from `pages` on off a run that only this thread knows; they become a run that it keeps. */
  splitRun(head: PageIndex, pages: number): void {
    const { words, atomics } = this.#records;
    const rest = head + pages;
    const behind = head + words[noteOf(head) + NOTE_SPAN];
    // In doubt they are the run's until its length says otherwise, and go when this thread dies; its note has none till then.
    atomics.store(words, rest, this.#doubt);
    words[noteOf(head) + NOTE_SPAN] = pages;
    words[noteOf(rest) + NOTE_SPAN] = behind - rest;
    this.#publishKept(rest);
  }

  /** Makes two runs that this thread keeps, the second where the first ends, one; false when they are not there any more. */
  joinRuns(head: PageIndex, next: PageIndex): boolean {
    const { words } = this.#records;
    const kept = keptWord(this.#scope.owner);
    if (!claimPage(this.#records, head, kept, this.#doubt)) return false;
    const joined = head + words[noteOf(head) + NOTE_SPAN] === next && claimPage(this.#records, next, kept, this.#doubt);
    if (joined) {
      const behind = next + words[noteOf(next) + NOTE_SPAN];
      words[noteOf(next) + NOTE_SPAN] = 0;
      words[next] = RUN_WORD; // seen by others with the first page's word at the latest
      words[noteOf(head) + NOTE_SPAN] = behind - head;
    }
    this.#publishKept(head);
    return joined;
  }

  /** Makes the runs UNUSED that any thread keeps and that start in the SuperSlab; says how many. */
  reclaimRuns(superSlab: SuperSlabIndex): number {
    const { words } = this.#records;
    let reclaimed = 0;
    for (let page = superSlab * SLOTS_PER_SUPERSLAB; page < (superSlab + 1) * SLOTS_PER_SUPERSLAB; page++) {
      if (this.reclaimRun(page, words[page])) reclaimed++;
    }
    this.hints.drop(this.hints.kept, superSlab, () => mayHoldKept(this.#records, superSlab));
    return reclaimed;
  }

  /** Makes a run UNUSED that a thread keeps, as `word` says; false when it does not or another thread was first. */
  reclaimRun(head: PageIndex, word: number): boolean {
    if (!isKept(word) || !claimPage(this.#records, head, word, this.#doubt)) return false;
    this.clear(head, this.#records.words[noteOf(head) + NOTE_SPAN]);
    return true;
  }

  /** Puts the pages of a run from `keep` on in doubt, and makes the run that much shorter. */
  cutRun(head: PageIndex, pages: number, keep: number): void {
    const { words, atomics } = this.#records;
    for (let i = keep; i < pages; i++) atomics.store(words, head + i, this.#doubt);
    words[noteOf(head) + NOTE_SPAN] = keep;
  }

  /** Makes pages that this thread has in doubt, or the rest of a run whose first page is, UNUSED. */
  clear(from: PageIndex, pages: number): void {
    const first = from >>> SLOT_SHIFT;
    this.#storeDown(from, pages, 0);
    for (let superSlab = (from + pages - 1) >>> SLOT_SHIFT; superSlab >= first; superSlab--) {
      this.hints.addUnused(superSlab, slotsWithin(superSlab, from, pages));
      this.settle(superSlab);
    }
  }

  /** Takes over a SuperSlab that was just made from memory: it is HOT, and nothing is in it yet. */
  welcome(superSlab: SuperSlabIndex): void {
    const { unused, active } = masksOf(this.#records, superSlab);
    if (active === 0) this.hints.untouch(superSlab);
    this.hints.addUnused(superSlab, unused);
    this.reopen(superSlab);
  }

  /** Makes the hints of a SuperSlab anew from its page words, and gives it the tier that they ask for. */
  rebuild(superSlab: SuperSlabIndex): void {
    const { hints } = this;
    const { words, atomics } = this.#records;
    const { unused, empty } = masksOf(this.#records, superSlab);
    hints.addUnused(superSlab, unused);
    if (empty !== 0) hints.add(hints.empty, superSlab);
    const base = superSlab * SLOTS_PER_SUPERSLAB;
    for (let page = base; page < base + SLOTS_PER_SUPERSLAB; page++) {
      const word = atomics.load(words, page);
      const sizeClass = classIn(word);
      if (word === emptyWord(sizeClass)) hints.add(hints.empties(sizeClass), superSlab);
      if (word === slabWord(sizeClass, 0)) hints.add(hints.abandoned(sizeClass), superSlab);
      if (isKept(word)) hints.add(hints.kept, superSlab);
      if ((word & ~OWNER_MASK) === slabWord(sizeClass, 0)) hints.add(hints.holds(sizeClass), superSlab);
    }
    this.settle(superSlab);
  }

  /**
   * After slots were let go of: gives the SuperSlab the tier that its ACTIVE slots ask for. Looks again after each change:
   * another thread may have claimed or let go of a slot meanwhile, and seen the tier before it was changed.
   */
  settle(superSlab: SuperSlabIndex): void {
    while (this.#changeTier(superSlab)) {}
    this.reopen(superSlab);
  }

  /** Changes the tier if the page words ask for another one; says whether to look again. */
  #changeTier(superSlab: SuperSlabIndex): boolean {
    const { active, unused } = masksOf(this.#records, superSlab);
    const tier = this.#registry.tier(superSlab);
    if (active === 0) {
      this.sweep(superSlab);
      if (tier === Tier.FREE) return false;
      this.#registry.free(superSlab);
      return masksOf(this.#records, superSlab).active !== 0;
    }
    const few = population(active) <= DRAIN_AT_MOST;
    const drains = tier === Tier.DRAINING || (few && unused !== 0 && this.#anotherOpen(superSlab));
    if (drains) this.sweep(superSlab);
    if (tier === (drains ? Tier.DRAINING : Tier.HOT)) return false;
    if (drains) this.#registry.drain(superSlab);
    else this.#registry.heat(superSlab);
    return true;
  }

  /** Brings the sets of SuperSlabs with UNUSED slots in step with tier and mask. */
  reopen(superSlab: SuperSlabIndex): void {
    this.#records.atomics.load(this.#records.words, superSlab * SLOTS_PER_SUPERSLAB); // look after what was done
    this.#place(this.hints.open, superSlab, Tier.HOT);
    this.#place(this.hints.draining, superSlab, Tier.DRAINING);
  }

  /** Adds the SuperSlab to the set of those in `tier` with UNUSED slots, or takes it off. */
  #place(set: SuperSlabSet, superSlab: SuperSlabIndex, tier: Tier): void {
    const { hints } = this;
    const belongs = this.#isOpen(superSlab, tier);
    if (belongs === hints.has(set, superSlab)) return;
    if (belongs) hints.add(set, superSlab);
    else hints.drop(set, superSlab, () => this.#isOpen(superSlab, tier));
  }

  #isOpen(superSlab: SuperSlabIndex, tier: Tier): boolean {
    return this.#registry.tier(superSlab) === tier && this.hints.unused(superSlab) !== 0;
  }

  /** Takes off the unused slots those that are not, which a claim was lost for. */
  #correctUnused(superSlab: SuperSlabIndex): void {
    const wrong = this.hints.unused(superSlab) & ~masksOf(this.#records, superSlab).unused;
    if (wrong === 0) return;
    this.hints.dropUnused(superSlab, wrong);
    this.hints.addUnused(superSlab, wrong & masksOf(this.#records, superSlab).unused);
    this.reopen(superSlab);
  }

  #claimPages(from: PageIndex, pages: number, expected: number, retries: number): boolean {
    for (let i = 0; i < pages; i++) {
      if (claimPage(this.#records, from + i, expected, this.#doubt)) continue;
      this.#storeDown(from, i, expected);
      this.count(retries);
      const last = (from + i) >>> SLOT_SHIFT;
      for (let superSlab = from >>> SLOT_SHIFT; superSlab <= last; superSlab++) {
        this.#correctUnused(superSlab);
        this.rebuild(superSlab); // others may have taken the pages off the hints meanwhile
      }
      return false;
    }
    return true;
  }

  #writeNote(head: PageIndex, span: number, room: number): void {
    const { words } = this.#records;
    const note = noteOf(head);
    words[note + NOTE_SPAN] = span;
    words[note + NOTE_ROOM] = room;
    words[note + NOTE_CURSOR] = 0;
    words[note + NOTE_NEXT] = 0;
    words[note + NOTE_PREV] = 0;
  }

  /** Writes the word of pages, the first one's last: when it is seen, so are the others'. */
  #storeDown(from: PageIndex, pages: number, word: number): void {
    const { words, atomics } = this.#records;
    for (let i = pages - 1; i > 0; i--) words[from + i] = word;
    if (pages > 0) atomics.store(words, from, word);
  }

  /** Takes slots that have become ACTIVE off the unused ones. */
  #occupy(superSlab: SuperSlabIndex, mask: number): void {
    this.hints.dropUnused(superSlab, mask);
    this.hints.addTouched(superSlab, mask);
    this.#registry.heat(superSlab);
    this.reopen(superSlab);
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
