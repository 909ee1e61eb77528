/** The cases of slots: what acquire, release, sweep, reclaim and leave do while one thread acts. */

import {
  CLASS_COUNT,
  classIn,
  type PageIndex,
  POLICY_WORDS,
  type SizeClass,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import { OWNER } from '../stage.js';
import type { Case } from '../suite.js';
import { firstDifference } from './compare.js';
import { censusOfPool } from './pool-audit.js';
import type { Trial } from './pool-stand.js';
import { classOfSpan, type PoolStand } from './pool-stand.js';

/** Two classes of one page, and one with spans of 4 pages. */
const A: SizeClass = 3;
const B: SizeClass = 5;
const SPAN: SizeClass = classOfSpan(4);
/** A thread that leaves. */
const GONE = 11;

/** The cases of POOL-1 to POOL-7, POOL-9 and POOL-10, POOL-15 and POOL-20. */
export function slotCases(trial: Trial): Case[] {
  return [...acquireCases(trial), ...stageCases(trial), ...releaseCases(trial), ...leaveCases(trial)];
}

function statesOf(at: PoolStand, head: PageIndex, pages: number): number[] {
  return Array.from({ length: pages }, (_, i) => stateOf(at.records.words[head + i]));
}

function acquireCases({ stand, sharing }: Trial): Case[] {
  return [
    {
      clauses: ['POOL-15', 'POOL-4', 'POOL-12'],
      what: 'slabs and spans of every class are whole, and no page is in two',
      run() {
        const at = stand({ superSlabs: sharing ? 28 : 100 });
        const classes = Array.from({ length: CLASS_COUNT }, (_, c): SizeClass => c);
        const heads = classes.flatMap((c) => at.acquire(c, 2));
        const { slabs } = censusOfPool(at);
        const owned = heads.every(
          (head, i) => slabs.get(head)?.sizeClass === i >>> 1 && slabs.get(head)?.owner === OWNER,
        );
        at.inspection.must('POOL-15', owned && slabs.size === heads.length, 'acquire', { slabs: slabs.size });
        at.mustBeWhole('acquire of every class, twice');
      },
    },
    {
      clauses: ['POOL-7', 'GENERAL-F'],
      what: 'when memory is exhausted the answer is 0, as often as one asks, and what is in use is as it was',
      run() {
        const at = stand({ superSlabs: 2 });
        const pool = at.checked;
        at.registry.memory = at.registry.first + 1;
        let heads = 0;
        while (heads++ < 64 && pool.acquire(A) !== 0);
        const before = at.copy();
        const answers = [pool.acquire(A), pool.acquire(SPAN), pool.acquire(A), pool.acquire(B)];
        const none = answers.every((answer) => answer === 0);
        at.inspection.must('POOL-7', none, 'acquire', { answers, slabs: heads });
        at.mustBeAs(before, 'POOL-7', 'acquire, memory exhausted');
        at.mustBeSound('acquire, memory exhausted');
        at.registry.memory = Number.POSITIVE_INFINITY;
        at.inspection.must('POOL-7', pool.acquire(SPAN) !== 0, 'acquire', { memory: 'there is again' });
        at.mustBeWhole('acquire');
      },
    },
    {
      clauses: ['POOL-7'],
      what: 'a span that does not fit anywhere costs EMPTY slots at most',
      run() {
        const at = stand({ superSlabs: 1, firstPage: 32 });
        const heads = at.acquire(A, 32);
        for (const head of heads.filter((page) => page % 2 === 0)) at.checked.release(head);
        const before = at.copy();
        const answer = at.checked.acquire(SPAN);
        at.inspection.must('POOL-7', answer === 0, `acquire(${SPAN})`, { answer, free: 'every other page' });
        for (const head of heads) {
          const [was, is] = [before.words[head], at.records.words[head]];
          const fits = is === was || (stateOf(was) === SlotState.EMPTY && is === 0);
          at.inspection.must('POOL-7', fits, `acquire(${SPAN})`, { page: head, was, is });
        }
        at.mustBeWhole(`acquire(${SPAN}), which does not fit`);
      },
    },
    {
      clauses: ['POOL-1'],
      what: 'pages that the region does not have are never handed out',
      run() {
        const at = stand({ firstPage: 41, superSlabs: 2 });
        const heads: PageIndex[] = [];
        for (let head = at.checked.acquire(A); head !== 0 && heads.length < 64; head = at.checked.acquire(A))
          heads.push(head);
        const first = Math.min(...heads);
        at.inspection.must('POOL-1', first === 41 && heads.length === 55, 'acquire', { first, heads: heads.length });
        at.mustBeWhole('acquire');
      },
    },
  ];
}

function stageCases({ stand, sharing, affinity }: Trial): Case[] {
  const cases: Case[] = [
    {
      clauses: ['POOL-2', 'POOL-20'],
      what: 'EMPTY slots of the class come first, then UNUSED ones at hand, then a FREE SuperSlab, then memory',
      run() {
        for (const c of [A, SPAN]) stagesOf(stand(), c);
      },
    },
  ];
  if (sharing) {
    cases.push({
      clauses: ['POOL-6'],
      what: 'EMPTY slots of another class serve before memory grows, for a slab and for a span',
      run() {
        for (const c of [B, SPAN]) {
          const at = stand({ firstPage: 32 });
          const heads = at.acquire(A, 32);
          const { created } = at.registry;
          for (const head of heads.filter((page) => page % 32 < 8)) at.checked.release(head);
          const [head] = at.acquire(c, 1);
          const seen = { head, created: at.registry.created, before: created };
          at.inspection.must('POOL-6', seen.created === created && head % 32 < 8, `acquire(${c})`, seen);
          at.mustBeSound(`acquire(${c})`);
        }
      },
    });
  }
  if (affinity) cases.push(affinityCase(stand));
  return cases;
}

function stagesOf(at: PoolStand, c: SizeClass): void {
  const pool = at.checked;
  const call = `acquire(${c})`;
  const { registry, inspection } = at;
  const heads = at.acquire(c, 6);
  const count = (): number => pool.stats().reuse + pool.stats().unused + pool.stats().fresh;
  inspection.must('POOL-20', count() === 6 && pool.stats().fresh >= 1, call, { ...pool.stats(), acquired: 6 });
  pool.release(heads[2]);
  const before = pool.stats();
  const [again] = at.acquire(c, 1);
  inspection.must('POOL-2', again === heads[2], call, { emptySlot: heads[2], answer: again });
  inspection.must('POOL-20', pool.stats().reuse === before.reuse + 1, call, { before: before.reuse });
  const { created } = registry;
  const [next] = at.acquire(c, 1);
  const hand = registry.created === created && pool.stats().unused === before.unused + 1;
  inspection.must('POOL-2', hand && !heads.includes(next), call, { atHand: true, created: registry.created, next });
  // Two SuperSlabs in use, then one of them FREE: it comes before memory.
  const more = at.acquire(c, Math.ceil(32 / SPAN_PAGES[c]));
  const last = more[more.length - 1] >>> 5;
  const inLast = [...censusOfPool(at).slabs.keys()].filter((head) => head >>> 5 === last);
  for (const head of inLast) pool.release(head);
  const tier = registry.tier(last);
  inspection.must('POOL-5', tier === Tier.FREE || tier === Tier.ABSENT, 'release', { superSlab: last, tier });
  const had = registry.created;
  const free = tier === Tier.FREE;
  at.acquire(c, inLast.length);
  inspection.must('POOL-2', !free || registry.created === had, call, { created: registry.created, had, free: last });
  at.mustBeWhole(`${call}, stage by stage`);
}

function affinityCase(stand: Trial['stand']): Case {
  return {
    clauses: ['POOL-3'],
    what: 'with UNUSED slots in two SuperSlabs, each class gets those beside its own',
    run() {
      const at = stand({ firstPage: 32 });
      const pool = at.checked;
      const first = at.acquire(A, 32);
      const second = at.acquire(B, 10);
      for (const head of first.slice(0, 8)) pool.release(head);
      pool.sweep();
      const { affine } = pool.stats();
      for (const [c, beside] of [[B, second[0] >>> 5] as const, [A, first[0] >>> 5] as const]) {
        const [head] = at.acquire(c, 1);
        at.inspection.must('POOL-3', head >>> 5 === beside, `acquire(${c})`, { head, superSlab: head >>> 5, beside });
      }
      const now = pool.stats().affine;
      at.inspection.must('POOL-20', now === affine + 2, 'stats', { affine: now, before: affine });
      at.mustBeSound('acquire');
    },
  };
}

function releaseCases({ stand }: Trial): Case[] {
  return [
    {
      clauses: ['POOL-5'],
      what: 'a FREE SuperSlab at the edge of the region that is too short for a span is FREE afterwards, too',
      run() {
        const at = stand({ firstPage: 62 });
        at.checked.release(at.acquire(A, 1)[0]);
        at.acquire(SPAN, 1);
        at.mustBeWhole(`acquire(${SPAN})`);
      },
    },
    {
      clauses: ['POOL-5', 'POOL-20'],
      what: 'what is released is EMPTY and of its class; with the last of a SuperSlab all of it is FREE and UNUSED',
      run() {
        const at = stand({ firstPage: 32 });
        for (const c of [A, SPAN]) {
          const heads = at.acquire(c, 7);
          const { released, emptySlots } = at.checked.stats();
          at.checked.release(heads[3]);
          const pages = SPAN_PAGES[c];
          const states = statesOf(at, heads[3], pages);
          const empty = states.every(
            (state, i) => state === SlotState.EMPTY && classIn(at.records.words[heads[3] + i]) === c,
          );
          at.inspection.must('POOL-5', empty, `release(${heads[3]})`, { states });
          const now = at.checked.stats();
          const counted = now.released === released + 1 && now.emptySlots === emptySlots + pages;
          at.inspection.must('POOL-20', counted, 'stats', { ...now });
          for (const head of heads) if (head !== heads[3]) at.checked.release(head);
        }
        const { unused, empty } = censusOfPool(at);
        const { hot, draining } = at.registry.stats();
        const seen = { hot, draining, unused, empty };
        const free = !at.recipe.capabilities.shrinks || (hot + draining === 0 && empty === 0);
        at.inspection.must('POOL-5', free, 'release of the last slab', seen);
        at.mustBeWhole('release');
      },
    },
    {
      clauses: ['POOL-5'],
      what: 'sweep makes all EMPTY slots UNUSED and says how many; nothing else changes',
      run() {
        const at = stand();
        const heads = [...at.acquire(A, 8), ...at.acquire(SPAN, 4)];
        for (const head of [heads[1], heads[4], heads[9]]) at.checked.release(head);
        const { empty, slabs } = censusOfPool(at);
        const { swept } = at.checked.stats();
        const answer = at.checked.sweep();
        const after = censusOfPool(at);
        const seen = { answer, empty, left: after.empty, counted: at.checked.stats().swept - swept };
        at.inspection.must('POOL-5', answer === empty && after.empty === 0, 'sweep()', seen);
        at.inspection.must('POOL-20', seen.counted === empty, 'sweep()', seen);
        at.inspection.must('POOL-5', after.slabs.size === slabs.size, 'sweep()', { slabs: after.slabs.size });
        at.inspection.must('POOL-5', at.checked.sweep() === 0, 'sweep()', { again: true });
        at.mustBeWhole('sweep()');
      },
    },
  ];
}

/** Slabs of a thread that has left: full, with a live block and, after it left, all room. */
function leaveBehind(at: PoolStand, c: SizeClass): readonly [full: PageIndex, used: PageIndex, idle: PageIndex] {
  const gone = at.peer(GONE);
  const [full, used, idle, nothing] = at.acquire(c, 4, gone);
  at.setLive(full, c, SPAN_BLOCKS[c]);
  for (const head of [used, idle]) at.setLive(head, c, 1);
  at.checked.leave(GONE);
  at.setLive(idle, c, 0);
  const state = stateOf(at.records.words[nothing]);
  at.inspection.must('POOL-10', state !== SlotState.ACTIVE, `leave(${GONE})`, { nothingLiveIn: nothing, state });
  return [full, used, idle];
}

function leaveCases({ stand }: Trial): Case[] {
  return [
    {
      clauses: ['POOL-9', 'POOL-15'],
      what: 'what was abandoned is adopted before EMPTY slots, with its room, whole, and counted',
      run() {
        for (const c of [A, SPAN]) {
          const at = stand();
          const mine = at.acquire(c, 4);
          const [, used, idle] = leaveBehind(at, c);
          at.checked.release(mine[1]);
          const { abandoned, adopted } = at.checked.stats();
          at.inspection.must('POOL-20', abandoned === 3 && adopted === 0, 'stats', { abandoned, adopted });
          const heads = at.acquire(c, 2);
          const both = heads.includes(used) && heads.includes(idle);
          at.inspection.must('POOL-9', both, `acquire(${c})`, { answers: heads, abandoned: [used, idle] });
          const last = at.checked.stats().adopted;
          at.inspection.must('POOL-20', last >= 2, 'stats', { adopted: last });
          at.mustBeWhole('acquire of what was abandoned');
        }
      },
    },
    {
      clauses: ['POOL-10'],
      what: 'leave abandons what has live blocks and lets go of the rest; again it changes nothing',
      run() {
        const at = stand({ firstPage: 32 });
        at.acquire(A, 2);
        const heads = [...leaveBehind(at, A), ...leaveBehind(at, SPAN)];
        const { slabs } = censusOfPool(at);
        const abandoned = heads.every((head) => slabs.get(head)?.owner === 0);
        at.inspection.must('POOL-10', abandoned && slabs.size === 8, `leave(${GONE})`, { slabs: slabs.size });
        const before = at.copy();
        at.peer(20).leave(GONE);
        at.mustBeAs(before, 'POOL-10', `leave(${GONE}), again`);
        at.mustBeWhole(`leave(${GONE})`);
      },
    },
    {
      clauses: ['POOL-10', 'POOL-5'],
      what: 'reclaim takes abandoned slabs in which nothing is live, and says how many',
      run() {
        const at = stand({ firstPage: 32 });
        at.acquire(B, 8);
        const idle = [leaveBehind(at, A)[2], leaveBehind(at, SPAN)[2]];
        const before = censusOfPool(at).slabs.size;
        const answer = at.checked.reclaim();
        const { slabs } = censusOfPool(at);
        const seen = { answer, gone: before - slabs.size };
        at.inspection.must('POOL-10', answer === 2 && seen.gone === 2, 'reclaim()', seen);
        for (const head of idle) at.inspection.must('POOL-10', !slabs.has(head), 'reclaim()', { head });
        at.mustBeWhole('reclaim()');
      },
    },
  ];
}

/** The cases of the general contracts. */
export function generalCases({ stand }: Trial): Case[] {
  return [
    {
      clauses: ['GENERAL-C'],
      what: 'looking changes nothing: stats and verify, also of a pool that comes to a region in use',
      run() {
        const at = stand();
        const heads = [...at.acquire(A, 5), ...at.acquire(SPAN, 2)];
        at.checked.release(heads[1]);
        leaveBehind(at, A);
        const { inspection, records, registry } = at;
        const tiers = (): string => JSON.stringify([registry.stats(), registry.freed, registry.end]);
        const before = tiers();
        inspection.observe('stats, verify and build', records.words, () => {
          const stats = JSON.stringify(at.checked.stats());
          at.mustBeSound('nothing');
          const seen = JSON.stringify(at.peer(20).stats());
          inspection.must('GENERAL-C', seen === stats, 'stats of a peer', { seen, stats });
        });
        inspection.must('GENERAL-C', tiers() === before, 'stats, verify and build', { before, after: tiers() });
      },
    },
    {
      clauses: ['GENERAL-B'],
      what: 'a change of policy touches nothing that was handed out',
      run() {
        const at = stand();
        const heads = at.acquire(A, 6);
        at.checked.release(heads[0]);
        leaveBehind(at, SPAN);
        const before = at.copy();
        for (let i = 0; i < POLICY_WORDS; i++) at.stage.setPolicy(i, 1);
        at.checked.stats();
        at.mustBeAs(before, 'GENERAL-B', 'a change of policy');
        const { slabs } = censusOfPool(at);
        at.acquire(A, 1);
        const after = censusOfPool(at).slabs;
        for (const [head, { owner }] of slabs) {
          at.inspection.must('GENERAL-B', after.get(head)?.owner === owner, 'acquire', { head, owner });
        }
        at.mustBeWhole('a change of policy');
      },
    },
    {
      clauses: ['GENERAL-D'],
      what: 'it writes no live byte of a slab, nor notes of slabs that are in use',
      run() {
        const at = stand();
        const heads = [...at.acquire(A, 4), ...at.acquire(SPAN, 3)];
        for (const head of heads) at.setLive(head, classIn(at.records.words[head]), 1);
        const { words } = at.records;
        const notes = heads.map((head) => at.lengthOf(head));
        const { live } = at.copy();
        const more = [...at.acquire(B, 3), ...at.acquire(SPAN, 2)];
        for (const head of more) at.checked.release(head);
        at.checked.sweep();
        const granule = firstDifference(live, at.records.live);
        at.inspection.must('GENERAL-D', granule === -1, 'acquire and release', { granule });
        const same = heads.every(
          (head, i) => at.lengthOf(head) === notes[i] && stateOf(words[head]) === SlotState.ACTIVE,
        );
        at.inspection.must('GENERAL-D', same, 'acquire and release', {
          notes,
          now: heads.map((head) => at.lengthOf(head)),
        });
        at.mustBeSound('acquire and release');
      },
    },
  ];
}
