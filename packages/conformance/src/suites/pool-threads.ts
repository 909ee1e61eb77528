/**
 * A pool of several threads, in one process and always alike. Before its writes, and at reads between them, another thread
 * does a whole operation of its own; and the thread is ended after each of its writes, then relieved. When all have come to rest
 * the pool is whole, each has what it was told that it has, and all can be had again.
 */

import { type Capabilities, ownerOf, type PageIndex, type RunPool, SlotState, stateOf } from '@hakmem/contracts';
import { OWNER } from '../stage.js';
import { once, stopAfter, survives } from '../steps.js';
import type { Case } from '../suite.js';
import { type Census, censusOfPool } from './pool-audit.js';
import {
  ACTOR,
  type Answer,
  type Deed,
  deedsOf,
  GONE,
  INTRUSIONS,
  type Intrusion,
  RIVAL,
  type Rival,
  rivalIn,
} from './pool-deeds.js';
import { acquireRun, keptRun } from './pool-runs.js';
import type { Trial } from './pool-stand.js';
import { classOfSpan, type PoolPlace, type PoolStand, repeated } from './pool-stand.js';

/** Memory is returned where one thread is alone, and never where several are. */
const PLACE: PoolPlace = { firstPage: 32, retain: Number.POSITIVE_INFINITY };
const HEIR = 20;
/** Writes after which a deed is taken for one that does not end. */
const MOST_WRITES = 2_000;
/** Of the accesses of a deed, so many are chosen for another thread to come before. */
const MOMENTS = 20;

/** The cases of POOL-8, POOL-10 and POOL-14 with several threads. */
export function threadCases(trial: Trial, { grows, retries }: Capabilities): Case[] {
  const deeds = deedsOf(grows);
  const intrusions = INTRUSIONS.filter(({ runs }) => grows || !runs);
  return [
    ...deeds.map(
      (deed): Case => ({
        clauses: ['POOL-10', 'POOL-8', 'GENERAL-G'],
        what: `a thread ends after each write of: ${deed.name}; another one relieves it`,
        run: () => endAfterEachWrite(trial, deed),
      }),
    ),
    ...intrusions.map(
      (intrusion): Case => ({
        clauses: ['POOL-8', 'GENERAL-G'],
        what: `while a thread is at any operation another one ${intrusion.name}`,
        run: () => {
          for (const deed of deeds) intrudeOn(trial, deed, intrusion, grows);
        },
      }),
    ),
    lastPagesCase(trial, retries),
    adoptCase(trial),
    ...(grows ? [...endingCases(trial), ...keptDuels(trial)] : []),
  ];
}

function endAfterEachWrite({ stand }: Trial, deed: Deed): void {
  const scene = repeated(
    () => stand(PLACE),
    (at) => deed.set(at, at.peer(ACTOR)),
  );
  for (let writes = 0, done = false; !done; writes++) {
    const { at, place } = scene();
    const call = `${deed.name}, ended after ${writes} writes`;
    at.inspection.must('GENERAL-G', writes < MOST_WRITES, call, { writes });
    const before = censusOfPool(at, false);
    const mortal = at.thread(ACTOR, stopAfter(writes));
    done = survives(() => deed.act(mortal, place));
    // Others come by before anybody knows that the thread is dead.
    const passing = at.thread(RIVAL);
    const slab = writes % 3 === 2 ? passing.acquire(0) : 0;
    if (slab !== 0) passing.release(slab);
    at.peer(HEIR).leave(ACTOR);
    const now = at.mustBeSound(call);
    mustKeepSlabs(at, call, before, now, [OWNER]);
    if (deed.lengths !== undefined) {
      const length = now.runs.get(place);
      at.inspection.must('POOL-10', deed.lengths.includes(length), call, { run: place, length: length ?? 'none' });
    }
    at.mustBeWhole(call);
  }
}

/** Slabs of these owners are what they were. */
function mustKeepSlabs(at: PoolStand, call: string, before: Census, now: Census, owners: readonly number[]): void {
  for (const [head, { owner }] of before.slabs) {
    if (!owners.includes(owner)) continue;
    const after = now.slabs.get(head)?.owner;
    at.inspection.must('POOL-8', after === owner, call, { slab: head, owner, after: after ?? 'none' });
  }
}

/** A scene with a rival in it, who has been there before. */
interface Meeting {
  readonly rival: Rival;
  readonly place: PageIndex;
}

/** The accesses of `act` before which the rival comes: writes, and some of the reads between, at most `most`. */
function momentsOf(at: PoolStand, most: number, act: (actor: RunPool) => unknown): number[] {
  const all: number[] = [];
  let index = 0;
  let reads = 0;
  const actor = at.thread(ACTOR, (access) => {
    if (access === 'write' || reads === 0 || reads % 24 === 12) all.push(index);
    reads = access === 'write' ? 0 : reads + 1;
    index++;
  });
  act(actor);
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * step)]);
}

/** While one thread does each deed, another one does each of these. */
function intrudeOn({ stand }: Trial, deed: Deed, intrusion: Intrusion, runs: boolean): void {
  const scene = repeated(
    () => stand(PLACE),
    (at): Meeting => ({ rival: rivalIn(at, runs), place: deed.set(at, at.peer(ACTOR)) }),
  );
  const first = scene();
  const moments = momentsOf(first.at, MOMENTS, (actor) => deed.act(actor, first.place.place));
  moments.forEach((moment, i) => {
    const { at, place } = scene();
    const call = `${deed.name}; before access ${moment} another thread ${intrusion.name}`;
    const before = censusOfPool(at, false);
    let theirs: Answer;
    const hook = once(moment, () => {
      theirs = intrusion.act(place.rival);
    });
    const mine = deed.act(at.thread(ACTOR, hook.onAccess), place.place);
    if (!hook.done()) return; // it made fewer accesses this time: the other thread was never there
    const now = at.mustBeSound(call);
    mustKeepSlabs(at, call, before, now, intrusion.name.startsWith('releases') ? [OWNER] : [OWNER, RIVAL]);
    if (intrusion.gives !== undefined) mustHold(at, call, now, intrusion.gives, RIVAL, theirs);
    if (deed.gives !== undefined) mustHold(at, call, now, deed.gives, ACTOR, mine);
    if (i % 4 === 0) at.mustBeWhole(call);
  });
}

/** What a thread was told that it has is there, and its own. */
function mustHold(at: PoolStand, call: string, now: Census, what: string, owner: number, answer: Answer): void {
  const head = answer as PageIndex;
  if (head === 0) return;
  const has = what === 'run' ? now.runs.has(head) : now.slabs.get(head)?.owner === owner;
  at.inspection.must('POOL-8', has, call, { thread: owner, [what]: head, has });
}

/** Lets another thread come before accesses of the actor in turn, and after it; `judge` throws. */
function duel<Place>(
  { stand }: Trial,
  superSlabs: number,
  set: (at: PoolStand, actor: RunPool) => Place,
  fight: readonly [actor: (pool: RunPool, place: Place) => Answer, rival: (pool: RunPool, place: Place) => Answer],
  judge: (at: PoolStand, call: string, mine: Answer, theirs: Answer, place: Place) => void,
): void {
  const scene = repeated(
    () => stand({ ...PLACE, superSlabs }),
    (at) => set(at, at.peer(ACTOR)),
  );
  const first = scene();
  const moments = momentsOf(first.at, 3 * MOMENTS, (actor) => fight[0](actor, first.place));
  for (const moment of [...moments, Number.POSITIVE_INFINITY]) {
    const { at, place } = scene();
    const rival = at.peer(RIVAL);
    let theirs: Answer;
    const hook = once(moment, () => {
      theirs = fight[1](rival, place);
    });
    const mine = fight[0](at.thread(ACTOR, hook.onAccess), place);
    const done = !hook.done();
    if (done) theirs = fight[1](rival, place);
    const call = done ? 'one after the other' : `another thread before access ${moment}`;
    at.mustBeSound(call);
    judge(at, call, mine, theirs, place);
    at.mustBeWhole(call);
  }
}

function lastPagesCase(trial: Trial, retries: boolean): Case {
  const span = classOfSpan(4);
  return {
    clauses: ['POOL-8', 'POOL-7'],
    what: 'two threads after the last pages that there are: one gets them, the other 0, and a claim that is lost is counted',
    run() {
      let lost = 0;
      duel(
        trial,
        1,
        (at) => at.acquire(3, 27),
        [(pool) => pool.acquire(span), (pool) => pool.acquire(span)],
        (at, call, mine, theirs) => {
          const one = (mine === 0) !== (theirs === 0);
          at.inspection.must('POOL-8', one || !trial.sharing, call, { mine, theirs });
          lost += at.checked.stats().retries.slot;
          at.inspection.must('POOL-20', retries || lost === 0, call, { retries, lost });
        },
      );
    },
  };
}

function adoptCase(trial: Trial): Case {
  const span = classOfSpan(4);
  return {
    clauses: ['POOL-9', 'POOL-8'],
    what: 'two threads after one abandoned slab: one has it, the other another one',
    run() {
      duel(
        trial,
        2,
        (at) => {
          at.acquire(3, 1);
          const [head] = at.acquire(span, 1, at.peer(GONE));
          at.setLive(head, span, 1);
          at.checked.leave(GONE);
          return head;
        },
        [(pool) => pool.acquire(span), (pool) => pool.acquire(span)],
        (at, call, mine, theirs, head) => {
          const adopted = Number(mine === head) + Number(theirs === head);
          at.inspection.must('POOL-9', adopted === 1 && mine !== 0 && theirs !== 0, call, { head, mine, theirs });
        },
      );
    },
  };
}

function endingCases(trial: Trial): Case[] {
  const ends = [
    ['releaseRun', (pool: RunPool, run: PageIndex): boolean => pool.releaseRun(run, 0)],
    ['keepRun', (pool: RunPool, run: PageIndex): boolean => pool.keepRun(run)],
  ] as const;
  return ends.map(
    ([name, end]): Case => ({
      clauses: ['POOL-14'],
      what: `two threads end the block of one run, the first by ${name}: one succeeds`,
      run() {
        for (const [, other] of ends) {
          duel(
            trial,
            2,
            (at) => acquireRun(at, 3),
            [end, other],
            (at, call, mine, theirs, run) => {
              at.inspection.must('POOL-14', (mine === true) !== (theirs === true), call, { mine, theirs });
              at.inspection.must('POOL-14', at.records.live[run << 12] === 0, call, { run, live: 1 });
            },
          );
        }
      },
    }),
  );
}

function keptDuels(trial: Trial): Case[] {
  const uses = [
    ['reuses', (pool: RunPool, run: PageIndex): boolean => pool.reuseRun(run, 5)],
    ['drops', (pool: RunPool, run: PageIndex): boolean => pool.dropRun(run)],
  ] as const;
  return uses.map(
    ([name, use]): Case => ({
      clauses: ['POOL-18', 'POOL-11'],
      what: `a thread ${name} a run that it keeps while another one takes it back: one of them has it`,
      run() {
        duel(
          trial,
          2,
          (at, actor) => keptRun(at, 5, actor),
          [use, (pool) => pool.reclaim()],
          (at, call, mine, theirs, run) => {
            const state = stateOf(at.records.words[run]);
            const one = (mine === true && theirs === 0) || (mine === false && theirs === 1);
            at.inspection.must('POOL-18', one, call, { mine, theirs });
            const block = mine === true && name === 'reuses';
            const right = block === (state === SlotState.ACTIVE && ownerOf(at.records.words[run]) === 0);
            at.inspection.must('POOL-18', right, call, { mine, state });
          },
        );
      },
    }),
  );
}
