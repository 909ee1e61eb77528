/**
 * An address space behind checks. Each call looks at the ends of some pages.
 *
 * when made   SPACE-1: the first page · SPACE-6, GENERAL-E: handle and release are there exactly when they must be
 * after       commit: SPACE-2, SPACE-7, SPACE-8 · bytes: SPACE-3, SPACE-9 · release: SPACE-4 · control: SPACE-5 ·
 *             handle: SPACE-6
 *
 * What other threads may change meanwhile is looked at only where there are none: what is in a page, and how far memory
 * goes after a commit that was refused.
 */

import { requireMethods } from '../recipe.js';
import type { AddressSpace, ControlArrays, SpaceHandle } from '../space.js';
import { type Address, MAX_PAGES, PAGE_BYTES, type PageIndex } from '../units.js';
import { Inspection } from './inspection.js';

/** Pages, at most, whose ends are compared. */
const SAMPLES = 64;
/** Live bytes from one that is looked at to the next. */
const STRIDE = 509;

export function checkedSpace(box: string, inner: AddressSpace): AddressSpace {
  return new CheckedSpace(box, inner);
}

class CheckedSpace implements AddressSpace {
  readonly contract = 'space';
  readonly capabilities: AddressSpace['capabilities'];
  readonly kind: AddressSpace['kind'];
  readonly firstPage: PageIndex;
  readonly pageLimit: number;
  /** There when the inner space has it. */
  readonly release?: (pages: number) => void;
  readonly handle?: () => SpaceHandle;
  readonly #inner: AddressSpace;
  readonly #inspection: Inspection;
  /** Whether no other thread can have the space. */
  readonly #alone: boolean;
  #bytes: Uint8Array | null = null;

  constructor(box: string, inner: AddressSpace) {
    requireMethods('checked', box, inner, ['bytes', 'commit', 'control']);
    this.#inner = inner;
    this.#inspection = new Inspection(box);
    this.capabilities = inner.capabilities;
    this.kind = inner.kind;
    this.firstPage = inner.firstPage;
    this.pageLimit = inner.pageLimit;
    this.#alone = inner.capabilities.concurrency === 'owner';
    if (inner.release !== undefined) this.release = (pages) => this.#release(pages);
    if (inner.handle !== undefined) this.handle = () => this.#handle();
    this.#isWhole();
  }

  get committedPages(): number {
    return this.#inner.committedPages;
  }

  get buffer(): ArrayBufferLike {
    return this.#inner.buffer;
  }

  bytes(end: Address = 0): Uint8Array {
    const call = `bytes(${end})`;
    const least = Math.min(end, this.#inner.committedPages * PAGE_BYTES);
    const bytes = this.#inner.bytes(end);
    this.#inspection.must('SPACE-3', bytes.length >= least, call, { length: bytes.length, least });
    if (this.#alone) this.#inspection.must('SPACE-3', bytes.buffer === this.#inner.buffer, call, { stale: true });
    const last = this.#bytes;
    const again = last === null || last === bytes || last.buffer !== bytes.buffer;
    this.#inspection.must('SPACE-9', again, call, { length: bytes.length, before: last?.length ?? 0 });
    this.#bytes = bytes;
    return bytes;
  }

  commit(pages: number): boolean {
    const call = `commit(${pages})`;
    const before = this.#inner.committedPages;
    const held = this.#alone ? this.#ends(this.firstPage, before) : null;
    const answer = this.#commit(pages, call);
    const after = this.#inner.committedPages;
    this.#inspection.must('SPACE-8', answer || pages > before, call, { answer, before });
    this.#inspection.must('SPACE-8', !answer || pages <= this.pageLimit, call, { answer, pageLimit: this.pageLimit });
    this.#inspection.must('SPACE-2', !answer || after >= pages, call, { answer, after });
    if (held === null) return answer;
    this.#inspection.must('SPACE-2', answer || after === before, call, { before, after });
    this.#inspection.must('SPACE-2', this.#ends(this.firstPage, before) === held, call, { changedBelow: before });
    if (this.capabilities.zeroed) {
      const fresh = this.#ends(Math.max(before, this.firstPage), after).replaceAll('0', '').replaceAll(',', '');
      this.#inspection.must('SPACE-2', fresh === '', call, { notZeroFrom: before });
    }
    return answer;
  }

  control(words: number, liveBytes: number): ControlArrays {
    const call = `control(${words}, ${liveBytes})`;
    const made = this.#inner.control(words, liveBytes);
    const { length } = made.words;
    const fits = length === words && made.live.length === liveBytes;
    this.#inspection.must('SPACE-5', fits, call, { words: length, live: made.live.length });
    const { buffer } = this.#inner;
    const apart = made.words.buffer !== buffer && made.live.buffer !== buffer;
    this.#inspection.must('SPACE-5', apart, call, { inDataBuffer: !apart });
    let sum = 0;
    for (const word of made.words) sum |= word;
    for (let at = 0; at < liveBytes; at += STRIDE) sum |= made.live[at];
    this.#inspection.must('SPACE-5', sum === 0, call, { zero: false });
    return made;
  }

  #release(pages: number): void {
    const call = `release(${pages})`;
    const before = this.#inner.committedPages;
    const kept = Math.min(pages, before);
    const held = this.#alone ? this.#ends(this.firstPage, kept) : null;
    this.#inner.release!(pages);
    const after = this.#inner.committedPages;
    this.#inspection.must('SPACE-4', after >= kept && after <= before, call, { before, after });
    const same = held === null || this.#ends(this.firstPage, kept) === held;
    this.#inspection.must('SPACE-4', same, call, { changedBelow: kept });
  }

  #handle(): SpaceHandle {
    const handle = this.#inner.handle!();
    const { kind, firstPage, pageLimit } = handle;
    const same = typeof kind === 'string' && firstPage === this.firstPage && pageLimit === this.pageLimit;
    this.#inspection.must('SPACE-6', same, 'handle', { kind, firstPage, pageLimit });
    return handle;
  }

  #commit(pages: number, call: string): boolean {
    let answer: unknown;
    try {
      answer = this.#inner.commit(pages);
    } catch (error) {
      this.#inspection.must('SPACE-8', false, call, { thrown: String(error) });
    }
    this.#inspection.must('SPACE-2', typeof answer === 'boolean', call, { answer });
    return answer as boolean;
  }

  #isWhole(): void {
    const { firstPage, pageLimit, capabilities } = this;
    const within = Number.isInteger(firstPage) && firstPage >= 1 && firstPage < pageLimit && pageLimit <= MAX_PAGES;
    this.#inspection.must('SPACE-1', within, 'firstPage', { firstPage, pageLimit });
    const sendable = this.handle !== undefined;
    const { concurrency, shrinks } = capabilities;
    this.#inspection.must('SPACE-6', sendable === (concurrency === 'any'), 'handle', { concurrency, sendable });
    const releases = this.release !== undefined;
    this.#inspection.must('GENERAL-E', releases === shrinks, 'release', { shrinks, releases });
  }

  /** First and last byte of some pages from `first` to `end`, which are committed. */
  #ends(first: PageIndex, end: number): string {
    const bytes = this.#inner.bytes(end * PAGE_BYTES);
    const step = Math.max(1, Math.ceil((end - first) / SAMPLES));
    const seen: number[] = [];
    for (let page = first; page < end; page += step) {
      seen.push(bytes[page * PAGE_BYTES], bytes[(page + 1) * PAGE_BYTES - 1]);
    }
    return seen.join();
  }
}
