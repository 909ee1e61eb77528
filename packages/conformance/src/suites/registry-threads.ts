/**
 * A registry in the hands of two threads: the second acts before each access of the first, and the first ends after each of its
 * writes. In one process and one thread, so that every run is the same.
 */

import { type SuperRegistry, type SuperSlabIndex, Tier } from '@hakmem/contracts';
import { once, stopAfter, survives } from '../steps.js';
import type { Case } from '../suite.js';
import type { RegistryStand } from './registry-stand.js';

/** Accesses of one call that no honest registry makes over so few SuperSlabs. */
const MOST = 2_000;

/** A call, and the tiers that it leaves where it says. */
interface Deed {
  readonly say: string;
  readonly act: (registry: SuperRegistry, first: SuperSlabIndex) => number | undefined;
  /** Which SuperSlab, counted from the first, has which tier afterwards. */
  readonly leaves?: readonly [at: number, tier: Tier];
}

const DEEDS: readonly Deed[] = [
  { say: 'heat', act: (registry, first) => void registry.heat(first + 1), leaves: [1, Tier.HOT] },
  { say: 'drain', act: (registry, first) => void registry.drain(first), leaves: [0, Tier.DRAINING] },
  { say: 'free', act: (registry, first) => void registry.free(first + 3), leaves: [3, Tier.FREE] },
  { say: 'reuse', act: (registry) => registry.reuse(), leaves: [5, Tier.HOT] },
  { say: 'extend', act: (registry) => registry.extend(1), leaves: [6, Tier.HOT] },
];

const OTHERS: readonly Deed[] = [
  { say: 'heat', act: (registry, first) => void registry.heat(first + 2), leaves: [2, Tier.HOT] },
  { say: 'drain', act: (registry, first) => void registry.drain(first + 4), leaves: [4, Tier.DRAINING] },
  { say: 'free', act: (registry, first) => void registry.free(first + 4) },
  { say: 'look', act: (registry) => void registry.stats() },
];

/** Six SuperSlabs: HOT, DRAINING, FREE, HOT, HOT, and FREE last. */
function begin(at: RegistryStand): SuperSlabIndex {
  const [first] = at.hot(6);
  at.raw.drain(first + 1);
  at.raw.free(first + 2);
  at.raw.free(first + 5);
  return first;
}

export function threadCases(stand: () => RegistryStand): Case[] {
  return [
    {
      clauses: ['REGISTRY-6'],
      what: 'another thread extends before each access of the first: one moves the end, or both do, one behind the other',
      run() {
        for (const [mine, theirs] of [
          [1, 1],
          [3, 1],
          [1, 3],
        ]) {
          eachAccess(stand, (at, join) => extendTwice(at, join, mine, theirs));
        }
      },
    },
    {
      clauses: ['REGISTRY-6', 'REGISTRY-5'],
      what: 'another thread extends while memory is asked for: the late one answers its first, counts a retry and makes nothing',
      run() {
        const at = stand();
        const { space, inspection } = at;
        const [mine, theirs] = [at.join(), at.join()];
        const from = mine.end;
        let answer = -2;
        space.onCommit = () => {
          answer = theirs.extend(2);
          // In use before the late one goes on: it must leave the tiers alone.
          theirs.drain(from);
        };
        const late = mine.extend(3);
        const { retries } = mine.stats();
        const lost = late === from && answer === from && mine.end === from + 2 && retries === 1;
        inspection.must('REGISTRY-6', lost, 'extend(3)', { late, answer, end: mine.end, retries });
        inspection.must('REGISTRY-6', mine.tier(from) === Tier.DRAINING, 'extend(3)', { tier: mine.tier(from) });
        at.isWhole('extend(3)', mine);
      },
    },
    {
      clauses: ['REGISTRY-8', 'REGISTRY-6'],
      what: 'memory that is refused after another thread has extended: -1, and what the other made is left to it',
      run() {
        const at = stand();
        const { space, inspection } = at;
        const [mine, theirs] = [at.join(), at.join()];
        const from = mine.end;
        space.onCommit = () => {
          theirs.extend(1);
          space.available = space.committedPages;
        };
        const late = mine.extend(2);
        const { retries } = mine.stats();
        const left = late === -1 && mine.end === from + 1 && retries === 0 && mine.tier(from) === Tier.HOT;
        inspection.must('REGISTRY-8', left, 'extend(2)', { late, end: mine.end, retries });
        at.isWhole('extend(2)', mine);
      },
    },
    {
      clauses: ['REGISTRY-9', 'REGISTRY-2'],
      what: 'another thread changes a tier before each access: each SuperSlab has the tier that was last said of it',
      run() {
        for (const deed of DEEDS)
          for (const other of OTHERS) eachAccess(stand, (at, join) => both(at, join, deed, other));
      },
    },
    {
      clauses: ['REGISTRY-5'],
      what: 'before each access of one that extends, pages that the space does not give are RESERVED in all that can be seen',
      run() {
        const at = stand();
        const seen: (number | undefined)[] = [];
        const thread = at.join(() => {
          if (seen.length < MOST) seen.push(at.open());
        });
        thread.extend(at.limit - at.raw.end);
        const page = seen.find((each) => each !== undefined);
        at.inspection.must('REGISTRY-5', page === undefined && seen.length > 0, 'extend', { page, looks: seen.length });
      },
    },
    {
      clauses: ['REGISTRY-10', 'GENERAL-G'],
      what: 'a thread ends after each write of each call: heat mends what it left, and the others go on',
      run() {
        for (const deed of DEEDS) for (let writes = 0; writes < MOST && dies(stand(), deed, writes); writes++);
      },
    },
  ];
}

/** The thread of one's own, with `act` done before one of its accesses. */
type Join = (act: () => void) => SuperRegistry;

/** Plays `scene` once for each access of the thread that it joins. */
function eachAccess(stand: () => RegistryStand, scene: (at: RegistryStand, join: Join) => void): void {
  for (let access = 0; access < MOST; access++) {
    const at = stand();
    let turn: ReturnType<typeof once> | null = null;
    let ready = false;
    scene(at, (act) => {
      turn = once(access, act);
      const { onAccess } = turn;
      const thread = at.join((kind) => {
        if (ready) onAccess(kind);
      });
      ready = true;
      return thread;
    });
    if (!turn!.done()) return;
  }
}

function extendTwice(at: RegistryStand, join: Join, mine: number, theirs: number): void {
  const { inspection } = at;
  const other = at.join();
  const from = other.end;
  let second: number | null = null;
  const first = join(() => {
    second = other.extend(theirs);
  }).extend(mine);
  const { retries } = other.stats();
  const { end } = other;
  const call = `extend(${mine}), extend(${theirs}) in the middle of it`;
  const values = { first, second, from, end, retries };
  at.isWhole(call, other);
  const cold = at
    .tiers()
    .slice(from - other.first)
    .findIndex((tier) => tier !== Tier.HOT);
  inspection.must('REGISTRY-3', cold === -1, call, { ...values, cold: from + cold });
  if (second === null) inspection.must('REGISTRY-6', first === from && end === from + mine, call, values);
  else if (retries > 0) {
    const loser = end === from + theirs || end === from + mine;
    inspection.must('REGISTRY-6', first === from && second === from && retries === 1 && loser, call, values);
  } else {
    const behind = first === from ? second === from + mine : first === from + theirs && second === from;
    inspection.must('REGISTRY-6', behind && end === from + mine + theirs, call, values);
  }
}

function both(at: RegistryStand, join: Join, deed: Deed, other: Deed): void {
  const { inspection } = at;
  const first = begin(at);
  const late = at.join();
  const before = at.tiers();
  let came = false;
  const thread = join(() => {
    came = true;
    other.act(late, first);
  });
  const answer = deed.act(thread, first);
  const call = `${deed.say}, ${other.say} by another thread in the middle of it`;
  const expected = before.slice();
  if (came && other.leaves !== undefined) expected[other.leaves[0]] = other.leaves[1];
  if (came && other.say === 'free') expected[4] = Tier.FREE;
  // What the other one freed last may be what is reused.
  if (deed.say === 'reuse' && came && answer === first + 4) expected[4] = Tier.HOT;
  else if (deed.leaves !== undefined) expected[deed.leaves[0]] = deed.leaves[1];
  const tiers = at.tiers().join();
  inspection.must('REGISTRY-9', tiers === expected.join(), call, { tiers, expected: expected.join(), answer });
  at.isWhole(call, late);
}

/** Whether the thread ended before the call did; then the others mend what it left, and go on. */
function dies(at: RegistryStand, deed: Deed, writes: number): boolean {
  const { inspection } = at;
  const first = begin(at);
  const ends = stopAfter(writes);
  let ready = false;
  const thread = at.join((access) => {
    if (ready) ends(access);
  });
  ready = true;
  const dead = !survives(() => deed.act(thread, first));
  const other = at.join();
  const call = dead ? `a thread that ended after ${writes} writes of ${deed.say}` : deed.say;
  inspection.must('REGISTRY-5', at.open(other) === undefined, call, { page: at.open(other) });
  for (let superSlab = other.first; superSlab < other.end; superSlab++) {
    other.heat(superSlab);
    const tier = other.tier(superSlab);
    inspection.must('REGISTRY-10', tier === Tier.HOT, `heat(${superSlab}) after ${call}`, { tier });
  }
  at.isWhole(call, other);
  other.drain(first + 1);
  other.free(first);
  const from = other.end;
  const again = [other.reuse(), other.extend(1), other.end - from].join();
  inspection.must('REGISTRY-10', again === [first, from, 1].join(), `calls after ${call}`, { again, first, from });
  at.isWhole(call, other);
  return dead;
}
