/**
 * The pages of a heap, slab by slab and run by run: what stats, walk, verify and the diagnosis of addresses are made of.
 * Cold; changes nothing.
 */

import {
  type Address,
  BLOCK_BYTES,
  classIn,
  GRANULE_SHIFT,
  headOf,
  kindOf,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  PAGE_GRANULE_SHIFT,
  PAGE_SHIFT,
  type PageIndex,
  PageKind,
  type Records,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  SPAN_BLOCKS,
  type SuperRegistry,
  stateOf,
} from '@hakmem/contracts';

/** A slab, span or run; or a single page that is not in use, with `blocks` 0. */
export interface Extent {
  readonly head: PageIndex;
  readonly pages: number;
  /** Its page word. */
  readonly word: number;
  /** Blocks in it, and bytes in each. */
  readonly blocks: number;
  readonly blockBytes: number;
}

/** The extent that starts at page `head`. */
export function extentAt(records: Records, head: PageIndex): Extent {
  const { words } = records;
  const word = words[head];
  const kind = stateOf(word) === SlotState.ACTIVE ? kindOf(word) : PageKind.NONE;
  if (kind === PageKind.NONE) return { head, pages: 1, word, blocks: 0, blockBytes: 0 };
  const pages = Math.max(1, words[noteOf(head) + NOTE_SPAN]);
  if (kind === PageKind.LARGE) return { head, pages, word, blocks: 1, blockBytes: pages * PAGE_BYTES };
  const sizeClass = classIn(word);
  return { head, pages, word, blocks: SPAN_BLOCKS[sizeClass], blockBytes: BLOCK_BYTES[sizeClass] };
}

/** Every extent of the SuperSlabs that exist, in order of address. O(pages). */
export function* extents(records: Records, registry: SuperRegistry): Generator<Extent> {
  const end = Math.min(registry.end * SLOTS_PER_SUPERSLAB, records.pageLimit);
  for (let head = registry.first * SLOTS_PER_SUPERSLAB; head < end; ) {
    const extent = extentAt(records, head);
    yield extent;
    head += extent.pages;
  }
}

/** The addresses of the live blocks of an extent, ascending. O(blocks). */
export function* liveBlocks(records: Records, extent: Extent): Generator<Address> {
  const granules = extent.blockBytes >>> GRANULE_SHIFT;
  const first = extent.head << PAGE_GRANULE_SHIFT;
  for (let i = 0; i < extent.blocks; i++) {
    if (records.live[first + i * granules] === 1) yield (first + i * granules) * (1 << GRANULE_SHIFT);
  }
}

/** The start and size of the block, live or not, that an unsigned 32-bit address lies in; null when it lies in none. */
export function blockAround(records: Records, address: Address): { start: Address; bytes: number } | null {
  if (address >>> PAGE_SHIFT >= records.pageLimit) return null;
  const { head, blocks, blockBytes } = extentAt(records, headOf(records.words, address >>> PAGE_SHIFT));
  const index = Math.floor((address - head * PAGE_BYTES) / blockBytes);
  return index < blocks ? { start: head * PAGE_BYTES + index * blockBytes, bytes: blockBytes } : null;
}
