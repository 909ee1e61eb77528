/**
 * The suite of block caches: any box that hands blocks out of slabs and takes them back, over a strict source and, where others
 * free blocks, a remote queue. `caches: false` is for one that keeps no blocks in stacks: what the contract says of stacks then
 * binds it to nothing, and it is proved that nothing is cached. What a cache does about slabs is in cache-slabs.ts, what others
 * do in the middle of its calls in cache-threads.ts, the hot path in cache-hot.ts.
 */

import {
  type Address,
  CLASS_COUNT,
  MAX_CAP,
  PAGE_BYTES,
  type RecipeOf,
  SPAN_BLOCKS,
  SPAN_PAGES,
} from '@hakmem/contracts';
import { type Chance, inWords } from '../programs.js';
import type { Case, Suite } from '../suite.js';
import { hotCases } from './cache-hot.js';
import { runCachePrograms } from './cache-model.js';
import { slabCases } from './cache-slabs.js';
import { stackCases } from './cache-stacks.js';
import { CacheStand, CLASSES, type LayCache, PAIR, SINGLE, SPAN, TAIL, TINY, TINY_1024 } from './cache-stand.js';
import { stepCases } from './cache-threads.js';
import { labelCases, wantsCase } from './recipe.js';

/** What to try. */
export interface CacheSuiteOptions extends Chance {
  /** Makes the recipe; called for each case. */
  readonly recipe: () => RecipeOf<'cache'>;
  /** Whether other threads free blocks, so that the cache has a remote queue; default false. */
  readonly remote?: boolean | undefined;
  /** Whether the box keeps blocks in stacks at all; default true. */
  readonly caches?: boolean | undefined;
  /** Blocks that a class caches at most, blocks of a refill, and blocks let go of between drains; default: the policy's own. */
  readonly cap?: number | undefined;
  readonly batch?: number | undefined;
  readonly interval?: number | undefined;
}

/** The suite of the contract CACHE. */
export function cacheSuite(options: CacheSuiteOptions): Suite {
  const { recipe, remote = false, caches = true, cap, batch, interval } = options;
  const setting = { make: recipe, remote, caches, cap, batch, interval };
  const lay: LayCache = (how) => new CacheStand(setting, how);
  const policy = Object.entries({ cap, batch, interval }).filter(([, value]) => value !== undefined);
  const title = [recipe().box, remote ? 'others free' : 'alone', ...policy.map((each) => each.join(' '))].join(', ');
  return {
    title,
    cases: [
      ...labelCases(recipe, 'cache', () => lay().raw),
      ...wants(lay, remote),
      ...blockCases(lay),
      ...failureCases(lay),
      ...(caches ? stackCases(lay) : [nothingCached(lay)]),
      ...slabCases(lay, setting),
      ...hotCases(lay, caches),
      ...(remote ? stepCases(lay) : []),
      ...generalCases(lay, caches),
      {
        clauses: ['CACHE-1', 'CACHE-3', 'CACHE-4', 'CACHE-11', 'CACHE-15', 'CACHE-16'],
        what: `against a model, ${inWords(options)}`,
        run: () => runCachePrograms(options, lay, remote),
      },
    ],
  };
}

function wants(lay: LayCache, remote: boolean): Case[] {
  const { setting, source, remote: queue, stage } = lay();
  const recipe = setting.make;
  const verbs = ['acquire', 'spare', 'offer', 'retire', 'held', 'verify'];
  const cases = [
    wantsCase(recipe, 'slab source', source, verbs, (lacking) =>
      recipe().build(stage.scope(), { source: lacking, remote: null }),
    ),
  ];
  if (!remote) return cases;
  const build = (lacking: never): unknown => recipe().build(stage.scope(), { source, remote: lacking });
  return [...cases, wantsCase(recipe, 'remote queue', queue, ['take', 'nextClass', 'hasNews', 'isTold'], build)];
}

function blockCases(lay: LayCache): Case[] {
  return [
    {
      clauses: ['CACHE-1', 'CACHE-10'],
      what: 'the blocks of two slabs, up to 600, come once each, live, whole within their slabs',
      run() {
        for (const sizeClass of CLASSES) {
          const at = lay({ pageLimit: 1 + 4 * SPAN_PAGES[sizeClass] });
          const count = Math.min(600, 2 * SPAN_BLOCKS[sizeClass]);
          const blocks = Array.from({ length: count }, () => at.cache.take(sizeClass));
          const alive = blocks.filter((address) => at.isLive(address)).length;
          const call = `take(${sizeClass}), ${count} times`;
          at.inspection.must('CACHE-1', new Set(blocks).size === count && alive === count, call, { alive });
          const strange = blocks.filter((address) => at.source.slabOf(address)?.sizeClass !== sizeClass).length;
          at.inspection.must('CACHE-10', strange === 0, call, { outsideOfItsSlabs: strange });
          at.sound(call);
        }
      },
    },
    {
      clauses: ['CACHE-1', 'CACHE-2'],
      what: 'blocks that were given back come again before another slab is made, and are not those in use',
      run() {
        for (const sizeClass of [TINY_1024, TAIL, SPAN, PAIR]) {
          const at = lay();
          at.policy(sizeClass, undefined, 1);
          const [blocks] = at.fill(sizeClass, 1);
          const [kept, ...given] = blocks;
          at.give(sizeClass, given);
          const made = at.source.made.length;
          const again = at.take(sizeClass, given.length);
          const right = !again.includes(kept) && new Set(again).size === given.length && at.source.made.length === made;
          at.inspection.must('CACHE-1', right, `take(${sizeClass})`, { made: at.source.made.length - made });
          at.sound('take');
        }
      },
    },
    {
      clauses: ['CACHE-2'],
      what: 'refuses a block given twice, let go, never handed out, inside of another, behind the last page',
      run() {
        for (const sizeClass of [TINY, TAIL, SPAN, SINGLE]) {
          const at = lay();
          const [first, second, kept] = at.take(sizeClass, 3);
          at.give(sizeClass, [first]);
          at.cache.flushAll();
          at.give(sizeClass, [second]);
          const never = [95 * PAGE_BYTES, 200 * PAGE_BYTES, 2 ** 31, 2 ** 32 - 16];
          const calls = JSON.stringify(at.source.calls);
          for (const address of [first, second, kept + 16, ...never]) {
            const words = at.stage.records.words.slice();
            const answer = at.cache.give(sizeClass, address);
            const same = words.every((word, i) => word === at.stage.records.words[i]);
            at.inspection.must('CACHE-2', !answer && same, `give(${sizeClass}, ${address})`, { answer, same });
          }
          at.inspection.must('CACHE-2', JSON.stringify(at.source.calls) === calls && at.isLive(kept), 'give', { kept });
          at.sound('give');
        }
      },
    },
    {
      clauses: ['CACHE-10'],
      what: 'addresses from 2 GiB on are numbers like any other',
      run() {
        const at = lay({ pageLimit: 65_536, firstPage: 65_520 });
        for (const sizeClass of [SINGLE, PAIR, TINY_1024]) {
          const blocks = at.take(sizeClass, 2);
          const low = blocks.filter((address) => address < 65_520 * PAGE_BYTES);
          at.inspection.must('CACHE-10', low.length === 0, `take(${sizeClass})`, { low: low.join() });
          at.give(sizeClass, blocks);
          for (const address of blocks)
            at.inspection.must('CACHE-2', !at.cache.give(sizeClass, address), 'give', { address });
          const wrong = at.cached(sizeClass).filter((address) => address < 65_520 * PAGE_BYTES);
          at.inspection.must('CACHE-3', wrong.length === 0, 'cached', { low: wrong.join() });
          at.cache.drain(sizeClass);
        }
        at.inspection.must('CACHE-6', at.source.slabs().length === 0, 'drain', { slabs: at.source.slabs().length });
      },
    },
  ];
}

function failureCases(lay: LayCache): Case[] {
  return [
    {
      clauses: ['CACHE-10', 'CACHE-16', 'GENERAL-F'],
      what: 'when memory is exhausted every block has been handed out; the answer is 0; what is given back is taken again',
      run() {
        const at = lay({ pageLimit: 11 });
        for (const sizeClass of [SPAN, SINGLE, TINY_1024]) {
          const blocks: Address[] = [];
          for (let i = 0; i < 1_000; i++) {
            const address = at.cache.take(sizeClass);
            if (address === 0) break;
            blocks.push(address);
          }
          const all = at.slabs(sizeClass).length * SPAN_BLOCKS[sizeClass];
          const call = `take(${sizeClass})`;
          at.inspection.must('CACHE-16', blocks.length === all, call, { handedOut: blocks.length, blocks: all });
          at.inspection.must('GENERAL-F', at.cache.take(sizeClass) === 0, call, { after: 0 });
          const prewarmed = at.cache.prewarm(sizeClass, 4);
          at.inspection.must('CACHE-13', prewarmed === 0, `prewarm(${sizeClass}, 4)`, { prewarmed });
          at.sound(call, 'GENERAL-F');
          if (blocks.length === 0) continue;
          // The last, so that its slab keeps the others.
          at.give(sizeClass, blocks.slice(-1));
          const again = at.cache.take(sizeClass);
          at.inspection.must('CACHE-16', again !== 0, call, { again, givenBack: blocks.at(-1) });
        }
      },
    },
    {
      clauses: ['GENERAL-F'],
      what: 'a source that refuses is asked again the next time',
      run() {
        const at = lay();
        at.source.refusing = true;
        for (const c of CLASSES) {
          const answers = [at.cache.take(c), at.cache.take(c)];
          at.inspection.must('GENERAL-F', answers.join() === '0,0', `take(${c})`, { answers: answers.join() });
        }
        at.sound('take');
        at.source.refusing = false;
        for (const c of CLASSES) at.give(c, at.take(c, 1));
        at.sound('give');
      },
    },
  ];
}

/** What is absent is absent. */
function nothingCached(lay: LayCache): Case {
  return {
    clauses: ['CACHE-3', 'CACHE-13'],
    what: 'it caches nothing, whatever is asked of it',
    run() {
      const at = lay();
      for (const c of CLASSES) {
        const prewarmed = at.cache.prewarm(c, 16);
        at.give(c, at.take(c, 3).slice(1));
        const cached = at.cached(c).length;
        at.inspection.must('CACHE-3', cached === 0, 'cached', { cached, caches: false });
        at.inspection.must('CACHE-13', prewarmed === 0, `prewarm(${c}, 16)`, { prewarmed });
      }
    },
  };
}

function generalCases(lay: LayCache, caches: boolean): Case[] {
  return [
    {
      clauses: ['GENERAL-C'],
      what: 'looking changes nothing: stats, cached and verify, of the box and of another over its region',
      run() {
        const at = lay();
        at.policy(TINY_1024, 16);
        at.give(TINY_1024, at.take(TINY_1024, 20).slice(0, 9));
        at.give(SPAN, at.take(SPAN, 3));
        at.policy(TINY_1024, 5);
        const { source, remote, stage, inspection } = at;
        const calls = JSON.stringify([source.calls, remote.calls.take]);
        const seen = inspection.observe('stats, cached and verify', stage.records.words, () =>
          [at.raw, at.peer()].map((box) => {
            const found: Address[] = [];
            box.cached((_, address) => found.push(address));
            let problems = 0;
            box.verify(() => problems++);
            return JSON.stringify([found, box.stats(), problems]);
          }),
        );
        const same = JSON.stringify([source.calls, remote.calls.take]) === calls;
        inspection.must('GENERAL-C', same, 'stats, cached and verify', { callsToOthers: !same });
        if (!at.recipe.capabilities.stateInBuffer) return;
        inspection.must('GENERAL-C', seen[0] === seen[1], 'a second object over the region', {
          own: seen[0],
          its: seen[1],
        });
      },
    },
    {
      clauses: ['GENERAL-D'],
      what: 'with all classes in use nothing beside the region is written, nor the policy, nor the notes of other slabs',
      run() {
        const at = lay({ pageLimit: 1_400 });
        const policy = at.policyTable();
        for (let c = 0; c < CLASS_COUNT; c++) {
          const got = at.raw.prewarm(c, MAX_CAP[c]);
          at.inspection.must('CACHE-13', caches ? got > 0 : got === 0, `prewarm(${c}, ${MAX_CAP[c]})`, { got });
          const [kept] = [at.raw.take(c), at.raw.take(c)].filter((address) => at.raw.give(c, address));
          at.inspection.must('CACHE-2', kept > 0 && !at.isLive(kept), `give(${c}, …)`, { kept });
        }
        at.stage.checkFences(at.inspection, 'prewarm, take and give of all classes');
        const wrote = policy.findIndex((value, i) => value !== at.policyTable()[i]);
        at.inspection.must('GENERAL-D', wrote === -1, 'prewarm, take and give', { policyWord: wrote });
        at.sound('prewarm, take and give', 'GENERAL-D');
        at.cache.flushAll();
        at.cache.retireIdle();
        at.inspection.must('CACHE-14', at.source.slabs().length === 0, 'flushAll, retireIdle', {
          slabs: at.source.slabs().length,
        });
        at.sound('flushAll', 'GENERAL-D');
      },
    },
    {
      clauses: ['CACHE-4'],
      what: 'verify finds a live byte that was lost, one that nobody set, and room that is not there',
      run() {
        const at = lay();
        const [block, other] = at.take(TINY_1024, 2);
        at.give(SPAN, at.take(SPAN, 2).slice(1));
        const { live } = at.stage.records;
        const head = block >>> 16;
        at.sound('verify');
        for (const [granule, value] of [
          [block >>> 4, 0],
          [other >>> 4, 0],
          [(head << 12) + 63 * 64, 1],
        ]) {
          const was = live[granule];
          live[granule] = value;
          let problems = 0;
          at.raw.verify(() => problems++);
          live[granule] = was;
          at.inspection.must('CACHE-4', problems > 0 || was === value, 'verify', { granule, planted: value, problems });
        }
        at.sound('verify');
      },
    },
  ];
}
