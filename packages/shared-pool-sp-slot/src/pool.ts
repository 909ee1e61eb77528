/**
 * The shared pool: gives slots to classes and takes them back, in three stages, and before them what others abandoned.
 *
 *   0  adopt    a slab of the class that a thread abandoned
 *   1  reuse    an EMPTY slot (or span) of the same class
 *   2  unused   an UNUSED slot of a SuperSlab at hand: a HOT one that holds the class already, any HOT one, a DRAINING one
 *   3  fresh    a SuperSlab that was FREE; failing that, kept runs are taken back, then EMPTY slots of other classes made
 *               UNUSED, and stage 2 asked again, before a new SuperSlab is made from memory
 *
 *   UNUSED ──acquire──► ACTIVE ──release──► EMPTY ──acquire, same class──► ACTIVE
 *      ▲                │    ▲                │
 *      │          abandon    adopt            │
 *      │                ▼    │                │
 *      │              without owner           │
 *      └──── sweep, SuperSlab drains or frees ┘
 *
 * Without sharing, stage 2 looks only at SuperSlabs that hold the class: each then has one class (large runs go
 * anywhere). Any thread, at any time: a claim that another thread wins is counted and the search goes on behind it.
 * O(SuperSlabs / 32) words per search. Cold: called once per slab, not per block.
 */

import {
  CLASS_COUNT,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  type PoolStats,
  type Report,
  type RunPool,
  type Scope,
  type SizeClass,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  SPAN_PAGES,
  type SuperRegistry,
  type SuperSlabIndex,
  type ThreadId,
} from '@hakmem/contracts';
import { lowest, population, runOf } from './bits.js';
import { emptyWord, type Hints, keptWord, masksOf, type SuperSlabSet, slotsWith } from './hints.js';
import { leave } from './leave.js';
import { findRun } from './runs.js';
import { Counter, Slots } from './slots.js';
import { verifyHints } from './verify.js';

/** How slots are shared between classes. */
export interface PoolRules {
  /** Prefer SuperSlabs that hold the class. */
  readonly affinity: boolean;
  /** Let classes share a SuperSlab. */
  readonly sharing: boolean;
}

/** Claims of a span that may be lost in one SuperSlab before the search goes on behind it. */
const CLAIMS_PER_SUPERSLAB = 4;

export class Pool implements RunPool {
  readonly #scope: Scope;
  readonly #registry: SuperRegistry;
  readonly #rules: PoolRules;
  readonly #slots: Slots;
  readonly #hints: Hints;

  constructor(scope: Scope, registry: SuperRegistry, rules: PoolRules) {
    this.#scope = scope;
    this.#registry = registry;
    this.#slots = new Slots(scope, registry);
    this.#hints = this.#slots.hints;
    // The founder's rules are every thread's.
    const { words, start } = scope.region;
    if (scope.founding) words[start + Counter.RULES] = (rules.affinity ? 1 : 0) | (rules.sharing ? 2 : 0);
    const written = words[start + Counter.RULES];
    this.#rules = { affinity: (written & 1) !== 0, sharing: (written & 2) !== 0 };
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.#adopt(sizeClass) || this.#reuse(sizeClass) || this.#unused(sizeClass) || this.#fresh(sizeClass);
  }

  release(head: PageIndex): void {
    this.#slots.count(Counter.RELEASED);
    this.#scope.log?.(`[SS_FREE] slot EMPTY ${place(head)}`);
    this.#slots.empty(head);
  }

  acquireRun(pages: number, alignPages: number): PageIndex | 0 {
    const { page, before } = this.#claimRun(pages, alignPages);
    if (page !== 0) this.#slots.publishRun(page, page, pages);
    this.#settleFrom(before, page >>> SLOT_SHIFT, page === 0 ? -1 : (page + pages - 1) >>> SLOT_SHIFT);
    if (page === 0) return 0;
    this.#slots.count(Counter.RUNS);
    this.#scope.log?.(`[SP_ACQUIRE_RUN] pages=${pages} ${place(page)}`);
    return page;
  }

  releaseRun(head: PageIndex, keep: number): boolean {
    if (keep === 0 && !this.#slots.seizeRun(head)) return false;
    // Only now is the run this thread's alone.
    const pages = this.#scope.records.words[noteOf(head) + NOTE_SPAN];
    if (keep > 0) this.#slots.cutRun(head, pages, keep);
    this.#scope.log?.(`[SS_FREE] run pages=${pages - keep} UNUSED ${place(head + keep)}`);
    this.#slots.clear(head + keep, pages - keep);
    return true;
  }

  keepRun(head: PageIndex): boolean {
    return this.#slots.keepRun(head);
  }

  reuseRun(head: PageIndex, pages: number): boolean {
    return this.#slots.reuseRun(head, pages);
  }

  splitRun(head: PageIndex, pages: number): void {
    this.#slots.splitRun(head, pages);
  }

  joinRuns(head: PageIndex, next: PageIndex): boolean {
    return this.#slots.joinRuns(head, next);
  }

  dropRun(head: PageIndex): boolean {
    return this.#slots.reclaimRun(head, keptWord(this.#scope.owner));
  }

  extendRun(head: PageIndex, pages: number, wanted: number): boolean {
    const from = head + pages;
    const end = head + wanted;
    const existing = Math.min(end, this.#registry.end * SLOTS_PER_SUPERSLAB);
    for (let page = from; page < existing; page = ((page >>> SLOT_SHIFT) + 1) * SLOTS_PER_SUPERSLAB) {
      if (this.#hints.has(this.#hints.kept, page >>> SLOT_SHIFT)) this.#slots.reclaimRuns(page >>> SLOT_SHIFT);
      const { unused, empty } = masksOf(this.#scope.records, page >>> SLOT_SHIFT);
      const inUse = (~(unused | empty) >>> (page & 31)) << (page & 31);
      if (inUse !== 0 && page - (page & 31) + lowest(inUse) < existing) return false;
    }
    const before = this.#registry.end;
    if (!this.#extendTo(end)) return false;
    for (let superSlab = from >>> SLOT_SHIFT; superSlab <= (end - 1) >>> SLOT_SHIFT; superSlab++) {
      this.#slots.sweep(superSlab);
    }
    const claimed = this.#slots.claimRun(from, end - from);
    if (claimed) this.#slots.publishRun(head, from, end - from);
    else this.#settleFrom(before, 0, -1);
    return claimed;
  }

  sweep(): number {
    const { empty } = this.#hints;
    let swept = 0;
    for (let superSlab = this.#hints.next(empty, empty, -1); superSlab !== -1; ) {
      swept += this.#slots.sweep(superSlab);
      superSlab = this.#hints.next(empty, empty, superSlab);
    }
    return swept;
  }

  reclaim(): number {
    const hints = this.#hints;
    let reclaimed = 0;
    for (let c = 0; c < CLASS_COUNT; c++) {
      const set = hints.abandoned(c);
      for (let superSlab = hints.next(set, set, -1); superSlab !== -1; superSlab = hints.next(set, set, superSlab)) {
        reclaimed += this.#slots.reclaim(superSlab, c);
      }
    }
    for (let runs = this.#reclaimRuns(); runs > 0; runs = this.#reclaimRuns()) reclaimed += runs;
    return reclaimed;
  }

  leave(thread: ThreadId): void {
    leave(this.#scope.records, this.#registry, this.#slots, thread);
  }

  stats(): PoolStats {
    const counter = (which: number): number => this.#slots.counter(which);
    const slots = { unusedSlots: 0, emptySlots: 0, touchedPages: 0 };
    for (let superSlab = this.#registry.first; superSlab < this.#registry.end; superSlab++) {
      const { unused, empty } = masksOf(this.#scope.records, superSlab);
      slots.unusedSlots += population(unused);
      slots.emptySlots += population(empty);
      slots.touchedPages += population(this.#hints.touched(superSlab));
    }
    return {
      reuse: counter(Counter.REUSE),
      unused: counter(Counter.UNUSED),
      fresh: counter(Counter.FRESH),
      affine: counter(Counter.AFFINE),
      swept: counter(Counter.SWEPT),
      released: counter(Counter.RELEASED),
      runs: counter(Counter.RUNS),
      adopted: counter(Counter.ADOPTED),
      abandoned: counter(Counter.ABANDONED),
      retries: {
        slot: counter(Counter.SLOT_RETRIES),
        run: counter(Counter.RUN_RETRIES),
        adopt: counter(Counter.ADOPT_RETRIES),
      },
      ...slots,
    };
  }

  verify(report: Report): void {
    verifyHints(this.#scope.records, this.#hints, this.#registry, report);
  }

  /** Makes pages UNUSED that nobody uses, some at a time; false when there are none. */
  #makeRoom(): boolean {
    return this.#reclaimRuns() > 0 || this.reclaim() + this.sweep() > 0;
  }

  /** Takes back the runs that threads keep in the first SuperSlab that has any; says how many. */
  #reclaimRuns(): number {
    const { kept } = this.#hints;
    for (let superSlab = this.#hints.next(kept, kept, -1); superSlab !== -1; ) {
      const reclaimed = this.#slots.reclaimRuns(superSlab);
      if (reclaimed > 0) return reclaimed;
      superSlab = this.#hints.next(kept, kept, superSlab);
    }
    return 0;
  }

  /** Stage 0. A slab that is full is adopted, too: its owner is told when a block of it is freed. */
  #adopt(sizeClass: SizeClass): PageIndex | 0 {
    const { words } = this.#scope.records;
    const set = this.#hints.abandoned(sizeClass);
    for (let superSlab = this.#hints.next(set, set, -1); superSlab !== -1; ) {
      const head = this.#slots.adopt(superSlab, sizeClass);
      if (head === 0) {
        superSlab = this.#hints.next(set, set, superSlab);
        continue;
      }
      this.#scope.log?.(`[SP_ACQUIRE_STAGE0] class=${sizeClass} adopting ${place(head)}`);
      if (words[noteOf(head) + NOTE_ROOM] > 0) return head;
    }
    return 0;
  }

  /** Stage 1. */
  #reuse(sizeClass: SizeClass): PageIndex | 0 {
    const hints = this.#hints;
    const { records } = this.#scope;
    const expected = emptyWord(sizeClass);
    const set = hints.empties(sizeClass);
    for (let superSlab = hints.next(set, set, -1); superSlab !== -1; superSlab = hints.next(set, set, superSlab)) {
      for (let tries = CLAIMS_PER_SUPERSLAB; tries > 0; tries--) {
        const slot = runOf(slotsWith(records, superSlab, expected), SPAN_PAGES[sizeClass]);
        if (slot < 0) break;
        const head = superSlab * SLOTS_PER_SUPERSLAB + slot;
        if (this.#slots.claim(head, sizeClass, expected)) {
          return this.#finish(head, sizeClass, Counter.REUSE, 1, 'EMPTY slot');
        }
      }
      hints.drop(set, superSlab, () => slotsWith(records, superSlab, expected) !== 0);
      hints.drop(hints.empty, superSlab, () => masksOf(records, superSlab).empty !== 0);
    }
    return 0;
  }

  /** Stage 2. */
  #unused(sizeClass: SizeClass): PageIndex | 0 {
    const { open, draining } = this.#hints;
    const holds = this.#hints.holds(sizeClass);
    const { affinity, sharing } = this.#rules;
    if (!sharing) return this.#amongUnused(sizeClass, open, holds) || this.#amongUnused(sizeClass, draining, holds);
    return (
      (affinity ? this.#amongUnused(sizeClass, open, holds) : 0) ||
      this.#amongUnused(sizeClass, open, open) ||
      this.#amongUnused(sizeClass, draining, draining)
    );
  }

  #amongUnused(sizeClass: SizeClass, one: SuperSlabSet, other: SuperSlabSet): PageIndex | 0 {
    const hints = this.#hints;
    for (let superSlab = hints.next(one, other, -1); superSlab !== -1; superSlab = hints.next(one, other, superSlab)) {
      const beside = hints.has(hints.holds(sizeClass), superSlab);
      const head = this.#claimIn(superSlab, sizeClass);
      if (head === 0) continue;
      if (beside) this.#slots.count(Counter.AFFINE);
      return this.#finish(head, sizeClass, Counter.UNUSED, 2, 'UNUSED slot');
    }
    return 0;
  }

  /** Stage 3. A SuperSlab at the edge of a region may be too short for the span: then another, and it is FREE again. */
  #fresh(sizeClass: SizeClass): PageIndex | 0 {
    const short: SuperSlabIndex[] = [];
    let head: PageIndex | 0 = 0;
    while (head === 0) {
      let superSlab = this.#registry.reuse();
      if (superSlab === -1 && (this.#rules.sharing ? this.#makeRoom() : this.#reclaimRuns() > 0)) {
        head = this.#unused(sizeClass);
        continue; // a whole SuperSlab may have become FREE
      }
      if (superSlab === -1) superSlab = this.#extend(1);
      if (superSlab === -1) {
        // Another thread may have made the last SuperSlab since stage 2 was asked.
        head = this.#unused(sizeClass);
        break;
      }
      head = this.#claimIn(superSlab, sizeClass);
      if (head === 0) short.push(superSlab);
      else this.#finish(head, sizeClass, Counter.FRESH, 3, 'new SuperSlab');
    }
    for (const superSlab of short) this.#slots.settle(superSlab);
    return head;
  }

  /**
   * Claims pages for a run: first fit, then after room was made, then with new SuperSlabs; 0 when memory is exhausted. As pages
   * are claimed upward, of several claims that cross one wins: a lost one means that another thread has got its pages.
   * Says from which SuperSlab on there are new ones: making room may have given memory back.
   */
  #claimRun(pages: number, alignPages: number): { page: PageIndex | 0; before: SuperSlabIndex } {
    for (let before = this.#registry.end; ; before = Math.min(before, this.#registry.end)) {
      const fit = findRun(this.#hints, this.#registry, pages, alignPages);
      if (fit.found) {
        if (this.#slots.claimRun(fit.page, pages)) return { page: fit.page, before };
      } else if (!this.#makeRoom() && !this.#extendTo(fit.page + pages)) return { page: 0, before };
    }
  }

  /** Settles the SuperSlabs from `before` on but those from `first` to `last`; from the top, where memory can be returned. */
  #settleFrom(before: SuperSlabIndex, first: SuperSlabIndex, last: SuperSlabIndex): void {
    for (let superSlab = this.#registry.end - 1; superSlab >= before; superSlab--) {
      if (superSlab < first || superSlab > last) this.#slots.settle(superSlab);
    }
  }

  /** Makes SuperSlabs from memory until the heap reaches page `end`; false, and nothing changed, when it cannot. */
  #extendTo(end: PageIndex): boolean {
    if (end > this.#scope.records.pageLimit) return false;
    for (;;) {
      const before = this.#registry.end;
      const more = Math.ceil(end / SLOTS_PER_SUPERSLAB) - before;
      if (more <= 0) return true;
      // Another thread may have been first, and have made fewer, or all that there are.
      if (this.#extend(more) === -1 && this.#registry.end === before) return false;
    }
  }

  #extend(count: number): SuperSlabIndex | -1 {
    const first = this.#registry.extend(count);
    if (first === -1) return -1;
    for (let superSlab = first; superSlab < this.#registry.end; superSlab++) this.#slots.welcome(superSlab);
    return first;
  }

  /** Claims a span of UNUSED slots in the SuperSlab; 0 when it has none. */
  #claimIn(superSlab: SuperSlabIndex, sizeClass: SizeClass): PageIndex | 0 {
    for (let tries = CLAIMS_PER_SUPERSLAB; tries > 0; tries--) {
      const slot = runOf(this.#hints.unused(superSlab), SPAN_PAGES[sizeClass]);
      if (slot < 0) return 0;
      const head = superSlab * SLOTS_PER_SUPERSLAB + slot;
      if (this.#slots.claim(head, sizeClass, 0)) return head;
    }
    return 0;
  }

  #finish(head: PageIndex, sizeClass: SizeClass, counter: number, stage: number, from: string): PageIndex {
    this.#slots.publish(head, sizeClass);
    this.#slots.count(counter);
    this.#scope.log?.(`[SP_ACQUIRE_STAGE${stage}] class=${sizeClass} using ${from} ${place(head)}`);
    return head;
  }
}

function place(page: PageIndex): string {
  return `(ss=${page >>> SLOT_SHIFT} slot=${page & 31})`;
}
