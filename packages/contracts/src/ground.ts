/**
 * The ground that boxes stand on: the control arrays of one heap, cut into the shared records, the policy table and one
 * region after the other. A composition has one; so has a box that stands alone.
 *
 *   control words  ┌ page words ┐┌ page notes ┐┌ policy ┐┌ region ┐┌ region ┐ …
 */

import type { ControlArrays, DebugLog, Scope } from './boxes.js';
import { CompositionError } from './errors.js';
import { POLICY_WORDS, writeDefaultPolicy } from './policy.js';
import { NOTE_WORDS, NOTES_START, type Records, type Region } from './records.js';
import { PAGE_GRANULE_SHIFT, type ThreadId } from './units.js';

/** Control words before the first region, for a heap of `pageLimit` pages. */
export function groundWords(pageLimit: number): number {
  return NOTES_START + pageLimit * NOTE_WORDS + POLICY_WORDS;
}

/** Live bytes of a heap of `pageLimit` pages. */
export function groundLiveBytes(pageLimit: number): number {
  return pageLimit * (1 << PAGE_GRANULE_SHIFT);
}

export class Ground {
  readonly records: Records;
  /** The policy table, with the defaults written. */
  readonly policy: Region;
  /** Control words that are cut off already. */
  #used: number;

  constructor({ words, live }: ControlArrays, pageLimit: number) {
    this.records = { words, live, pageLimit };
    this.#used = groundWords(pageLimit);
    this.policy = { words, start: this.#used - POLICY_WORDS, length: POLICY_WORDS };
    writeDefaultPolicy(this.policy);
  }

  /** The next `length` words. Throws a CompositionError when fewer are left. */
  cut(length: number): Region {
    const { words } = this.records;
    const start = this.#used;
    if (start + length > words.length) {
      throw new CompositionError(`a region of ${length} words does not fit into the ${words.length} control words`);
    }
    this.#used += length;
    return { words, start, length };
  }

  /** What a box of thread `owner` is handed, with a region of `length` words. */
  scope(length: number, owner: ThreadId = 1, log: DebugLog | null = null): Scope {
    return { records: this.records, region: this.cut(length), policy: this.policy, owner, log };
  }
}

/** A ground of its own, in plain memory, for boxes that stand alone: `pageLimit` pages, `regionWords` words for regions. */
export function standaloneGround(pageLimit: number, regionWords: number): Ground {
  const words = new Int32Array(groundWords(pageLimit) + regionWords);
  return new Ground({ words, live: new Uint8Array(groundLiveBytes(pageLimit)) }, pageLimit);
}
