/** A pool in plain JavaScript, and wrong ones made of it: of the suite those cases are run that prove the clause. */

import {
  type PageIndex,
  type PoolStats,
  pageWord,
  type SizeClass,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
  type ThreadId,
  Tier,
} from '@hakmem/contracts';
import { describe } from 'vitest';
import { type PoolSuiteOptions, poolSuite, type Suite } from '../../src/index.js';
import { PlainPool, type PoolKind, poolOf, RUN } from './plain-pool.js';
import { testRefusals, type Wrong } from './refused.js';

/** The cases that prove the clause, and of them those about `where`; without the model, which would look for the shortest program. */
function wrong(
  clause: string,
  what: string,
  Box: PoolKind,
  where = '',
  options: Partial<PoolSuiteOptions> = {},
): Wrong {
  const suite = (): Suite => {
    const { title, cases } = poolSuite({ recipe: poolOf(Box), ...options });
    const proving = cases.filter(({ clauses }) => (clauses as readonly string[]).includes(clause));
    const about = proving.filter((each) => each.what.includes(where) && !each.what.startsWith('against a model'));
    return { title, cases: about };
  };
  return { clause, what, suite };
}

const SLOTS: readonly Wrong[] = [
  wrong(
    'POOL-12',
    'hands a slab out twice',
    class extends PlainPool {
      last: PageIndex = 0;
      override acquire(c: SizeClass): PageIndex | 0 {
        if (this.words[this.last] === this.words[this.last + 1] && c > 3 && this.last !== 0) return this.last;
        this.last = super.acquire(c);
        return this.last;
      }
    },
  ),
  wrong(
    'POOL-15',
    'says room where live blocks are',
    class extends PlainPool {
      override note(head: PageIndex, c: SizeClass): void {
        super.note(head, c, SPAN_BLOCKS[c]);
      }
    },
  ),
  wrong(
    'POOL-4',
    'lets spans cross the border of SuperSlabs',
    class extends PlainPool {
      override spots(pages: number, word: number, any: boolean): PageIndex[] {
        if (pages === 1) return super.spots(1, word, any);
        const free = (page: PageIndex): boolean => this.words[page] === word;
        const last = this.registry.end * 32 - pages;
        return this.pages().filter(
          (page) => page <= last && Array.from({ length: pages }, (_, i) => page + i).every(free),
        );
      }
    },
  ),
  wrong(
    'POOL-5',
    'never frees a SuperSlab',
    class extends PlainPool {
      override settle(superSlab: number): void {
        if (this.registry.tier(superSlab) === Tier.FREE) super.settle(superSlab);
      }
    },
  ),
  wrong(
    'POOL-5',
    'makes what is released UNUSED at once',
    class extends PlainPool {
      override empty(head: PageIndex): void {
        this.storeDown(head, this.span(head), 0);
        this.settle(head >>> 5);
      }
    },
  ),
  wrong(
    'POOL-2',
    'does not look at EMPTY slots',
    class extends PlainPool {
      override reuse(): PageIndex | 0 {
        return 0;
      }
    },
  ),
  wrong(
    'POOL-6',
    'asks for memory before it sweeps',
    class extends PlainPool {
      override makeRoom(): number {
        return this.takeBack() || this.reclaim();
      }
    },
  ),
  wrong('POOL-3', 'has no affinity', PlainPool, '', { affinity: true }),
  wrong(
    'POOL-7',
    'throws when memory is exhausted',
    class extends PlainPool {
      override acquire(c: SizeClass): PageIndex | 0 {
        const head = super.acquire(c);
        if (head === 0) throw new Error('out of memory');
        return head;
      }
    },
  ),
  wrong(
    'POOL-9',
    'leaves abandoned slabs to others',
    class extends PlainPool {
      override adopt(): PageIndex | 0 {
        return 0;
      }
    },
  ),
  wrong(
    'POOL-10',
    'abandons slabs in which nothing is live',
    class extends PlainPool {
      override leave(thread: ThreadId): void {
        const { live } = this.scope.records;
        const before = live.slice();
        live.fill(1);
        super.leave(thread);
        live.set(before);
      }
    },
    'leave abandons',
  ),
  wrong(
    'POOL-10',
    'does not undo claims left half-done',
    class extends PlainPool {
      override resolve(): void {}
    },
    'of: acquire a slab;',
  ),
  wrong(
    'POOL-20',
    'counts slabs of EMPTY slots as of UNUSED ones',
    class extends PlainPool {
      override publish(head: PageIndex, c: SizeClass, counter: Parameters<PlainPool['publish']>[2]): PageIndex {
        return super.publish(head, c, counter === 'reuse' ? 'unused' : counter);
      }
    },
  ),
];

const THREADS: readonly Wrong[] = [
  wrong(
    'POOL-8',
    'claims pages by reading, then writing',
    class extends PlainPool {
      override claim(from: PageIndex, pages: number, expected: number): boolean {
        for (let i = 0; i < pages; i++) if (this.load(from + i) !== expected) return false;
        for (let i = 0; i < pages; i++) this.store(from + i, this.doubt);
        return true;
      }
    },
    'after the last pages',
  ),
  wrong(
    'POOL-8',
    'claims pages without its name',
    class extends PlainPool {
      override readonly doubt: number = pageWord(SlotState.ACTIVE, 0, 0, 0);
    },
    'of: acquire a slab;',
  ),
  wrong(
    'POOL-8',
    'keeps the first pages of a claim that it lost',
    class extends PlainPool {
      override claim(from: PageIndex, pages: number, expected: number, retries: 'slot' | 'run'): boolean {
        const done = super.claim(from, pages, expected, retries);
        if (!done && this.load(from) === 0) this.store(from, this.doubt);
        return done;
      }
    },
    'after the last pages',
  ),
  wrong(
    'GENERAL-G',
    'waits for a page that another thread has in doubt',
    class extends PlainPool {
      override load(page: PageIndex): number {
        let word = super.load(page);
        for (let tries = 0; tries < 1_000_000 && isOthersDoubt(word, this.doubt); tries++) word = super.load(page);
        return word;
      }
    },
    'of: acquire a slab;',
  ),
];

/** ACTIVE with kind NONE, and not this thread's. */
function isOthersDoubt(word: number, mine: number): boolean {
  return word !== mine && word >>> 19 === SlotState.ACTIVE && (word & 0x70000) === 0;
}

const RUNS: readonly Wrong[] = [
  wrong(
    'POOL-11',
    'asks for memory before it takes kept runs back',
    class extends PlainPool {
      override makeRoom(): number {
        return this.sweep();
      }
    },
  ),
  wrong(
    'POOL-12',
    'does not keep alignments',
    class extends PlainPool {
      override acquireRun(pages: number): PageIndex | 0 {
        return super.acquireRun(pages, 1);
      }
    },
  ),
  wrong(
    'POOL-13',
    'says that a run has grown which has not',
    class extends PlainPool {
      override extendRun(head: PageIndex, pages: number, wanted: number): boolean {
        return super.extendRun(head, pages, wanted) || wanted === pages + 2;
      }
    },
  ),
  wrong(
    'POOL-14',
    'ends a block that another thread has ended',
    class extends PlainPool {
      override seize(head: PageIndex): boolean {
        if (stateOf(this.load(head)) === SlotState.ACTIVE) this.store(head, RUN);
        return super.seize(head);
      }
    },
  ),
  wrong(
    'POOL-14',
    'looks whether a block lives, and ends it then',
    class extends PlainPool {
      override seize(head: PageIndex): boolean {
        if (this.load(head) !== RUN) return false;
        this.scope.records.live[head << 12] = 0;
        this.store(head, this.doubt);
        return true;
      }
    },
  ),
  wrong(
    'POOL-18',
    'reuses what another thread keeps',
    class extends PlainPool {
      override reuseRun(head: PageIndex): boolean {
        if ((this.load(head) & ~0xff00) !== RUN || this.load(head) === RUN) return false;
        this.scope.records.live[head << 12] = 1;
        this.store(head, RUN);
        return true;
      }
    },
  ),
  wrong(
    'POOL-19',
    'loses a page when it splits a run',
    class extends PlainPool {
      override splitRun(head: PageIndex, pages: number): void {
        const behind = head + this.span(head) - 1;
        super.splitRun(head, pages);
        if (behind > head + pages) {
          this.words[noteSpan(head + pages)]--;
          this.store(behind, 0);
        }
      }
    },
  ),
];

function noteSpan(page: PageIndex): number {
  return 65_536 + 16 * page;
}

const GENERAL: readonly Wrong[] = [
  wrong(
    'GENERAL-C',
    'sweeps when it is asked for its counts',
    class extends PlainPool {
      override stats(): PoolStats {
        this.sweep();
        return super.stats();
      }
    },
  ),
  wrong(
    'GENERAL-D',
    'clears the live bytes of what it hands out, and of the pages before it',
    class extends PlainPool {
      override publish(head: PageIndex, c: SizeClass, counter: Parameters<PlainPool['publish']>[2]): PageIndex {
        this.scope.records.live.fill(0, (head - 4) << 12, (head + SPAN_PAGES[c]) << 12);
        return super.publish(head, c, counter);
      }
    },
  ),
  {
    clause: 'GENERAL-E',
    what: 'has runs that it does not name',
    suite: () => {
      const recipe = poolOf(PlainPool)();
      const capabilities = { ...recipe.capabilities, grows: false };
      const { title, cases } = poolSuite({ recipe: () => ({ ...recipe, capabilities }) });
      return { title, cases: cases.slice(0, 3) };
    },
  },
];

describe('pools', () => {
  testRefusals(() => poolSuite({ recipe: poolOf(PlainPool), runs: 5 }), [...SLOTS, ...THREADS, ...RUNS, ...GENERAL]);
});

describe('pools without runs', () => {
  testRefusals(() => poolSuite({ recipe: poolOf(PlainPool, false), runs: 5 }), []);
});
