/**
 * The slabs under the cache: finding the blocks of a slab that are room, and adding blocks to the room of their slab.
 *
 * A scan begins at the cursor, below which there was no room when it was set: where the last scan ended, or at a lower
 * block that was let go of since. So a slab is carved upward, and memory that was used before is used again before memory
 * that never was. A scan reads one live byte per block that it passes.
 */

import {
  type Address,
  BLOCK_BYTES,
  countFree,
  GRANULE_SHIFT,
  NOTE_CURSOR,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  PAGE_GRANULE_SHIFT,
  PAGE_SHIFT,
  type PageIndex,
  type Records,
  type SizeClass,
  type SlabSource,
  SPAN_BLOCKS,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';

export class Slabs {
  private readonly records: Records;
  private readonly pages: Int32Array;
  private readonly live: Uint8Array;
  private readonly source: SlabSource;

  constructor(records: Records, source: SlabSource) {
    this.records = records;
    this.pages = records.words;
    this.live = records.live;
    this.source = source;
  }

  /** The first page of the slab of a block. */
  headOf(address: Address): PageIndex {
    const page = address >>> PAGE_SHIFT;
    return page + Math.min(0, this.pages[noteOf(page) + NOTE_SPAN]);
  }

  /**
   * Takes up to `want` blocks out of the room of a slab and writes their addresses to the cells that end before `end`,
   * downward, so that the lowest address is popped first; says how many. Hands the slab on when it has room left.
   */
  fill(sizeClass: SizeClass, head: PageIndex, cells: Int32Array, end: number, want: number): number {
    const note = noteOf(head);
    const live = this.live;
    const granules = BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT;
    const base = head << PAGE_GRANULE_SHIFT;
    const behind = SPAN_BLOCKS[sizeClass] * granules;
    const room = this.pages[note + NOTE_ROOM];
    const most = Math.min(room, want);
    let offset = this.pages[note + NOTE_CURSOR];
    let got = 0;
    for (let left = SPAN_BLOCKS[sizeClass]; got < most && left > 0; left--) {
      if (live[base + offset] === 0) cells[end - ++got] = (base + offset) << GRANULE_SHIFT;
      offset += granules;
      if (offset === behind) offset = 0;
    }
    this.pages[note + NOTE_CURSOR] = offset;
    // Fewer than the note said: the scan has passed every block, so there is no room at all.
    this.pages[note + NOTE_ROOM] = got < most ? 0 : room - got;
    if (this.pages[note + NOTE_ROOM] > 0) this.source.offer(sizeClass, head);
    return got;
  }

  /**
   * Counts a slab anew of which no block is in a stack, after others have freed blocks, and holds on to it if it was not held;
   * true when nothing in it is live.
   */
  recount(sizeClass: SizeClass, head: PageIndex): boolean {
    const had = this.room(head);
    this.count(head);
    if (had === 0 && this.room(head) > 0) this.source.offer(sizeClass, head);
    return this.room(head) === SPAN_BLOCKS[sizeClass];
  }

  /**
   * Adds blocks that are neither live nor in a stack any more, those in the cells from `first` up to `end`, to the room of their
   * slabs; says how many slabs that retired.
   */
  letGo(sizeClass: SizeClass, cells: Int32Array, first: number, end: number): number {
    const { pages, source } = this;
    const blocks = SPAN_BLOCKS[sizeClass];
    const single = sizeClass < TINY_CLASS_COUNT;
    let retired = 0;
    for (let i = first; i < end; i++) {
      const address = cells[i];
      const head = single ? address >>> 16 : this.headOf(address);
      const note = noteOf(head);
      const offset = (address >>> 4) - (head << PAGE_GRANULE_SHIFT);
      if (offset < pages[note + NOTE_CURSOR]) pages[note + NOTE_CURSOR] = offset;
      const room = pages[note + NOTE_ROOM] + 1;
      pages[note + NOTE_ROOM] = room;
      if (room === blocks) {
        source.retire(sizeClass, head);
        retired++;
      } else if (room === 1) source.offer(sizeClass, head);
    }
    return retired;
  }

  /** Whether a slab may have nothing live, of those that the blocks in the cells from `first` up to `end`, all in a stack, are of. */
  mayBeIdle(sizeClass: SizeClass, cells: Int32Array, first: number, end: number): boolean {
    const least = SPAN_BLOCKS[sizeClass] - (end - first);
    for (let i = first; i < end; i++) if (this.room(this.headOf(cells[i])) >= least) return true;
    return false;
  }

  /** The room of a slab. */
  room(head: PageIndex): number {
    return this.pages[noteOf(head) + NOTE_ROOM];
  }

  /** Changes the room of a block's slab without telling anyone. */
  adjust(address: Address, by: number): void {
    this.pages[noteOf(this.headOf(address)) + NOTE_ROOM] += by;
  }

  /** Makes all blocks of a slab that are not live its room, without telling anyone. */
  count(head: PageIndex): void {
    this.pages[noteOf(head) + NOTE_ROOM] = countFree(this.records, head);
    this.pages[noteOf(head) + NOTE_CURSOR] = 0;
  }
}
