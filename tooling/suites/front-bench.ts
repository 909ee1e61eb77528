/**
 * What a front itself costs: requests over a cache that keeps one block per class, and the map alone. Every line is
 * nanoseconds per operation (`ns/iter` in the table); "nothing" is the loop that draws the sizes, to be taken off.
 */

import {
  type Address,
  type BlockCache,
  CLASS_COUNT,
  type Front,
  type Recipe,
  type SizeClass,
  standaloneGround,
} from '@hakmem/contracts';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';

const OPERATIONS = 10_000;
const now = (): number => performance.now() * 1e6;

/** One block per class, live or not: the least that a cache can do. The page of a block tells its class. */
class OneBlockEach {
  readonly live = new Uint8Array(CLASS_COUNT);

  take(sizeClass: SizeClass): Address | 0 {
    this.live[sizeClass] = 1;
    return (sizeClass + 1) << 16;
  }

  give(sizeClass: SizeClass, _address: Address): boolean {
    if (this.live[sizeClass] !== 1) return false;
    this.live[sizeClass] = 0;
    return true;
  }
}

/** A line of the table: `spin` goes through all operations and answers something that depends on each of them. */
function line(name: string, spin: () => number): void {
  bench(name, function* () {
    yield {
      manual: () => {
        const start = now();
        const sum = spin();
        const spent = now() - start;
        do_not_optimize(sum);
        return spent / OPERATIONS;
      },
    };
  });
}

/** Measures the front, which must be the only one of its process, over sizes drawn ahead (1,024 of them). */
export async function benchFront(title: string, recipe: Recipe<BlockCache, Front>, sizes: Int32Array): Promise<void> {
  const front = recipe.build(standaloneGround(1, 0).scope(0), new OneBlockEach() as unknown as BlockCache);

  // Each loop is written out: called through a shared one, the operations would not be inlined.
  group(title, () => {
    line('nothing', () => {
      let sum = 0;
      for (let i = 0; i < OPERATIONS; i++) sum ^= sizes[i & 1_023];
      return sum;
    });

    line('classOf', () => {
      let sum = 0;
      for (let i = 0; i < OPERATIONS; i++) sum ^= front.classOf(sizes[i & 1_023]);
      return sum;
    });

    line('malloc and free', () => {
      let sum = 0;
      for (let i = 0; i < OPERATIONS; i++) {
        const address = front.malloc(sizes[i & 1_023]);
        sum ^= address;
        front.free((address >>> 16) - 1, address);
      }
      return sum;
    });
  });

  await run();
}
