/**
 * The suite of remote queues: any box by which a thread frees blocks of others and owners hear of it. Three threads in one
 * process, in turn; what they do in the middle of each other's calls is in remote-threads.ts. That a free is one step is seen
 * by its atomic operations, which the box takes from its records; the order in which slabs are visited is left to the box.
 */

import {
  type Address,
  type AtomicOps,
  type Cells,
  type ClauseId,
  GRANULE_SHIFT,
  NOTE_SPAN,
  NOTE_WORDS,
  noteOf,
  PAGE_BYTES,
  PageKind,
  pageWord,
  type RecipeOf,
  SlotState,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import type { Deployment } from '../crew.js';
import { type Chance, inWords } from '../programs.js';
import type { Case, Suite } from '../suite.js';
import { labelCases } from './recipe.js';
import { runRemotePrograms } from './remote-model.js';
import { MINE, OTHER, RemoteStand, SINGLE, SMALL, SPAN, TAIL, THIRD, THREADS, TINY } from './remote-stand.js';
import { threadCases } from './remote-threads.js';
import { remoteWorkerCases } from './workers.js';

/** What to try. */
export interface RemoteSuiteOptions extends Chance {
  /** Makes the recipe; called for each case. */
  readonly recipe: () => RecipeOf<'remote'>;
  /** Pages of the heap, 96 … 65,536; default 128. */
  readonly pageLimit?: number | undefined;
  /** Whether the words lie in shared memory, so that `Atomics` are used; default false. */
  readonly shared?: boolean | undefined;
  /** How Workers come by the recipe; without it, nothing runs in Workers. */
  readonly workers?: Deployment | undefined;
}

/** The suite of the contract REMOTE. */
export function remoteSuite(options: RemoteSuiteOptions): Suite {
  const { pageLimit = 128, shared = false } = options;
  const title = `${options.recipe().box}, ${pageLimit} pages${shared ? ', shared' : ''}`;
  const stand = (): RemoteStand => new RemoteStand(options.recipe, pageLimit, shared);
  return {
    title,
    cases: [
      ...labelCases(options.recipe, 'remote', () => stand().queue(MINE)),
      ...freeCases(stand, pageLimit),
      ...takeCases(stand, pageLimit),
      ...turnCases(stand),
      ...threadCases(stand),
      ...(options.workers === undefined ? [] : remoteWorkerCases(options.recipe, options.workers)),
      ...generalCases(stand, pageLimit),
      {
        clauses: ['REMOTE-1', 'REMOTE-2', 'REMOTE-4', 'REMOTE-6', 'REMOTE-7', 'REMOTE-8'],
        what: `against a model, ${inWords(options)}`,
        run: () => runRemotePrograms(options, stand, pageLimit),
      },
    ],
  };
}

function freeCases(stand: () => RemoteStand, pageLimit: number): Case[] {
  return [
    {
      clauses: ['REMOTE-1'],
      what: 'takes each block of a slab once, in inner pages, too, and leaves its neighbours alone',
      run() {
        for (const sizeClass of [SMALL, TINY, TAIL, SPAN, SINGLE]) {
          const at = stand();
          const blocks = at.slab(5, sizeClass, MINE, SPAN_BLOCKS[sizeClass]);
          const [neighbor] = at.slab(40, sizeClass);
          at.free(OTHER, blocks);
          for (const address of [...blocks.slice(0, 3), ...blocks.slice(-3)]) refused(at, address);
          at.inspection.must('REMOTE-1', at.isLive(neighbor), 'free', { neighbor, sizeClass });
          told(at, 5, sizeClass);
        }
      },
    },
    {
      clauses: ['REMOTE-1'],
      what: 'is refused where no live block starts: a free one, the inside of one, a tail, an unused page',
      run() {
        const at = stand();
        const [first] = at.slab(7, TAIL, MINE, 3);
        at.slab(10, SPAN, MINE, SPAN_BLOCKS[SPAN]);
        refused(at, at.block(7, TAIL, 3));
        for (let inside = first + 16; inside < first + 896; inside += 16) refused(at, inside);
        for (const address of [8 * PAGE_BYTES - 16, 11 * PAGE_BYTES, (pageLimit - 1) * PAGE_BYTES])
          refused(at, address);
        const news = THREADS.flatMap((thread) => at.classes(thread));
        at.inspection.must('REMOTE-1', news.length === 0, 'free', { classesWithNews: news.join() });
      },
    },
    {
      clauses: ['REMOTE-2'],
      what: 'is one atomic exchange of the live byte, and nothing else touches the live bytes',
      run() {
        const at = stand();
        const [first, second] = at.slab(5, TINY, MINE, 2);
        for (const address of [first, second]) {
          const { ops, queue } = counted(at);
          const wrote = queue.free(address);
          const right = ops.length === 1 && ops[0].index === address >>> GRANULE_SHIFT && EXCHANGES.has(ops[0].op);
          const said = ops.map(({ op, index }) => `${op} ${index}`).join();
          at.inspection.must('REMOTE-2', wrote && right, `free(${address})`, { operationsOnLiveBytes: said });
        }
      },
    },
    {
      clauses: ['REMOTE-2'],
      what: 'the owner is told once per slab until it has taken the news, whoever frees',
      run() {
        const at = stand();
        const blocks = at.slab(5, TINY, MINE, 12);
        const times = (): string => THREADS.map((thread) => at.queue(thread).stats().told).join();
        at.free(OTHER, blocks.slice(0, 5));
        at.free(THIRD, blocks.slice(5, 8));
        at.inspection.must('REMOTE-2', times() === '0,1,0', 'free', { told: times() });
        at.take(MINE, TINY);
        at.free(THIRD, blocks.slice(8, 10));
        at.free(OTHER, blocks.slice(10));
        at.inspection.must('REMOTE-2', times() === '0,1,1', 'free after a take', { told: times() });
        const [beside] = at.slab(6, TINY);
        at.free(OTHER, [beside]);
        at.inspection.must('REMOTE-2', times() === '0,2,1', 'free in another slab', { told: times() });
        taken(at, TINY, [5, 6]);
      },
    },
    {
      clauses: ['REMOTE-2'],
      what: 'each of several owners is told of its own slabs; of a block that nobody owns nobody is',
      run() {
        const at = stand();
        const [mine] = at.slab(31, TINY, MINE);
        const [theirs] = at.slab(32, TAIL, THIRD);
        const [own] = at.slab(63, SPAN, OTHER);
        const [nobodys] = at.slab(80, TINY, 0);
        at.free(OTHER, [mine, theirs, own, nobodys]);
        told(at, 31, TINY, MINE);
        told(at, 32, TAIL, THIRD);
        told(at, 63, SPAN, OTHER);
        const { words } = at.stage.records;
        for (const page of [80, pageLimit - 1]) words.fill(-1, noteOf(page) + NOTE_SPAN + 1, noteOf(page) + NOTE_WORDS);
        words.fill(-1, noteOf(1), noteOf(30));
        const nobody = [80, ...Array.from({ length: 29 }, (_, i) => i + 1)].find((page) => at.queue(MINE).isTold(page));
        at.inspection.must('REMOTE-2', nobody === undefined, `isTold(${nobody})`, { owner: 0 });
      },
    },
  ];
}

function takeCases(stand: () => RemoteStand, pageLimit: number): Case[] {
  const last = pageLimit - 1;
  return [
    {
      clauses: ['REMOTE-8'],
      what: 'visits each slab with news once, wherever it is, and then there is nothing more',
      run() {
        const at = stand();
        const heads = [1, 30, 31, 32, 33, 62, 63, 64, last >>> 1, last - 1, last].filter(
          (head, i, all) => all.indexOf(head) === i,
        );
        for (const head of heads.toReversed()) at.free(OTHER, at.slab(head, TINY));
        for (const head of heads) told(at, head, TINY);
        taken(
          at,
          TINY,
          heads.sort((a, b) => a - b),
        );
        const { taken: count } = at.queue(MINE).stats();
        at.inspection.must('REMOTE-8', count === heads.length, 'stats', { taken: count, visited: heads.length });
        taken(at, TINY, []);
      },
    },
    {
      clauses: ['REMOTE-8'],
      what: 'takes the news of one class alone, and of one thread',
      run() {
        const at = stand();
        const classes = [SMALL, TINY, SPAN, SINGLE];
        for (let i = 0; i < 8; i++) at.free(OTHER, at.slab(1 + 4 * i, classes[i % 4]));
        at.free(OTHER, at.slab(40, TINY, THIRD));
        for (const [i, sizeClass] of classes.entries()) {
          const left = at.classes(MINE).join();
          at.inspection.must('REMOTE-8', left === classes.slice(i).join(), 'hasNews', { classes: left });
          taken(at, sizeClass, [1 + 4 * i, 17 + 4 * i]);
        }
        told(at, 40, TINY, THIRD);
      },
    },
    {
      clauses: ['REMOTE-3'],
      what: 'a free inside of the visit marks the slab again, for this take or the next',
      run() {
        const at = stand();
        const [first, second, third] = at.slab(40, TINY, MINE, 3);
        at.free(OTHER, [first]);
        let visits = 0;
        at.queue(MINE).take(TINY, () => {
          if (visits++ > 0) return;
          at.free(OTHER, [second]);
          at.free(THIRD, [third]);
        });
        if (visits === 1) told(at, 40, TINY, MINE, 'REMOTE-3');
        taken(at, TINY, visits === 1 ? [40] : []);
      },
    },
    {
      clauses: ['REMOTE-4'],
      what: 'marks of slabs that have gone or changed hands cost a look, and those of others are still found',
      run() {
        for (const [what, word] of Object.entries(GONE)) {
          const at = stand();
          for (const head of [40, 41]) at.free(OTHER, at.slab(head, TINY));
          at.stage.records.words[40] = word;
          const heads = at.take(MINE, TINY);
          at.inspection.must('REMOTE-4', heads.join() === '41', `take(${TINY})`, {
            slab40: what,
            visited: heads.join(),
          });
          at.inspection.must('REMOTE-8', !at.queue(MINE).hasNews(TINY), `hasNews(${TINY})`, { slab40: what });
        }
      },
    },
    {
      clauses: ['REMOTE-4', 'REMOTE-8'],
      what: 'a marked page that is another slab now, or an inner page of one, is visited only with news of that slab',
      run() {
        const at = stand();
        for (const head of [42, 50]) at.free(OTHER, at.slab(head, TINY));
        at.slab(41, SPAN);
        const [, fresh] = at.slab(50, TAIL, MINE, 2);
        taken(at, TINY, []);
        at.free(OTHER, [fresh, at.block(41, SPAN, 0)]);
        taken(at, TAIL, [50]);
        taken(at, SPAN, [41]);
      },
    },
  ];
}

function turnCases(stand: () => RemoteStand): Case[] {
  return [
    {
      clauses: ['REMOTE-7'],
      what: 'goes round over the classes with news, however often one asks, and ends when there is none',
      run() {
        const at = stand();
        const queue = at.queue(MINE);
        at.inspection.must('REMOTE-7', queue.nextClass() === -1, 'nextClass()', {});
        const classes = [SMALL, 14, TINY, 31, 32, 94, SINGLE];
        for (const [i, c] of classes.entries()) at.free(OTHER, at.slab(1 + 4 * i, c));
        for (let round = 0; classes.length > 0; round++) {
          const turn = Array.from({ length: 2 * classes.length }, () => queue.nextClass());
          const half = turn.slice(0, classes.length);
          const fair = classes.every((c) => half.includes(c)) && half.join() === turn.slice(classes.length).join();
          at.inspection.must('REMOTE-7', fair, 'nextClass()', { turn: turn.join(), classes: classes.join() });
          at.take(MINE, classes.splice((round * 3) % classes.length, 1)[0]);
        }
        at.inspection.must('REMOTE-7', queue.nextClass() === -1, 'nextClass()', {});
      },
    },
    {
      clauses: ['REMOTE-7'],
      what: 'each thread has a turn of its own',
      run() {
        const at = stand();
        at.free(OTHER, [...at.slab(1, SPAN), ...at.slab(6, TAIL, THIRD)]);
        for (let i = 0; i < 3; i++) {
          const turn = THREADS.map((thread) => at.queue(thread).nextClass()).join();
          at.inspection.must('REMOTE-7', turn === [SPAN, -1, TAIL].join(), 'nextClass() of three threads', { turn });
        }
      },
    },
  ];
}

function generalCases(stand: () => RemoteStand, pageLimit: number): Case[] {
  return [
    {
      clauses: ['GENERAL-C'],
      what: 'looking changes nothing: hasNews, isTold, stats, and a queue built over a region in use',
      run() {
        const at = stand();
        at.free(OTHER, at.slab(5, TINY));
        const seen = at.inspection.observe('hasNews, isTold, stats', at.stage.records.words, () => {
          const peer = at.again(MINE);
          const looks = [at.queue(MINE), peer].map((q) => [q.hasNews(TINY), q.hasNews(TAIL), q.isTold(5), q.isTold(6)]);
          return [...looks, ...[OTHER, MINE].map((thread) => at.again(thread).stats().told)];
        });
        const wanted = 'true,false,true,false,true,false,true,false,1,0';
        at.inspection.must('GENERAL-C', seen.join() === wanted, 'a second object', { seen: seen.join(), wanted });
      },
    },
    {
      clauses: ['GENERAL-D'],
      what: 'a heap full of news: page words, notes and policy are as they were, and nothing beside the regions is written',
      run() {
        const at = stand();
        const { words } = at.stage.records;
        const heads = Array.from({ length: Math.min(pageLimit - 1, 300) }, (_, i) => pageLimit - 1 - i);
        const blocks = heads.flatMap((head, i) => at.slab(head, TINY, THREADS[i % 3], 2));
        const others = words.slice(0, at.stage.regions[0].start);
        for (const [i, address] of blocks.entries()) at.free(THREADS[(i >>> 1) % 2], [address]);
        for (const thread of THREADS) at.take(thread, TINY);
        at.queue(MINE).settle(OTHER);
        const wrote = others.findIndex((word, i) => word !== words[i]);
        at.inspection.must('GENERAL-D', wrote === -1, 'free, take and settle', { word: wrote });
        at.stage.checkFences(at.inspection, 'free, take and settle');
      },
    },
    {
      clauses: ['REMOTE-4'],
      what: 'the next thread of a number, over a region with marks of the last, visits none that is not its own',
      run() {
        const at = stand();
        const [first, second] = at.slab(40, TINY, MINE, 2);
        at.free(OTHER, [first]);
        at.handOver(40, TINY, 0);
        const next = at.again(MINE, true);
        const heads: number[] = [];
        next.take(TINY, (head) => heads.push(head));
        at.inspection.must('REMOTE-4', heads.length === 0, `take(${TINY})`, { visited: heads.join() });
        at.handOver(40, TINY, MINE);
        at.free(OTHER, [second]);
        next.take(TINY, (head) => heads.push(head));
        at.inspection.must('REMOTE-8', heads.join() === '40', `take(${TINY})`, { visited: heads.join() });
      },
    },
  ];
}

const { UNUSED, EMPTY, ACTIVE, RESERVED } = SlotState;
const GONE = {
  unused: pageWord(UNUSED, PageKind.NONE, 0, 0),
  empty: pageWord(EMPTY, PageKind.NONE, MINE, TINY),
  'in doubt': pageWord(ACTIVE, PageKind.NONE, MINE, 0),
  'a large block': pageWord(ACTIVE, PageKind.LARGE, MINE, TINY),
  reserved: pageWord(RESERVED, PageKind.NONE, 0, 0),
  'nobody’s': pageWord(ACTIVE, PageKind.TINY, 0, TINY),
  'another thread’s': pageWord(ACTIVE, PageKind.TINY, THIRD, TINY),
};

const EXCHANGES = new Set(['exchange', 'compareExchange', 'and']);

/** A free that must answer false: every word outside of the thread's own region is as it was, and every live byte. */
function refused(at: RemoteStand, address: Address): void {
  const { words, live } = at.stage.records;
  const page = address & -PAGE_BYTES;
  const near = live.slice(page >>> GRANULE_SHIFT, (page + PAGE_BYTES) >>> GRANULE_SHIFT);
  const before = words.slice();
  const answer = at.queue(OTHER).free(address);
  const { start, length } = at.scope(OTHER).region;
  let wrote = -1;
  for (let i = 0; i < before.length; i++) {
    if (before[i] !== words[i] && (i < start || i >= start + length)) wrote = i;
  }
  const same = near.every((byte, i) => byte === live[(page >>> GRANULE_SHIFT) + i]);
  at.inspection.must('REMOTE-1', !answer && wrote === -1 && same, `free(${address})`, {
    answer,
    wroteWord: wrote,
    same,
  });
}

/** The owner of a slab knows that there is news of it, and all threads can see that. */
function told(at: RemoteStand, head: number, sizeClass: number, owner: number = MINE, id: ClauseId = 'REMOTE-2'): void {
  const seen = THREADS.map((thread) => at.queue(thread).isTold(head));
  const hasNews = at.queue(owner).hasNews(sizeClass);
  const right = hasNews && seen.every((each) => each);
  at.inspection.must(id, right, `isTold(${head})`, { owner, seen: seen.join(), hasNews });
}

/** A take of the owner's visits exactly these slabs, and leaves them unmarked. */
function taken(at: RemoteStand, sizeClass: number, heads: readonly number[]): void {
  const visited = at.take(MINE, sizeClass);
  const marked = heads.filter((head) => at.queue(OTHER).isTold(head));
  const right = visited.join() === heads.join() && marked.length === 0 && !at.queue(MINE).hasNews(sizeClass);
  at.inspection.must('REMOTE-8', right, `take(${sizeClass})`, { visited: visited.join(), marked: marked.join() });
}

interface Operation {
  readonly op: string;
  readonly index: number;
}

/** The other thread's queue over records whose live bytes note each operation and each plain write. */
function counted(at: RemoteStand): { readonly ops: Operation[]; readonly queue: { free(address: Address): boolean } } {
  const { records } = at.stage;
  const ops: Operation[] = [];
  const live = new Proxy(records.live, {
    get: (target, key) => Reflect.get(target, key, target),
    set(target, key, value) {
      ops.push({ op: 'a plain write', index: Number(key) });
      return Reflect.set(target, key, value, target);
    },
  });
  const note =
    (op: keyof AtomicOps) =>
    (cells: Cells, index: number, ...values: [number, number]): number => {
      if (cells === live && op !== 'load') ops.push({ op, index });
      return records.atomics[op](cells === live ? records.live : cells, index, ...values);
    };
  const names = ['load', 'store', 'exchange', 'compareExchange', 'add', 'and', 'or'] as const;
  const atomics = Object.fromEntries(names.map((op) => [op, note(op)])) as unknown as AtomicOps;
  return { ops, queue: at.over(OTHER, { ...records, live, atomics }) };
}
