/** The cases of the contract SOURCE, for every link of the chain: a warm pool, the rooms of a registry, or one of your own. */

import type { SizeClass } from '@hakmem/contracts';
import { problemsOf } from '../stage.js';
import type { Case } from '../suite.js';
import { heldOf, offerNew, type SourceStand } from './source-stand.js';

const TINY: SizeClass = 3;
const MID: SizeClass = 50;
/** Of each kind, the first and the last class, too. */
const CLASSES: readonly SizeClass[] = [0, TINY, MID, 95];

export function sourceCases(stand: () => SourceStand): Case[] {
  return [...flowCases(stand), ...retireCases(stand), ...lookCases(stand)];
}

function flowCases(stand: () => SourceStand): Case[] {
  return [
    {
      clauses: ['SOURCE-1'],
      what: 'slabs come out once each, whether acquired or spared',
      run() {
        const at = stand();
        const { source, inspection } = at;
        const heads = offerNew(at, TINY, 20);
        const out = heads.map((_, i) => (i % 2 === 0 ? source.acquire(TINY) : source.spare(TINY)));
        const same = new Set(out).size === 20 && heads.every((head) => out.includes(head));
        inspection.must('SOURCE-1', same, 'acquire and spare, 20 times', { offered: heads.join(), out: out.join() });
      },
    },
    {
      clauses: ['SOURCE-1'],
      what: 'a class is handed its own slabs, and none of its neighbours’',
      run() {
        const at = stand();
        const { source, inspection } = at;
        const lists = CLASSES.map((c) => offerNew(at, c, 2));
        CLASSES.forEach((c, i) => {
          const out = [source.spare(c), source.acquire(c)];
          const own = lists[i].every((head) => out.includes(head));
          inspection.must('SOURCE-1', own, `acquire(${c})`, { out: out.join(), offered: lists[i].join() });
          const beside = source.spare(c === 0 ? 1 : c - 1);
          inspection.must('SOURCE-1', beside === 0, `spare(${c === 0 ? 1 : c - 1})`, { beside });
        });
      },
    },
    {
      clauses: ['SOURCE-2'],
      what: 'what was offered comes back before memory is asked for, also what did not fit',
      run() {
        const at = stand();
        const { source, inspection, slabs } = at;
        const heads = offerNew(at, TINY, 40);
        const back = new Set(heads.map(() => source.acquire(TINY)));
        const { made } = slabs;
        inspection.must('SOURCE-2', made === 0 && heads.every((head) => back.has(head)), 'acquire', {
          made,
          back: [...back].join(),
        });
        const next = source.acquire(TINY);
        inspection.must('SOURCE-2', slabs.made === 1 && !back.has(next), 'acquire', { next, made: slabs.made });
      },
    },
    {
      clauses: ['SOURCE-3'],
      what: 'spare gives what the chain holds, then 0, and makes nothing',
      run() {
        const at = stand();
        const { source, inspection, slabs } = at;
        const far = at.far(TINY);
        const [near] = offerNew(at, TINY, 1);
        const out = [source.spare(TINY), source.spare(TINY)].sort((a, b) => a - b).join();
        const none = source.spare(TINY);
        inspection.must('SOURCE-3', none === 0 && slabs.made === 0, 'spare', { none, made: slabs.made });
        const held = [far, near].sort((a, b) => a - b).join();
        inspection.must('SOURCE-3', out === held, 'spare', { out, held });
      },
    },
    {
      clauses: ['SOURCE-7', 'GENERAL-F'],
      what: 'when memory is exhausted the answer is 0, as often as one asks, and the rest is as it was',
      run() {
        const at = stand();
        const { source, inspection, slabs } = at;
        const others = offerNew(at, MID, 2);
        slabs.memory = 0;
        const answers = [source.acquire(TINY), source.spare(TINY), source.acquire(TINY)].join();
        inspection.must('SOURCE-7', answers === '0,0,0', 'acquire', { answers });
        const held = heldOf(source, MID);
        inspection.must('SOURCE-7', held.length === others.length, 'acquire', { held: held.join() });
        slabs.memory = Number.POSITIVE_INFINITY;
        inspection.must('SOURCE-7', source.acquire(TINY) !== 0, 'acquire', { memory: true });
      },
    },
  ];
}

function retireCases(stand: () => SourceStand): Case[] {
  return [
    {
      clauses: ['SOURCE-4'],
      what: 'a retired slab reaches the end, whoever held it, and the others stay',
      run() {
        const at = stand();
        const { source, inspection, slabs } = at;
        const far = at.far(TINY);
        const heads = offerNew(at, TINY, 5);
        const nobodys = slabs.make(TINY);
        const gone = [heads[2], far, nobodys, heads[0]];
        for (const head of gone) source.retire(TINY, head);
        const reached = slabs.retired.join();
        inspection.must('SOURCE-4', reached === gone.join(), 'retire', { reached, retired: gone.join() });
        const left = heldOf(source, TINY)
          .sort((a, b) => a - b)
          .join();
        inspection.must('SOURCE-4', left === [heads[1], heads[3], heads[4]].join(), 'retire', { left });
      },
    },
    {
      clauses: ['SOURCE-4', 'SOURCE-1'],
      what: 'whichever of three is retired, the other two come out, and nothing else',
      run() {
        for (const which of [0, 1, 2]) {
          const at = stand();
          const { source, inspection, slabs } = at;
          const heads = offerNew(at, TINY, 3);
          source.retire(TINY, heads[which]);
          const left = heads.filter((_, i) => i !== which);
          const out = [source.spare(TINY), source.spare(TINY)];
          const same = left.every((head) => out.includes(head)) && source.spare(TINY) === 0;
          inspection.must('SOURCE-4', same, `retire(${TINY}, ${heads[which]})`, { out: out.join(), left: left.join() });
          // The chain is whole: it takes and gives as before.
          const [again] = offerNew(at, TINY, 1);
          inspection.must('SOURCE-2', source.acquire(TINY) === again && slabs.made === 0, 'acquire', { again });
        }
      },
    },
  ];
}

function lookCases(stand: () => SourceStand): Case[] {
  return [
    {
      clauses: ['GENERAL-C'],
      what: 'looking changes nothing: held and verify',
      run() {
        const at = stand();
        const { source, inspection, slabs, stage } = at;
        offerNew(at, TINY, 3);
        source.acquire(TINY);
        const { acquire, spare, offer, retire } = slabs.calls;
        const problems = inspection.observe('held and verify', stage.records.words, () => {
          source.held(() => {});
          return problemsOf(source);
        });
        inspection.must('SOURCE-6', problems.length === 0, 'verify', { problem: problems[0]?.message });
        const now = slabs.calls;
        const quiet = now.acquire === acquire && now.spare === spare && now.offer === offer && now.retire === retire;
        inspection.must('GENERAL-C', quiet, 'held and verify', { acquire, now: now.acquire });
      },
    },
    {
      clauses: ['GENERAL-D'],
      what: 'every class has room of its own, and nothing beside the region is written',
      run() {
        const at = stand();
        const { source, inspection, stage } = at;
        const lists = CLASSES.map((c) => offerNew(at, c, 16));
        CLASSES.forEach((c, i) => {
          const held = heldOf(source, c);
          const whole = held.length === 16 && lists[i].every((head) => held.includes(head));
          inspection.must('GENERAL-D', whole, 'offer', { sizeClass: c, held: held.join(), offered: lists[i].join() });
        });
        stage.checkFences(inspection, 'offer');
      },
    },
    {
      clauses: ['GENERAL-C'],
      what: 'one built over a region in use holds what is held there, and changes nothing',
      run() {
        const at = stand();
        const { inspection, stage } = at;
        const heads = offerNew(at, TINY, 3);
        const peer = inspection.observe('build', stage.records.words, () => at.peer());
        const seen = heldOf(peer, TINY);
        const same = seen.length === 3 && heads.every((head) => seen.includes(head));
        inspection.must('GENERAL-C', same, 'held of a peer', { seen: seen.join(), offered: heads.join() });
      },
    },
  ];
}
