/**
 * The suite of large blocks: any box that makes blocks of whole pages of a pool's runs. Whether it keeps runs that were freed, how
 * many and how it chooses among them is its own.
 */

import { PAGE_BYTES, POLICY_RETAIN, type RecipeOf } from '@hakmem/contracts';
import { type Chance, inWords } from '../programs.js';
import { once, stopAfter, survives } from '../steps.js';
import type { Case, Suite } from '../suite.js';
import { runLargePrograms } from './large-model.js';
import { type Large, LargeStand, PEER } from './large-stand.js';
import { RUN_METHODS } from './pool-stand.js';
import { labelCases, wantsCase } from './recipe.js';

/** What to try. */
export interface LargeSuiteOptions extends Chance {
  /** Makes the recipe; called for each case. */
  readonly recipe: () => RecipeOf<'large'>;
  /** Pages of the heap, 64 … 65,536; default 240. */
  readonly pageLimit?: number | undefined;
  /** FREE SuperSlabs that the policy retains; default 4. */
  readonly retain?: number | undefined;
}

type MakeStand = (firstPage?: number) => LargeStand;
const PAGE = PAGE_BYTES;
/** Accesses of one call at most that another thread comes before. */
const MOST_MOMENTS = 400;

/** The suite of the contract LARGE, over a pool of runs in plain JavaScript. */
export function largeSuite(options: LargeSuiteOptions): Suite {
  const { recipe, pageLimit = 240, retain = 4 } = options;
  const { box, capabilities } = recipe();
  const stand: MakeStand = (firstPage) => new LargeStand(recipe(), pageLimit, retain, firstPage);
  const resizes = capabilities.grows || capabilities.shrinks;
  return {
    title: `${box}, ${pageLimit} pages, ${retain} SuperSlabs retained`,
    cases: [
      ...labelCases(recipe, 'large', () => stand().large),
      resizeCase(recipe, stand),
      wantsPool(recipe, stand),
      ...blockCases(stand, pageLimit),
      ...freeCases(stand),
      ...generalCases(stand),
      ...(resizes ? resizeCases(stand) : []),
      ...(capabilities.concurrency === 'any' ? threadCases(stand) : []),
      {
        clauses: ['LARGE-1', 'LARGE-2', 'LARGE-3', 'LARGE-4', 'LARGE-5', 'LARGE-6'],
        what: `against a model, ${inWords(options)}`,
        run: () => runLargePrograms(options, stand),
      },
    ],
  };
}

function resizeCase(recipe: LargeSuiteOptions['recipe'], stand: MakeStand): Case {
  return {
    clauses: ['GENERAL-E'],
    what: 'resize is there when blocks grow or shrink, and absent when they do neither',
    run() {
      const { grows, shrinks } = recipe().capabilities;
      const at = stand();
      const there = typeof (at.large as Partial<Large>).resize === 'function';
      at.inspection.must('GENERAL-E', there === (grows || shrinks), 'resize', { grows, shrinks, there });
    },
  };
}

function wantsPool(recipe: LargeSuiteOptions['recipe'], stand: MakeStand): Case {
  const at = stand();
  return wantsCase(recipe, 'pool', at.pool, RUN_METHODS, (pool) => recipe().build(at.stage.scope(), pool));
}

function blockCases(stand: MakeStand, pageLimit: number): Case[] {
  return [
    {
      clauses: ['LARGE-1'],
      what: 'blocks of any length and alignment are whole, live at their start, and apart',
      run() {
        const at = stand();
        const most = at.recipe.capabilities.alignment;
        const asked = [0, 1, PAGE - 1, PAGE, PAGE + 1, 262_145, 9 * PAGE].map((bytes) => [bytes, 1] as const);
        const aligned = [16, 4_096, PAGE, 2 * PAGE, 16 * PAGE].filter((alignment) => alignment <= most);
        const blocks = new Map<number, number>();
        for (const [bytes, alignment] of [...asked, ...aligned.map((each) => [3 * PAGE + 1, each] as const)]) {
          const address = at.large.malloc(bytes, alignment);
          const pages = at.pool.runs.get(address / PAGE) ?? 0;
          const least = Math.max(1, Math.ceil(bytes / PAGE));
          const call = `malloc(${bytes}, ${alignment})`;
          at.inspection.must('LARGE-1', address !== 0 && pages >= least, call, { address, pages });
          at.inspection.must('LARGE-1', !blocks.has(address), call, { address, twice: true });
          blocks.set(address, pages);
        }
        at.mustHave(blocks, 'malloc');
      },
    },
    {
      clauses: ['LARGE-5', 'GENERAL-F'],
      what: 'when memory is exhausted the answer is 0, as often as one asks, and nothing has changed',
      run() {
        const at = stand();
        const blocks = new Map([[at.block(5), 5]]);
        at.pool.memory = 6;
        const most = at.recipe.capabilities.alignment;
        for (const [bytes, alignment] of [
          [1, 1] as const,
          [2 * PAGE, PAGE],
          [pageLimit * PAGE, 1],
          [4_294_967_296, 1],
          [1, most],
        ]) {
          const call = `malloc(${bytes}, ${alignment})`;
          const answer = at.unchanged('LARGE-5', call, () => at.large.malloc(bytes, alignment));
          at.inspection.must('LARGE-5', answer === 0, call, { answer, pagesOfMemory: 6 });
        }
        at.pool.memory = pageLimit;
        blocks.set(at.block(1), 1);
        at.mustHave(blocks, 'malloc after exhaustion');
      },
    },
    {
      clauses: ['LARGE-1'],
      what: 'the last page of the heap is a block, too',
      run() {
        const at = stand(pageLimit - 3);
        const blocks = new Map([at.block(1), at.block(2)].map((address, i) => [address, i + 1]));
        at.mustHave(blocks, 'malloc of the last pages');
        const call = 'malloc of a heap that is full';
        at.inspection.must('LARGE-5', at.unchanged('LARGE-5', call, () => at.large.malloc(1, 1)) === 0, call);
      },
    },
  ];
}

function freeCases(stand: MakeStand): Case[] {
  return [
    {
      clauses: ['LARGE-3'],
      what: 'what is freed can be had again, in other lengths, whichever thread frees it and whichever asks',
      run() {
        for (const pages of [1, 5, 30]) {
          const at = stand();
          const all = Math.floor((at.pool.memory - 1) / pages);
          for (const box of [at.large, at.peer]) {
            const blocks = Array.from({ length: all }, () => at.block(pages, box));
            blocks.forEach((address, i) => {
              const done = (i % 2 === 0 ? at.large : at.peer).free(address);
              at.inspection.must('LARGE-3', done, `free(${address})`, { answer: done });
            });
            at.mustHave(new Map(), `free of ${all} blocks of ${pages} pages`);
          }
          const whole = at.block(at.pool.memory - 1);
          at.mustHave(new Map([[whole, at.pool.memory - 1]]), 'malloc of all that there is');
        }
      },
    },
    {
      clauses: ['LARGE-3'],
      what: 'in a heap that is full a long block that is freed serves many short ones',
      run() {
        const at = stand();
        const long = at.block(24);
        for (let left = at.pool.memory; left > 0 && at.large.malloc(1, 1) !== 0; left--);
        at.large.free(long);
        const blocks = Array.from({ length: 20 }, () => at.large.malloc(PAGE, 1));
        const made = blocks.filter((address) => address !== 0).length;
        at.inspection.must('LARGE-3', made === 20, `malloc(${PAGE}, 1), 20 times`, { made, pagesFreed: 24 });
      },
    },
    {
      clauses: ['LARGE-3'],
      what: 'of a heap that was full not all is kept: there is a limit',
      run() {
        for (const inOne of [false, true]) {
          const at = stand();
          const all = at.pool.memory - 1;
          const blocks = inOne ? [at.block(all)] : Array.from({ length: all }, () => at.block(1));
          for (const address of blocks) at.large.free(address);
          const unused = at.unusedPages();
          at.inspection.must('LARGE-3', unused > 0, 'free of all blocks', { pages: all, unused });
          at.mustHave(new Map(), 'free of all blocks');
        }
      },
    },
    {
      clauses: ['LARGE-6', 'LARGE-4'],
      what: 'an address at which no large block lives is answered false, by free and resize, and nothing changes',
      run() {
        const at = stand();
        const [dead, block, next] = [at.block(3), at.block(4), at.block(1)];
        at.large.free(dead);
        const { live } = at.records;
        const tiny = 100 * PAGE; // a page that is no run, with a block of a slab in it
        live[tiny / 16 + 4] = 1;
        live[tiny / 16] = 1;
        const inside = [block + 16, block + 8, block + PAGE, block + 3 * PAGE + 32, next + 4_096];
        for (const address of [0, dead, dead + PAGE, ...inside, tiny, tiny + 64, 200 * PAGE, 16, 4_294_901_760]) {
          const calls = [`free(${address})`, `resize(${address}, ${2 * PAGE})`];
          const acts = [(box: Large) => box.free(address), (box: Large) => box.resize(address, 2 * PAGE)];
          for (const [i, call] of calls.entries()) {
            if (i === 1 && (at.large as Partial<Large>).resize === undefined) continue;
            const answer = at.unchanged('LARGE-6', call, () => acts[i](at.large));
            at.inspection.must('LARGE-6', !answer, call, { answer });
          }
        }
        live[tiny / 16 + 4] = 0;
        live[tiny / 16] = 0;
        at.mustHave(new Map([[block, 4] as const, [next, 1]]), 'free of what is not live');
      },
    },
  ];
}

function resizeCases(stand: MakeStand): Case[] {
  return [
    {
      clauses: ['LARGE-2'],
      what: 'a block becomes longer or shorter where it stands, or not at all',
      run() {
        const at = stand();
        const { grows, shrinks } = at.recipe.capabilities;
        const [block, next] = [at.block(5), at.block(1)];
        const blocks = new Map([[block, 5] as const, [next, 1]]);
        const neighbours = next === block + 5 * PAGE;
        for (const bytes of [5 * PAGE, 4 * PAGE + 1, 5 * PAGE - 1]) {
          const same = at.unchanged('LARGE-2', `resize(${block}, ${bytes})`, () => at.large.resize(block, bytes));
          at.inspection.must('LARGE-2', same, `resize(${block}, ${bytes})`, { answer: same, pages: 5 });
        }
        if (neighbours) {
          const call = `resize(${block}, ${6 * PAGE})`;
          const done = at.unchanged('LARGE-2', call, () => at.large.resize(block, 6 * PAGE));
          at.inspection.must('LARGE-2', !done, call, { answer: done, inUse: next });
        }
        at.peer.free(next);
        blocks.delete(next);
        for (const pages of [9, 2, 12, 1]) {
          const could = pages > blocks.get(block)! ? grows : shrinks;
          const done = at.large.resize(block, pages * PAGE - 1);
          at.inspection.must('LARGE-2', done === could, `resize(${block}, ${pages * PAGE - 1})`, {
            answer: done,
            could,
          });
          if (done) blocks.set(block, pages);
          at.mustHave(blocks, `resize(${block}, ${pages * PAGE - 1})`);
        }
        const { grownInPlace, shrunkInPlace } = at.peer.stats();
        const counted = grownInPlace === (grows ? 2 : 0) && shrunkInPlace === (shrinks ? (grows ? 2 : 1) : 0);
        at.inspection.must('LARGE-2', counted || !(grows && shrinks), 'stats', { grownInPlace, shrunkInPlace });
      },
    },
    {
      clauses: ['LARGE-2', 'LARGE-5'],
      what: 'without memory it does not grow, and nothing has changed',
      run() {
        const at = stand();
        const block = at.block(5);
        at.pool.memory = 6;
        for (const bytes of [6 * PAGE, 4_294_967_296]) {
          const call = `resize(${block}, ${bytes})`;
          const done = at.unchanged('LARGE-2', call, () => at.large.resize(block, bytes));
          at.inspection.must('LARGE-2', !done, call, { answer: done, pagesOfMemory: 6 });
        }
        at.mustHave(new Map([[block, 5]]), 'resize without memory');
      },
    },
  ];
}

function generalCases(stand: MakeStand): Case[] {
  return [
    {
      clauses: ['GENERAL-B'],
      what: 'a change of policy touches neither blocks nor what is kept, and acts on the next free',
      run() {
        const at = stand();
        const [block, ...freed] = [4, 6, 7, 3].map((pages) => at.block(pages));
        for (const address of freed) at.large.free(address);
        at.unchanged('GENERAL-B', 'a change of policy', () => {
          const { words, start } = at.stage.policy;
          const before = words[start + POLICY_RETAIN];
          at.stage.setPolicy(POLICY_RETAIN, 0);
          at.large.stats();
          at.stage.setPolicy(POLICY_RETAIN, before);
        });
        at.stage.setPolicy(POLICY_RETAIN, 0);
        const other = at.block(2);
        at.mustHave(new Map([[block, 4] as const, [other, at.pool.runs.get(other / PAGE)!]]), 'a change of policy');
        at.large.free(other);
        at.mustHave(new Map([[block, 4]]), 'free after a change of policy');
      },
    },
    {
      clauses: ['GENERAL-C'],
      what: 'looking changes nothing: stats and verify, also of a box that comes to a region in use',
      run() {
        const at = stand();
        at.large.free([at.block(3), at.block(2)][0]);
        const before = JSON.stringify(at.large.stats());
        at.inspection.observe('stats, verify and build', at.records.words, () => {
          at.large.stats();
          at.large.verify(() => {});
          const seen = JSON.stringify(at.thread(PEER + 1).stats());
          at.inspection.must('GENERAL-C', seen === before, 'stats of a peer', { seen, before });
        });
      },
    },
    {
      clauses: ['GENERAL-D', 'LARGE-1'],
      what: 'verify finds what is broken on purpose: a live byte that is gone, a page word that is another one',
      run() {
        const at = stand();
        const block = at.block(4);
        const { words, live } = at.records;
        const damage: [Int32Array | Uint8Array, number][] = [
          [live, block / 16],
          [words, block / PAGE + 2],
        ];
        for (const [cells, index] of damage) {
          const was = cells[index];
          cells[index] = 0;
          let found = 0;
          at.large.verify(() => found++);
          cells[index] = was;
          at.inspection.must('LARGE-1', found > 0, 'verify', { damaged: index, reported: found });
        }
        at.mustHave(new Map([[block, 4]]), 'verify');
      },
    },
  ];
}

/** Two threads after one block, and threads that end in the middle of a call. */
function threadCases(stand: MakeStand): Case[] {
  type Act = (box: Large, address: number) => unknown;
  const acts: readonly (readonly [string, Act])[] = [
    ['malloc', (box) => box.malloc(3 * PAGE, 1)],
    ['free', (box, address) => box.free(address)],
  ];
  return [
    {
      clauses: ['LARGE-4'],
      what: 'of two threads that free one block one succeeds, wherever the other is',
      run() {
        for (let moment = 0, came = true; came && moment < MOST_MOMENTS; moment++) {
          const at = stand();
          const [before, block, other] = [at.block(2), at.block(3), at.block(2)];
          at.large.free(before);
          let theirs = false;
          const hook = once(moment, () => {
            theirs = at.peer.free(block);
          });
          const mine = at.thread(PEER + 1, hook.onAccess).free(block);
          came = hook.done();
          if (!came) theirs = at.peer.free(block);
          const call = `free(${block}), another thread before access ${moment}`;
          at.inspection.must('LARGE-4', mine !== theirs, call, { mine, theirs });
          at.mustHave(new Map([[other, 2]]), call);
        }
      },
    },
    {
      clauses: ['LARGE-1', 'LARGE-3'],
      what: 'while one thread makes a block, another one makes one, frees one, or takes back what is kept',
      run() {
        for (const [name, rival] of [
          ...acts,
          ['takes back', (_: Large, __: number, at: LargeStand) => at.pool.reclaim()] as const,
        ]) {
          for (let moment = 0, came = true; came && moment < MOST_MOMENTS; moment++) {
            const at = stand();
            const [kept, block] = [at.block(4), at.block(2)];
            const thread = at.thread(PEER + 1, (access) => hook.onAccess(access));
            let hook: ReturnType<typeof once> = once(Number.POSITIVE_INFINITY, () => {});
            thread.free(kept);
            hook = once(moment, () => rival(at.peer, block, at));
            const mine = thread.malloc(3 * PAGE, 1);
            came = hook.done();
            at.inspection.must('LARGE-1', mine !== 0, 'malloc', { answer: mine, another: name, moment });
            at.mustHave(
              new Map([...at.pool.runs].map(([head, pages]) => [head * PAGE, pages])),
              `malloc while another ${name}`,
            );
            at.inspection.must('LARGE-1', at.pool.runs.has(mine / PAGE), 'malloc', {
              address: mine,
              another: name,
              moment,
            });
          }
        }
      },
    },
    {
      clauses: ['LARGE-3', 'LARGE-5'],
      what: 'a thread ends after each write of malloc, free and resize: others find all whole, and all can be had again',
      run() {
        const resize: Act = (box, address) => box.resize(address, PAGE);
        for (const [name, act] of [...acts, ['resize', resize] as const]) {
          for (let writes = 0, done = false; !done && writes < MOST_MOMENTS; writes++) {
            const at = stand();
            if (name === 'resize' && (at.large as Partial<Large>).resize === undefined) return;
            const block = at.block(4);
            const call = `${name}, ended after ${writes} writes`;
            done = survives(() => act(at.thread(PEER + 1, stopAfter(writes)), block));
            at.pool.leave(PEER + 1);
            const runs = new Map([...at.pool.runs].map(([head, pages]) => [head * PAGE, pages]));
            at.mustHave(runs, call);
            for (const address of runs.keys()) {
              at.inspection.must('LARGE-3', at.peer.free(address), call, { address, freed: false });
            }
            at.block(at.pool.memory - 1);
          }
        }
      },
    },
  ];
}
