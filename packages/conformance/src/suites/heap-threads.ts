/**
 * Several threads of a heap in one: each attached heap stands for a thread, and they take turns, so that every step can be
 * followed by a full check. What happens at the same time is the business of heap-workers.ts.
 */

import type { Allocator, ClauseId, SharedAllocator } from '@hakmem/contracts';
import type { Case } from '../suite.js';
import { HeapStand } from './heap-stand.js';
import { errorOf } from './recipe.js';

type Attach = (handle: never) => SharedAllocator;

/** The heap of the thread that made it, one of another, and the checks. */
interface Two {
  readonly at: HeapStand;
  readonly one: SharedAllocator;
  readonly attach: () => SharedAllocator;
}

const SIZES: readonly number[] = [16, 100, 1_000, 5_000, 100_000, 300_000];

/** The cases of HEAP-7 to HEAP-10. */
export function threadCases(
  name: string,
  heap: () => Allocator,
  attach: Attach,
  maxThreads: number | undefined,
): Case[] {
  const on = (id: ClauseId, what: string, run: (two: Two) => void): Case => ({
    clauses: [id],
    what,
    run() {
      const one = heap() as SharedAllocator;
      const at = new HeapStand(one, name);
      run({ at, one, attach: () => attach(structuredClone(one.handle) as never) });
      at.sound(what);
      one.destroy();
    },
  });
  return [...attaching(on, maxThreads), ...remoteFrees(on), ...leaving(on)];
}

type On = (id: ClauseId, what: string, run: (two: Two) => void) => Case;

function attaching(on: On, maxThreads: number | undefined): Case[] {
  return [
    on('HEAP-7', 'an attached thread sees the same blocks, with a number of its own', ({ at, one, attach }) => {
      const address = one.malloc(100);
      at.stamp(address, 100, 5);
      const two = attach();
      at.must('HEAP-7', two.threadId !== one.threadId, 'attach', { one: one.threadId, two: two.threadId });
      new HeapStand(two, at.inspection.box).stamped('HEAP-7', 'attach', address, 100, 5);
      at.must('HEAP-7', two.usableSize(address) === one.usableSize(address), 'usableSize', { address });
      const others = SIZES.map((bytes) => two.malloc(bytes));
      const live = new Set(at.live().map((block) => block.address));
      at.must(
        'HEAP-7',
        others.every((other) => live.has(other)),
        'walk',
        { others },
      );
      two.detach();
    }),
    ...(maxThreads === undefined
      ? []
      : [
          on(
            'HEAP-7',
            `${maxThreads} threads attach, one more does not, and can when one has left`,
            ({ at, attach }) => {
              const others = Array.from({ length: maxThreads - 1 }, attach);
              const error = errorOf(attach) as { code?: string } | null;
              at.must('HEAP-7', error?.code === 'HAKMEM_ATTACH', 'attach', { error: String(error) });
              others[0].detach();
              attach().detach();
              for (const other of others.slice(1)) other.detach();
            },
          ),
        ]),
  ];
}

function remoteFrees(on: On): Case[] {
  return [
    on('HEAP-8', 'blocks of either are freed by the other, once', ({ at, one, attach }) => {
      const two = attach();
      for (const [from, to] of [
        [one, two],
        [two, one],
      ]) {
        for (const bytes of SIZES) {
          const addresses = Array.from({ length: 10 }, () => from.malloc(bytes));
          for (const address of addresses) {
            to.free(address);
            for (const heap of [to, from]) {
              const again = errorOf(() => heap.free(address)) as { code?: string } | null;
              const told = again?.code === 'HAKMEM_DOUBLE_FREE' || again?.code === 'HAKMEM_FOREIGN';
              at.must('HEAP-8', told, `free(${address}), again`, { bytes, error: String(again) });
            }
          }
          at.sound(`blocks of ${bytes} bytes freed by another thread`);
        }
      }
      at.must('HEAP-8', at.live().length === 0, 'walk', { live: at.live().length });
      two.detach();
    }),
    on(
      'HEAP-8',
      'what another thread freed can be had again, though its owner only asks for memory',
      ({ at, one, attach }) => {
        const two = attach();
        const first = at.fill(700);
        for (const address of first) two.free(address);
        const again = at.fill(700);
        const enough = again.length >= first.length * 0.9;
        at.must('HEAP-8', enough, 'malloc(700) until 0, again', { first: first.length, again: again.length });
        for (const address of again) one.free(address);
        two.detach();
      },
    ),
  ];
}

function leaving(on: On): Case[] {
  const ends: readonly [ClauseId, string, (one: SharedAllocator, two: SharedAllocator) => void][] = [
    ['HEAP-9', 'detached', (_, two) => two.detach()],
    ['HEAP-10', 'died and was reaped', (one, two) => void one.reap(two.threadId)],
  ];
  return ends.flatMap(([id, how, end]) => [
    on(id, `the blocks of a thread that ${how} stay live, and others free them`, ({ at, one, attach }) => {
      const two = attach();
      const kept = SIZES.flatMap((bytes) => Array.from({ length: 20 }, () => two.malloc(bytes)));
      const freed = SIZES.map((bytes) => two.malloc(bytes));
      for (const address of kept) at.stamp(address, 16, address >>> 4);
      for (const address of freed) two.free(address);
      end(one, two);
      const live = at.live().map(({ address }) => address);
      const same = live.length === kept.length && kept.every((address) => live.includes(address));
      at.must(id, same, how, { live: live.length, kept: kept.length });
      for (const address of kept) at.stamped(id, how, address, 16, address >>> 4);
      at.sound(how);
      for (const address of kept) one.free(address);
      at.must(id, at.live().length === 0, 'free', { live: at.live().length });
    }),
    on(id, `others can have all that a thread which ${how} had cached`, ({ at, one, attach }) => {
      const most = at.fill(5_000).length;
      at.empty();
      const two = attach();
      const all = Array.from({ length: most * 2 }, () => two.malloc(5_000)).filter((address) => address !== 0);
      for (const address of all) two.free(address);
      end(one, two);
      const again = at.fill(5_000).length;
      at.must(id, again >= most * 0.95, `malloc(5000) until 0`, { first: most, again });
    }),
  ]);
}
