/**
 * A SlotPool in plain JavaScript that gives runs only: first fit over the pages of its ground, memory as far as the test
 * allows. It writes page words and the note of a run's first page, as a pool must, and throws when it is handed pages back
 * that it did not give.
 */

import {
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  PageKind,
  type PoolStats,
  pageWord,
  type Records,
  type SlotPool,
  SlotState,
} from '@hakmem/contracts';

/** The owner of all runs in these tests: not 1, so that a forgotten owner shows. */
export const OWNER = 7;
export const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, OWNER, 0);

export class FakePool implements SlotPool {
  readonly records: Records;
  readonly firstPage: PageIndex;
  /** Page after the last that memory is given for. */
  memory: number;
  /** First page → pages of every run. */
  readonly runs = new Map<PageIndex, number>();

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
      return head;
    }
    return 0;
  }

  releaseRun(head: PageIndex, pages: number, from: number): void {
    this.#insist(this.runs.get(head) === pages, `releaseRun(${head}) of ${pages} pages, it has ${this.runs.get(head)}`);
    this.#insist(from >= 0 && from < pages, `releaseRun(${head}) of ${pages} pages from ${from} on`);
    this.records.words.fill(0, head + from, head + pages);
    this.records.words[noteOf(head) + NOTE_SPAN] = from;
    if (from === 0) this.runs.delete(head);
    else this.runs.set(head, from);
  }

  extendRun(head: PageIndex, pages: number, wanted: number): boolean {
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

  stats(): PoolStats {
    throw new Error('large has no business with the counters of the pool');
  }

  verify(): void {}

  #free(from: PageIndex, pages: number): boolean {
    for (let page = from; page < from + pages; page++) if (this.records.words[page] !== 0) return false;
    return true;
  }

  #set(head: PageIndex, from: PageIndex, pages: number): void {
    this.records.words.fill(RUN_WORD, from, from + pages);
    this.records.words[noteOf(head) + NOTE_SPAN] = from + pages - head;
    this.runs.set(head, from + pages - head);
  }

  #insist(holds: boolean, what: string): void {
    if (!holds) throw new Error(`large broke the pool: ${what}`);
  }
}
