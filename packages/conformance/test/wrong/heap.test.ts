/** Wrong heaps: each does one thing that its user would notice too late. */

import type { Address, Allocator } from '@hakmem/contracts';
import { describe } from 'vitest';
import { heapSuite, type Suite } from '../../src/index.js';
import { PlainHeap } from './plain-heap.js';
import { testRefusals, type Wrong } from './refused.js';

function suite(Heap: new () => Allocator): Suite {
  return heapSuite({ name: 'plain heap', heap: () => new Heap(), smallest: 20_000, runs: 3, shrink: false });
}

function wrong(clause: string, what: string, Heap: new () => Allocator): Wrong {
  return { clause, what, suite: () => suite(Heap) };
}

describe('heaps', () => {
  testRefusals(
    () => suite(PlainHeap),
    [
      wrong(
        'HEAP-1',
        'throws when memory is exhausted',
        class extends PlainHeap {
          override malloc(bytes: number): Address | 0 {
            const address = super.malloc(bytes);
            if (address === 0) throw new RangeError('out of memory');
            return address;
          }
        },
      ),
      wrong(
        'HEAP-2',
        'ignores a repeated free',
        class extends PlainHeap {
          override free(address: number): void {
            try {
              super.free(address);
            } catch {}
          }
        },
      ),
      wrong(
        'HEAP-3',
        'does not zero what calloc gives',
        class extends PlainHeap {
          override calloc(count: number, bytes: number): Address | 0 {
            super.calloc(count, bytes - bytes);
            return this.malloc(count * bytes);
          }
        },
      ),
      wrong(
        'HEAP-4',
        'frees the old block before it knows that there is a new one',
        class extends PlainHeap {
          override realloc(address: number, bytes: number): Address | 0 {
            const had = this.sizeOf('realloc', address);
            if (bytes > 1_000_000) this.blocks.delete(address);
            const next = this.blocks.has(address) ? super.realloc(address, bytes) : this.malloc(bytes);
            if (next !== 0 && !this.blocks.has(address)) this.data.copyWithin(next, address, address + had);
            return next;
          }
        },
      ),
      wrong(
        'HEAP-5',
        'forgets bytes in its stats',
        class extends PlainHeap {
          override stats(): { bytes: Record<string, number> } {
            const { bytes } = super.stats();
            return { bytes: { ...bytes, reserved: 0 } };
          }
        },
      ),
      wrong(
        'HEAP-6',
        'visits the last block twice',
        class extends PlainHeap {
          override walk(visit: (address: Address, bytes: number) => unknown): void {
            super.walk(visit);
            const last = [...this.blocks].at(-1);
            if (last !== undefined) visit(...last);
          }
        },
      ),
      wrong(
        'HEAP-11',
        'aligns to half of what was asked for',
        class extends PlainHeap {
          override alignedAlloc(alignment: number, bytes: number): Address | 0 {
            return super.alignedAlloc(alignment > 4_096 ? alignment / 2 : alignment, bytes);
          }
        },
      ),
      wrong(
        'HEAP-12',
        'hands out blocks that overlap by 16 bytes',
        class extends PlainHeap {
          override alignedAlloc(alignment: number, bytes: number): Address | 0 {
            return super.alignedAlloc(alignment, bytes > 3_000 && bytes < 4_000 ? bytes - 16 : bytes);
          }

          override usableSize(address: number): number {
            return super.usableSize(address) + 16;
          }
        },
      ),
      wrong(
        'HEAP-13',
        'takes a fraction for a size',
        class extends PlainHeap {
          override malloc(bytes: number): Address | 0 {
            return super.malloc(bytes === 1.5 ? 2 : bytes);
          }
        },
      ),
      wrong(
        'HEAP-14',
        'loses memory at each free of a large block',
        class extends PlainHeap {
          override free(address: number): void {
            const bytes = address === 0 ? 0 : this.sizeOf('free', address);
            super.free(address);
            if (bytes >= 200_000) this.lost += 16;
          }

          lost = 0;

          override malloc(bytes: number): Address | 0 {
            return super.malloc(bytes >= 200_000 && bytes <= 2 ** 24 ? bytes + this.lost * 16 : bytes);
          }
        },
      ),
      wrong(
        'GENERAL-C',
        'allocates when it is looked at',
        class extends PlainHeap {
          override stats(): { bytes: Record<string, number> } {
            this.malloc(16);
            return super.stats();
          }
        },
      ),
      wrong(
        'GENERAL-E',
        'has a handle though it is for one thread',
        class extends PlainHeap {
          readonly handle = {};
        },
      ),
    ],
  );
});
