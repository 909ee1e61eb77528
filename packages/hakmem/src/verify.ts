/**
 * The walk over all that must hold in a heap: what is true of the records as a whole, then each box's own equations.
 * O(pages + blocks). The heap must not be changed meanwhile.
 */

import {
  classIn,
  GRANULE_SHIFT,
  kindOf,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  PageKind,
  type Problem,
  type Report,
  SPAN_PAGES,
  type ThreadId,
} from '@hakmem/contracts';
import { type Boxes, everyThread } from './boxes.js';
import { type Extent, extents } from './survey.js';

/** What `heap.verify()` returns. */
export interface Verdict {
  readonly ok: boolean;
  /** Equations that do not hold; empty when ok. */
  readonly problems: readonly Problem[];
}

export function verifyHeap(boxes: Boxes): Verdict {
  const problems: Problem[] = [];
  const report: Report = (problem) => problems.push(problem);
  for (const extent of extents(boxes.records, boxes.registry)) {
    verifyLiveBytes(boxes, extent, report);
    if (extent.blocks > 0 && kindOf(extent.word) !== PageKind.LARGE) verifySpan(boxes, extent, report);
  }
  verifyHeld(boxes, report);
  boxes.registry.verify(report);
  boxes.pool.verify(report);
  for (const { cache } of everyThread(boxes)) cache.verify(report);
  boxes.large.verify(report);
  return { ok: problems.length === 0, problems };
}

/** A live byte is 0 or 1, and 1 only where a block starts. */
function verifyLiveBytes({ records }: Boxes, extent: Extent, report: Report): void {
  const { live } = records;
  const first = extent.head << PAGE_GRANULE_SHIFT;
  const granules = extent.blockBytes >>> GRANULE_SHIFT;
  const bytes = live.subarray(first, first + (extent.pages << PAGE_GRANULE_SHIFT));
  const complain = (message: string, granule: number): void =>
    report({ box: 'hakmem', message, address: (first + granule) * 2 ** GRANULE_SHIFT });
  for (let granule = bytes.indexOf(1); granule !== -1; granule = bytes.indexOf(1, granule + 1)) {
    const starts = extent.blocks > 0 && granule % granules === 0 && granule / granules < extent.blocks;
    if (!starts) complain('a live byte is set where no block starts', granule);
  }
  for (let granule = 0; granule < bytes.length; granule++) {
    if (bytes[granule] > 1) complain(`a live byte is ${bytes[granule]}`, granule);
  }
}

/** The pages of a span carry one word, point at the first, and belong to a thread of the heap or to none. */
function verifySpan({ records, threads }: Boxes, extent: Extent, report: Report): void {
  const { words } = records;
  const complain = (message: string): void => report({ box: 'hakmem', message, address: extent.head * PAGE_BYTES });
  const pages = SPAN_PAGES[classIn(extent.word)];
  if (extent.pages !== pages)
    complain(`a span of class ${classIn(extent.word)} has ${extent.pages} pages, expected ${pages}`);
  const owner = ownerOf(extent.word);
  if (owner !== 0 && !threads.isTaken(owner)) complain(`owner ${owner} is no thread of the heap`);
  for (let i = 1; i < pages; i++) {
    if (words[extent.head + i] !== extent.word)
      complain(`page ${i} of the span has the word ${words[extent.head + i]}`);
    if (words[noteOf(extent.head + i) + NOTE_SPAN] !== -i)
      complain(`page ${i} of the span does not point at its first`);
  }
}

/** A slab with room is held by one link of its owner's chain, one without by none. */
function verifyHeld(boxes: Boxes, report: Report): void {
  const { records, registry } = boxes;
  const holder = new Map<PageIndex, ThreadId>();
  for (const { owner, source } of everyThread(boxes)) {
    source.held((sizeClass, head) => {
      if (holder.has(head)) {
        const message = `slab ${head} of class ${sizeClass} is held twice, by thread ${holder.get(head)} and ${owner}`;
        report({ box: 'hakmem', message, address: head * PAGE_BYTES });
      }
      holder.set(head, owner);
    });
  }
  for (const { head, word, blocks } of extents(records, registry)) {
    if (blocks === 0 || kindOf(word) === PageKind.LARGE || ownerOf(word) === 0) continue;
    const room = records.words[noteOf(head) + NOTE_ROOM];
    const expected = room > 0 ? ownerOf(word) : undefined;
    if (holder.get(head) === expected) continue;
    const message = `slab ${head} of thread ${ownerOf(word)} has ${room} blocks of room and is held by ${holder.get(head) ?? 'nobody'}`;
    report({ box: 'hakmem', message, address: head * PAGE_BYTES });
  }
}
