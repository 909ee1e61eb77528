/**
 * Remote queues in the middle of each other: at each access of one thread's call another one frees, takes or hands the slab
 * on; and a thread ends after each of its writes, whereupon settle tells what is left to tell. One process, every run the same.
 */

import type { Address, PageIndex } from '@hakmem/contracts';
import { once, stopAfter, survives } from '../steps.js';
import type { Case } from '../suite.js';
import { MINE, OTHER, type RemoteStand, SPAN, TAIL, THIRD, TINY } from './remote-stand.js';

const HEAD = 40;
/** More accesses than a call can have that is not stuck. */
const MOST = 100_000;

export function threadCases(stand: () => RemoteStand): Case[] {
  return [...duels(stand), ...handOvers(stand), ...deaths(stand)];
}

function duels(stand: () => RemoteStand): Case[] {
  return [
    {
      clauses: ['REMOTE-3'],
      what: 'a free between any two steps of a take is seen by it or by the next',
      run: () =>
        eachStep((step) => {
          const at = stand();
          const [first, same] = at.slab(HEAD, TINY, MINE, 2);
          const [other] = at.slab(33, TINY);
          at.free(OTHER, [first]);
          const between = once(step, () => {
            at.free(OTHER, [same]);
            at.free(THIRD, [other]);
          });
          const seen = new Set<Address>();
          const look = lookFor(at, [same, other], seen);
          at.watched(MINE, between.onAccess).take(TINY, look);
          if (!between.done()) at.free(OTHER, [same, other]);
          at.queue(MINE).take(TINY, look);
          at.inspection.must('REMOTE-3', seen.size === 2, `a free at step ${step} of take`, { seen: [...seen].join() });
          at.take(MINE, TINY);
          at.inspection.must('REMOTE-8', !at.queue(MINE).hasNews(TINY), 'take after take', { step });
          return between.done();
        }),
    },
    {
      clauses: ['REMOTE-2', 'REMOTE-3'],
      what: 'a take between any two steps of a free loses nothing: the owner sees the block then or is told',
      run: () =>
        eachStep((step) => {
          const at = stand();
          const [block, former] = at.slab(HEAD, TINY, MINE, 2);
          const seen = new Set<Address>();
          const look = lookFor(at, [block], seen);
          at.free(THIRD, [former]);
          const between = once(step, () => at.queue(MINE).take(TINY, look));
          const answer = at.watched(OTHER, between.onAccess).free(block);
          at.inspection.must('REMOTE-1', answer, `free(${block})`, { step });
          at.queue(MINE).take(TINY, look);
          at.inspection.must('REMOTE-2', seen.size === 1, `a take at step ${step} of free`, { seen: seen.size });
          return between.done();
        }),
    },
    {
      clauses: ['REMOTE-5'],
      what: 'of two threads that free one block one succeeds, at whichever step they meet',
      run: () =>
        eachStep((step) => {
          const at = stand();
          const [block] = at.slab(HEAD, TINY);
          let second: boolean | null = null;
          const between = once(step, () => {
            second = at.watched(THIRD, () => {}).free(block);
          });
          const first = at.watched(OTHER, between.onAccess).free(block);
          const third = second ?? at.watched(THIRD, () => {}).free(block);
          at.inspection.must('REMOTE-5', first !== third, `free(${block}), twice`, { first, third, step });
          const heads = at.take(MINE, TINY).join();
          at.inspection.must('REMOTE-2', heads === String(HEAD), 'take', { visited: heads, step });
          return between.done();
        }),
    },
    {
      clauses: ['REMOTE-2'],
      what: 'two threads that free in one slab, in any order of steps, tell its owner',
      run: () =>
        eachStep((step) => {
          const at = stand();
          const [one, two] = at.slab(HEAD, TINY, MINE, 2);
          const between = once(step, () => at.watched(THIRD, () => {}).free(two));
          at.watched(OTHER, between.onAccess).free(one);
          if (!between.done()) at.queue(THIRD).free(two);
          const heads = at.take(MINE, TINY).join();
          at.inspection.must('REMOTE-2', heads === String(HEAD), 'take', { visited: heads, step });
          return between.done();
        }),
    },
    {
      clauses: ['GENERAL-G'],
      what: 'a free comes to its end though others free and take before each of its accesses',
      run() {
        const at = stand();
        const [block, ...others] = at.slab(HEAD, TINY, MINE, 200);
        let accesses = 0;
        const answer = at
          .watched(OTHER, () => {
            accesses++;
            at.inspection.must('GENERAL-G', accesses < 150, `free(${block})`, { accesses });
            const next = others.pop();
            if (next !== undefined) at.queue(THIRD).free(next);
            if (accesses % 2 === 0) at.queue(MINE).take(TINY, () => {});
          })
          .free(block);
        at.inspection.must('GENERAL-G', answer, `free(${block})`, { answer, accesses });
      },
    },
  ];
}

function handOvers(stand: () => RemoteStand): Case[] {
  return [
    {
      clauses: ['REMOTE-2', 'REMOTE-4'],
      what: 'a slab that is adopted in the middle of a free: who adopts it counts the block or is told',
      run: () =>
        eachStep((step) => {
          const at = stand();
          const [block] = at.slab(HEAD, TINY);
          const seen = new Set<Address>();
          const look = lookFor(at, [block], seen);
          const adopt = (): void => {
            at.handOver(HEAD, TINY, THIRD);
            look(HEAD);
          };
          const between = once(step, adopt);
          const answer = at.watched(OTHER, between.onAccess).free(block);
          if (!between.done()) adopt();
          at.queue(THIRD).take(TINY, look);
          const formers = at.take(MINE, TINY).join();
          const right = answer && seen.size === 1 && formers === '';
          at.inspection.must('REMOTE-4', right, `free(${block})`, { answer, seen: seen.size, formers, step });
          return between.done();
        }),
    },
    {
      clauses: ['REMOTE-2'],
      what: 'a slab that is abandoned in the middle of a free: the mark, if any, costs its owner a look',
      run: () =>
        eachStep((step) => {
          const at = stand();
          const blocks = at.slab(50, SPAN, MINE, 19);
          const between = once(step, () => at.handOver(50, SPAN, 0));
          const answer = at.watched(OTHER, between.onAccess).free(blocks[18]);
          at.inspection.must('REMOTE-1', answer && !at.isLive(blocks[18]), `free(${blocks[18]})`, { step });
          if (between.done()) {
            const heads = at.take(MINE, SPAN).join();
            at.inspection.must('REMOTE-4', heads === '', `take(${SPAN})`, { visited: heads, step });
          }
          return between.done();
        }),
    },
    {
      clauses: ['REMOTE-4'],
      what: 'a slab that is retired after its block was freed, its pages used anew: the other slab is as it was',
      run: () =>
        eachStep((step) => {
          const at = stand();
          const blocks = at.slab(60, SPAN, MINE, 19);
          let used = false;
          // Retired only once the block is free: while it is live its slab stays.
          const reuse = (): void => {
            if (used || at.isLive(blocks[18])) return;
            used = true;
            at.retire(60, SPAN);
            at.slab(60, TAIL, THIRD);
          };
          let accesses = 0;
          at.watched(OTHER, () => {
            if (accesses++ >= step) reuse();
          }).free(blocks[18]);
          reuse();
          const heads = [...at.take(THIRD, TAIL), ...at.take(MINE, SPAN)].filter((head) => head !== 60);
          at.inspection.must('REMOTE-4', heads.length === 0, 'take', { visited: heads.join(), step });
          at.inspection.must('REMOTE-1', at.isLive(at.block(60, TAIL, 0)), 'free', { step });
          return accesses > step;
        }),
    },
  ];
}

function deaths(stand: () => RemoteStand): Case[] {
  return [
    {
      clauses: ['REMOTE-6'],
      what: 'a thread that ends after any of its writes: the block is live, or settle tells its owner',
      run() {
        for (const [head, sizeClass, index] of [
          [HEAD, TINY, 0],
          [50, SPAN, 18],
        ]) {
          eachStep((writes) => {
            const at = stand();
            at.free(OTHER, at.slab(70, TAIL, THIRD));
            const block = at.slab(head, sizeClass, MINE, index + 1)[index];
            const whole = survives(() => at.watched(OTHER, stopAfter(writes)).free(block));
            at.queue(THIRD).settle(OTHER);
            const heads = at.take(MINE, sizeClass).join();
            const right = at.isLive(block) ? !whole : heads === String(head);
            at.inspection.must('REMOTE-6', right, `settle after ${writes} writes`, { visited: heads, sizeClass });
            const theirs = at.take(THIRD, TAIL).join();
            at.inspection.must('REMOTE-6', theirs === '70', 'take of another owner', { visited: theirs });
            return !whole;
          });
        }
      },
    },
    {
      clauses: ['REMOTE-6'],
      what: 'settle tells whoever has the slab by then, or nobody',
      run: () =>
        eachStep((writes) => {
          const at = stand();
          const [block] = at.slab(HEAD, TINY);
          const whole = survives(() => at.watched(OTHER, stopAfter(writes)).free(block));
          at.handOver(HEAD, TINY, 0);
          at.queue(MINE).settle(OTHER);
          at.inspection.must('REMOTE-6', !at.queue(MINE).isTold(HEAD), 'settle, without an owner', { writes });
          at.handOver(HEAD, TINY, THIRD);
          at.queue(MINE).settle(OTHER);
          const heads = at.take(THIRD, TINY).join();
          const right = at.isLive(block) || heads === String(HEAD);
          at.inspection.must('REMOTE-6', right, 'settle, another owner', { visited: heads, writes });
          at.retire(HEAD, TINY);
          at.queue(MINE).settle(OTHER);
          const classes = [MINE, OTHER, THIRD].map((thread) => at.take(thread, TINY).length).join();
          at.inspection.must('REMOTE-4', classes === '0,0,0', 'settle, a slab that has gone', { visited: classes });
          return !whole;
        }),
    },
    {
      clauses: ['REMOTE-6'],
      what: 'settle may end in the middle, and be done again; of who has freed nothing it tells nobody',
      run() {
        const fresh = stand();
        for (const thread of [MINE, OTHER, THIRD]) fresh.queue(thread).settle(OTHER);
        fresh.inspection.must('REMOTE-6', fresh.classes(MINE).length === 0, 'settle', { classes: fresh.classes(MINE) });
        // Deaths of a free and, in the middle of settling it, of another thread.
        eachStep((writes) => {
          const at = stand();
          const [block] = at.slab(HEAD, TINY);
          // The last write that leaves the owner untold is the one that frees the block.
          for (let i = 0; i < MOST && at.isLive(block); i++)
            survives(() => at.watched(OTHER, stopAfter(i)).free(block));
          const whole = survives(() => at.watched(THIRD, stopAfter(writes)).settle(OTHER));
          at.queue(MINE).settle(OTHER);
          const heads = at.take(MINE, TINY).join();
          at.inspection.must('REMOTE-6', heads === String(HEAD), 'settle, twice', { visited: heads, writes });
          return !whole;
        });
      },
    },
    {
      clauses: ['REMOTE-3', 'REMOTE-6'],
      what: 'an owner that ends after any write of a take: who comes after it is told of what is freed from then on',
      run: () =>
        eachStep((writes) => {
          const at = stand();
          const [first, second] = at.slab(HEAD, TINY, MINE, 2);
          at.free(OTHER, [first]);
          const whole = survives(() => at.watched(MINE, stopAfter(writes)).take(TINY, () => {}));
          // Its slabs are counted by whoever adopts them: here, the next thread of its number.
          const next = at.again(MINE, true);
          at.free(OTHER, [second]);
          const heads: PageIndex[] = [];
          next.take(TINY, (head) => heads.push(head));
          at.inspection.must('REMOTE-2', heads.join() === String(HEAD), 'take', { visited: heads.join(), writes });
          return !whole;
        }),
    },
  ];
}

/** Runs a case for step 0, 1, … until it says that its call had no such step. */
function eachStep(one: (step: number) => boolean): void {
  for (let step = 0; step < MOST; step++) if (!one(step)) return;
  throw new Error(`a call of ${MOST} steps has not ended`);
}

/** A visitor that notes which of the blocks it finds free. */
function lookFor(at: RemoteStand, blocks: readonly Address[], seen: Set<Address>): (head: PageIndex) => void {
  return (head) => {
    for (const address of blocks) {
      if (!at.isLive(address) && address >>> 16 === head) seen.add(address);
    }
  };
}
