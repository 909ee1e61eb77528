/**
 * The shared pool: gives slots to classes and takes them back, in three stages.
 *
 *   1  reuse    an EMPTY slot (or span) of the same class
 *   2  unused   an UNUSED slot of a SuperSlab at hand: a HOT one that holds the class already, any HOT one, a DRAINING one
 *   3  fresh    a SuperSlab that was FREE; failing that, EMPTY slots of other classes are made UNUSED, and stage 2 asked
 *               again, before a new SuperSlab is made from memory
 *
 *   UNUSED ──acquire──► ACTIVE ──release──► EMPTY ──acquire, same class──► ACTIVE
 *      ▲                                      │
 *      └──── sweep, SuperSlab drains or frees ┘
 *
 * Without sharing, stage 2 looks only at SuperSlabs that hold the class: each then has one class (large runs go
 * anywhere). O(SuperSlabs / 32) words per search. Cold: called once per slab, not per block.
 */

import {
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  type PoolStats,
  type Report,
  type Scope,
  type SizeClass,
  SLOT_SHIFT,
  SLOTS_PER_SUPERSLAB,
  type SlotPool,
  SPAN_PAGES,
  type SuperRegistry,
  type SuperSlabIndex,
} from '@hakmem/contracts';
import { lowest, ones, population, runOf } from './bits.js';
import type { Hints, SuperSlabSet } from './hints.js';
import { findRun } from './runs.js';
import { Counter, emptyWord, Slots } from './slots.js';
import { verifyHints } from './verify.js';

/** How slots are shared between classes. */
export interface PoolRules {
  /** Prefer SuperSlabs that hold the class. */
  readonly affinity: boolean;
  /** Let classes share a SuperSlab. */
  readonly sharing: boolean;
}

export class Pool implements SlotPool {
  readonly #scope: Scope;
  readonly #registry: SuperRegistry;
  readonly #rules: PoolRules;
  readonly #slots: Slots;
  readonly #hints: Hints;

  constructor(scope: Scope, registry: SuperRegistry, rules: PoolRules) {
    this.#scope = scope;
    this.#registry = registry;
    this.#rules = rules;
    this.#slots = new Slots(scope, registry);
    this.#hints = this.#slots.hints;
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.#reuse(sizeClass) || this.#unused(sizeClass) || this.#fresh(sizeClass);
  }

  release(head: PageIndex): void {
    this.#slots.count(Counter.RELEASED);
    this.#scope.log?.(`[SS_FREE] slot EMPTY ${place(head)}`);
    this.#slots.empty(head);
  }

  acquireRun(pages: number, alignPages: number): PageIndex | 0 {
    const before = this.#registry.end;
    let fit = findRun(this.#hints, this.#registry, pages, alignPages);
    while (!fit.found) {
      if (this.sweep() === 0 && !this.#extendTo(fit.page + pages)) {
        this.#settleFrom(before, this.#registry.end);
        return 0;
      }
      fit = findRun(this.#hints, this.#registry, pages, alignPages);
    }
    this.#slots.claimRun(fit.page, fit.page, pages);
    this.#settleFrom(before, fit.page >>> SLOT_SHIFT); // what alignment left out
    this.#slots.count(Counter.RUNS);
    this.#scope.log?.(`[SP_ACQUIRE_RUN] pages=${pages} ${place(fit.page)}`);
    return fit.page;
  }

  releaseRun(head: PageIndex, pages: number, keep: number): void {
    this.#scope.log?.(`[SS_FREE] run pages=${pages - keep} UNUSED ${place(head + keep)}`);
    this.#slots.clearRun(head, head + keep, pages);
  }

  extendRun(head: PageIndex, pages: number, wanted: number): boolean {
    const end = head + wanted;
    const existing = Math.min(end, this.#registry.end * SLOTS_PER_SUPERSLAB);
    for (let page = head + pages; page < existing; page++) {
      const superSlab = page >>> SLOT_SHIFT;
      if (((this.#hints.unused(superSlab) | this.#hints.empty(superSlab)) & (1 << page)) === 0) return false;
    }
    if (!this.#extendTo(end)) return false;
    for (let superSlab = (head + pages) >>> SLOT_SHIFT; superSlab <= (end - 1) >>> SLOT_SHIFT; superSlab++) {
      this.#slots.sweep(superSlab);
    }
    this.#slots.claimRun(head, head + pages, wanted - pages);
    return true;
  }

  sweep(): number {
    if (this.#slots.counter(Counter.EMPTY_NOW) === 0) return 0;
    let swept = 0;
    for (let superSlab = this.#registry.first; superSlab < this.#registry.end; superSlab++) {
      swept += this.#slots.sweep(superSlab);
    }
    return swept;
  }

  stats(): PoolStats {
    const counter = (which: number): number => this.#slots.counter(which);
    const slots = { unusedSlots: 0, emptySlots: 0, touchedPages: 0 };
    for (let superSlab = this.#registry.first; superSlab < this.#registry.end; superSlab++) {
      slots.unusedSlots += population(this.#hints.unused(superSlab));
      slots.emptySlots += population(this.#hints.empty(superSlab));
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
      retries: counter(Counter.RETRIES),
      ...slots,
    };
  }

  verify(report: Report): void {
    verifyHints(this.#slots.pages, this.#hints, this.#registry, report);
  }

  /** Stage 1. */
  #reuse(sizeClass: SizeClass): PageIndex | 0 {
    const hints = this.#hints;
    const { pages } = this.#slots;
    const span = SPAN_PAGES[sizeClass];
    const set = hints.empties(sizeClass);
    for (let superSlab = hints.next(set, set, -1); superSlab !== -1; superSlab = hints.next(set, set, superSlab)) {
      for (let mask = hints.empty(superSlab); mask !== 0; mask &= mask - 1) {
        const head = superSlab * SLOTS_PER_SUPERSLAB + lowest(mask);
        if (pages[head] !== emptyWord(sizeClass) || pages[noteOf(head) + NOTE_SPAN] !== span) continue;
        if (!this.#slots.claim(head, sizeClass, emptyWord(sizeClass))) continue;
        hints.setEmpty(superSlab, hints.empty(superSlab) & ~ones(head, span));
        this.#slots.count(Counter.EMPTY_NOW, -span);
        return this.#finish(head, sizeClass, Counter.REUSE, 1, 'EMPTY slot');
      }
      hints.put(set, superSlab, false);
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
      const head = this.#claimIn(superSlab, sizeClass);
      if (head === 0) continue;
      if (hints.has(hints.holds(sizeClass), superSlab)) this.#slots.count(Counter.AFFINE);
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
      if (superSlab === -1 && this.#rules.sharing && this.sweep() > 0) head = this.#unused(sizeClass);
      if (head !== 0) break;
      if (superSlab !== -1) this.#slots.adopt(superSlab);
      else {
        superSlab = this.#registry.extend(1);
        if (superSlab === -1) break;
        this.#slots.adoptNew(superSlab, 1);
      }
      head = this.#claimIn(superSlab, sizeClass);
      if (head === 0) short.push(superSlab);
      else this.#finish(head, sizeClass, Counter.FRESH, 3, 'new SuperSlab');
    }
    for (const superSlab of short) this.#slots.settle(superSlab);
    return head;
  }

  /** Makes SuperSlabs from memory until the heap reaches page `end`; false, and nothing changed, when it cannot. */
  #extendTo(end: PageIndex): boolean {
    if (end > this.#scope.records.pageLimit) return false;
    const more = Math.ceil(end / SLOTS_PER_SUPERSLAB) - this.#registry.end;
    if (more <= 0) return true;
    const first = this.#registry.extend(more);
    if (first === -1) return false;
    this.#slots.adoptNew(first, more);
    return true;
  }

  /** Settles SuperSlabs that were made and may not be used, from the top, where memory can be returned. */
  #settleFrom(first: SuperSlabIndex, end: SuperSlabIndex): void {
    for (let superSlab = end - 1; superSlab >= first; superSlab--) this.#slots.settle(superSlab);
  }

  /** Claims a span of UNUSED slots in the SuperSlab; 0 when it has none. */
  #claimIn(superSlab: SuperSlabIndex, sizeClass: SizeClass): PageIndex | 0 {
    const slot = runOf(this.#hints.unused(superSlab), SPAN_PAGES[sizeClass]);
    if (slot < 0) return 0;
    const head = superSlab * SLOTS_PER_SUPERSLAB + slot;
    return this.#slots.claim(head, sizeClass, 0) ? head : 0;
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
