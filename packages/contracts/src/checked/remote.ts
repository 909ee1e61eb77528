/**
 * A remote queue behind checks. Others change the same words at any time: what only one thread sees is looked at always, what
 * others could change under its hands only where the records are in memory of one thread.
 *
 * always   free: REMOTE-2, told at most once · take: REMOTE-4, REMOTE-8 · nextClass: REMOTE-7
 * alone    free: REMOTE-1, REMOTE-2 · take: REMOTE-3 · nextClass: REMOTE-7, -1 · hasNews, isTold, stats: GENERAL-C
 *
 * A call costs what it costs inside and a few reads; nextClass one look per class.
 */

import { PLAIN } from '../atomics.js';
import { METHODS } from '../methods.js';
import { classIn, kindOf, ownerOf, PageKind, SlotState, stateOf } from '../page-word.js';
import { requireMethods, type Scope } from '../recipe.js';
import { headOf, NOTE_SPAN, noteOf } from '../records.js';
import type { RemoteQueue, RemoteStats } from '../remote.js';
import { CLASS_COUNT } from '../size-classes.js';
import { type Address, GRANULE_SHIFT, PAGE_SHIFT, type PageIndex, type SizeClass, type ThreadId } from '../units.js';
import { Inspection } from './inspection.js';

/** The same queue; a clause of REMOTE that does not hold throws a ContractViolation. */
export function checkedRemote(box: string, scope: Scope, inner: RemoteQueue): RemoteQueue {
  requireMethods('checkedRemote', 'inner', inner, METHODS.remote);
  return new CheckedRemote(new Inspection(box), scope, inner);
}

class CheckedRemote implements RemoteQueue {
  readonly #inspection: Inspection;
  readonly #scope: Scope;
  readonly #inner: RemoteQueue;
  /** Whether no other thread can see the records. */
  readonly #alone: boolean;

  constructor(inspection: Inspection, scope: Scope, inner: RemoteQueue) {
    this.#inspection = inspection;
    this.#scope = scope;
    this.#inner = inner;
    this.#alone = scope.records.atomics === PLAIN;
  }

  free(address: Address): boolean {
    const call = `free(${address})`;
    const { words, live } = this.#scope.records;
    const granule = address >>> GRANULE_SHIFT;
    const before = live[granule];
    const head = headOf(words, address >>> PAGE_SHIFT);
    const told = this.#inner.stats().told;
    const hadMark = this.#alone && this.#inner.isTold(head);
    const answer = this.#inner.free(address);
    const times = (this.#inner.stats().told - told) >>> 0;
    this.#inspection.must(answer ? 'REMOTE-2' : 'REMOTE-1', times <= (answer ? 1 : 0), call, { answer, told: times });
    if (!this.#alone) return answer;
    const after = live[granule];
    const right = answer === (before === 1) && after === (answer ? 0 : before);
    this.#inspection.must('REMOTE-1', right, call, { answer, before, after });
    if (!answer || !isSlab(words[head]) || ownerOf(words[head]) === 0) return answer;
    const marked = this.#inner.isTold(head);
    this.#inspection.must('REMOTE-2', marked && times === (hadMark ? 0 : 1), call, { head, hadMark, marked, times });
    return answer;
  }

  take(sizeClass: SizeClass, visit: (head: PageIndex) => void): number {
    const call = `take(${sizeClass})`;
    const { taken } = this.#inner.stats();
    /** Slabs that were visited and have not been told of since. */
    const quiet = new Set<PageIndex>();
    let visits = 0;
    const answer = this.#inner.take(sizeClass, (head) => {
      this.#checkVisit(call, sizeClass, head, quiet);
      visits++;
      visit(head);
      if (this.#alone && !this.#inner.isTold(head)) quiet.add(head);
    });
    const counted = (this.#inner.stats().taken - taken) >>> 0;
    this.#inspection.must('REMOTE-8', answer === visits && counted >= visits, call, { answer, visits, counted });
    return answer;
  }

  #checkVisit(call: string, sizeClass: SizeClass, head: PageIndex, quiet: Set<PageIndex>): void {
    const { records, owner } = this.#scope;
    const word = records.words[head];
    const mine = isSlab(word) && ownerOf(word) === owner && records.words[noteOf(head) + NOTE_SPAN] > 0;
    this.#inspection.must('REMOTE-4', mine, call, { head, word, owner });
    this.#inspection.must('REMOTE-8', classIn(word) === sizeClass, call, { head, sizeClass: classIn(word) });
    this.#inspection.must('REMOTE-8', !quiet.has(head), call, { head, again: true });
    if (this.#alone) this.#inspection.must('REMOTE-3', !this.#inner.isTold(head), call, { head, told: true });
  }

  nextClass(): SizeClass | -1 {
    const inner = this.#inner;
    const none = !this.#alone || this.#anyNews() === -1;
    const answer = inner.nextClass();
    if (answer === -1) this.#inspection.must('REMOTE-7', none, 'nextClass()', { answer, hasNews: this.#anyNews() });
    else this.#inspection.must('REMOTE-7', isClass(answer) && inner.hasNews(answer), 'nextClass()', { answer });
    return answer;
  }

  hasNews(sizeClass: SizeClass): boolean {
    return this.#look(`hasNews(${sizeClass})`, () => this.#inner.hasNews(sizeClass));
  }

  isTold(head: PageIndex): boolean {
    return this.#look(`isTold(${head})`, () => this.#inner.isTold(head));
  }

  settle(thread: ThreadId): void {
    const call = `settle(${thread})`;
    const { told } = this.#inner.stats();
    this.#inner.settle(thread);
    const times = (this.#inner.stats().told - told) >>> 0;
    this.#inspection.must('REMOTE-6', times <= 1, call, { times });
  }

  stats(): RemoteStats {
    return this.#look('stats()', () => this.#inner.stats());
  }

  /** A class with news; -1 when there is none. */
  #anyNews(): SizeClass | -1 {
    for (let c = 0; c < CLASS_COUNT; c++) if (this.#inner.hasNews(c)) return c;
    return -1;
  }

  #look<T>(call: string, look: () => T): T {
    if (!this.#alone) return look();
    const { words, start, length } = this.#scope.region;
    return this.#inspection.observe(call, words.subarray(start, start + length), look);
  }
}

function isClass(answer: number): boolean {
  return Number.isInteger(answer) && answer >= 0 && answer < CLASS_COUNT;
}

function isSlab(word: number): boolean {
  const kind = kindOf(word);
  return stateOf(word) === SlotState.ACTIVE && (kind === PageKind.TINY || kind === PageKind.MID);
}
