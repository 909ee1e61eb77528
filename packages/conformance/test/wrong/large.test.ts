/** Large blocks in plain JavaScript, and wrong ones made of them. */

import {
  type LargeBlocks,
  type LargeStats,
  NOTE_SPAN,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  PageKind,
  POLICY_RETAIN,
  pageWord,
  type RecipeOf,
  type Report,
  type RunPool,
  requireMethods,
  type Scope,
  SlotState,
} from '@hakmem/contracts';
import { describe } from 'vitest';
import { largeSuite } from '../../src/index.js';
import { testRefusals, type Wrong } from './refused.js';

const RUN = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);

/** A run per block, given back when the block is freed: nothing is kept. */
class PlainLarge implements LargeBlocks {
  constructor(
    readonly scope: Scope,
    readonly pool: RunPool,
  ) {}

  malloc(bytes: number, alignment: number): number {
    return this.pool.acquireRun(pagesOf(bytes), Math.max(1, alignment / PAGE_BYTES)) * PAGE_BYTES;
  }

  free(address: number): boolean {
    return this.lives(address) && this.pool.releaseRun(address / PAGE_BYTES, 0);
  }

  resize(address: number, bytes: number): boolean {
    if (!this.lives(address)) return false;
    const head = address / PAGE_BYTES;
    const [has, wants] = [this.length(head), pagesOf(bytes)];
    if (wants > has && !this.pool.extendRun(head, has, wants)) return false;
    if (wants < has) this.pool.releaseRun(head, wants);
    if (wants !== has) this.scope.region.words[this.scope.region.start + (wants > has ? 0 : 1)]++;
    return true;
  }

  stats(): LargeStats {
    const { words, start } = this.scope.region;
    const heads = this.heads();
    const kept = heads.filter((head) => ownerOf(words[head]) !== 0).length;
    return { live: heads.length - kept, kept, grownInPlace: words[start], shrunkInPlace: words[start + 1] };
  }

  verify(report: Report): void {
    const { words, live } = this.scope.records;
    for (const head of this.heads()) {
      const pages = this.length(head);
      const whole = words.subarray(head + 1, head + pages).every((word) => word === RUN);
      const dead = ownerOf(words[head]) !== 0;
      if (whole && live[head << 12] === (dead ? 0 : 1)) continue;
      report({ box: 'plain-large', message: `the run at ${head} is broken`, address: head * PAGE_BYTES });
    }
  }

  lives(address: number): boolean {
    const { words, live } = this.scope.records;
    return address % PAGE_BYTES === 0 && words[address / PAGE_BYTES] === RUN && live[address / 16] === 1;
  }

  length(head: number): number {
    return this.scope.records.words[noteOf(head) + NOTE_SPAN];
  }

  heads(): number[] {
    const { words, pageLimit } = this.scope.records;
    const pages = Array.from({ length: pageLimit }, (_, page) => page);
    return pages.filter((page) => (words[page] & ~0xff00) === RUN && this.length(page) > 0);
  }
}

function pagesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PAGE_BYTES));
}

type Kind = new (scope: Scope, pool: RunPool) => PlainLarge;

function recipeOf(Box: Kind, resizes = true): () => RecipeOf<'large'> {
  return () => ({
    box: 'plain-large',
    contract: 'large',
    capabilities: {
      alignment: 2_097_152,
      concurrency: 'any',
      grows: resizes,
      shrinks: resizes,
      zeroed: false,
      retries: false,
      stateInBuffer: true,
    },
    words: () => 2,
    build(scope, pool) {
      requireMethods('plain-large', 'pool', pool, ['acquireRun', 'releaseRun', 'extendRun']);
      const box = new Box(scope, pool);
      if (!resizes) Object.defineProperty(box, 'resize', { value: undefined });
      return box;
    },
  });
}

/** All cases but the model's, which would look for the shortest program. */
function wrong(clause: string, what: string, Box: Kind): Wrong {
  const suite = () => {
    const { title, cases } = largeSuite({ recipe: recipeOf(Box) });
    return { title, cases: cases.filter((each) => !each.what.startsWith('against a model')) };
  };
  return { clause, what, suite };
}

const WRONG: readonly Wrong[] = [
  wrong(
    'LARGE-1',
    'gives a page less than was asked for',
    class extends PlainLarge {
      override malloc(bytes: number, alignment: number): number {
        return super.malloc(Math.max(0, bytes - PAGE_BYTES), alignment);
      }
    },
  ),
  wrong(
    'LARGE-1',
    'does not keep alignments',
    class extends PlainLarge {
      override malloc(bytes: number): number {
        return super.malloc(bytes, 1);
      }
    },
  ),
  wrong(
    'LARGE-2',
    'gives the block up when it cannot grow',
    class extends PlainLarge {
      override resize(address: number, bytes: number): boolean {
        const done = super.resize(address, bytes);
        if (!done) this.free(address);
        return done;
      }
    },
  ),
  wrong(
    'LARGE-1',
    'says that a block has grown which has not',
    class extends PlainLarge {
      override resize(address: number, bytes: number): boolean {
        return super.resize(address, bytes) || this.lives(address);
      }
    },
  ),
  wrong(
    'LARGE-3',
    'gives back all but the first page',
    class extends PlainLarge {
      override free(address: number): boolean {
        if (!this.lives(address)) return false;
        if (this.length(address / PAGE_BYTES) > 1) this.pool.releaseRun(address / PAGE_BYTES, 1);
        this.scope.records.live[address / 16] = 0;
        return true;
      }
    },
  ),
  wrong(
    'LARGE-3',
    'keeps every run, without a limit',
    class extends PlainLarge {
      override free(address: number): boolean {
        return this.lives(address) && this.pool.keepRun(address / PAGE_BYTES);
      }
    },
  ),
  wrong(
    'LARGE-4',
    'says that a block was freed which another thread has freed',
    class extends PlainLarge {
      override free(address: number): boolean {
        if (!this.lives(address)) return false;
        this.pool.releaseRun(address / PAGE_BYTES, 0);
        return true;
      }
    },
  ),
  wrong(
    'LARGE-4',
    'counts its own blocks instead of looking',
    class extends PlainLarge {
      made = 0;
      override malloc(bytes: number, alignment: number): number {
        const address = super.malloc(bytes, alignment);
        if (address !== 0) this.made++;
        return address;
      }
      override stats(): LargeStats {
        return { ...super.stats(), live: this.made };
      }
    },
  ),
  wrong(
    'LARGE-5',
    'throws when memory is exhausted',
    class extends PlainLarge {
      override malloc(bytes: number, alignment: number): number {
        const address = super.malloc(bytes, alignment);
        if (address === 0) throw new Error('out of memory');
        return address;
      }
    },
  ),
  wrong(
    'LARGE-6',
    'frees by any address inside a block',
    class extends PlainLarge {
      override free(address: number): boolean {
        const head = this.heads().find(
          (each) => each <= address / PAGE_BYTES && each + this.length(each) > address / PAGE_BYTES,
        );
        return head !== undefined && super.free(head * PAGE_BYTES);
      }
    },
  ),
  wrong(
    'LARGE-6',
    'looks at the live byte alone',
    class extends PlainLarge {
      override lives(address: number): boolean {
        return this.scope.records.live[address >>> 4] === 1;
      }
    },
  ),
  wrong(
    'GENERAL-B',
    'lets go of what it kept when the policy changes',
    class extends PlainLarge {
      override free(address: number): boolean {
        if (this.scope.policy.words[this.scope.policy.start + POLICY_RETAIN] === 0) return super.free(address);
        return this.lives(address) && this.pool.keepRun(address / PAGE_BYTES);
      }
      override stats(): LargeStats {
        const retains = this.scope.policy.words[this.scope.policy.start + POLICY_RETAIN] !== 0;
        if (!retains) for (const head of this.heads()) this.pool.dropRun(head);
        return super.stats();
      }
    },
  ),
  wrong(
    'GENERAL-C',
    'counts how often it is looked at, in the buffer',
    class extends PlainLarge {
      override stats(): LargeStats {
        this.scope.region.words[this.scope.region.start + 1] += 0x10000;
        return super.stats();
      }
    },
  ),
  wrong(
    'GENERAL-D',
    'writes behind its region',
    class extends PlainLarge {
      override malloc(bytes: number, alignment: number): number {
        this.scope.region.words[this.scope.region.start + 2]++;
        return super.malloc(bytes, alignment);
      }
    },
  ),
];

describe('large blocks', () => {
  testRefusals(() => largeSuite({ recipe: recipeOf(PlainLarge), runs: 30 }), WRONG);
});

describe('large blocks that do not resize', () => {
  testRefusals(() => largeSuite({ recipe: recipeOf(PlainLarge, false), runs: 30 }), []);
});
