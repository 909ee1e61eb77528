/**
 * The hot path of a cache: take and give that neither refill nor flush call no atomic operation and make no object. Atomic
 * operations are counted where the box has them from, its records; objects by the memory of the engine, where it tells.
 */

import { type AtomicOps, type Cells, PLAIN, type Scope } from '@hakmem/contracts';
import type { Case } from '../suite.js';
import type { LayCache } from './cache-stand.js';
import { type CacheStand, CLASSES, TINY } from './cache-stand.js';

const PAIRS = 10_000;
const ROUNDS = 15;
/** The smallest object has 16 bytes; one for each pair would be twice as much. */
const MOST_BYTES = PAIRS * 8;

export function hotCases(lay: LayCache, caches: boolean): Case[] {
  return [
    {
      clauses: ['CACHE-7'],
      what: 'take and give call no atomic operation unless they refill or flush',
      run() {
        let made = 0;
        const at = lay({ wrap: (scope) => counting(scope, () => made++) });
        let quiet = 0;
        for (const sizeClass of CLASSES) {
          const [block] = at.take(sizeClass, 1);
          let held = block;
          for (let i = 0; i < 8; i++) {
            const before = JSON.stringify([at.raw.stats(), at.source.calls]);
            made = 0;
            at.raw.give(sizeClass, held);
            held = at.raw.take(sizeClass);
            if (JSON.stringify([at.raw.stats(), at.source.calls]) !== before) continue;
            quiet++;
            at.inspection.must('CACHE-7', made === 0, `give and take of class ${sizeClass}`, {
              atomicOperations: made,
            });
          }
        }
        at.inspection.must('CACHE-7', quiet > 0 || !caches, 'give and take', { withoutRefillOrFlush: quiet });
      },
    },
    {
      clauses: ['CACHE-7'],
      what: 'take and give make no objects unless they refill or flush, where the engine tells of its memory',
      run() {
        const used = heapUsed();
        if (!caches || used === null) return;
        const at = lay();
        const growth = growthOf(at, used);
        for (let i = 0; i < 5; i++) growth(); // what the engine makes once, it makes here
        const rounds = Array.from({ length: ROUNDS }, growth).sort((a, b) => a - b);
        const median = rounds[ROUNDS >>> 1];
        at.inspection.must('CACHE-7', median < MOST_BYTES, `${PAIRS} gives and takes`, { bytes: median });
      },
    },
  ];
}

function counting(scope: Scope, count: () => void): Scope {
  const counted =
    (op: keyof AtomicOps) =>
    (cells: Cells, index: number, ...values: [number, number]): number => {
      count();
      return PLAIN[op](cells, index, ...values);
    };
  const names = ['load', 'store', 'exchange', 'compareExchange', 'add', 'and', 'or'] as const;
  const atomics = Object.fromEntries(names.map((op) => [op, counted(op)])) as unknown as AtomicOps;
  return { ...scope, records: { ...scope.records, atomics } };
}

function growthOf({ raw }: CacheStand, used: () => number): () => number {
  let held = raw.take(TINY);
  return () => {
    const before = used();
    for (let i = 0; i < PAIRS; i++) {
      raw.give(TINY, held);
      held = raw.take(TINY);
    }
    return used() - before;
  };
}

/** The bytes that the engine's objects use; null where it does not tell. */
function heapUsed(): (() => number) | null {
  const engine = (globalThis as { process?: { memoryUsage?: () => { heapUsed: number } } }).process;
  return engine?.memoryUsage === undefined ? null : () => engine.memoryUsage!().heapUsed;
}
