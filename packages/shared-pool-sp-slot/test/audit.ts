/**
 * What must hold when every thread has come to rest, told from the page words, notes and live bytes alone: each page is in
 * exactly one slab, span or run that is whole, or is UNUSED, EMPTY or RESERVED; no live byte stands where no block is; and
 * when all is let go of, all can be had again.
 */

import {
  BLOCK_BYTES,
  classIn,
  GRANULE_BYTES,
  kindOf,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  type PageIndex,
  PageKind,
  pageWord,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
} from '@hakmem/contracts';
import type { Stand } from './stand.js';

const GRANULES_PER_PAGE = 4_096;
const TINY = 0;
const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);

/** What a walk found: the first pages of slabs by owner, and the lengths of runs that are blocks. */
export interface Census {
  readonly slabs: Map<PageIndex, { readonly sizeClass: number; readonly owner: number }>;
  readonly runs: Map<PageIndex, number>;
  /** The runs that threads keep. */
  readonly kept: Map<PageIndex, { readonly pages: number; readonly owner: number }>;
  readonly unused: number;
  readonly empty: number;
  readonly wrong: string[];
}

export function census({ records, registry }: Stand): Census {
  const { words, live } = records;
  const slabs: Census['slabs'] = new Map();
  const runs: Census['runs'] = new Map();
  const kept: Census['kept'] = new Map();
  const wrong: string[] = [];
  /** For each page of a slab or run: its first page and the granules from block to block. */
  const places = new Map<PageIndex, { readonly head: PageIndex; readonly granules: number; readonly blocks: number }>();
  let unused = 0;
  let empty = 0;
  const end = Math.min(registry.end * 32, records.pageLimit);
  for (let page = registry.first * 32; page < end; page++) {
    const word = words[page];
    const state = stateOf(word);
    if (state === SlotState.UNUSED && word !== 0) wrong.push(`page ${page} is UNUSED with the word ${word}`);
    if (state === SlotState.UNUSED) unused++;
    if (state === SlotState.EMPTY) empty++;
    if (state !== SlotState.ACTIVE) continue;
    const span = words[noteOf(page) + NOTE_SPAN];
    if (kindOf(word) === PageKind.NONE) wrong.push(`page ${page} is in doubt, of thread ${ownerOf(word)}`);
    else if (kindOf(word) === PageKind.LARGE) {
      const owner = ownerOf(word);
      if (word !== pageWord(SlotState.ACTIVE, PageKind.LARGE, owner, 0))
        wrong.push(`run at ${page} has the word ${word}`);
      if (span < 1) wrong.push(`page ${page} is LARGE and in no run: note ${span}`);
      for (let i = 1; i < span; i++) {
        if (words[page + i] !== RUN_WORD)
          wrong.push(`run at ${page} of ${span} pages: word ${words[page + i]} at page ${i}`);
        if (words[noteOf(page + i) + NOTE_SPAN] !== 0) wrong.push(`run at ${page} has a note at page ${i}`);
      }
      if (owner !== 0) kept.set(page, { pages: span, owner });
      else {
        if (live[page * GRANULES_PER_PAGE] !== 1) wrong.push(`run at ${page} is not live`);
        places.set(page, { head: page, granules: 1, blocks: 1 });
        runs.set(page, span);
      }
      page += Math.max(span, 1) - 1;
    } else {
      const sizeClass = classIn(word);
      if (span !== SPAN_PAGES[sizeClass])
        wrong.push(`page ${page} is of class ${sizeClass} and in no slab: note ${span}`);
      for (let i = 1; i < span; i++) {
        const at = `slab at ${page} of class ${sizeClass}, page ${i}`;
        if (words[page + i] !== word) wrong.push(`${at}: word ${words[page + i]} and not ${word}`);
        if (words[noteOf(page + i) + NOTE_SPAN] !== -i)
          wrong.push(`${at}: note ${words[noteOf(page + i) + NOTE_SPAN]}`);
      }
      const granules = BLOCK_BYTES[sizeClass] / GRANULE_BYTES;
      const place = { head: page, granules, blocks: SPAN_BLOCKS[sizeClass] };
      for (let i = 0; i < span; i++) places.set(page + i, place);
      slabs.set(page, { sizeClass, owner: ownerOf(word) });
      page += Math.max(span, 1) - 1;
    }
  }
  const bytes = Buffer.from(live.buffer, live.byteOffset, live.length);
  for (let at = bytes.indexOf(1); at !== -1; at = bytes.indexOf(1, at + 1)) {
    const { head, granules, blocks } = places.get(at >>> 12) ?? { head: 0, granules: 1, blocks: 0 };
    const block = (at - head * GRANULES_PER_PAGE) / granules;
    if (Number.isInteger(block) && block < blocks) continue;
    wrong.push(`a live byte at granule ${at & 4_095} of page ${at >>> 12}, where no block starts`);
  }
  return { slabs, runs, kept, unused, empty, wrong };
}

/** Everything that is wrong while nothing goes on: the walk's findings and what `verify` reports. */
export function faults(at: Stand): string[] {
  return [...census(at).wrong, ...at.problems()];
}

/**
 * Lets go of everything by the means that threads have, then takes as many slabs of one page as there are pages; says what
 * went wrong. The stand is of no use afterwards.
 */
export function faultsOfCapacity(at: Stand): string[] {
  const { pool, records, registry } = at;
  const { slabs, runs } = census(at);
  for (const head of runs.keys()) if (!pool.releaseRun(head, 0)) return [`run at ${head} cannot be released`];
  for (const head of slabs.keys()) records.live.fill(0, head * GRANULES_PER_PAGE, (head + 16) * GRANULES_PER_PAGE);
  for (const owner of new Set([...slabs.values()].map((slab) => slab.owner))) if (owner !== 0) pool.leave(owner);
  pool.reclaim();
  const left = census(at);
  const wrong = [...faults(at)];
  if (left.slabs.size + left.runs.size + left.kept.size > 0)
    wrong.push(`${left.slabs.size} slabs, ${left.runs.size} runs and ${left.kept.size} kept ones are left`);
  const hot = registry.stats().hot + registry.stats().draining;
  if (hot > 0) wrong.push(`${hot} SuperSlabs with nothing in them are not FREE`);
  let pages = 0;
  while (pool.acquire(TINY) !== 0) pages++;
  const last = Math.min(records.pageLimit, registry.memory * 32);
  const all = last - registry.firstPage;
  if (pages !== all) wrong.push(`${pages} pages of ${all} can be had again`);
  return [...wrong, ...faults(at)];
}
