/**
 * The stage on which a box stands alone: records, policy table, and its region between two fences. What is written where the
 * box has no business is found (GENERAL-D).
 *
 *   control words  ┌ page words ┐┌ notes ┐┌ policy ┐┌ fence ┐┌ region ┐┌ fence ┐
 */

import {
  type ControlArrays,
  type DebugLog,
  Ground,
  groundLiveBytes,
  groundWords,
  type Inspection,
  type Place,
  type Problem,
  type Records,
  type Region,
  type Scope,
  type ThreadId,
  type Walkable,
} from '@hakmem/contracts';

const FENCE_WORDS = 64;
const FENCE = 0x600d600d;

/** The owner of all slabs on a stage: not 1, so that a forgotten owner shows. */
export const OWNER: ThreadId = 7;

/** How a stage is laid. */
export interface StageOptions {
  /** Page after the last; default 64. */
  readonly pageLimit?: number | undefined;
  /** Words of the box's region for so many pages. */
  readonly words: (pageLimit: number) => number;
  /** Regions of threads, one behind the other; default 1. */
  readonly regions?: number | undefined;
  /** Whether the arrays are shared, for Workers; default false. */
  readonly shared?: boolean | undefined;
}

export class Stage {
  readonly control: ControlArrays;
  readonly ground: Ground;
  readonly records: Records;
  readonly policy: Region;
  /** The region of each thread; one, unless the stage was laid for more. */
  readonly regions: readonly Region[];
  readonly #fences: readonly Region[];

  constructor({ pageLimit = 64, words, regions = 1, shared = false }: StageOptions) {
    const length = words(pageLimit);
    this.control = makeControl(
      groundWords(pageLimit) + regions * (length + FENCE_WORDS) + FENCE_WORDS,
      pageLimit,
      shared,
    );
    this.ground = new Ground(this.control, pageLimit);
    this.records = this.ground.records;
    this.policy = this.ground.policy;
    const fences = [this.#fence()];
    this.regions = Array.from({ length: regions }, () => {
      const region = this.ground.cut(length);
      fences.push(this.#fence());
      return region;
    });
    this.#fences = fences;
  }

  /** What a box is handed: the founder with the first region, unless `place` says otherwise. */
  scope(place: Place = {}, region: Region = this.regions[0], log: DebugLog | null = null): Scope {
    const stride = this.regions.length > 1 ? this.regions[1].start - this.regions[0].start : 0;
    return this.ground.scopeOf(region, { owner: OWNER, log, stride, ...place });
  }

  /** Throws a violation of GENERAL-D when something beside the region was written. */
  checkFences(inspection: Inspection, call: string): void {
    for (const { words, start, length } of this.#fences) {
      const at = words.subarray(start, start + length).findIndex((word) => word !== FENCE);
      inspection.must('GENERAL-D', at === -1, call, { wordBesideTheRegion: start + at });
    }
  }

  setPolicy(index: number, value: number): void {
    this.policy.words[this.policy.start + index] = value;
  }

  #fence(): Region {
    const fence = this.ground.cut(FENCE_WORDS);
    fence.words.fill(FENCE, fence.start, fence.start + FENCE_WORDS);
    return fence;
  }
}

/** What a walker reports now. */
export function problemsOf(box: Walkable): Problem[] {
  const problems: Problem[] = [];
  box.verify((problem) => problems.push(problem));
  return problems;
}

function makeControl(words: number, pageLimit: number, shared: boolean): ControlArrays {
  const make = (bytes: number): ArrayBufferLike => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  return { words: new Int32Array(make(4 * words)), live: new Uint8Array(make(groundLiveBytes(pageLimit))) };
}
