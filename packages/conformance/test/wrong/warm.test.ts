/** A warm pool in plain JavaScript, and wrong ones made of it. */

import {
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  POLICY_WARM_PREFILL,
  POLICY_WARM_SIZE,
  type RecipeOf,
  type Report,
  requireMethods,
  type Scope,
  type SizeClass,
  type SlabSource,
  type WarmPool,
  type WarmStats,
} from '@hakmem/contracts';
import { describe } from 'vitest';
import { warmSuite } from '../../src/index.js';
import { testRefusals, type Wrong } from './refused.js';

/** First in, first out, in plain arrays. */
class PlainWarm implements WarmPool {
  readonly slabs = new Map<SizeClass, PageIndex[]>();
  readonly counts = { hits: 0, misses: 0, prefills: 0, stale: 0 };

  constructor(
    readonly scope: Scope,
    readonly parent: SlabSource,
  ) {}

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    return this.take(sizeClass) || this.miss(sizeClass, this.parent.acquire(sizeClass));
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    return this.take(sizeClass) || this.miss(sizeClass, this.parent.spare(sizeClass));
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    const size = this.policy(POLICY_WARM_SIZE);
    if (size === 0) {
      this.parent.offer(sizeClass, head);
      return;
    }
    const slabs = this.list(sizeClass);
    while (slabs.length >= size) this.parent.offer(sizeClass, slabs.shift()!);
    slabs.push(head);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    const slabs = this.list(sizeClass);
    if (slabs.includes(head)) slabs.splice(slabs.indexOf(head), 1);
    this.parent.retire(sizeClass, head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    for (const [sizeClass, slabs] of this.slabs) for (const head of slabs) visit(sizeClass, head);
    this.parent.held(visit);
  }

  verify(report: Report): void {
    this.parent.verify(report);
  }

  stats(): WarmStats {
    const { hits, misses } = this.counts;
    return { ...this.counts, hitRate: hits + misses === 0 ? 0 : hits / (hits + misses) };
  }

  take(sizeClass: SizeClass): PageIndex | 0 {
    const slabs = this.list(sizeClass);
    while (slabs.length > 0) {
      const head = slabs.shift()!;
      if (this.scope.records.words[noteOf(head) + NOTE_ROOM] > 0) {
        this.counts.hits++;
        return head;
      }
      this.counts.stale++;
    }
    return 0;
  }

  miss(sizeClass: SizeClass, head: PageIndex | 0): PageIndex | 0 {
    if (head === 0) return 0;
    this.counts.misses++;
    for (let left = Math.min(this.policy(POLICY_WARM_PREFILL), this.policy(POLICY_WARM_SIZE)); left > 0; left--) {
      const ahead = this.parent.spare(sizeClass);
      if (ahead === 0) break;
      this.offer(sizeClass, ahead);
      this.counts.prefills++;
    }
    return head;
  }

  policy(which: number): number {
    return this.scope.policy.words[this.scope.policy.start + which];
  }

  list(sizeClass: SizeClass): PageIndex[] {
    const slabs = this.slabs.get(sizeClass) ?? [];
    this.slabs.set(sizeClass, slabs);
    return slabs;
  }
}

type Kind = new (scope: Scope, parent: SlabSource) => PlainWarm;

const PEERS = new WeakMap<Int32Array, PlainWarm>();

function recipeOf(Box: Kind): () => RecipeOf<'warm'> {
  return () => ({
    box: 'plain-warm',
    contract: 'warm',
    capabilities: {
      alignment: 65_536,
      concurrency: 'owner',
      grows: false,
      shrinks: false,
      zeroed: false,
      retries: false,
      stateInBuffer: false,
    },
    words: () => 8,
    build(scope, parent) {
      requireMethods('plain-warm', 'parent', parent, ['acquire', 'spare', 'offer', 'retire', 'held']);
      // A peer looks at the same slabs.
      const known = PEERS.get(scope.records.words);
      if (!scope.fresh && known !== undefined) return known;
      const made = new Box(scope, parent);
      PEERS.set(scope.records.words, made);
      return made;
    },
  });
}

function wrong(clause: string, what: string, Box: Kind): Wrong {
  return { clause, what, suite: () => warmSuite({ recipe: recipeOf(Box), runs: 20, shrink: false }) };
}

describe('warm pools', () => {
  testRefusals(
    () => warmSuite({ recipe: recipeOf(PlainWarm), runs: 20, shrink: false }),
    [
      wrong(
        'SOURCE-1',
        'hands a slab out and keeps it',
        class extends PlainWarm {
          override take(sizeClass: SizeClass): PageIndex | 0 {
            const head = super.take(sizeClass);
            if (head !== 0) this.list(sizeClass).push(head);
            return head;
          }
        },
      ),
      wrong(
        'SOURCE-2',
        'forgets what does not fit',
        class extends PlainWarm {
          override offer(sizeClass: SizeClass, head: PageIndex): void {
            const slabs = this.list(sizeClass);
            if (slabs.length >= this.policy(POLICY_WARM_SIZE)) slabs.shift();
            slabs.push(head);
          }
        },
      ),
      wrong(
        'SOURCE-3',
        'asks for memory in spare',
        class extends PlainWarm {
          override spare(sizeClass: SizeClass): PageIndex | 0 {
            return this.acquire(sizeClass);
          }
        },
      ),
      wrong(
        'SOURCE-4',
        'holds on to a slab that it retires',
        class extends PlainWarm {
          override retire(sizeClass: SizeClass, head: PageIndex): void {
            this.parent.retire(sizeClass, head);
          }
        },
      ),
      wrong(
        'SOURCE-6',
        'does not show what its parent holds',
        class extends PlainWarm {
          override held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
            for (const [sizeClass, slabs] of this.slabs) for (const head of slabs) visit(sizeClass, head);
          }
        },
      ),
      wrong(
        'WARM-2',
        'fetches more ahead than it may',
        class extends PlainWarm {
          override miss(sizeClass: SizeClass, head: PageIndex | 0): PageIndex | 0 {
            const answer = super.miss(sizeClass, head);
            if (answer !== 0) super.miss(sizeClass, answer);
            return answer;
          }
        },
      ),
      wrong(
        'WARM-4',
        'counts a miss when nothing comes',
        class extends PlainWarm {
          override miss(sizeClass: SizeClass, head: PageIndex | 0): PageIndex | 0 {
            if (head === 0) this.counts.misses++;
            return super.miss(sizeClass, head);
          }
        },
      ),
      wrong(
        'GENERAL-B',
        'drops slabs when the policy shrinks',
        class extends PlainWarm {
          override held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
            for (const slabs of this.slabs.values()) slabs.splice(this.policy(POLICY_WARM_SIZE));
            super.held(visit);
          }
        },
      ),
      wrong(
        'GENERAL-C',
        'counts how often it is looked at, in the buffer',
        class extends PlainWarm {
          override stats(): WarmStats {
            this.scope.region.words[this.scope.region.start]++;
            return super.stats();
          }
        },
      ),
      wrong(
        'GENERAL-D',
        'writes behind its region',
        class extends PlainWarm {
          override offer(sizeClass: SizeClass, head: PageIndex): void {
            const { words, start, length } = this.scope.region;
            words[start + length] = head;
            super.offer(sizeClass, head);
          }
        },
      ),
    ],
  );
});
