/** Puts the box on a ground and a pool of its own, and helps tests to see whether anything has changed. */

import { type LargeBlocks, type Problem, standaloneGround } from '@hakmem/contracts';
import { largeBlocks } from '../src/index.js';
import { FakePool, OWNER } from './fake-pool.js';

export const PAGE = 65_536;

export interface Stand {
  readonly pool: FakePool;
  readonly large: LargeBlocks;
  /** The box of another thread, over the same pool and region. */
  readonly other: LargeBlocks;
  problems(): Problem[];
  /** Addresses whose live byte is 1, in order. */
  liveAddresses(): number[];
  /** Runs `act` and says whether it left every control word and live byte as it was. */
  unchangedBy(act: () => void): boolean;
}

export function stand(pageLimit = 200, firstPage = 1): Stand {
  const recipe = largeBlocks();
  const ground = standaloneGround(pageLimit, recipe.words(pageLimit));
  const { words, live } = ground.records;
  const pool = new FakePool(ground.records, firstPage);
  const scope = ground.scope(recipe.words(pageLimit), OWNER);
  const large = recipe.build(scope, pool);
  const other = recipe.build({ ...scope, owner: OWNER + 1, founding: false, fresh: false }, pool);
  return {
    pool,
    large,
    other,
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
