/**
 * A cache behind checks. take and give look at the slab of their block and at what is cached; drain, flushAll and retireIdle at
 * all slabs of the thread. Where other threads can see the records they free blocks at any time: then only what the owner alone
 * writes is looked at (room, what is cached, its own bytes from 0 to 1).
 *
 * before   give: CACHE-12
 * after    take: CACHE-1, -10 · give: CACHE-2, -5 · prewarm: CACHE-13 · drain: CACHE-6 · flushAll, retireIdle: CACHE-14
 *          all of them: CACHE-3, CACHE-4 (but for the news), CACHE-11, CACHE-15 · stats, cached, verify: GENERAL-C
 *
 * The caps that CACHE-11 goes by are those of the last refill or flush of the class, or higher ones since (GENERAL-B). Where no
 * other thread is, take copies the live bytes of the class's slabs before. A call is O(pages + blocks of the class + cached).
 */

import { PLAIN } from '../atomics.js';
import type { BlockCache, CacheStats } from '../cache.js';
import type { Report } from '../general.js';
import { METHODS } from '../methods.js';
import { classIn } from '../page-word.js';
import { policyCap } from '../policy.js';
import { requireMethods, type Scope } from '../recipe.js';
import { countFree, headOf, NOTE_ROOM, NOTE_SPAN, noteOf } from '../records.js';
import { CLASS_COUNT, SPAN_BLOCKS } from '../size-classes.js';
import { type Address, GRANULE_SHIFT, PAGE_SHIFT, type PageIndex, type SizeClass } from '../units.js';
import { Inspection } from './inspection.js';
import { OwnSlabs } from './own-slabs.js';

/** The same cache; a clause of CACHE that does not hold throws a ContractViolation. */
export function checkedCache(box: string, scope: Scope, inner: BlockCache): BlockCache {
  requireMethods('checkedCache', 'inner', inner, METHODS.cache);
  return new CheckedCache(new Inspection(box), scope, inner);
}

/** What is cached: all addresses, and how many by class and by slab. */
interface Cached {
  readonly all: Set<Address>;
  readonly of: Int32Array;
  readonly in: Map<PageIndex, number>;
}

class CheckedCache implements BlockCache {
  readonly #inspection: Inspection;
  readonly #scope: Scope;
  readonly #inner: BlockCache;
  readonly #mine: OwnSlabs;
  /** Whether no other thread can see the records. */
  readonly #alone: boolean;
  /** The highest cap of each class that may be in force. */
  readonly #caps: Int32Array;

  constructor(inspection: Inspection, scope: Scope, inner: BlockCache) {
    this.#inspection = inspection;
    this.#scope = scope;
    this.#inner = inner;
    this.#mine = new OwnSlabs(scope.records, scope.owner);
    this.#alone = scope.records.atomics === PLAIN;
    this.#caps = Int32Array.from({ length: CLASS_COUNT }, (_, c) => this.#cap(c));
  }

  take(sizeClass: SizeClass): Address | 0 {
    const call = `take(${sizeClass})`;
    const live = this.#alone ? this.#mine.liveIn(sizeClass) : null;
    const address = this.#changing(call, sizeClass, (balance) => {
      const answer = this.#inner.take(sizeClass);
      if (answer !== 0) balance(-1);
      return answer;
    });
    if (address === 0) return 0;
    const is = this.#scope.records.live[address >>> GRANULE_SHIFT];
    this.#inspection.must('CACHE-10', this.#mine.isBlock(sizeClass, address), call, { address });
    const wasLive = live?.has(address) === true;
    this.#inspection.must('CACHE-1', is === 1 && !wasLive, call, { address, liveByte: is, wasLive });
    this.#checkSum(call, headOf(this.#scope.records.words, address >>> PAGE_SHIFT));
    return address;
  }

  give(sizeClass: SizeClass, address: Address): boolean {
    const call = `give(${sizeClass}, ${address})`;
    const { live } = this.#scope.records;
    const granule = address >>> GRANULE_SHIFT;
    const was = live[granule];
    if (was !== 1) return this.#refused(call, sizeClass, address);
    this.#inspection.must('CACHE-12', this.#mine.isBlock(sizeClass, address), call, { address });
    const answer = this.#changing(call, sizeClass, (balance) => {
      const taken = this.#inner.give(sizeClass, address);
      if (taken) balance(1);
      return taken;
    });
    const is = live[granule];
    this.#inspection.must('CACHE-2', (answer || !this.#alone) && is === 0, call, { answer, was, is });
    return answer;
  }

  prewarm(sizeClass: SizeClass, blocks: number): number {
    const call = `prewarm(${sizeClass}, ${blocks})`;
    const before = this.#cached().of[sizeClass];
    const answer = this.#changing(call, sizeClass, () => this.#inner.prewarm(sizeClass, blocks));
    const now = this.#cached().of[sizeClass];
    const most = before > 0 ? before : Math.max(0, blocks);
    this.#inspection.must('CACHE-13', answer === now && now <= most, call, { answer, before, now });
    return answer;
  }

  drain(sizeClass: SizeClass): void {
    const call = `drain(${sizeClass})`;
    this.#changing(call, null, () => this.#inner.drain(sizeClass));
    if (!this.#alone) return;
    const { words } = this.#scope.records;
    for (const head of this.#mine.slabs(sizeClass)) {
      const room = words[noteOf(head) + NOTE_ROOM];
      const idle = countFree(this.#scope.records, head) === SPAN_BLOCKS[sizeClass];
      this.#inspection.must('CACHE-6', !idle || room === SPAN_BLOCKS[sizeClass], call, { head, room });
    }
  }

  flushAll(): void {
    this.#changing('flushAll()', null, () => this.#inner.flushAll());
    const left = this.#cached().all;
    this.#inspection.must('CACHE-14', left.size === 0, 'flushAll()', { cached: left.size });
  }

  retireIdle(): void {
    this.#changing('retireIdle()', null, () => this.#inner.retireIdle());
    const { words } = this.#scope.records;
    const idle = this.#mine
      .slabs()
      .filter((head) => words[noteOf(head) + NOTE_ROOM] === SPAN_BLOCKS[classIn(words[head])]);
    this.#inspection.must('CACHE-14', idle.length === 0, 'retireIdle()', { idle: idle.join() });
  }

  cached(visit: (sizeClass: SizeClass, address: Address) => void): void {
    this.#look('cached', () => this.#inner.cached(visit));
  }

  stats(): CacheStats {
    return this.#look('stats()', () => this.#inner.stats());
  }

  verify(report: Report): void {
    this.#look('verify', () => this.#inner.verify(report));
  }

  /** A block that is not live: the answer is false, and nothing of this thread changes. */
  #refused(call: string, sizeClass: SizeClass, address: Address): boolean {
    const { words, start, length } = this.#scope.region;
    const before = words.slice(start, start + length);
    const cached = this.#cached().all.size;
    const answer = this.#inner.give(sizeClass, address);
    const same = before.every((word, i) => word === words[start + i]) && this.#cached().all.size === cached;
    const is = this.#scope.records.live[address >>> GRANULE_SHIFT];
    this.#inspection.must('CACHE-2', !answer && same && is !== 1, call, { answer, same, is });
    return answer;
  }

  /** A call that may change what is cached; of one class, unless it is null. `balance` says what the caller got or gave. */
  #changing<T>(call: string, sizeClass: SizeClass | null, act: (balance: (blocks: number) => void) => T): T {
    const before = this.#cached();
    const counted = this.#inner.stats();
    if (sizeClass !== null) this.#raiseCap(sizeClass);
    let given = 0;
    const answer = act((blocks) => {
      given += blocks;
    });
    const now = this.#cached();
    const counts = this.#inner.stats();
    this.#checkCached(call, before, now);
    this.#checkCounts(call, before.all.size + given, now.all.size, counted, counts);
    if (sizeClass !== null) {
      const anew = counts.refills !== counted.refills || counts.flushes !== counted.flushes;
      if (anew) this.#caps[sizeClass] = this.#cap(sizeClass);
      else this.#raiseCap(sizeClass);
      const cap = Math.max(this.#caps[sizeClass], anew ? 0 : before.of[sizeClass]);
      this.#inspection.must('CACHE-11', now.of[sizeClass] <= cap, call, { cached: now.of[sizeClass], cap });
    }
    return answer;
  }

  #checkCached(call: string, before: Cached, now: Cached): void {
    const { live, words } = this.#scope.records;
    for (const address of now.all) {
      this.#inspection.must('CACHE-3', live[address >>> GRANULE_SHIFT] !== 1, call, { cachedAndLive: address });
    }
    for (const [head, cached] of now.in) this.#checkSum(call, head, cached);
    for (const head of before.in.keys()) {
      const mine = this.#mine.isMine(head) && words[noteOf(head) + NOTE_SPAN] >= 0;
      const whole = mine && words[noteOf(head) + NOTE_ROOM] === SPAN_BLOCKS[classIn(words[head])];
      this.#inspection.must('CACHE-5', !whole, call, { head, allRoom: whole });
    }
  }

  /** Blocks that are cached or room are free; more may be, news: others free blocks, and never take one. */
  #checkSum(call: string, head: PageIndex, cached = 0): void {
    const free = countFree(this.#scope.records, head);
    const room = this.#scope.records.words[noteOf(head) + NOTE_ROOM];
    this.#inspection.must('CACHE-4', room >= 0 && cached + room <= free, call, { head, cached, room, free });
  }

  /** What came and went is counted; only a drain may let blocks go that are counted with their slab. */
  #checkCounts(call: string, had: number, has: number, before: CacheStats, now: CacheStats): void {
    const by = (key: keyof CacheStats): number => (now[key] - before[key]) >>> 0;
    const dropped = had + by('refilled') - by('flushed') - has;
    const seen = { had, has, refilled: by('refilled'), flushed: by('flushed'), drains: by('drains') };
    this.#inspection.must('CACHE-15', dropped === 0 || (dropped > 0 && by('drains') > 0), call, seen);
    this.#inspection.must('CACHE-15', by('refilled') === 0 || by('refills') > 0, call, {
      ...seen,
      refills: by('refills'),
    });
    this.#inspection.must('CACHE-15', by('flushed') === 0 || by('flushes') > 0, call, {
      ...seen,
      flushes: by('flushes'),
    });
  }

  #cached(): Cached {
    const seen: Cached = { all: new Set(), of: new Int32Array(CLASS_COUNT), in: new Map() };
    this.#inner.cached((sizeClass, address) => {
      this.#inspection.must('CACHE-3', !seen.all.has(address), 'cached', { address, again: true });
      this.#inspection.must('CACHE-3', this.#mine.isBlock(sizeClass, address), 'cached', { address, sizeClass });
      const head = headOf(this.#scope.records.words, address >>> PAGE_SHIFT);
      seen.all.add(address);
      seen.of[sizeClass]++;
      seen.in.set(head, (seen.in.get(head) ?? 0) + 1);
    });
    return seen;
  }

  #cap(sizeClass: SizeClass): number {
    const { words, start } = this.#scope.policy;
    return Math.max(1, words[start + policyCap(sizeClass)]);
  }

  #raiseCap(sizeClass: SizeClass): void {
    this.#caps[sizeClass] = Math.max(this.#caps[sizeClass], this.#cap(sizeClass));
  }

  /** GENERAL-C; where others work, they may write while this thread looks. */
  #look<T>(call: string, look: () => T): T {
    if (!this.#alone) return look();
    const { words, start, length } = this.#scope.region;
    return this.#inspection.observe(call, words.subarray(start, start + length), look);
  }
}
