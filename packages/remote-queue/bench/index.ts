/**
 * What the queue itself costs, on shared memory, with nobody else at work: a free whose slab is told already, one that tells its
 * owner, one that is refused, and the owner's looks. Nanoseconds per call, or per slab where it says so (`ns/iter` in the table).
 */

import {
  BLOCK_BYTES,
  Ground,
  groundLiveBytes,
  groundWords,
  kindFor,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  pageWord,
  type RemoteQueue,
  type SizeClass,
  SlotState,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import { remoteQueue } from '@hakmem/remote-queue';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';

const BYTES_256: SizeClass = 15;
const OWNER = 1;
const OTHER = 2;

const now = (): number => performance.now() * 1e6;

interface Bench {
  readonly owner: RemoteQueue;
  readonly other: RemoteQueue;
  readonly live: Uint8Array;
  /** Addresses of the blocks of the slabs, slab by slab. */
  readonly blocks: Float64Array;
}

/** A heap of so many pages with slabs of 256-byte blocks from page 1 on, and the queues of their owner and of another thread. */
function setUp(pages: number, slabs: number): Bench {
  const recipe = remoteQueue();
  const stride = recipe.words(pages);
  const words = new Int32Array(new SharedArrayBuffer(4 * (groundWords(pages) + 2 * stride)));
  const live = new Uint8Array(new SharedArrayBuffer(groundLiveBytes(pages)));
  const ground = new Ground({ words, live }, pages);
  const [owner, other] = [OWNER, OTHER].map((thread) =>
    recipe.build(ground.scopeOf(ground.cut(stride), { owner: thread, stride }), null),
  );
  for (let head = 1; head <= slabs; head++) {
    words[head] = pageWord(SlotState.ACTIVE, kindFor(BYTES_256), OWNER, BYTES_256);
    words[noteOf(head) + NOTE_SPAN] = 1;
  }
  const count = SPAN_BLOCKS[BYTES_256];
  const blocks = Float64Array.from(
    { length: slabs * count },
    (_, i) => (1 + Math.floor(i / count)) * PAGE_BYTES + (i % count) * BLOCK_BYTES[BYTES_256],
  );
  return { owner, other, live, blocks };
}

/** A line of the table: `sample` says how many nanoseconds a call, or a slab, took. */
function line(name: string, prepare: () => () => number): void {
  bench(name, function* () {
    yield { manual: prepare() };
  });
}

group('ns per call', () => {
  line('free, the slab is told already', () => {
    const { other, live, blocks } = setUp(64, 40);
    return () => {
      for (const address of blocks) live[address / 16] = 1;
      let freed = 0;
      const start = now();
      for (let i = 0; i < blocks.length; i++) if (other.free(blocks[i])) freed++;
      const spent = now() - start;
      do_not_optimize(freed);
      return spent / blocks.length;
    };
  });

  line('free and take: the owner looks after each', () => {
    const { owner, other, live, blocks } = setUp(64, 40);
    const visit = (head: number): void => do_not_optimize(head);
    return () => {
      for (const address of blocks) live[address / 16] = 1;
      const start = now();
      for (let i = 0; i < blocks.length; i++) {
        other.free(blocks[i]);
        owner.take(BYTES_256, visit);
      }
      return (now() - start) / blocks.length;
    };
  });

  line('free, refused', () => {
    const { other, blocks } = setUp(64, 40);
    return () => {
      let freed = 0;
      const start = now();
      for (let i = 0; i < blocks.length; i++) if (other.free(blocks[i])) freed++;
      const spent = now() - start;
      do_not_optimize(freed);
      return spent / blocks.length;
    };
  });

  line('hasNews and nextClass, nothing is new', () => {
    const { owner } = setUp(64, 1);
    return () => {
      let news = 0;
      const start = now();
      for (let i = 0; i < 1_000; i++) if (owner.hasNews(i % 96) || owner.nextClass() >= 0) news++;
      const spent = now() - start;
      do_not_optimize(news);
      return spent / 1_000;
    };
  });
});

group('a take, its visits included', () => {
  for (const [pages, slabs, per] of [
    [1_024, 1, 'take'],
    [16_384, 1, 'take'],
    [16_384, 4_096, 'slab'],
  ] as const) {
    line(`${slabs} of ${pages} pages have news, ns per ${per}`, () => {
      const { owner, other, live, blocks } = setUp(pages, slabs);
      const count = SPAN_BLOCKS[BYTES_256];
      let visited = 0;
      return () => {
        let spent = 0;
        const rounds = slabs === 1 ? 100 : 1;
        for (let round = 0; round < rounds; round++) {
          for (let i = 0; i < blocks.length; i += count) {
            live[blocks[i] / 16] = 1;
            other.free(blocks[i]);
          }
          const start = now();
          visited += owner.take(BYTES_256, do_not_optimize);
          spent += now() - start;
        }
        do_not_optimize(visited);
        return spent / (rounds * slabs);
      };
    });
  }
});

await run();
