/**
 * A pool behind checks. Other threads may change any page at any time but those that this one owns, so only these are looked
 * at: slabs that carry its number, and runs that it was just given or that the caller says it holds.
 *
 * before   release: POOL-16 · releaseRun of a part, extendRun, splitRun: POOL-17
 * after    acquire: POOL-12 (no page that was the thread's already), POOL-15, POOL-4 · release: POOL-5 · leave: POOL-10 ·
 *          acquireRun, reuseRun: POOL-12 · extendRun: POOL-13 · splitRun: POOL-19 · dropRun: POOL-18
 *
 * Cost: a copy of the page words per acquire, a walk over them per leave.
 */

import type { ClauseId } from '../clauses.js';
import type { Report } from '../general.js';
import { CAPABILITY_METHODS, METHODS } from '../methods.js';
import { classIn, kindOf, ownerOf, PageKind, pageWord, SlotState, stateOf } from '../page-word.js';
import type { PoolStats, RunPool, SlotPool } from '../pool.js';
import { requireMethods, type Scope } from '../recipe.js';
import {
  countFree,
  isIdle,
  kindFor,
  NOTE_CURSOR,
  NOTE_NEXT,
  NOTE_PREV,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  type Records,
} from '../records.js';
import { CLASS_COUNT, SPAN_PAGES } from '../size-classes.js';
import { PAGE_GRANULE_SHIFT, type PageIndex, type SizeClass, SLOT_SHIFT, type ThreadId } from '../units.js';
import { Inspection } from './inspection.js';

const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);

/** The pool behind checks: with runs when it has them, without when it has not. */
export function checkedPool(box: string, scope: Scope, inner: SlotPool): SlotPool {
  requireMethods(`checked ${box}`, 'inner', inner, METHODS.pool);
  const runs = typeof (inner as RunPool).acquireRun === 'function';
  return runs ? new CheckedRunPool(box, scope, inner as RunPool) : new CheckedSlotPool(box, scope, inner);
}

class CheckedSlotPool implements SlotPool {
  readonly #slots: SlotPool;
  protected readonly records: Records;
  protected readonly inspection: Inspection;
  protected readonly owner: ThreadId;

  constructor(box: string, { records, owner }: Scope, inner: SlotPool) {
    this.#slots = inner;
    this.records = records;
    this.owner = owner;
    this.inspection = new Inspection(box);
  }

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    const call = `acquire(${sizeClass})`;
    const mine = this.minePages();
    const head = this.#slots.acquire(sizeClass);
    if (head === 0) return 0;
    const { words } = this.records;
    const word = pageWord(SlotState.ACTIVE, kindFor(sizeClass), this.owner, sizeClass);
    this.inspection.must('POOL-15', words[head] === word, call, { head, word: words[head], expected: word });
    this.#checkSpan(call, head, sizeClass, word, mine);
    const note = noteOf(head);
    const room = words[note + NOTE_ROOM];
    const free = countFree(this.records, head);
    this.inspection.must('POOL-15', room > 0 && room <= free, call, { head, room, free });
    const [cursor, next, prev] = [NOTE_CURSOR, NOTE_NEXT, NOTE_PREV].map((field) => words[note + field]);
    this.inspection.must('POOL-15', cursor === 0 && next === 0 && prev === 0, call, { head, cursor, next, prev });
    return head;
  }

  release(head: PageIndex): void {
    const call = `release(${head})`;
    const { words } = this.records;
    const word = words[head];
    const length = words[noteOf(head) + NOTE_SPAN];
    const mine = isSlab(word) && ownerOf(word) === this.owner && length === SPAN_PAGES[classIn(word)];
    this.inspection.must('POOL-16', mine, call, { word, owner: this.owner, length });
    this.inspection.must('POOL-16', isIdle(this.records, head), call, { live: true });
    this.#slots.release(head);
    for (let page = head; page < head + length; page++) {
      const left = words[page];
      const gone = stateOf(left) !== SlotState.ACTIVE || ownerOf(left) !== this.owner;
      this.inspection.must('POOL-5', gone, call, { page, word: left });
    }
  }

  sweep(): number {
    return this.#counted('sweep()', this.#slots.sweep());
  }

  reclaim(): number {
    return this.#counted('reclaim()', this.#slots.reclaim());
  }

  leave(thread: ThreadId): void {
    this.#slots.leave(thread);
    const { words, pageLimit } = this.records;
    for (let page = 1; page < pageLimit; page++) {
      const carries = stateOf(words[page]) === SlotState.ACTIVE && ownerOf(words[page]) === thread;
      if (carries) this.inspection.must('POOL-10', false, `leave(${thread})`, { page, word: words[page] });
    }
  }

  stats(): PoolStats {
    return this.#slots.stats();
  }

  verify(report: Report): void {
    this.#slots.verify(report);
  }

  /** The page words before a call: what is this thread's slab there stays so, whatever others do. */
  protected minePages(): Int32Array {
    return this.records.words.slice(0, this.records.pageLimit);
  }

  /** A page that was a slab of this thread before the call is not handed out by it. */
  protected mustBeNew(call: string, before: Int32Array, page: PageIndex): void {
    const twice = isSlab(before[page]) && ownerOf(before[page]) === this.owner;
    if (twice) this.inspection.must('POOL-12', false, call, { page, slabBefore: before[page] });
  }

  #checkSpan(call: string, head: PageIndex, sizeClass: SizeClass, word: number, before: Int32Array): void {
    const { words } = this.records;
    const span = SPAN_PAGES[sizeClass];
    const together = head >>> SLOT_SHIFT === (head + span - 1) >>> SLOT_SHIFT;
    this.inspection.must('POOL-4', together, call, { head, span });
    for (let i = 0; i < span; i++) {
      this.mustBeNew(call, before, head + i);
      const seen = { head, page: i, word: words[head + i], note: words[noteOf(head + i) + NOTE_SPAN] };
      const whole = seen.word === word && seen.note === (i === 0 ? span : -i);
      this.inspection.must('POOL-4', whole, call, { ...seen, expected: word, span });
    }
  }

  #counted(call: string, count: number): number {
    this.inspection.must('POOL-20', Number.isInteger(count) && count >= 0, call, { count });
    return count;
  }
}

class CheckedRunPool extends CheckedSlotPool implements RunPool {
  readonly #runs: RunPool;

  constructor(box: string, scope: Scope, inner: RunPool) {
    super(box, scope, inner);
    requireMethods(`checked ${box}`, 'inner', inner, CAPABILITY_METHODS.pool.grows);
    this.#runs = inner;
  }

  acquireRun(pages: number, alignPages: number): PageIndex | 0 {
    const call = `acquireRun(${pages}, ${alignPages})`;
    const whole = Number.isInteger(pages) && pages >= 1 && Number.isInteger(alignPages) && alignPages >= 1;
    this.inspection.must('POOL-17', whole, call, { pages, alignPages });
    const before = this.minePages();
    const head = this.#runs.acquireRun(pages, alignPages);
    if (head === 0) return 0;
    this.inspection.must('POOL-12', head % alignPages === 0, call, { head, alignPages });
    this.#mustBeRun('POOL-12', call, head, pages);
    for (let page = head; page < head + pages; page++) this.mustBeNew(call, before, page);
    return head;
  }

  releaseRun(head: PageIndex, keep: number): boolean {
    const call = `releaseRun(${head}, ${keep})`;
    this.inspection.must('POOL-17', Number.isInteger(keep) && keep >= 0, call, { keep });
    if (keep > 0) this.#mustHave(call, head, keep + 1);
    const done = this.#runs.releaseRun(head, keep);
    if (keep === 0) return done;
    this.inspection.must('POOL-13', done, call, { done });
    this.#mustBeRun('POOL-12', call, head, keep);
    return done;
  }

  extendRun(head: PageIndex, pages: number, wanted: number): boolean {
    const call = `extendRun(${head}, ${pages}, ${wanted})`;
    this.#mustHave(call, head, pages, pages);
    this.inspection.must('POOL-17', Number.isInteger(wanted) && wanted >= pages, call, { wanted });
    const done = this.#runs.extendRun(head, pages, wanted);
    this.#mustBeRun('POOL-13', call, head, done ? wanted : pages);
    return done;
  }

  keepRun(head: PageIndex): boolean {
    return this.#runs.keepRun(head);
  }

  reuseRun(head: PageIndex, pages: number): boolean {
    const done = this.#runs.reuseRun(head, pages);
    if (done) this.#mustBeRun('POOL-18', `reuseRun(${head}, ${pages})`, head, pages);
    return done;
  }

  splitRun(head: PageIndex, pages: number): void {
    const call = `splitRun(${head}, ${pages})`;
    this.inspection.must('POOL-17', Number.isInteger(pages) && pages >= 1, call, { pages });
    this.#mustHave(call, head, pages + 1);
    this.#runs.splitRun(head, pages);
    this.#mustBeRun('POOL-19', call, head, pages);
  }

  joinRuns(head: PageIndex, next: PageIndex): boolean {
    return this.#runs.joinRuns(head, next);
  }

  dropRun(head: PageIndex): boolean {
    const done = this.#runs.dropRun(head);
    // Only this thread makes runs that carry it.
    const word = this.records.words[head];
    const kept = word === pageWord(SlotState.ACTIVE, PageKind.LARGE, this.owner, 0);
    this.inspection.must('POOL-18', !kept, `dropRun(${head})`, { word });
    return done;
  }

  /** The caller says that the run is there, of at least `least` pages, and of `most` at most. */
  #mustHave(call: string, head: PageIndex, least: number, most = Number.POSITIVE_INFINITY): void {
    const { words } = this.records;
    const seen = { word: words[head], length: words[noteOf(head) + NOTE_SPAN] };
    const has = seen.word === RUN_WORD && seen.length >= least && seen.length <= most;
    this.inspection.must('POOL-17', has, call, seen);
  }

  /** A run that the caller alone knows is a block of so many pages. */
  #mustBeRun(id: ClauseId, call: string, head: PageIndex, pages: number): void {
    const { words, live } = this.records;
    const seen = { head, length: words[noteOf(head) + NOTE_SPAN], live: live[head << PAGE_GRANULE_SHIFT] };
    this.inspection.must(id, seen.length === pages && seen.live === 1, call, { ...seen, expected: pages });
    for (let i = 0; i < pages; i++) {
      const [word, note] = [words[head + i], words[noteOf(head + i) + NOTE_SPAN]];
      const whole = word === RUN_WORD && (i === 0 || note === 0);
      if (!whole) this.inspection.must(id, false, call, { ...seen, page: head + i, word, note });
    }
  }
}

function isSlab(word: number): boolean {
  const kind = kindOf(word);
  const slab = kind === PageKind.TINY || kind === PageKind.MID;
  return stateOf(word) === SlotState.ACTIVE && slab && classIn(word) < CLASS_COUNT;
}
