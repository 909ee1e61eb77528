/** Puts the box on a ground and a pool of its own, and helps tests to see whether anything has changed. */

import { OWNER, PlainRuns } from '@hakmem/conformance';
import {
  type LargeBlocks,
  PageKind,
  POLICY_RETAIN,
  type Problem,
  pageWord,
  SlotState,
  standaloneGround,
} from '@hakmem/contracts';
import { largeBlocks } from '../src/index.js';

export { OWNER };
/** Runs have no owner. */
export const RUN_WORD = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);
/** A page that is being claimed or let go of. */
export const DOUBT_WORD = pageWord(SlotState.ACTIVE, PageKind.NONE, OWNER, 0);
export const PAGE = 65_536;
export const OTHER = OWNER + 1;

/** What the box `grows` and `shrinks` by is there: its capabilities say so, and index.ts is tested for it. */
export type Resizing = Required<LargeBlocks>;

export interface Stand {
  readonly pool: PlainRuns;
  readonly large: Resizing;
  /** The box of another thread, over the same pool and region. */
  readonly other: Resizing;
  /** Sets the SuperSlabs that the policy retains. */
  retain(superSlabs: number): void;
  problems(): Problem[];
  /** Addresses whose live byte is 1, in order. */
  liveAddresses(): number[];
  /** Runs `act` and says whether it left every control word and live byte as it was. */
  unchangedBy(act: () => void): boolean;
}

/** A heap of so many pages, of which the policy retains so many SuperSlabs. */
export function stand(pageLimit = 200, firstPage = 1, retain = 4): Stand {
  const recipe = largeBlocks();
  const ground = standaloneGround(pageLimit, recipe.words(pageLimit));
  const { words, live } = ground.records;
  const pool = new PlainRuns(ground.records, firstPage);
  const scope = ground.scope(recipe.words(pageLimit), OWNER);
  const setRetain = (superSlabs: number): void => {
    scope.policy.words[scope.policy.start + POLICY_RETAIN] = superSlabs;
  };
  setRetain(retain);
  const large = recipe.build(scope, pool) as Resizing;
  const others = { ...scope, owner: OTHER, founding: false, fresh: false };
  const other = recipe.build(others, pool.seenBy(OTHER)) as Resizing;
  return {
    pool,
    large,
    other,
    retain: setRetain,
    problems() {
      const found: Problem[] = [];
      large.verify((problem) => found.push(problem));
      return found;
    },
    liveAddresses() {
      const found: number[] = [];
      for (let at = live.indexOf(1); at !== -1; at = live.indexOf(1, at + 1)) found.push(at * 16);
      return found;
    },
    unchangedBy(act) {
      const before = [words.slice(), live.slice()];
      act();
      return [words, live].every((now, i) => Buffer.compare(bytes(now), bytes(before[i])) === 0);
    },
  };
}

function bytes({ buffer, byteOffset, byteLength }: Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
