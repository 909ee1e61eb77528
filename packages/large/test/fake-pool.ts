/**
 * A SlotPool in plain JavaScript that gives runs only: first fit over the pages of its ground, memory as far as the test
 * allows. It writes page words, the note of a run's first page and its live byte, as a pool must, and throws when it is asked
 * to cut or grow what it did not give. Other threads act where the test says: in the middle of a release or a growth.
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
  type SlotPool,
  SlotState,
} from '@hakmem/contracts';

/** The thread whose box it is in these tests: not 1, so that a forgotten owner shows. */
export const OWNER = 7;
/** Runs have no owner. */
export const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);
/** A page that is being claimed or let go of. */
export const DOUBT_WORD = pageWord(SlotState.ACTIVE, PageKind.NONE, OWNER, 0);

export class FakePool implements SlotPool {
  readonly records: Records;
  readonly firstPage: PageIndex;
  /** Page after the last that memory is given for. */
  memory: number;
  /** First page → pages of every run. */
  readonly runs = new Map<PageIndex, number>();
  /** What another thread does in the middle of the next call; called once. */
  meanwhile: (() => void) | null = null;

  constructor(records: Records, firstPage: PageIndex = 1) {
    this.records = records;
    this.firstPage = firstPage;
    this.memory = records.pageLimit;
  }

  acquireRun(pages: number, alignPages: number): PageIndex | 0 {
    this.#insist(pages >= 1 && Number.isInteger(pages), `acquireRun of ${pages} pages`);
    this.#insist(alignPages >= 1 && Number.isInteger(alignPages), `acquireRun at multiples of ${alignPages} pages`);
    const from = Math.ceil(this.firstPage / alignPages) * alignPages;
    for (let head = from; head + pages <= this.memory; head += alignPages) {
      if (!this.#free(head, pages)) continue;
      this.#set(head, head, pages);
      this.#setLive(head, 1);
      return head;
    }
    return 0;
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
    if (head + wanted > this.memory || !this.#free(head + pages, wanted - pages)) return false;
    this.#set(head, head + pages, wanted - pages);
    return true;
  }

  acquire(): PageIndex | 0 {
    throw new Error('large has no business with slabs');
  }

  release(): void {
    throw new Error('large has no business with slabs');
  }

  sweep(): number {
    return 0;
  }

  reclaim(): number {
    return 0;
  }

  leave(): void {
    throw new Error('large has no business with threads that leave');
  }

  stats(): PoolStats {
    throw new Error('large has no business with the counters of the pool');
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
    if (!holds) throw new Error(`large broke the pool: ${what}`);
  }
}
