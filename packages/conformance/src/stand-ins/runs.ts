/**
 * A pool of runs alone in plain JavaScript, for large blocks to stand on: first fit over the pages of its records, memory as
 * far as the test allows, kept runs taken back one by one when nothing fits. It writes page words, the note of a run's first page and
 * its live byte, as a pool must, and throws when it is asked to cut or grow what it did not give. Other threads act where the
 * test says: in the middle of a call, or right after a run was kept; or before each call of {@link PlainRuns.seenBy}.
 */

import {
  NOTE_SPAN,
  noteOf,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  PageKind,
  type PoolStats,
  pageWord,
  type Records,
  type RunPool,
  SlotState,
  type ThreadId,
} from '@hakmem/contracts';
import { OWNER } from '../stage.js';
import type { OnAccess } from '../steps.js';

/** Runs have no owner. */
const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);
/** The first page of a run that a thread keeps. */
const keptWord = (owner: ThreadId): number => pageWord(SlotState.ACTIVE, PageKind.LARGE, owner, 0);

/** A run that a thread keeps. */
export interface KeptRun {
  readonly pages: number;
  readonly owner: ThreadId;
}

export class PlainRuns implements RunPool {
  readonly records: Records;
  /** First page of the region; default 1. */
  readonly firstPage: PageIndex;
  /** Page after the last that memory is given for. */
  memory: number;
  /** First page → pages of every run that is a block. */
  readonly runs: Map<PageIndex, number> = new Map();
  /** First page → run that a thread keeps. */
  readonly kept: Map<PageIndex, KeptRun> = new Map();
  /** Calls of acquireRun. */
  acquired = 0;
  /** What another thread does in the middle of the next call; called once. */
  meanwhile: (() => void) | null = null;
  /** What another thread does right after the next run is kept, or the next rest of one; called once. */
  afterKeep: (() => void) | null = null;

  constructor(records: Records, firstPage: PageIndex = 1) {
    this.records = records;
    this.firstPage = firstPage;
    this.memory = records.pageLimit;
  }

  acquireRun(pages: number, alignPages: number): PageIndex | 0 {
    this.#insist(pages >= 1 && Number.isInteger(pages), `acquireRun of ${pages} pages`);
    this.#insist(alignPages >= 1 && Number.isInteger(alignPages), `acquireRun at multiples of ${alignPages} pages`);
    this.acquired++;
    const from = Math.ceil(this.firstPage / alignPages) * alignPages;
    for (;;) {
      for (let head = from; head + pages <= this.memory; head += alignPages) {
        if (!this.#free(head, pages)) continue;
        this.#set(head, head, pages);
        this.#setLive(head, 1);
        return head;
      }
      const [first] = this.kept.keys();
      if (first === undefined) return 0;
      this.takeBack(first);
    }
  }

  keepRun(head: PageIndex, owner: ThreadId = OWNER): boolean {
    this.#interrupt();
    if (this.records.words[head] !== RUN_WORD) return false;
    const pages = this.runs.get(head);
    if (pages === undefined) throw new Error(`the pool was misused: keepRun(${head}) of a run that it never gave`);
    this.runs.delete(head);
    this.kept.set(head, { pages, owner });
    this.records.words[head] = keptWord(owner);
    this.#setLive(head, 0);
    this.#after();
    return true;
  }

  reuseRun(head: PageIndex, pages: number, owner: ThreadId = OWNER): boolean {
    this.#interrupt();
    const kept = this.kept.get(head);
    if (kept?.owner !== owner || kept.pages !== pages) return false;
    this.kept.delete(head);
    this.runs.set(head, pages);
    this.records.words[head] = RUN_WORD;
    this.#setLive(head, 1);
    return true;
  }

  splitRun(head: PageIndex, pages: number, owner: ThreadId = OWNER): void {
    const has = this.runs.get(head) ?? 0;
    this.#insist(pages >= 1 && pages < has, `splitRun(${head}) of ${has} pages after ${pages}`);
    const { words } = this.records;
    this.runs.set(head, pages);
    this.kept.set(head + pages, { pages: has - pages, owner });
    words[noteOf(head) + NOTE_SPAN] = pages;
    words[noteOf(head + pages) + NOTE_SPAN] = has - pages;
    words[head + pages] = keptWord(owner);
    this.#after();
  }

  joinRuns(head: PageIndex, next: PageIndex, owner: ThreadId = OWNER): boolean {
    this.#interrupt();
    const [first, second] = [this.kept.get(head), this.kept.get(next)];
    if (first?.owner !== owner || second?.owner !== owner || head + first.pages !== next) return false;
    const { words } = this.records;
    this.kept.delete(next);
    this.kept.set(head, { pages: first.pages + second.pages, owner });
    words[noteOf(head) + NOTE_SPAN] = first.pages + second.pages;
    words[noteOf(next) + NOTE_SPAN] = 0;
    words[next] = RUN_WORD;
    return true;
  }

  dropRun(head: PageIndex, owner: ThreadId = OWNER): boolean {
    if (this.kept.get(head)?.owner !== owner) return false;
    this.takeBack(head);
    return true;
  }

  /** Takes a kept run back, whoever keeps it, as any thread may at any time. The note is left as it was. */
  takeBack(head: PageIndex): void {
    const { pages } = this.kept.get(head) ?? { pages: 0 };
    this.#insist(pages > 0, `page ${head} is no kept run`);
    this.records.words.fill(0, head, head + pages);
    this.kept.delete(head);
  }

  /** The pool as another thread has it; `onAccess` is called before each call that changes something: each is one step. */
  seenBy(owner: ThreadId, onAccess: OnAccess = () => {}): RunPool {
    const step = <T>(act: () => T): T => {
      onAccess('write');
      return act();
    };
    return {
      acquireRun: (pages, alignPages) => step(() => this.acquireRun(pages, alignPages)),
      releaseRun: (head, keep) => step(() => this.releaseRun(head, keep)),
      extendRun: (head, pages, wanted) => step(() => this.extendRun(head, pages, wanted)),
      keepRun: (head) => step(() => this.keepRun(head, owner)),
      reuseRun: (head, pages) => step(() => this.reuseRun(head, pages, owner)),
      splitRun: (head, pages) => step(() => this.splitRun(head, pages, owner)),
      joinRuns: (head, next) => step(() => this.joinRuns(head, next, owner)),
      dropRun: (head) => step(() => this.dropRun(head, owner)),
      acquire: () => this.acquire(),
      release: () => this.release(),
      sweep: () => this.sweep(),
      reclaim: () => this.reclaim(),
      leave: (thread) => this.leave(thread),
      stats: () => this.stats(),
      verify: () => this.verify(),
    };
  }

  releaseRun(head: PageIndex, keep: number): boolean {
    this.#interrupt();
    const pages = this.runs.get(head);
    if (keep === 0 && this.records.words[head] !== RUN_WORD) return false;
    this.#insist(pages !== undefined, `releaseRun(${head}) of a run that it never gave`);
    this.#insist(keep >= 0 && keep < (pages ?? 0), `releaseRun(${head}) of ${pages} pages from ${keep} on`);
    this.records.words.fill(0, head + keep, head + (pages ?? 0));
    if (keep === 0) {
      // The note is left as it was: whoever reads it must look at the page word first.
      this.#setLive(head, 0);
      this.runs.delete(head);
    } else {
      this.records.words[noteOf(head) + NOTE_SPAN] = keep;
      this.runs.set(head, keep);
    }
    return true;
  }

  extendRun(head: PageIndex, pages: number, wanted: number): boolean {
    this.#interrupt();
    this.#insist(this.runs.get(head) === pages, `extendRun(${head}) of ${pages} pages, it has ${this.runs.get(head)}`);
    this.#insist(wanted > pages, `extendRun(${head}) of ${pages} pages to ${wanted}`);
    for (const first of [...this.kept.keys()]) if (first >= head + pages && first < head + wanted) this.takeBack(first);
    if (head + wanted > this.memory || !this.#free(head + pages, wanted - pages)) return false;
    this.#set(head, head + pages, wanted - pages);
    return true;
  }

  acquire(): PageIndex | 0 {
    throw new Error('large blocks have no business with slabs');
  }

  release(): void {
    throw new Error('large blocks have no business with slabs');
  }

  sweep(): number {
    return 0;
  }

  /** Takes back the runs that any thread keeps; says how many. */
  reclaim(): number {
    const heads = [...this.kept.keys()];
    for (const head of heads) this.takeBack(head);
    return heads.length;
  }

  /** Takes back the runs that the thread keeps. */
  leave(thread: ThreadId): void {
    for (const [head, { owner }] of [...this.kept]) if (owner === thread) this.takeBack(head);
  }

  stats(): PoolStats {
    throw new Error('large blocks have no business with the counters of the pool');
  }

  verify(): void {}

  #free(from: PageIndex, pages: number): boolean {
    for (let page = from; page < from + pages; page++) if (this.records.words[page] !== 0) return false;
    return true;
  }

  #interrupt(): void {
    const { meanwhile } = this;
    this.meanwhile = null;
    meanwhile?.();
  }

  #after(): void {
    const { afterKeep } = this;
    this.afterKeep = null;
    afterKeep?.();
  }

  #setLive(head: PageIndex, value: number): void {
    this.records.live[head << PAGE_GRANULE_SHIFT] = value;
  }

  #set(head: PageIndex, from: PageIndex, pages: number): void {
    for (let page = from; page < from + pages; page++) this.records.words[noteOf(page) + NOTE_SPAN] = 0;
    this.records.words.fill(RUN_WORD, from, from + pages);
    this.records.words[noteOf(head) + NOTE_SPAN] = from + pages - head;
    this.runs.set(head, from + pages - head);
  }

  #insist(holds: boolean, what: string): void {
    if (!holds) throw new Error(`the pool was misused: ${what}`);
  }
}
