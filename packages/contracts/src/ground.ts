/**
 * The ground that boxes stand on: the control arrays of one heap, cut into the shared records, the policy table and one
 * region after the other. A composition has one; so has a box that stands alone.
 *
 *   control words  ┌ page words ┐┌ page notes ┐┌ policy ┐┌ region ┐┌ region ┐ …
 *
 * Every thread of a heap lays its own ground over the same control arrays, in the same order. The first one founds the
 * heap: it writes what is there from the start.
 */

import { CompositionError } from './errors.js';
import type { DebugLog } from './general.js';
import { POLICY_WORDS, writeDefaultPolicy } from './policy.js';
import type { Scope } from './recipe.js';
import { NOTE_WORDS, NOTES_START, type Records, type Region, recordsOf } from './records.js';
import type { ControlArrays } from './space.js';
import { PAGE_GRANULE_SHIFT, type ThreadId } from './units.js';

/** Words that keep what stands before from what stands behind in other lines of the processor's cache: 128 bytes. */
export const LINE_WORDS = 32;

/** Control words before the first region, for a heap of `pageLimit` pages. */
export function groundWords(pageLimit: number): number {
  return NOTES_START + pageLimit * NOTE_WORDS + POLICY_WORDS;
}

/** Live bytes of a heap of `pageLimit` pages. */
export function groundLiveBytes(pageLimit: number): number {
  return pageLimit * (1 << PAGE_GRANULE_SHIFT);
}

/** A number of words that ends where a line of the processor's cache does. */
export function wholeLines(words: number): number {
  return Math.ceil(words / LINE_WORDS) * LINE_WORDS;
}

/** What a box is told of its place beside its region; see {@link Scope}. */
export type Place = Partial<Pick<Scope, 'owner' | 'log' | 'founding' | 'fresh' | 'stride'>>;

export class Ground {
  readonly records: Records;
  /** The policy table; the founder has written the defaults. */
  readonly policy: Region;
  /** Whether this thread is the heap's first. */
  readonly founding: boolean;
  /** Control words that are cut off already. */
  #used: number;

  constructor({ words, live }: ControlArrays, pageLimit: number, founding = true) {
    this.records = recordsOf(words, live, pageLimit);
    this.founding = founding;
    this.#used = groundWords(pageLimit);
    this.policy = { words, start: this.#used - POLICY_WORDS, length: POLICY_WORDS };
    if (founding) writeDefaultPolicy(this.policy);
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

  /** The next words from a whole line on. */
  cutLines(length: number): Region {
    this.cut(wholeLines(this.#used) - this.#used);
    return this.cut(length);
  }

  /** What a box is handed, with a region of `length` words. */
  scope(length: number, owner: ThreadId = 1, log: DebugLog | null = null): Scope {
    return this.scopeOf(this.cut(length), { owner, log });
  }

  /** What a box is handed, with a region that was cut for it. */
  scopeOf(region: Region, place: Place = {}): Scope {
    const { owner = 1, log = null, founding = this.founding, fresh = founding, stride = 0 } = place;
    return { records: this.records, region, policy: this.policy, owner, log, founding, fresh, stride };
  }
}

/** A ground of its own, in plain memory, for boxes that stand alone: `pageLimit` pages, `regionWords` words for regions. */
export function standaloneGround(pageLimit: number, regionWords: number): Ground {
  const words = new Int32Array(groundWords(pageLimit) + regionWords);
  return new Ground({ words, live: new Uint8Array(groundLiveBytes(pageLimit)) }, pageLimit);
}
