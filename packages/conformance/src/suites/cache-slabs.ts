/**
 * What a cache does about slabs: when it retires them, and what it hears of those in which others free blocks. When a box looks
 * at the news beyond what the clauses ask for is its own affair.
 */

import { type Address, PAGE_SHIFT, type SizeClass, SPAN_BLOCKS } from '@hakmem/contracts';
import type { Case } from '../suite.js';
import type { LayCache } from './cache-stand.js';
import {
  type CacheSetting,
  type CacheStand,
  CLASSES,
  PAIR,
  SINGLE,
  SPAN,
  TAIL,
  TINY,
  TINY_1024,
} from './cache-stand.js';

const INTERVAL = 4;

export function slabCases(lay: LayCache, { remote, caches }: CacheSetting): Case[] {
  return [...retireCases(lay, caches), ...(remote ? [...newsCases(lay), ...emptiedCases(lay)] : [])];
}

function retireCases(lay: LayCache, caches: boolean): Case[] {
  return [
    {
      clauses: ['CACHE-6'],
      what: 'a drain retires each slab with nothing live, though its blocks are cached, and is counted',
      run() {
        for (const sizeClass of CLASSES.slice(1)) {
          const at = lay();
          const blocks = at.take(sizeClass, Math.min(40, 6 * SPAN_BLOCKS[sizeClass]));
          const [kept] = at.take(TINY === sizeClass ? TAIL : TINY, 1);
          at.give(sizeClass, blocks);
          const { drains } = at.cache.stats();
          at.cache.drain(sizeClass);
          const left = at.slabs(sizeClass).length;
          const cached = at.cached(sizeClass).length;
          at.inspection.must('CACHE-6', left === 0 && cached === 0, `drain(${sizeClass})`, { slabs: left, cached });
          const counted = at.cache.stats().drains - drains;
          at.inspection.must('CACHE-15', counted === 1, `drain(${sizeClass})`, { drainsCounted: counted });
          retiredAreCounted(at, `drain(${sizeClass})`);
          at.inspection.must('CACHE-6', at.isLive(kept), `drain(${sizeClass})`, { kept });
          at.sound('drain', 'CACHE-6');
          at.give(sizeClass, at.take(sizeClass, 3));
          at.sound('take and give after a drain');
        }
      },
    },
    {
      clauses: ['CACHE-6'],
      what: 'slabs with nothing live are retired once the drain interval of blocks has been let go, without being asked',
      run() {
        const at = lay();
        at.policy(PAIR, 8, 1);
        at.interval(INTERVAL);
        const [idle, ...others] = at.fill(PAIR, 40);
        const given = others.map(([first]) => first);
        at.give(PAIR, [...given.splice(0, 6), ...idle]);
        const { flushed } = at.cache.stats();
        let gone = 0;
        while (gone < INTERVAL && given.length > 0) {
          at.give(PAIR, given.splice(0, 1));
          gone = at.cache.stats().flushed - flushed;
        }
        const call = `give(${PAIR}, …), until ${gone} blocks have gone`;
        const left = at.slabs(PAIR).includes(idle[0] >>> PAGE_SHIFT);
        at.inspection.must('CACHE-6', gone >= INTERVAL && !left, call, {
          interval: INTERVAL,
          slab: idle[0] >>> PAGE_SHIFT,
        });
        at.sound(call, 'CACHE-6');
      },
    },
    {
      clauses: ['CACHE-6', 'GENERAL-B'],
      what: 'a new drain interval acts with the blocks that are let go next',
      run() {
        const at = lay();
        at.policy(TINY, 4, 4);
        at.interval(1_000);
        const [blocks] = at.fill(TINY, 1);
        at.give(TINY, blocks.slice(0, 60));
        at.inspection.must('CACHE-6', at.cache.stats().drains === 0, 'give', {
          interval: 1_000,
          drains: at.cache.stats().drains,
        });
        at.interval(2);
        at.inspection.must('GENERAL-B', at.cache.stats().drains === 0, 'a change of policy', {
          drains: at.cache.stats().drains,
        });
        at.give(TINY, blocks.slice(60, 80));
        at.inspection.must('GENERAL-B', at.cache.stats().drains > 1, 'give', {
          interval: 2,
          drains: at.cache.stats().drains,
        });
      },
    },
    {
      clauses: ['CACHE-14', 'CACHE-15'],
      what: 'flushAll lets go of everything: what is all room goes, what has room is found again, each block is counted',
      run() {
        const at = lay({ pageLimit: 256 });
        at.interval(1_000);
        const kept: Address[] = [];
        for (const c of CLASSES.slice(1)) {
          const blocks = at.take(c, 5);
          if (c !== SINGLE) kept.push(...blocks.splice(0, 1));
          at.give(c, blocks);
        }
        at.cache.flushAll();
        at.cache.retireIdle();
        const heads = new Set(kept.map((address) => at.source.slabOf(address)?.head));
        const left = at.source.slabs().length;
        at.inspection.must('CACHE-14', left === heads.size, 'flushAll', { slabs: left, withSomethingLive: heads.size });
        const lost = kept.filter((address) => !at.isLive(address));
        at.inspection.must('CACHE-14', lost.length === 0, 'flushAll', { lost: lost.join() });
        at.sound('flushAll', 'CACHE-14');
        const { refilled, flushed } = at.cache.stats();
        const out = refilled - flushed;
        at.inspection.must('CACHE-15', out === kept.length, 'stats', { refilled, flushed, live: kept.length });
        retiredAreCounted(at, 'flushAll');
      },
    },
    {
      clauses: ['CACHE-5'],
      what: 'a slab that a give or a flush makes all room is retired at once, where blocks are kept in stacks',
      run() {
        if (!caches) return;
        const at = lay();
        at.policy(SINGLE, 4, 1);
        at.interval(1_000);
        const blocks = at.fill(SINGLE, 6).flat();
        at.give(SINGLE, blocks.slice(0, 4));
        at.inspection.must('CACHE-5', at.source.retired.length === 0, 'give', { retired: at.source.retired.join() });
        at.give(SINGLE, blocks.slice(4, 5));
        const gone = at.cache.stats().flushed;
        const right = gone > 0 && at.source.retired.length === gone;
        at.inspection.must('CACHE-5', right, `give(${SINGLE}, …)`, { letGo: gone, retired: at.source.retired.length });
        at.sound('give', 'CACHE-5');
      },
    },
  ];
}

function newsCases(lay: LayCache): Case[] {
  return [
    {
      clauses: ['CACHE-8'],
      what: 'what others have freed is taken before another slab is made',
      run() {
        for (const sizeClass of [TINY_1024, TAIL, 32, SPAN, PAIR]) {
          const at = lay();
          at.policy(sizeClass, undefined, 1);
          const freed = at.fill(sizeClass, 2).flatMap((blocks) => [blocks[0], ...blocks.slice(2).slice(-1)]);
          const made = at.source.made.length;
          at.freeElsewhere(freed);
          at.sound('a free by another thread');
          const found = at.take(sizeClass, freed.length).sort((a, b) => a - b);
          const right = found.join() === freed.join() && at.source.made.length === made;
          at.inspection.must('CACHE-8', right, `take(${sizeClass})`, { freed: freed.join(), found: found.join() });
          at.sound(`take(${sizeClass})`);
        }
      },
    },
    {
      clauses: ['CACHE-4', 'CACHE-8'],
      what: 'blocks that are cached, room and news of one slab are told apart, each comes once, whichever is counted first',
      run() {
        for (const drained of [false, true]) {
          const at = lay();
          const slabs = at.fill(TINY_1024, 3);
          const made = at.source.made.length;
          at.give(TINY_1024, slabs[0].slice(0, 5));
          at.cache.flushAll();
          at.give(
            TINY_1024,
            slabs.flatMap((blocks) => blocks.slice(10, 12)),
          );
          at.freeElsewhere([...slabs[0].slice(20, 23), ...slabs[1].slice(20, 24)]);
          at.sound('a free by another thread');
          if (drained) at.cache.drain(TINY_1024);
          at.sound(`drain(${TINY_1024})`);
          const found = at.take(TINY_1024, 18);
          const again = at.source.made.length - made;
          const right = new Set(found).size === 18 && again === 0;
          at.inspection.must('CACHE-8', right, `take(${TINY_1024}), 18 times`, { slabsMade: again, drained });
          at.sound('take');
        }
      },
    },
    {
      clauses: ['CACHE-4', 'CACHE-8'],
      what: 'a block that is freed while its slab is visited is counted then or told again; a mark without news costs a look',
      run() {
        const at = lay();
        at.policy(TINY_1024, undefined, 1);
        const [blocks, others] = at.fill(TINY_1024, 2);
        const made = at.source.made.length;
        at.freeElsewhere(blocks.slice(0, 1));
        at.remote.beforeVisit = () => {
          at.remote.beforeVisit = null;
          at.freeElsewhere(blocks.slice(1, 2));
        };
        const found = at.take(TINY_1024, 2);
        const right = new Set(found).size === 2 && at.source.made.length === made;
        at.inspection.must('CACHE-8', right, `take(${TINY_1024})`, { found: found.join() });
        at.other.late(others[0] >>> PAGE_SHIFT);
        at.other.late(blocks[0] >>> PAGE_SHIFT);
        at.give(TINY_1024, blocks.slice(2, 4));
        at.sound('a mark without news');
        at.take(TINY_1024, 4);
        at.cache.drain(TINY_1024);
        at.sound(`drain(${TINY_1024})`);
      },
    },
    {
      clauses: ['CACHE-4'],
      what: 'verify accepts news while the slab is told, and not when the mark is lost',
      run() {
        const at = lay();
        const [blocks] = at.fill(TINY_1024, 1);
        at.freeElsewhere(blocks.slice(0, 3));
        at.sound('verify');
        at.remote.forget(blocks[0] >>> PAGE_SHIFT);
        let problems = 0;
        at.raw.verify(() => problems++);
        at.inspection.must('CACHE-4', problems > 0, 'verify', { newsUntold: 3, problems });
      },
    },
  ];
}

function emptiedCases(lay: LayCache): Case[] {
  return [
    {
      clauses: ['CACHE-9'],
      what: 'slabs that others have emptied go as other classes ask for new slabs, each class in turn',
      run() {
        const at = lay();
        const emptied = [...at.fill(TAIL, 3), ...at.fill(SPAN, 2), ...at.fill(SINGLE, 1)].flat();
        at.freeElsewhere(emptied);
        const made = at.source.made.length;
        for (let i = 0; i < 2_000 && at.source.made.length < made + 6; i++) at.raw.take(TINY);
        gone(at, [TAIL, SPAN, SINGLE], 'take of another class, 6 new slabs');
      },
    },
    {
      clauses: ['CACHE-9'],
      what: 'and as other classes let blocks go, with each drain interval',
      run() {
        const at = lay();
        at.policy(TINY_1024, 8, 8);
        at.interval(INTERVAL);
        const [blocks] = at.fill(TINY_1024, 1);
        at.freeElsewhere([...at.fill(TAIL, 2), ...at.fill(SPAN, 1)].flat());
        at.give(TINY_1024, blocks.slice(0, 60));
        gone(at, [TAIL, SPAN], 'give of another class, 60 blocks');
      },
    },
    {
      clauses: ['CACHE-9', 'CACHE-16'],
      what: 'before memory is exhausted they are all looked for, whichever class has them',
      run() {
        for (const rest of [1, 0]) {
          const at = lay({ pageLimit: 1 + 2 + 3 + 4 });
          for (const c of [TAIL, TINY, SPAN, TINY_1024]) at.policy(c, undefined, 1);
          const [tails] = at.fill(TAIL, 1);
          const [tiny] = at.fill(TINY, 1);
          const [spans] = at.fill(SPAN, 1);
          const [single] = at.fill(SINGLE, 1).flat();
          at.inspection.must('GENERAL-F', at.cache.take(TINY_1024) === 0, `take(${TINY_1024})`, { pagesLeft: 0 });
          at.freeElsewhere([tails[0], tiny[0], spans[0], ...(rest === 1 ? [single] : [])]);
          const address = at.cache.take(TINY_1024);
          at.inspection.must('CACHE-9', (address !== 0) === (rest === 1), `take(${TINY_1024})`, {
            address,
            emptied: rest,
          });
          at.sound(`take(${TINY_1024})`, 'CACHE-9');
          for (const [c, freed] of [
            [TAIL, tails[0]],
            [TINY, tiny[0]],
            [SPAN, spans[0]],
          ] as const) {
            const found = at.cache.take(c);
            at.inspection.must('CACHE-8', found === freed, `take(${c})`, { found, freed });
          }
        }
      },
    },
    {
      clauses: ['CACHE-9', 'CACHE-14'],
      what: 'of a class that is asked for again they are used or go; retireIdle leaves none that was kept',
      run() {
        for (const sizeClass of [TINY_1024, SPAN, SINGLE]) {
          const at = lay();
          at.policy(sizeClass, undefined, 1);
          at.freeElsewhere(at.fill(sizeClass, 7).flat());
          const [address] = at.take(sizeClass, 1);
          at.sound(`take(${sizeClass})`);
          at.cache.flushAll();
          at.cache.retireIdle();
          const heads = at.slabs(sizeClass).join();
          const own = String(at.source.slabOf(address)?.head);
          at.inspection.must('CACHE-14', heads === own, 'retireIdle()', { slabs: heads, inUse: own });
          retiredAreCounted(at, 'retireIdle()');
          at.sound('retireIdle()', 'CACHE-14');
        }
      },
    },
    {
      clauses: ['CACHE-6', 'CACHE-9'],
      what: 'a slab whose last live block another thread has freed goes with a drain, once, with 0, 1 or all but 1 of it cached',
      run() {
        for (const cached of [0, 1, 63]) {
          const at = lay();
          const [blocks, [kept]] = at.fill(TINY_1024, 2);
          at.give(TINY_1024, blocks.slice(0, cached));
          at.freeElsewhere(blocks.slice(cached));
          at.cache.drain(TINY_1024);
          const times = at.source.retired.filter((head) => head === blocks[0] >>> PAGE_SHIFT).length;
          at.inspection.must('CACHE-6', times === 1 && at.isLive(kept), `drain(${TINY_1024})`, {
            cached,
            retired: times,
          });
          at.sound(`drain(${TINY_1024})`, 'CACHE-6');
        }
      },
    },
  ];
}

/** No slab of the classes is left. */
function gone(at: CacheStand, classes: readonly SizeClass[], call: string): void {
  const left = classes.filter((c) => at.slabs(c).length > 0);
  at.inspection.must('CACHE-9', left.length === 0, call, { classesWithEmptiedSlabs: left.join() });
  at.sound(call, 'CACHE-9');
  retiredAreCounted(at, call);
}

function retiredAreCounted(at: CacheStand, call: string): void {
  const counted = at.cache.stats().retired;
  const retired = at.source.retired.length;
  at.inspection.must('CACHE-15', counted === retired, call, { counted, retired });
}
