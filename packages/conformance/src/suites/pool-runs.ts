/** The cases of runs, for pools that `grow`: what each method does while one thread acts. */

import { type PageIndex, type RunPool, type SizeClass, SlotState, stateOf } from '@hakmem/contracts';
import { OWNER } from '../stage.js';
import type { Case } from '../suite.js';
import { censusOfPool } from './pool-audit.js';
import type { PoolStand, Trial } from './pool-stand.js';

const A: SizeClass = 3;
/** Another thread that keeps runs. */
const KEEPER = 14;

/** The cases of POOL-7 and POOL-11 to POOL-14, POOL-18, POOL-19. */
export function runCases(trial: Trial): Case[] {
  return [...makingCases(trial), ...endingCases(trial), ...keepingCases(trial)];
}

/** A run of a thread, which there must be memory for. */
export function acquireRun(at: PoolStand, pages: number, pool: RunPool = at.checked): PageIndex {
  const head = pool.acquireRun(pages, 1);
  at.inspection.must('POOL-12', head !== 0, `acquireRun(${pages}, 1)`, { answer: head, memory: 'there is' });
  return head;
}

/** A run that the thread keeps. */
export function keptRun(at: PoolStand, pages: number, pool: RunPool = at.checked): PageIndex {
  const head = acquireRun(at, pages, pool);
  at.inspection.must('POOL-14', pool.keepRun(head), `keepRun(${head})`, { answer: false });
  return head;
}

/** Throws a violation unless the runs that are blocks, and those that threads keep, are these, by first page and length. */
function mustHave(
  at: PoolStand,
  call: string,
  runs: readonly (readonly [number, number])[],
  kept: typeof runs,
  id: 'POOL-18' | 'POOL-19' = 'POOL-18',
): void {
  const inWords = (all: Iterable<readonly [number, number]>): string => [...all].sort(([a], [b]) => a - b).join(' ');
  const seen = censusOfPool(at);
  const now = { runs: inWords(seen.runs), kept: inWords([...seen.kept].map(([head, { pages }]) => [head, pages])) };
  const expected = { runs: inWords(runs), kept: inWords(kept) };
  at.inspection.must('POOL-12', now.runs === expected.runs, call, { ...now, expected: expected.runs });
  at.inspection.must(id, now.kept === expected.kept, call, { ...now, expected: expected.kept });
  at.mustBeSound(call);
}

function makingCases({ stand }: Trial): Case[] {
  return [
    {
      clauses: ['POOL-12'],
      what: 'runs of any length and alignment are whole and live, over the borders of SuperSlabs, beside slabs',
      run() {
        const at = stand({ superSlabs: 12 });
        const runs: [number, number][] = [];
        for (const [pages, align] of [[1, 1] as const, [5, 1], [40, 1], [3, 16], [33, 32], [2, 64], [70, 1], [1, 8]]) {
          at.acquire(A, 1);
          const head = at.checked.acquireRun(pages, align);
          at.inspection.must('POOL-12', head !== 0, `acquireRun(${pages}, ${align})`, { answer: head });
          runs.push([head, pages]);
        }
        at.inspection.must('POOL-20', at.checked.stats().runs === runs.length, 'stats', { ...at.checked.stats() });
        mustHave(at, 'acquireRun', runs, []);
        at.mustBeWhole('acquireRun');
      },
    },
    {
      clauses: ['POOL-7', 'GENERAL-F'],
      what: 'a run that there is no memory for is 0, and costs EMPTY slots at most',
      run() {
        const at = stand({ superSlabs: 3 });
        const heads = at.acquire(A, 8);
        at.checked.release(heads[3]);
        const run = acquireRun(at, 6);
        const before = at.copy();
        const all = at.records.pageLimit;
        const answers = [
          at.checked.acquireRun(all, 1),
          at.checked.acquireRun(1, 4 * all),
          at.checked.acquireRun(90, 1),
        ];
        const done = at.checked.extendRun(run, 6, all);
        at.inspection.must('POOL-7', answers.every((answer) => answer === 0) && !done, 'acquireRun', { answers, done });
        if (before.words[heads[3]] !== at.records.words[heads[3]]) before.words[heads[3]] = 0;
        at.mustBeAs(before, 'POOL-7', 'acquireRun and extendRun, memory exhausted');
        at.mustBeWhole('acquireRun and extendRun, memory exhausted');
      },
    },
    {
      clauses: ['POOL-13'],
      what: 'a run grows into UNUSED and EMPTY pages and new memory, else not at all',
      run() {
        const at = stand({ firstPage: 32 });
        const run = acquireRun(at, 4);
        const slabs = at.acquire(A, 2);
        const blocked = slabs.includes(run + 4);
        if (blocked) {
          const before = at.copy();
          const done = at.checked.extendRun(run, 4, 6);
          at.inspection.must('POOL-13', !done, `extendRun(${run}, 4, 6)`, { inUse: run + 4 });
          at.mustBeAs(before, 'POOL-13', `extendRun(${run}, 4, 6), refused`);
        }
        for (const head of slabs) at.checked.release(head);
        for (const [from, to] of [[4, 7] as const, [7, 40], [40, 41]]) {
          const done = at.checked.extendRun(run, from, to);
          at.inspection.must('POOL-13', done, `extendRun(${run}, ${from}, ${to})`, { answer: done });
        }
        mustHave(at, 'extendRun', [[run, 41]], []);
        at.mustBeWhole('extendRun');
      },
    },
  ];
}

function endingCases({ stand }: Trial): Case[] {
  const release = (pool: RunPool, head: PageIndex): boolean => pool.releaseRun(head, 0);
  const keep = (pool: RunPool, head: PageIndex): boolean => pool.keepRun(head);
  return [
    {
      clauses: ['POOL-14'],
      what: 'the block of a run ends once: who comes later is told so and changes nothing',
      run() {
        for (const first of [release, keep]) {
          for (const second of [release, keep]) {
            const at = stand();
            const [run] = [acquireRun(at, 5), acquireRun(at, 2)];
            const call = `${first.name} and ${second.name} of one run`;
            at.inspection.must('POOL-14', first(at.checked, run), call, { first: false });
            const before = at.copy();
            const answers = [second(at.peer(KEEPER), run), second(at.checked, run)];
            at.inspection.must('POOL-14', !answers.includes(true), call, { answers });
            at.mustBeAs(before, 'POOL-14', call);
            at.mustBeWhole(call);
          }
        }
      },
    },
    {
      clauses: ['POOL-12', 'POOL-13'],
      what: 'a run that is shortened gives its last pages back, and is a block still',
      run() {
        const at = stand();
        const run = acquireRun(at, 50);
        for (const keep of [49, 33, 1]) {
          at.checked.releaseRun(run, keep);
          const state = stateOf(at.records.words[run + keep]);
          at.inspection.must('POOL-12', state === SlotState.UNUSED, `releaseRun(${run}, ${keep})`, { state });
          mustHave(at, `releaseRun(${run}, ${keep})`, [[run, keep]], []);
        }
        at.mustBeWhole('releaseRun of parts');
      },
    },
  ];
}

function keepingCases(trial: Trial): Case[] {
  return [...keptCases(trial), ...partCases(trial), pressureCase(trial)];
}

function keptCases({ stand }: Trial): Case[] {
  return [
    {
      clauses: ['POOL-18'],
      what: 'a kept run is not live, and the keeper’s alone: reused whole, or dropped, once',
      run() {
        const at = stand();
        const pool = at.checked;
        const other = at.peer(KEEPER);
        const run = keptRun(at, 6);
        const owner = censusOfPool(at).kept.get(run)?.owner;
        at.inspection.must('POOL-18', owner === OWNER, `keepRun(${run})`, { owner });
        const before = at.copy();
        const answers = [
          other.reuseRun(run, 6),
          other.dropRun(run),
          pool.reuseRun(run, 5),
          other.joinRuns(run, run + 6),
        ];
        at.inspection.must('POOL-18', !answers.includes(true), 'calls for what is not kept', { answers });
        at.mustBeAs(before, 'POOL-18', 'calls for what is not kept');
        at.inspection.must('POOL-18', pool.reuseRun(run, 6), `reuseRun(${run}, 6)`, { answer: false });
        mustHave(at, `reuseRun(${run}, 6)`, [[run, 6]], []);
        const late = [pool.reuseRun(run, 6), pool.dropRun(run)];
        at.inspection.must('POOL-18', !late.includes(true), 'calls for a block', { late });
        pool.keepRun(run);
        at.inspection.must('POOL-18', pool.dropRun(run), `dropRun(${run})`, { answer: false });
        at.inspection.must('POOL-18', !pool.dropRun(run), `dropRun(${run})`, { again: true });
        mustHave(at, `dropRun(${run})`, [], []);
        at.mustBeWhole('keepRun, reuseRun and dropRun');
      },
    },
    {
      clauses: ['POOL-10', 'POOL-18'],
      what: 'a thread that leaves keeps nothing; what it gave to blocks stays',
      run() {
        const at = stand();
        const gone = at.peer(KEEPER);
        const [block, mine] = [acquireRun(at, 4, gone), keptRun(at, 2)];
        keptRun(at, 3, gone);
        at.checked.leave(KEEPER);
        mustHave(at, `leave(${KEEPER})`, [[block, 4]], [[mine, 2]]);
        const answer = at.checked.reclaim();
        at.inspection.must('POOL-11', answer === 1, 'reclaim()', { answer, kept: 1 });
        mustHave(at, 'reclaim()', [[block, 4]], []);
        at.mustBeWhole(`leave(${KEEPER})`);
      },
    },
  ];
}

function partCases({ stand }: Trial): Case[] {
  return [
    {
      clauses: ['POOL-19'],
      what: 'split and join: no page is lost or gained, at the border of SuperSlabs, too',
      run() {
        for (const [pages, first] of [[6, 2] as const, [40, 1], [70, 33]]) {
          const at = stand();
          const pool = at.checked;
          const run = acquireRun(at, pages);
          pool.splitRun(run, first);
          mustHave(at, `splitRun(${run}, ${first})`, [[run, first]], [[run + first, pages - first]], 'POOL-19');
          const call = `joinRuns(${run}, ${run + first})`;
          at.inspection.must('POOL-19', !pool.joinRuns(run, run + first), call, { firstIs: 'a block' });
          pool.keepRun(run);
          at.inspection.must('POOL-19', pool.joinRuns(run, run + first), call, { answer: false });
          mustHave(at, call, [], [[run, pages]], 'POOL-19');
          at.inspection.must('POOL-18', pool.reuseRun(run, pages), `reuseRun(${run}, ${pages})`, { answer: false });
          at.mustBeWhole('splitRun and joinRuns');
        }
      },
    },
    {
      clauses: ['POOL-19'],
      what: 'runs that are no neighbours, or not both kept, are not joined, and stay what they are',
      run() {
        const at = stand();
        const other = at.peer(KEEPER);
        const [a, b] = [keptRun(at, 3), keptRun(at, 4)];
        const theirs = keptRun(at, 2, other);
        const before = at.copy();
        const answers = [at.checked.joinRuns(b, a), at.checked.joinRuns(a, theirs), other.joinRuns(theirs, a)];
        answers.push(at.checked.joinRuns(b, theirs), at.checked.joinRuns(b, b + 4));
        at.inspection.must('POOL-19', !answers.includes(true), 'joinRuns', { answers });
        at.mustBeAs(before, 'POOL-19', 'joinRuns, refused');
        at.mustBeWhole('joinRuns, refused');
      },
    },
  ];
}

/** A call that needs memory; whether it got it. */
type Act = readonly [call: string, act: (at: PoolStand, run: PageIndex) => boolean];

function pressureCase({ stand, sharing }: Trial): Case {
  return {
    clauses: ['POOL-11'],
    what: 'runs that threads keep are taken back before memory grows, by a run, a slab and a run that grows',
    run() {
      const acts: readonly Act[] = [
        ['acquireRun(20, 1)', (at) => at.checked.acquireRun(20, 1) !== 0],
        ...(sharing ? [[`acquire(${A})`, (at) => at.checked.acquire(A) !== 0] as Act] : []),
        ['extendRun, by 8 pages', (at, run) => at.checked.extendRun(run, 8, 16)],
      ];
      for (const [call, act] of acts) {
        const at = stand({ firstPage: 32 });
        const keeper = at.peer(KEEPER);
        const run = acquireRun(at, 8);
        const kept = [keptRun(at, 12), keptRun(at, 12, keeper)];
        const { created } = at.registry;
        const neighbours = created === 1 && kept.every((head, i) => head === run + 8 + 12 * i);
        if (!neighbours && call.startsWith('extend')) continue; // placed elsewhere, nothing is in its way
        const done = act(at, run);
        const seen = { done, created: at.registry.created, before: created };
        at.inspection.must('POOL-11', done && seen.created === created, call, seen);
        at.mustBeWhole(call);
      }
    },
  };
}
