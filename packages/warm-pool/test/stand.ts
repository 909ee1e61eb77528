/** Puts a warm pool on a ground and a parent of its own, behind a wrapper that checks the SOURCE clauses at each call. */

import {
  CheckedSource,
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  POLICY_WARM_PREFILL,
  POLICY_WARM_SIZE,
  type Region,
  type SizeClass,
  type SlabSource,
  standaloneGround,
  type WarmPool,
} from '@hakmem/contracts';
import { warmPool } from '../src/index.js';
import { FakeParent, OWNER } from './fake-parent.js';

/** Words of another box on both sides of the region, to see that the pool writes only its own. */
const FENCE = 64;

export interface Stand {
  readonly parent: FakeParent;
  readonly warm: WarmPool;
  /** The warm pool behind a CheckedSource. */
  readonly checked: SlabSource;
  readonly region: Region;
  size(slabs: number): void;
  prefill(slabs: number): void;
  setRoom(head: PageIndex, blocks: number): void;
  /** What the pool, without its parent, holds of a class; the next to be popped last. */
  entries(sizeClass: SizeClass): PageIndex[];
  problems(): string[];
  /** Whether no word beside the region has changed. */
  fenced(): boolean;
}

export function stand(pageLimit = 512): Stand {
  const recipe = warmPool();
  const length = recipe.words(pageLimit);
  const ground = standaloneGround(pageLimit, length + 2 * FENCE);
  const fences = [ground.cut(FENCE)];
  const scope = ground.scope(length, OWNER);
  fences.push(ground.cut(FENCE));
  const { words } = ground.records;
  const parent = new FakeParent(ground.records);
  const warm = recipe.build(scope, parent);
  return {
    parent,
    warm,
    checked: new CheckedSource(ground.records, warm),
    region: scope.region,
    size(slabs) {
      words[ground.policy.start + POLICY_WARM_SIZE] = slabs;
    },
    prefill(slabs) {
      words[ground.policy.start + POLICY_WARM_PREFILL] = slabs;
    },
    setRoom(head, blocks) {
      words[noteOf(head) + NOTE_ROOM] = blocks;
    },
    entries(sizeClass) {
      const all: PageIndex[] = [];
      warm.held((c, head) => {
        if (c === sizeClass) all.push(head);
      });
      return all.slice(0, all.length - parent.holds(sizeClass).length);
    },
    problems() {
      const found: string[] = [];
      warm.verify((problem) => found.push(problem.message));
      return found;
    },
    fenced() {
      return fences.every(({ start }) => words.subarray(start, start + FENCE).every((word) => word === 0));
    },
  };
}
