/**
 * The suite of a whole heap, whoever composed it out of whatever: what its user may rely on. One thread here; several in
 * heap-threads.ts, several Workers in heap-workers.ts. It knows a heap by the verbs of `Allocator` alone.
 *
 * Give it heaps of 8 to 64 MiB: the suite fills them.
 */

import type { Allocator, ClauseId, SharedAllocator } from '@hakmem/contracts';
import { type Chance, inWords } from '../programs.js';
import type { Case, Suite } from '../suite.js';
import { runHeapPrograms } from './heap-model.js';
import { HeapStand } from './heap-stand.js';
import { threadCases } from './heap-threads.js';
import { type Deployment, workerCases } from './heap-workers.js';
import { errorOf } from './recipe.js';

/** What to try. */
export interface HeapSuiteOptions extends Chance {
  /** Name of the heap, for titles and violations. */
  readonly name: string;
  /** Makes a heap of 8 to 64 MiB; called for each case. */
  readonly heap: () => Allocator;
  /** Smallest blocks that the heap is filled with, in bytes, 16 … 20,000; default 128. Where a call is slow, larger. */
  readonly smallest?: number | undefined;
  /** Largest block that the heap serves, in bytes, 20,000 or more; default: no limit. */
  readonly largest?: number | undefined;
  /** Attaches another thread of the same process to a heap by its handle. Needed where its concurrency is 'any'. */
  readonly attach?: ((handle: never) => SharedAllocator) | undefined;
  /** Threads that the heap is made for; default: not tried. */
  readonly maxThreads?: number | undefined;
  /** How Workers attach; without it, nothing runs in Workers. */
  readonly workers?: Deployment | undefined;
}

const SIZES: readonly number[] = [
  0, 1, 15, 16, 17, 100, 256, 257, 1_000, 1_024, 1_025, 5_000, 65_536, 70_000, 262_144, 262_145,
];
const NO_SIZES: readonly unknown[] = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '8', null, {}, undefined];

/** The suite of the contract HEAP. */
export function heapSuite(options: HeapSuiteOptions): Suite {
  const { name, heap, smallest = 128, largest = Number.POSITIVE_INFINITY } = options;
  const on = (id: ClauseId | readonly ClauseId[], what: string, run: (at: HeapStand) => void): Case => ({
    clauses: typeof id === 'string' ? [id] : id,
    what,
    run() {
      const at = new HeapStand(heap(), name);
      run(at);
      at.sound(what);
      at.heap.destroy();
    },
  });
  return {
    title: name,
    cases: [
      ...exhaustion(on, smallest, largest),
      ...wrongFrees(on, largest),
      ...contents(on),
      ...order(on),
      ...labels(on),
      {
        clauses: ['HEAP-12', 'HEAP-4', 'HEAP-6'],
        what: `against a model, ${inWords({ runs: 20, ...options })}`,
        run: () => runHeapPrograms({ runs: 20, ...options }, () => new HeapStand(heap(), name)),
      },
      ...(options.attach === undefined ? [] : threadCases(name, heap, options.attach, options.maxThreads)),
      ...(options.workers === undefined ? [] : workerCases(name, heap, options.workers)),
    ],
  };
}

type On = (id: ClauseId | readonly ClauseId[], what: string, run: (at: HeapStand) => void) => Case;

function exhaustion(on: On, smallest: number, largest: number): Case[] {
  const sizes = [smallest, Math.max(700, smallest), 20_000, 300_000, 1_500_000].filter((bytes) => bytes <= largest);
  return [
    ...sizes.map((bytes) =>
      on(
        'HEAP-1',
        `filled with blocks of ${bytes} bytes it answers 0, is whole, and one freed block can be had again`,
        (at) => {
          const addresses = at.fill(bytes);
          at.must('HEAP-1', addresses.length > 1, `malloc(${bytes}) until 0`, { blocks: addresses.length });
          at.must('HEAP-12', new Set(addresses).size === addresses.length, `malloc(${bytes})`, {
            blocks: addresses.length,
          });
          at.unchanged('HEAP-1', `malloc(${bytes}), again`, () => at.heap.malloc(bytes));
          at.sound(`malloc(${bytes}) until 0`);
          at.heap.free(addresses[addresses.length >>> 1]);
          const again = at.heap.malloc(bytes);
          at.must('HEAP-1', again !== 0, `malloc(${bytes}) after a free`, { again });
        },
      ),
    ),
    on('HEAP-1', 'more than there is is refused, by every verb', (at) => {
      const { heap } = at;
      const block = heap.malloc(100);
      const most = 2 ** 32 - 65_536;
      const calls = {
        malloc: () => heap.malloc(most),
        calloc: () => heap.calloc(most / 65_536, 65_536),
        alignedAlloc: () => heap.alignedAlloc(4_096, most),
        realloc: () => heap.realloc(block, most),
      };
      for (const [verb, call] of Object.entries(calls)) {
        const answer = at.unchanged('HEAP-1', verb, call);
        at.must('HEAP-1', answer === 0, verb, { bytes: most, answer });
      }
    }),
    on('HEAP-14', 'when all is freed, as much is there as at first, for small blocks and for large ones', (at) => {
      const bytes = 200_000;
      // What was cached from the start is let go of first.
      at.empty();
      const first = at.fill(bytes).length;
      at.empty();
      at.fill(smallest);
      at.empty();
      at.sound('collect');
      const left = at.live().length;
      at.must('HEAP-14', left === 0, 'collect', { liveBlocks: left });
      const again = at.fill(bytes).length;
      at.must('HEAP-14', again === first, `malloc(${bytes}) until 0`, { first, again });
    }),
  ];
}

function wrongFrees(on: On, largest: number): Case[] {
  return [
    on('HEAP-2', 'foreign, misaligned, interior and repeated frees have errors of their own', (at) => {
      const { heap } = at;
      for (const bytes of [16, 100, 2_000, 300_000].filter((each) => each <= largest)) {
        const address = heap.malloc(bytes);
        const neighbor = heap.malloc(bytes);
        for (const verb of ['free', 'usableSize', 'realloc'] as const) {
          const call = (where: number) => (): unknown =>
            verb === 'realloc' ? heap.realloc(where, 10) : heap[verb](where);
          at.refuses('HEAP-2', `${verb} of ${bytes} bytes + 1`, 'HAKMEM_MISALIGNED', call(address + 1));
          if (bytes > 16) at.refuses('HEAP-2', `${verb} of ${bytes} bytes + 16`, 'HAKMEM_INTERIOR', call(address + 16));
          at.refuses('HEAP-2', `${verb} in page 0`, 'HAKMEM_FOREIGN', call(32));
          at.refuses('HEAP-2', `${verb} at the end of all addresses`, 'HAKMEM_FOREIGN', call(2 ** 32 - 16));
        }
        heap.free(address);
        const again = errorOf(() => heap.free(address)) as { code?: string } | null;
        const told = again?.code === 'HAKMEM_DOUBLE_FREE' || again?.code === 'HAKMEM_FOREIGN';
        at.must('HEAP-2', told, `free of ${bytes} bytes, again`, { error: String(again) });
        heap.free(neighbor);
      }
      at.must('HEAP-2', at.live().length === 0, 'free', { live: at.live().length });
    }),
    on('HEAP-2', 'free of 0 does nothing', (at) => at.unchanged('HEAP-2', 'free(0)', () => at.heap.free(0))),
    on('HEAP-13', 'arguments that no heap could serve', (at) => {
      const { heap } = at;
      const block = heap.malloc(64);
      for (const value of NO_SIZES) {
        const bytes = value as number;
        const said = String(value);
        at.refuses('HEAP-13', `malloc(${said})`, 'HAKMEM_ARGUMENT', () => heap.malloc(bytes));
        at.refuses('HEAP-13', `calloc(2, ${said})`, 'HAKMEM_ARGUMENT', () => heap.calloc(2, bytes));
        at.refuses('HEAP-13', `calloc(${said}, 2)`, 'HAKMEM_ARGUMENT', () => heap.calloc(bytes, 2));
        at.refuses('HEAP-13', `realloc(…, ${said})`, 'HAKMEM_ARGUMENT', () => heap.realloc(block, bytes));
        at.refuses('HEAP-13', `alignedAlloc(16, ${said})`, 'HAKMEM_ARGUMENT', () => heap.alignedAlloc(16, bytes));
      }
      for (const alignment of [0, 3, -8, 2 ** 33, Number.NaN]) {
        at.refuses('HEAP-13', `alignedAlloc(${alignment}, 16)`, 'HAKMEM_ARGUMENT', () =>
          heap.alignedAlloc(alignment, 16),
        );
      }
      for (const address of [-16, Number.NaN, 2 ** 32, 16.5]) {
        at.refuses('HEAP-13', `free(${address})`, 'HAKMEM_ARGUMENT', () => heap.free(address));
      }
      const product = 2 ** 31;
      at.refuses('HEAP-13', 'calloc(2³¹, 2³¹)', 'HAKMEM_ARGUMENT', () => heap.calloc(product, product));
    }),
  ];
}

function contents(on: On): Case[] {
  return [
    on('HEAP-3', 'calloc is zero over memory that was written to', (at) => {
      for (const bytes of SIZES) {
        const dirty = Array.from({ length: 3 }, () => at.heap.malloc(bytes)).filter((address) => address !== 0);
        for (const address of dirty) at.bytes(address, at.heap.usableSize(address)).fill(0xa5);
        for (const address of dirty) at.heap.free(address);
        const address = at.heap.calloc(1, bytes);
        if (address === 0) continue;
        const set = at.bytes(address, bytes).findIndex((byte) => byte !== 0);
        at.must('HEAP-3', set === -1, `calloc(1, ${bytes})`, { byte: set });
        at.heap.free(address);
      }
    }),
    on('HEAP-4', 'realloc keeps what fits, up and down, in place or not', (at) => {
      for (const from of SIZES) {
        for (const to of SIZES) {
          const address = at.heap.malloc(from);
          if (address === 0) continue;
          at.stamp(address, from, from + to);
          const next = at.heap.realloc(address, to);
          const call = `realloc(${from} → ${to})`;
          at.stamped(
            'HEAP-4',
            call,
            next === 0 ? address : next,
            from,
            from + to,
            next === 0 ? from : Math.min(from, to),
          );
          if (next !== 0)
            at.must('HEAP-11', at.heap.usableSize(next) >= to, call, { usable: at.heap.usableSize(next) });
          at.heap.free(next === 0 ? address : next);
          at.must('HEAP-4', at.live().length === 0, call, { live: at.live().length });
        }
      }
    }),
    on('HEAP-4', 'when memory is exhausted the old block is untouched', (at) => {
      const address = at.heap.malloc(1_000);
      at.stamp(address, 1_000, 9);
      at.fill(60_000);
      at.fill(1_000);
      const next = at.unchanged('HEAP-4', 'realloc(1000 → 3000000)', () => at.heap.realloc(address, 3_000_000));
      at.must('HEAP-4', next === 0, 'realloc(1000 → 3000000)', { next });
      at.stamped('HEAP-4', 'realloc(1000 → 3000000)', address, 1_000, 9);
    }),
  ];
}

function order(on: On): Case[] {
  return [
    on('HEAP-11', 'blocks hold what was asked for, at multiples of 16 and of every alignment', (at) => {
      const most = Math.min(at.heap.capabilities.alignment, 2 ** 20);
      for (const bytes of SIZES) {
        const address = at.heap.malloc(bytes);
        const usable = address === 0 ? 0 : at.heap.usableSize(address);
        const fits = address % 16 === 0 && (address === 0 || usable >= Math.max(bytes, 1));
        at.must('HEAP-11', fits, `malloc(${bytes})`, { address, usable });
        for (let alignment = 1; alignment <= most; alignment *= 2) {
          const aligned = at.heap.alignedAlloc(alignment, bytes);
          at.must('HEAP-11', aligned % alignment === 0, `alignedAlloc(${alignment}, ${bytes})`, { aligned });
          if (aligned === 0) continue;
          at.must('HEAP-11', at.heap.usableSize(aligned) >= bytes, `alignedAlloc(${alignment}, ${bytes})`, { aligned });
          at.heap.free(aligned);
        }
      }
    }),
    on('HEAP-6', 'a walk ascends, visits each block once, and stops when it is told to', (at) => {
      const mine = new Set<number>();
      for (let i = 0; i < 300; i++) mine.add(at.heap.malloc(SIZES[i % SIZES.length] >>> 2));
      mine.delete(0);
      [...mine].forEach((address, i) => {
        if (i % 3 !== 0) return;
        at.heap.free(address);
        mine.delete(address);
      });
      const seen = at.live().map(({ address }) => address);
      const ascending = seen.every((address, i) => i === 0 || address > seen[i - 1]);
      const same = seen.length === mine.size && seen.every((address) => mine.has(address));
      at.must('HEAP-6', ascending && same, 'walk', { seen: seen.length, live: mine.size, ascending });
      let visits = 0;
      at.heap.walk(() => ++visits < 5);
      at.must('HEAP-6', visits === 5, 'walk, until the fifth', { visits });
    }),
    on('GENERAL-C', 'looking changes nothing: stats, verify, walk, usableSize', (at) => {
      const address = at.heap.malloc(40);
      at.heap.free(at.heap.malloc(4_000));
      const look = (): void => {
        at.heap.stats();
        at.heap.verify();
        at.live();
        at.heap.usableSize(address);
      };
      at.unchanged('GENERAL-C', 'stats, verify, walk, usableSize', look, () => at.heap.stats());
    }),
  ];
}

function labels(on: On): Case[] {
  return [
    on('GENERAL-E', 'what its capabilities promise is there, and what they do not is absent', (at) => {
      const { concurrency, shrinks } = at.heap.capabilities;
      for (const method of ['handle', 'detach', 'reap']) {
        const there = method in at.heap;
        at.must('GENERAL-E', there === (concurrency === 'any'), method, { concurrency, there });
      }
      at.fill(1_000_000);
      for (const { address } of at.live()) at.heap.free(address);
      const given = at.heap.collect({ force: true });
      at.must('GENERAL-E', given > 0 === shrinks, 'collect', { shrinks, bytesGivenBack: given });
    }),
  ];
}
