/**
 * What must hold of a pool when every thread has come to rest, told from the page words, notes and live bytes alone: each page
 * is in exactly one slab, span or run that is whole, or is UNUSED, EMPTY or RESERVED; no live byte stands where no block is; and
 * when all is let go of, all can be had again. O(pages), and a search of the live bytes.
 */

import {
  BLOCK_BYTES,
  CLASS_COUNT,
  type ClauseId,
  classIn,
  GRANULE_SHIFT,
  kindFor,
  kindOf,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type RunPool,
  type SizeClass,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
  type ThreadId,
} from '@hakmem/contracts';
import { problemsOf } from '../stage.js';
import type { PlainRegistry } from '../stand-ins/registry.js';

const TINY: SizeClass = 0;
const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);

/** A pool at rest, and what it stands on. The methods of runs are used only when there are runs. */
export interface PoolSite {
  readonly records: Records;
  readonly registry: PlainRegistry;
  readonly pool: RunPool;
}

/** Something that does not hold. */
export interface Fault {
  readonly clause: ClauseId;
  readonly message: string;
}

/** A slab: its class and its owner; 0: abandoned. */
export interface SlabSeen {
  readonly sizeClass: SizeClass;
  readonly owner: ThreadId;
}

/** A run that a thread keeps. */
export interface KeptSeen {
  readonly pages: number;
  readonly owner: ThreadId;
}

/** What a walk over the page words found, by first page; `runs`: the lengths of those that are blocks. */
export interface Census {
  readonly slabs: Map<PageIndex, SlabSeen>;
  readonly runs: Map<PageIndex, number>;
  readonly kept: Map<PageIndex, KeptSeen>;
  readonly unused: number;
  readonly empty: number;
  readonly wrong: Fault[];
}

/** Where the blocks of a page's slab or run are: from its first page on, one each so many granules. */
interface Blocks {
  readonly head: PageIndex;
  readonly granules: number;
  readonly count: number;
}

/** Walks the page words and the notes, and, unless `live` is false, the live bytes of all SuperSlabs. */
export function censusOfPool({ records, registry }: Pick<PoolSite, 'records' | 'registry'>, live = true): Census {
  const walk = new Walk(records);
  const first = registry.first * SLOTS_PER_SUPERSLAB;
  const end = Math.min(registry.end * SLOTS_PER_SUPERSLAB, records.pageLimit);
  for (let page = first; page < end; ) page += walk.visit(page);
  if (live) walk.checkLive(first, end);
  return walk;
}

class Walk implements Census {
  readonly slabs: Census['slabs'] = new Map();
  readonly runs: Census['runs'] = new Map();
  readonly kept: Census['kept'] = new Map();
  readonly wrong: Fault[] = [];
  unused = 0;
  empty = 0;
  readonly #records: Records;
  readonly #blocks = new Map<PageIndex, Blocks>();

  constructor(records: Records) {
    this.#records = records;
  }

  /** Looks at what starts at a page; says how many pages it has. */
  visit(page: PageIndex): number {
    const word = this.#records.words[page];
    const state = stateOf(word);
    if (state === SlotState.UNUSED) {
      this.unused++;
      if (word !== 0) this.#complain('POOL-1', `page ${page} is UNUSED with the word ${word}`);
    } else if (state === SlotState.EMPTY) {
      this.empty++;
      const fits = word === pageWord(SlotState.EMPTY, PageKind.NONE, 0, classIn(word)) && classIn(word) < CLASS_COUNT;
      if (!fits) this.#complain('POOL-5', `page ${page} is EMPTY with the word ${word}`);
    }
    if (state !== SlotState.ACTIVE) return 1;
    if (kindOf(word) === PageKind.LARGE) return this.#visitRun(page, word);
    if (kindOf(word) !== PageKind.NONE) return this.#visitSlab(page, word);
    this.#complain('POOL-8', `page ${page} is in doubt, of thread ${ownerOf(word)}`);
    return 1;
  }

  /** No live byte stands where no block of a slab or run can start. */
  checkLive(first: PageIndex, end: PageIndex): void {
    const live = this.#records.live.subarray(0, end << PAGE_GRANULE_SHIFT);
    for (let at = live.indexOf(1, first << PAGE_GRANULE_SHIFT); at !== -1; at = live.indexOf(1, at + 1)) {
      const page = at >>> PAGE_GRANULE_SHIFT;
      const { head, granules, count } = this.#blocks.get(page) ?? { head: 0, granules: 1, count: 0 };
      const block = (at - (head << PAGE_GRANULE_SHIFT)) / granules;
      if (Number.isInteger(block) && block < count) continue;
      this.#complain('POOL-12', `a live byte at granule ${at & 4_095} of page ${page}, where no block starts`);
    }
  }

  #visitRun(head: PageIndex, word: number): number {
    const { words, live } = this.#records;
    const pages = words[noteOf(head) + NOTE_SPAN];
    const owner = ownerOf(word);
    const what = `the run at ${head} of ${pages} pages`;
    if (word !== pageWord(SlotState.ACTIVE, PageKind.LARGE, owner, 0)) {
      this.#complain('POOL-12', `${what} has the word ${word}`);
    }
    if (pages < 1) this.#complain('POOL-12', `page ${head} is LARGE and in no run: note ${pages}`);
    for (let i = 1; i < pages; i++) {
      const [inner, note] = [words[head + i], words[noteOf(head + i) + NOTE_SPAN]];
      if (inner !== RUN_WORD) this.#complain('POOL-12', `${what} has the word ${inner} at page ${i}`);
      if (note !== 0) this.#complain('POOL-12', `${what} has the note ${note} at page ${i}`);
    }
    if (owner !== 0) this.kept.set(head, { pages, owner });
    else {
      if (live[head << PAGE_GRANULE_SHIFT] !== 1) this.#complain('POOL-12', `${what} is not live`);
      this.#blocks.set(head, { head, granules: 1, count: 1 });
      this.runs.set(head, pages);
    }
    return Math.max(pages, 1);
  }

  #visitSlab(head: PageIndex, word: number): number {
    const { words } = this.#records;
    const sizeClass = classIn(word);
    const owner = ownerOf(word);
    const span = words[noteOf(head) + NOTE_SPAN];
    const what = `the slab at ${head} of class ${sizeClass}`;
    if (span !== SPAN_PAGES[sizeClass] || word !== pageWord(SlotState.ACTIVE, kindFor(sizeClass), owner, sizeClass)) {
      this.#complain('POOL-4', `page ${head} with the word ${word} and the note ${span} is in no slab`);
      return 1;
    }
    const blocks = { head, granules: BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT, count: SPAN_BLOCKS[sizeClass] };
    for (let i = 0; i < span; i++) {
      const [inner, note] = [words[head + i], words[noteOf(head + i) + NOTE_SPAN]];
      if (inner !== word) this.#complain('POOL-4', `${what} has the word ${inner} at page ${i}, and not ${word}`);
      if (i > 0 && note !== -i) this.#complain('POOL-4', `${what} has the note ${note} at page ${i}`);
      this.#blocks.set(head + i, blocks);
    }
    this.slabs.set(head, { sizeClass, owner });
    return span;
  }

  #complain(clause: ClauseId, message: string): void {
    this.wrong.push({ clause, message });
  }
}

/** Everything that is wrong while nothing goes on: the walk's findings and what `verify` reports. */
export function faultsOfPool(site: PoolSite): Fault[] {
  return [...censusOfPool(site).wrong, ...faultsInHints(site)];
}

/** What `verify` reports. */
export function faultsInHints({ pool }: Pick<PoolSite, 'pool'>): Fault[] {
  return problemsOf(pool).map(({ message }): Fault => ({ clause: 'POOL-1', message }));
}

/**
 * Lets go of everything by the means that threads have, then takes as many slabs of one page as there are pages; says what
 * went wrong. The pool is of no use afterwards.
 */
export function faultsOfCapacity(site: PoolSite, freesSuperSlabs = true): Fault[] {
  const { pool, records, registry } = site;
  const { slabs, runs } = censusOfPool(site, false);
  for (const head of runs.keys()) if (!pool.releaseRun(head, 0)) return lost(`the run at ${head} cannot be released`);
  for (const [head, { sizeClass }] of slabs) {
    records.live.fill(0, head << PAGE_GRANULE_SHIFT, (head + SPAN_PAGES[sizeClass]) << PAGE_GRANULE_SHIFT);
  }
  for (const owner of new Set([...slabs.values()].map((slab) => slab.owner))) if (owner !== 0) pool.leave(owner);
  pool.reclaim();
  const left = censusOfPool(site);
  const wrong = [...left.wrong, ...faultsInHints(site)];
  const count = left.slabs.size + left.runs.size + left.kept.size;
  if (count > 0)
    wrong.push(...lost(`${left.slabs.size} slabs, ${left.runs.size} runs and ${left.kept.size} kept ones`));
  const { hot, draining } = registry.stats();
  if (freesSuperSlabs && hot + draining > 0) {
    wrong.push({ clause: 'POOL-5', message: `${hot + draining} SuperSlabs with nothing in them are not FREE` });
  }
  const all = Math.min(records.pageLimit, registry.memory * SLOTS_PER_SUPERSLAB) - registry.firstPage;
  let pages = 0;
  while (pages <= all && pool.acquire(TINY) !== 0) pages++;
  if (pages !== all) wrong.push(...lost(`${pages} pages of ${all} can be had again`));
  return [...wrong, ...faultsOfPool(site)];
}

function lost(message: string): Fault[] {
  return [{ clause: 'POOL-10', message }];
}
