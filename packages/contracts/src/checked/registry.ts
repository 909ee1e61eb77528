/**
 * A registry behind checks. Each call looks at all tiers; its rooms are behind checks, too.
 *
 * before   REGISTRY-11
 * after    superSlabOf, pageOf: REGISTRY-1 · all that change: REGISTRY-2, REGISTRY-9 · reuse: REGISTRY-3, REGISTRY-8 · extend:
 *          REGISTRY-3, REGISTRY-5, REGISTRY-8 · trim, free: REGISTRY-4 · stats, verify: GENERAL-C
 *
 * Where the records are shared other threads may change tiers at any time; then only what they leave alone is looked at: where
 * SuperSlabs are, and which pages are RESERVED.
 */

import { PLAIN } from '../atomics.js';
import type { ClauseId } from '../clauses.js';
import type { Report } from '../general.js';
import { METHODS } from '../methods.js';
import { SlotState, stateOf } from '../page-word.js';
import type { SlotPool } from '../pool.js';
import { requireMethods, type Scope } from '../recipe.js';
import type { Records, Region } from '../records.js';
import { type RegistryStats, type SuperRegistry, Tier } from '../registry.js';
import type { SlabSource } from '../source.js';
import {
  type Address,
  PAGE_SHIFT,
  type PageIndex,
  SLOTS_PER_SUPERSLAB,
  SUPERSLAB_SHIFT,
  type SuperSlabIndex,
} from '../units.js';
import { Inspection } from './inspection.js';
import { CheckedSource } from './source.js';

export function checkedRegistry(box: string, scope: Scope, inner: SuperRegistry): SuperRegistry {
  return new CheckedRegistry(box, scope.records, inner);
}

class CheckedRegistry implements SuperRegistry {
  /** There when the inner registry has it. */
  readonly trim?: (retain: number) => number;
  readonly #box: string;
  readonly #records: Records;
  readonly #inner: SuperRegistry;
  readonly #inspection: Inspection;
  /** Whether no other thread can change anything. */
  readonly #alone: boolean;

  constructor(box: string, records: Records, inner: SuperRegistry) {
    requireMethods('checked', box, inner, METHODS.registry);
    this.#box = box;
    this.#records = records;
    this.#inner = inner;
    this.#inspection = new Inspection(box);
    this.#alone = records.atomics === PLAIN;
    if (inner.trim !== undefined) this.trim = (retain) => this.#trim(retain);
  }

  get first(): SuperSlabIndex {
    return this.#inner.first;
  }

  get end(): SuperSlabIndex {
    return this.#inner.end;
  }

  superSlabOf(address: Address): SuperSlabIndex {
    const superSlab = this.#inner.superSlabOf(address);
    this.#inspection.must('REGISTRY-1', superSlab === address >>> SUPERSLAB_SHIFT, `superSlabOf(${address})`, {
      superSlab,
    });
    return superSlab;
  }

  pageOf(address: Address): PageIndex {
    const page = this.#inner.pageOf(address);
    this.#inspection.must('REGISTRY-1', page === address >>> PAGE_SHIFT, `pageOf(${address})`, { page });
    return page;
  }

  tier(superSlab: SuperSlabIndex): Tier {
    const tier = this.#inner.tier(superSlab);
    const isOne = Object.values(Tier).includes(tier);
    const { first } = this.#inner;
    this.#inspection.must('REGISTRY-2', isOne && (superSlab >= first || tier === Tier.ABSENT), `tier(${superSlab})`, {
      tier,
      first,
    });
    return tier;
  }

  reuse(): SuperSlabIndex | -1 {
    const before = this.#tiers();
    const superSlab = this.#inner.reuse();
    this.#there('REGISTRY-3', superSlab, 'reuse()');
    if (!this.#alone) return superSlab;
    if (superSlab === -1) {
      this.#inspection.must('REGISTRY-8', !before.includes(Tier.FREE), 'reuse()', { free: before.indexOf(Tier.FREE) });
      this.#only('REGISTRY-8', 'reuse()', before, -1, before.length);
    } else {
      const was = before[superSlab];
      const now = this.#inner.tier(superSlab);
      this.#inspection.must('REGISTRY-3', was === Tier.FREE && now === Tier.HOT, 'reuse()', { superSlab, was, now });
      this.#only('REGISTRY-3', 'reuse()', before, superSlab, before.length);
    }
    return superSlab;
  }

  extend(count: number): SuperSlabIndex | -1 {
    const call = `extend(${count})`;
    this.#inspection.must('REGISTRY-11', Number.isInteger(count) && count >= 1, call, { count });
    const before = this.#tiers();
    const superSlab = this.#inner.extend(count);
    this.#there('REGISTRY-3', superSlab, call);
    this.#reserved(call);
    if (!this.#alone) return superSlab;
    const { end } = this.#inner;
    if (superSlab === -1) {
      this.#only('REGISTRY-8', call, before, -1, before.length);
      return superSlab;
    }
    const atTop = superSlab === before.length && end === before.length + count;
    this.#inspection.must('REGISTRY-3', atTop, call, { superSlab, endBefore: before.length, end });
    const made = this.#tiers().slice(before.length);
    const hot = made.every((tier) => tier === Tier.HOT);
    this.#inspection.must('REGISTRY-3', hot, call, { superSlab, tiers: made.join() });
    this.#only('REGISTRY-3', call, before, -1, end);
    return superSlab;
  }

  heat(superSlab: SuperSlabIndex): void {
    this.#move(`heat(${superSlab})`, superSlab, Tier.HOT, () => this.#inner.heat(superSlab));
  }

  drain(superSlab: SuperSlabIndex): void {
    this.#move(`drain(${superSlab})`, superSlab, Tier.DRAINING, () => this.#inner.drain(superSlab));
  }

  free(superSlab: SuperSlabIndex): void {
    const call = `free(${superSlab})`;
    this.#named(superSlab, call);
    const before = this.#tiers();
    this.#inner.free(superSlab);
    if (!this.#alone) return;
    before[superSlab] = Tier.FREE;
    this.#returned(call, before);
  }

  rooms(region: Region, pool: SlotPool): SlabSource {
    return new CheckedSource(this.#records, this.#inner.rooms(region, pool), this.#box);
  }

  stats(): RegistryStats {
    if (!this.#alone) return this.#inner.stats();
    const stats = this.#inspection.observe('stats()', this.#records.words, () => this.#inner.stats());
    const { hot, draining, free, created, returned } = stats;
    const all = this.#inner.end - this.#inner.first;
    const whole = hot + draining + free === all && created - returned === all;
    this.#inspection.must('REGISTRY-2', whole, 'stats()', { hot, draining, free, created, returned, all });
    return stats;
  }

  verify(report: Report): void {
    if (!this.#alone) this.#inner.verify(report);
    else this.#inspection.observe('verify', this.#records.words, () => this.#inner.verify(report));
  }

  #trim(retain: number): number {
    const call = `trim(${retain})`;
    const before = this.#tiers();
    const { length } = before;
    const gone = this.#inner.trim!(retain);
    if (!this.#alone) return gone;
    this.#returned(call, before);
    const fewer = length - this.#inner.end;
    this.#inspection.must('REGISTRY-4', gone === fewer, call, { gone, fewer });
    const free = this.#count(Tier.FREE);
    this.#inspection.must('REGISTRY-4', gone === 0 || free >= retain, call, { gone, free });
    return gone;
  }

  #move(call: string, superSlab: SuperSlabIndex, next: Tier, act: () => void): void {
    this.#named(superSlab, call);
    const before = this.#tiers();
    act();
    if (!this.#alone) return;
    const now = this.#inner.tier(superSlab);
    this.#inspection.must('REGISTRY-9', now === next, call, { tier: now });
    this.#only('REGISTRY-9', call, before, superSlab, before.length);
  }

  #named(superSlab: SuperSlabIndex, call: string): void {
    const { first, end } = this.#inner;
    this.#inspection.must('REGISTRY-11', superSlab >= first && superSlab < end, call, { first, end });
  }

  /** What was answered is a SuperSlab that exists, or -1. */
  #there(id: ClauseId, superSlab: SuperSlabIndex | -1, call: string): void {
    const { first, end } = this.#inner;
    const exists = Number.isInteger(superSlab) && superSlab >= first && superSlab < end;
    this.#inspection.must(id, superSlab === -1 || exists, call, { superSlab, first, end });
  }

  /** Pages that the space does not give are RESERVED, of all SuperSlabs that can be seen. */
  #reserved(call: string): void {
    const { words, pageLimit } = this.#records;
    const { first, end } = this.#inner;
    const pages = first === 0 && end > 0 ? [0] : [];
    for (let page = pageLimit; page < end * SLOTS_PER_SUPERSLAB; page++) pages.push(page);
    const open = pages.find((page) => stateOf(words[page]) !== SlotState.RESERVED);
    this.#inspection.must('REGISTRY-5', open === undefined, call, { page: open, pageLimit });
  }

  /** The end is `end`, and no tier but that of one SuperSlab is another than before. */
  #only(id: ClauseId, call: string, before: readonly Tier[], but: SuperSlabIndex | -1, end: SuperSlabIndex): void {
    this.#inspection.must(id, this.#inner.end === end, call, { end: this.#inner.end, expected: end });
    const now = this.#tiers();
    const other = before.findIndex((tier, i) => i !== but && tier !== now[i]);
    this.#inspection.must(id, other === -1, call, { superSlab: other, was: before[other], now: now[other] });
    const absent = now.indexOf(Tier.ABSENT, this.#inner.first);
    this.#inspection.must('REGISTRY-2', absent === -1, call, { absent });
  }

  /** Nothing has changed but that FREE SuperSlabs have gone from the top. */
  #returned(call: string, before: Tier[]): void {
    const { end } = this.#inner;
    const gone = before.splice(end);
    const used = gone.findIndex((tier) => tier !== Tier.FREE);
    this.#inspection.must('REGISTRY-4', used === -1, call, { gone: end + used, tier: gone[used] });
    this.#only('REGISTRY-9', call, before, -1, before.length);
  }

  #count(tier: Tier): number {
    return this.#tiers().filter((each) => each === tier).length;
  }

  /** The tier of each SuperSlab below the end; those below first are ABSENT. */
  #tiers(): Tier[] {
    return Array.from({ length: this.#inner.end }, (_, superSlab) => this.#inner.tier(superSlab));
  }
}
