/**
 * Large blocks behind checks. Any thread may free any of them, so only what the caller alone knows is looked at: the block that
 * it was just given, the one that it resizes, and addresses at which no large block can be, whatever others do.
 *
 * before   malloc: LARGE-7
 * after    malloc: LARGE-1 · resize: LARGE-1, LARGE-2 · free, resize: LARGE-6
 */

import type { Report } from '../general.js';
import type { LargeBlocks, LargeStats } from '../large.js';
import { METHODS } from '../methods.js';
import { kindOf, ownerOf, PageKind, pageWord, SlotState, stateOf } from '../page-word.js';
import { requireMethods, type Scope } from '../recipe.js';
import { NOTE_SPAN, noteOf, type Records } from '../records.js';
import { type Address, GRANULE_SHIFT, PAGE_BYTES, PAGE_SHIFT, type PageIndex, type ThreadId } from '../units.js';
import { Inspection } from './inspection.js';

const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);

/** The box behind checks: with resize when it has it, without when it has not. */
export function checkedLarge(box: string, scope: Scope, inner: LargeBlocks): LargeBlocks {
  requireMethods(`checked ${box}`, 'inner', inner, METHODS.large);
  return typeof inner.resize === 'function'
    ? new CheckedResizing(box, scope, inner as Required<LargeBlocks>)
    : new CheckedLarge(box, scope, inner);
}

class CheckedLarge implements LargeBlocks {
  readonly #inner: LargeBlocks;
  readonly #owner: ThreadId;
  protected readonly records: Records;
  protected readonly inspection: Inspection;

  constructor(box: string, { records, owner }: Scope, inner: LargeBlocks) {
    this.#inner = inner;
    this.#owner = owner;
    this.records = records;
    this.inspection = new Inspection(box);
  }

  malloc(bytes: number, alignment: number): Address | 0 {
    const call = `malloc(${bytes}, ${alignment})`;
    const asked = bytes >= 0 && Number.isInteger(Math.log2(alignment)) && alignment >= 1;
    this.inspection.must('LARGE-7', asked, call, { bytes, alignment });
    const address = this.#inner.malloc(bytes, alignment);
    if (address === 0) return 0;
    const aligned = address % Math.max(PAGE_BYTES, alignment) === 0;
    this.inspection.must('LARGE-1', aligned, call, { address, alignment });
    this.mustHold(call, address, bytes);
    return address;
  }

  free(address: Address): boolean {
    const never = this.neverOne(address);
    const done = this.#inner.free(address);
    this.inspection.must('LARGE-6', !(done && never), `free(${address})`, { done, word: this.wordAt(address) });
    return done;
  }

  stats(): LargeStats {
    return this.#inner.stats();
  }

  verify(report: Report): void {
    this.#inner.verify(report);
  }

  /** Whether no large block can start there: it is no page's start, or lies in a slab of this thread. */
  protected neverOne(address: Address): boolean {
    const word = this.wordAt(address);
    const slab = kindOf(word) === PageKind.TINY || kindOf(word) === PageKind.MID;
    const mine = stateOf(word) === SlotState.ACTIVE && slab && ownerOf(word) === this.#owner;
    return address % PAGE_BYTES !== 0 || mine;
  }

  protected wordAt(address: Address): number {
    return this.records.words[address >>> PAGE_SHIFT];
  }

  protected lengthAt(address: Address): number {
    return this.records.words[noteOf(address >>> PAGE_SHIFT) + NOTE_SPAN];
  }

  protected liveAt(address: Address): boolean {
    return this.wordAt(address) === RUN_WORD && this.records.live[address >>> GRANULE_SHIFT] === 1;
  }

  /** A live block of at least `bytes` is there, whole. */
  protected mustHold(call: string, address: Address, bytes: number): void {
    const pages = this.lengthAt(address);
    const seen = { address, word: this.wordAt(address), pages, live: this.records.live[address >>> GRANULE_SHIFT] };
    this.inspection.must('LARGE-1', this.liveAt(address) && pages * PAGE_BYTES >= bytes, call, seen);
    const head: PageIndex = address >>> PAGE_SHIFT;
    for (let page = head + 1; page < head + pages; page++) {
      const [word, note] = [this.records.words[page], this.records.words[noteOf(page) + NOTE_SPAN]];
      if (word !== RUN_WORD || note !== 0) this.inspection.must('LARGE-1', false, call, { ...seen, page, word, note });
    }
  }
}

class CheckedResizing extends CheckedLarge {
  readonly #resizing: Required<LargeBlocks>;

  constructor(box: string, scope: Scope, inner: Required<LargeBlocks>) {
    super(box, scope, inner);
    this.#resizing = inner;
  }

  resize(address: Address, bytes: number): boolean {
    const call = `resize(${address}, ${bytes})`;
    const never = this.neverOne(address);
    const [live, pages] = [this.liveAt(address), this.lengthAt(address)];
    const done = this.#resizing.resize(address, bytes);
    this.inspection.must('LARGE-6', !(done && never), call, { done, word: this.wordAt(address) });
    if (done) this.mustHold(call, address, bytes);
    const stays = done || never || !live || !this.liveAt(address) || this.lengthAt(address) === pages;
    this.inspection.must('LARGE-2', stays, call, { before: pages, after: this.lengthAt(address) });
    return done;
  }
}
