/**
 * What holds for caches that keep blocks in stacks: how many a refill brings, what a full stack lets go of, and when a change of
 * the policy acts.
 */

import { SPAN_BLOCKS } from '@hakmem/contracts';
import type { Case } from '../suite.js';
import type { LayCache } from './cache-stand.js';
import { PAIR, SINGLE, SPAN, TAIL, TINY, TINY_1024 } from './cache-stand.js';

export function stackCases(lay: LayCache): Case[] {
  return [
    {
      clauses: ['CACHE-11'],
      what: 'a refill brings no more than its batch, nor than the cap; a batch or a cap below 1 is taken for 1',
      run() {
        for (const sizeClass of [TINY, TINY_1024, SPAN, PAIR, SINGLE]) {
          for (const [cap, batch] of [
            [1, 1],
            [8, 1],
            [8, 3],
            [3, 8],
            [1, 8],
            [300, 300],
            [0, 4],
            [4, -5],
            [-1, 0],
          ]) {
            const at = lay({ pageLimit: 320 });
            at.policy(sizeClass, cap, batch);
            const most = Math.max(1, Math.min(cap, batch));
            const call = `take(${sizeClass})`;
            at.take(sizeClass, 1);
            const { refilled } = at.cache.stats();
            const cached = at.cached(sizeClass).length;
            const right = refilled <= most && cached + 1 === refilled;
            at.inspection.must('CACHE-11', right, call, { cap, batch, refilled, cached });
            const blocks = at.take(sizeClass, 2 * Math.min(most, 16) + 1);
            at.give(sizeClass, blocks);
            const now = at.cached(sizeClass).length;
            at.inspection.must('CACHE-11', now <= Math.max(1, cap), `give(${sizeClass}, …)`, { cap, cached: now });
          }
        }
      },
    },
    {
      clauses: ['CACHE-5'],
      what: 'a full stack lets the older half go, and keeps the block that overflowed it',
      run() {
        for (const [sizeClass, cap] of [
          [TINY_1024, 8],
          [TINY, 7],
          [TAIL, 1],
          [SPAN, 5],
          [PAIR, 2],
        ]) {
          const at = lay();
          at.policy(sizeClass, cap, 1);
          const blocks = at
            .fill(sizeClass, Math.ceil(17 / SPAN_BLOCKS[sizeClass]) + 1)
            .flat()
            .filter((_, i) => i % 2 === 0)
            .slice(0, 17);
          at.give(sizeClass, blocks.slice(0, cap));
          const full = at.cached(sizeClass).length;
          at.inspection.must('CACHE-5', full === Math.min(cap, blocks.length), 'give', { cap, cached: full });
          at.give(sizeClass, [blocks[cap]]);
          const left = at.cached(sizeClass);
          const half = left.length === 1 + Math.floor(cap / 2) || left.length === 1 + Math.ceil(cap / 2);
          const newest = blocks.slice(cap + 1 - left.length, cap + 1).sort((a, b) => a - b);
          const right = (cap === 1 ? left.length === 1 : half) && left.join() === newest.join();
          at.inspection.must('CACHE-5', right, `give(${sizeClass}, ${blocks[cap]})`, { cap, cached: left.length });
          at.sound('give', 'CACHE-5');
        }
      },
    },
    {
      clauses: ['CACHE-13'],
      what: 'prewarm fills what is empty, up to its blocks and the cap, and leaves alone what is not',
      run() {
        for (const sizeClass of [TINY, SPAN, SINGLE]) {
          const at = lay();
          at.policy(sizeClass, 6);
          const answer = at.cache.prewarm(sizeClass, 3);
          at.inspection.must('CACHE-13', answer > 0 && answer <= 3, `prewarm(${sizeClass}, 3)`, { answer });
          const before = at.cached(sizeClass);
          const alive = before.filter((address) => at.isLive(address)).length;
          at.inspection.must('CACHE-13', alive === 0, `prewarm(${sizeClass}, 3)`, { alive });
          const more = at.cache.prewarm(sizeClass, 100);
          const same = at.cached(sizeClass).join() === before.join();
          at.inspection.must('CACHE-13', more === answer && same, `prewarm(${sizeClass}, 100)`, { answer: more, same });
          at.cache.flushAll();
          const capped = at.cache.prewarm(sizeClass, 100);
          at.inspection.must('CACHE-11', capped <= 6, `prewarm(${sizeClass}, 100)`, { cap: 6, answer: capped });
          at.sound('prewarm');
        }
      },
    },
    {
      clauses: ['GENERAL-B'],
      what: 'a lower cap or batch takes nothing away, and acts on the next refill and the next overflow',
      run() {
        const at = lay();
        at.policy(TINY, 32, 32);
        const blocks = at.fill(TINY, 1)[0];
        at.give(TINY, blocks.slice(0, 31));
        at.policy(TINY, 4, 3);
        const kept = at.cached(TINY).length;
        const alive = blocks.slice(31).every((address) => at.isLive(address));
        at.inspection.must('GENERAL-B', kept === 31 && alive, 'a change of policy', { cached: kept, alive });
        at.take(TINY, 31);
        at.inspection.must('GENERAL-B', at.cached(TINY).length === 0, 'take', { cached: at.cached(TINY).length });
        const { refilled } = at.cache.stats();
        const next = at.take(TINY, 1);
        const brought = at.cache.stats().refilled - refilled;
        at.inspection.must('GENERAL-B', brought <= 3, `take(${TINY})`, { batch: 3, brought });
        at.give(TINY, [...next, ...blocks.slice(100, 110)]);
        at.inspection.must('GENERAL-B', at.cached(TINY).length <= 4, 'give', {
          cap: 4,
          cached: at.cached(TINY).length,
        });
      },
    },
    {
      clauses: ['GENERAL-B'],
      what: 'a higher cap lets no block go that fits into it',
      run() {
        const at = lay();
        at.policy(TINY, 4, 4);
        const blocks = at.fill(TINY, 1)[0];
        at.give(TINY, blocks.slice(0, 2));
        at.policy(TINY, 8);
        at.give(TINY, blocks.slice(2, 8));
        at.inspection.must('GENERAL-B', at.cached(TINY).length === 8, 'give', {
          cap: 8,
          cached: at.cached(TINY).length,
        });
        at.give(TINY, blocks.slice(8, 9));
        at.inspection.must('CACHE-5', at.cached(TINY).length < 8, 'give', { cap: 8, cached: at.cached(TINY).length });
      },
    },
  ];
}
