/**
 * What a thread that leaves or has died is relieved of: every page whose word carries it.
 *
 *   a slab with nothing live              → EMPTY
 *   a slab with live blocks               → abandoned
 *   a slab half published, half emptied   → UNUSED: nothing in it is live
 *   a page of a slab half adopted, half abandoned   goes with its first page
 *   a run that it kept                    → UNUSED
 *   a page in doubt that a run takes in   → the run's: it was being added, or was not cut off yet
 *   a page in doubt otherwise             → UNUSED, with the pages behind it that were a run's whose first page it is
 *
 * Then the hints of all SuperSlabs are made anew: the thread may have died between a change and its hint. Other threads go
 * on meanwhile; they change none of these pages but those of abandoned slabs. Each step is one write and the words say
 * what is left to be done, so when the thread that does this dies too, another one does the rest.
 */

import {
  claimPage,
  classIn,
  countFree,
  kindOf,
  NOTE_SPAN,
  noteOf,
  OWNER_MASK,
  ownerOf,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  PageKind,
  type Records,
  runAround,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  type SuperRegistry,
  stateOf,
  type ThreadId,
} from '@hakmem/contracts';
import { RUN_WORD } from './hints.js';
import type { Slots } from './slots.js';

/** Does it for all pages of `thread`. */
export function leave(records: Records, registry: SuperRegistry, slots: Slots, thread: ThreadId): void {
  const { words, atomics } = records;
  const end = Math.min(registry.end * SLOTS_PER_SUPERSLAB, records.pageLimit);
  for (let page = registry.first * SLOTS_PER_SUPERSLAB; page < end; page++) {
    const word = atomics.load(words, page);
    if (stateOf(word) !== SlotState.ACTIVE || ownerOf(word) !== thread) continue;
    if (kindOf(word) === PageKind.NONE) resolveDoubt(records, slots, page);
    else if (kindOf(word) === PageKind.LARGE) slots.reclaimRun(page, word);
    else if (words[noteOf(page) + NOTE_SPAN] > 0) leaveSlab(records, slots, page, word);
    else followHead(records, page, word);
  }
  for (let superSlab = registry.first; superSlab < registry.end; superSlab++) slots.rebuild(superSlab);
}

function leaveSlab(records: Records, slots: Slots, head: PageIndex, word: number): void {
  if (!isWhole(records.words, head, word)) clearRest(records, head, word);
  else if (countFree(records, head) === SPAN_BLOCKS[classIn(word)]) slots.empty(head);
  else slots.abandon(head);
}

/** Whether the pages of a span all carry this word, of this owner or of none yet or any more. */
function isWhole(words: Int32Array, head: PageIndex, word: number): boolean {
  for (let i = 1; i < SPAN_PAGES[classIn(word)]; i++) if (!isInner(words, head, i, word)) return false;
  return true;
}

function isInner(words: Int32Array, head: PageIndex, i: number, word: number): boolean {
  const same = words[head + i] === word || words[head + i] === (word & ~OWNER_MASK);
  return same && words[noteOf(head + i) + NOTE_SPAN] === -i;
}

/** Makes the pages UNUSED that are left of a span; the first one last, which says that there are any. */
function clearRest(records: Records, head: PageIndex, word: number): void {
  const { words } = records;
  for (let i = SPAN_PAGES[classIn(word)] - 1; i > 0; i--) {
    if (isInner(words, head, i, word)) claimPage(records, head + i, words[head + i], 0);
  }
  claimPage(records, head, word, 0);
}

/** An inner page of a slab whose first page is not the thread's: adopted by mistake, or left over from a slab that is gone. */
function followHead(records: Records, page: PageIndex, word: number): void {
  const { words, atomics } = records;
  const head = page + words[noteOf(page) + NOTE_SPAN];
  const first = atomics.load(words, head);
  // Another slab of the class may end where the first page was.
  const same = (first & ~OWNER_MASK) === (word & ~OWNER_MASK) && head + words[noteOf(head) + NOTE_SPAN] > page;
  if (same && first === word) return;
  claimPage(records, page, word, same ? first : 0);
}

function resolveDoubt(records: Records, slots: Slots, page: PageIndex): void {
  const { words, live, atomics } = records;
  if (runAround(words, page) !== 0) {
    atomics.store(words, page, RUN_WORD);
    return;
  }
  let pages = 1;
  while (words[page + pages] === RUN_WORD && words[noteOf(page + pages) + NOTE_SPAN] === 0) pages++;
  live[page << PAGE_GRANULE_SHIFT] = 0;
  slots.clear(page, pages);
}
