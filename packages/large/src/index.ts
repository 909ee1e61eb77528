/**
 * `@hakmem/large`: blocks of whole pages, above 256 KiB up to the whole heap, and blocks of any size whose alignment is
 * beyond a page.
 *
 *   page words   LARGE on every page of the run      page note of the first page: span = pages
 *   live byte    1 at the start of the block; the pool writes it with the page words
 *
 * A freed run is kept by the thread that freed it (kept.ts) and serves a block to come that needs as many pages or fewer: one
 * compare-and-swap instead of one per page. Kept runs are taken back before memory grows.
 *
 * A block grows in place when the pages that follow are not in use (or memory can be added behind it), and shrinks in
 * place always. Any thread may free or resize a block, whichever made it; of several that free the same one, one succeeds.
 * O(kept runs), O(pages + SuperSlabs) when none fits.
 *
 * @packageDocumentation
 */

import {
  type Address,
  type Capabilities,
  GRANULE_SHIFT,
  kindOf,
  type LargeBlocks,
  type LargeStats,
  MAX_BYTES,
  NOTE_SPAN,
  noteOf,
  OWNER_MASK,
  ownerOf,
  PAGE_BYTES,
  PAGE_SHIFT,
  PageKind,
  type Recipe,
  type Report,
  type RunPool,
  requireMethods,
  type Scope,
} from '@hakmem/contracts';
import { KeptRuns } from './kept.js';

const GROWN = 0;
const SHRUNK = 1;

/** Words of the box's region. */
export const LARGE_WORDS = 4;

const CAPABILITIES: Capabilities<'any', true> = {
  alignment: MAX_BYTES / 2,
  concurrency: 'any',
  grows: true,
  shrinks: true,
  zeroed: false,
  retries: true,
  stateInBuffer: true,
};

/** The recipe of the box over a pool. */
export function largeBlocks(): Recipe<RunPool, Required<LargeBlocks>, Capabilities<'any', true>, 'large'> {
  return {
    box: 'large',
    contract: 'large',
    capabilities: CAPABILITIES,
    words: () => LARGE_WORDS,
    build(scope, pool) {
      requireMethods('large', 'pool', pool, [
        'acquireRun',
        'releaseRun',
        'extendRun',
        'keepRun',
        'reuseRun',
        'splitRun',
        'joinRuns',
        'dropRun',
      ]);
      return new Large(scope, pool);
    },
  };
}

class Large implements LargeBlocks {
  readonly #scope: Scope;
  readonly #pool: RunPool;
  readonly #kept: KeptRuns;

  constructor(scope: Scope, pool: RunPool) {
    this.#scope = scope;
    this.#pool = pool;
    this.#kept = new KeptRuns(scope, pool);
  }

  malloc(bytes: number, alignment: number): Address | 0 {
    const pages = pagesFor(bytes);
    const alignPages = Math.max(1, alignment / PAGE_BYTES);
    return (this.#kept.reuse(pages, alignPages) || this.#pool.acquireRun(pages, alignPages)) * PAGE_BYTES;
  }

  free(address: Address): boolean {
    return this.#isLive(address) && this.#kept.release(address >>> PAGE_SHIFT);
  }

  resize(address: Address, bytes: number): boolean {
    if (!this.#isLive(address)) return false;
    const has = this.#pages(address);
    const wants = pagesFor(bytes);
    const head = address >>> PAGE_SHIFT;
    if (wants > has) {
      if (!this.#pool.extendRun(head, has, wants)) return false;
      this.#count(GROWN, 1);
    } else if (wants < has) {
      this.#pool.releaseRun(head, wants);
      this.#count(SHRUNK, 1);
    }
    return true;
  }

  stats(): LargeStats {
    const { words, pageLimit } = this.#scope.records;
    const counter = (which: number): number => this.#scope.region.words[this.#scope.region.start + which] >>> 0;
    let live = 0;
    let kept = 0;
    for (let page = 1; page < pageLimit; page++) {
      if (kindOf(words[page]) !== PageKind.LARGE || words[noteOf(page) + NOTE_SPAN] <= 0) continue;
      if (ownerOf(words[page]) === 0) live++;
      else kept++;
    }
    return { live, kept, grownInPlace: counter(GROWN), shrunkInPlace: counter(SHRUNK) };
  }

  verify(report: Report): void {
    const { words, live, pageLimit } = this.#scope.records;
    for (let page = 1; page < pageLimit; page++) {
      if (kindOf(words[page]) !== PageKind.LARGE) continue;
      const address = page * PAGE_BYTES;
      const complain = (message: string): void =>
        report({ box: 'large', message: `run at page ${page} ${message}`, address });
      const pages = words[noteOf(page) + NOTE_SPAN];
      const kept = ownerOf(words[page]) !== 0;
      if (live[address >>> GRANULE_SHIFT] !== (kept ? 0 : 1)) complain(kept ? 'is kept and live' : 'has no live byte');
      if (pages < 1) complain(`has a length of ${pages}`);
      for (let i = 1; i < pages; i++) {
        if (words[page + i] !== (words[page] & ~OWNER_MASK))
          complain(`of ${pages} pages has another page word at page ${i}`);
        if (words[noteOf(page + i) + NOTE_SPAN] !== 0) complain(`has a note of its own at page ${i}`);
      }
      page += Math.max(1, pages) - 1;
    }
  }

  /** Whether a run starts there whose block is live; blocks of slabs have live bytes, too. */
  #isLive(address: Address): boolean {
    const { words, live } = this.#scope.records;
    const starts = address % PAGE_BYTES === 0 && kindOf(words[address >>> PAGE_SHIFT]) === PageKind.LARGE;
    return starts && live[address >>> GRANULE_SHIFT] === 1;
  }

  #pages(address: Address): number {
    return this.#scope.records.words[noteOf(address >>> PAGE_SHIFT) + NOTE_SPAN];
  }

  #count(which: number, by: number): void {
    this.#scope.records.atomics.add(this.#scope.region.words, this.#scope.region.start + which, by);
  }
}

function pagesFor(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PAGE_BYTES));
}
