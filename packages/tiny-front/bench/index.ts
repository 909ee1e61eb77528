/**
 * What the front itself costs: requests over a cache that keeps one block per class, and the map alone. Every line is
 * nanoseconds per operation (`ns/iter` in the table); "nothing" is the loop that draws the sizes, to be taken off.
 */

import { type Address, type BlockCache, CLASS_COUNT, type SizeClass, standaloneGround } from '@hakmem/contracts';
import { tinyFront } from '@hakmem/tiny-front';
import { bench, do_not_optimize, group, run } from 'mitata';

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

const front = tinyFront().build(standaloneGround(1, 0).scope(0), new OneBlockEach() as unknown as BlockCache);

/** Sizes drawn ahead, so that the loops spend nothing on drawing them. */
const sizes = Int32Array.from({ length: 1_024 }, (_, i) => 1 + (Math.imul(i, 0x9e3779b1) >>> 22));

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

// Each loop is written out: called through a shared one, the operations would not be inlined.
group('tiny-front: ns per operation, sizes 1 … 1,024', () => {
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
