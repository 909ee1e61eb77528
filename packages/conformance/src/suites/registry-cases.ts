/** The cases for a registry in the hands of one thread. */

import { SLOTS_PER_SUPERSLAB, SUPERSLAB_BYTES, type SuperSlabIndex, Tier } from '@hakmem/contracts';
import { problemsOf } from '../stage.js';
import type { Case } from '../suite.js';
import type { RegistryStand } from './registry-stand.js';

type Stands = () => RegistryStand;

const ADDRESSES = [0, 16, 65_535, 65_536, SUPERSLAB_BYTES - 16, SUPERSLAB_BYTES, 2 ** 31, 2 ** 32 - 16];

export function tierCases(stand: Stands): Case[] {
  return [
    {
      clauses: ['REGISTRY-1'],
      what: 'for addresses of all 4 GiB, also as signed words, and without a look at memory',
      run() {
        const at = stand();
        let looks = 0;
        const registry = at.join(() => looks++);
        looks = 0;
        for (const address of [...ADDRESSES, ...ADDRESSES.map((each) => each | 0)]) {
          const [superSlab, page] = [registry.superSlabOf(address), registry.pageOf(address)];
          const right = superSlab === address >>> 21 && page === address >>> 16;
          at.inspection.must('REGISTRY-1', right, `superSlabOf(${address})`, { superSlab, page });
        }
        at.inspection.must('REGISTRY-1', looks === 0, 'superSlabOf and pageOf', { looks });
      },
    },
    {
      clauses: ['REGISTRY-2'],
      what: 'it begins with none, or with FREE ones, from the first page of its space on',
      run() {
        const at = stand();
        const { registry, space, inspection } = at;
        const first = space.firstPage >>> 5;
        inspection.must('REGISTRY-2', registry.first === first, 'first', { first: registry.first, expected: first });
        const { hot, draining, free, created, returned, retries } = registry.stats();
        const all = registry.end - first;
        const fresh = hot === 0 && draining === 0 && free === all && created === all && returned + retries === 0;
        inspection.must('REGISTRY-2', fresh, 'stats', { hot, draining, free, created, returned, retries });
        at.isWhole('build', registry);
      },
    },
    {
      clauses: ['REGISTRY-2'],
      what: 'each change moves one count, the peak remembers the most in use, and what is not there is ABSENT',
      run() {
        const at = stand();
        const { registry, inspection } = at;
        const [a, b, c] = at.hot(3);
        const counts = (call: string, expected: string): void => {
          const { hot, draining, free, peak } = registry.stats();
          const seen = [hot, draining, free, peak].join();
          inspection.must('REGISTRY-2', seen === expected, call, { hotDrainingFreePeak: seen, expected });
          at.isWhole(call, registry);
        };
        counts('extend', '3,0,0,3');
        registry.drain(b);
        counts(`drain(${b})`, '2,1,0,3');
        registry.free(b);
        counts(`free(${b})`, '2,0,1,3');
        registry.free(a);
        counts(`free(${a})`, '1,0,2,3');
        registry.heat(b);
        counts(`heat(${b})`, '2,0,1,3');
        registry.drain(c);
        registry.heat(c);
        registry.heat(c);
        counts(`heat(${c})`, '2,0,1,3');
        for (const absent of [registry.first - 1, registry.end, at.limit, at.limit + 1]) {
          const tier = registry.tier(absent);
          inspection.must('REGISTRY-2', tier === Tier.ABSENT, `tier(${absent})`, { tier });
        }
      },
    },
  ];
}

export function changeCases(stand: Stands): Case[] {
  return [
    {
      clauses: ['REGISTRY-3', 'REGISTRY-8'],
      what: 'reuse takes those freed last first, whatever was heated between, then answers -1 and changes nothing',
      run() {
        const at = stand();
        const { registry, inspection, stage } = at;
        const [a, b, c, d, e] = at.hot(5);
        for (const each of [c, a, d, b, e]) registry.free(each);
        registry.heat(d);
        registry.heat(c);
        registry.free(c);
        const out = [registry.reuse(), registry.reuse(), registry.reuse(), registry.reuse()].join();
        inspection.must('REGISTRY-3', out === [c, e, b, a].join(), 'reuse()', { out, freed: [a, b, e, c].join() });
        const before = stage.control.words.slice();
        const none = registry.reuse();
        inspection.must('REGISTRY-8', none === -1, 'reuse()', { answer: none });
        unchanged(at, before, 'reuse()');
      },
    },
    {
      clauses: ['REGISTRY-3'],
      what: 'the order holds over many frees of few SuperSlabs',
      run() {
        const at = stand();
        const { registry, inspection } = at;
        const all = at.hot(4);
        const order: SuperSlabIndex[] = [];
        for (let turn = 0; turn < 200; turn++) {
          const next = all[(turn * 7 + (turn >> 2)) % 4];
          if (order.includes(next)) {
            const out = registry.reuse();
            inspection.must('REGISTRY-3', out === order.pop(), `reuse(), turn ${turn}`, { out });
          } else {
            registry.free(next);
            order.push(next);
          }
        }
      },
    },
    {
      clauses: ['REGISTRY-3'],
      what: 'extend makes HOT neighbours at the top, and has memory behind them',
      run() {
        const at = stand();
        const { registry, space, inspection } = at;
        at.hot(1);
        for (const count of [1, 3]) {
          const from = registry.end;
          const answer = registry.extend(count);
          const made = at
            .tiers(registry)
            .slice(from - registry.first)
            .join();
          const right = answer === from && made === Array(count).fill(Tier.HOT).join();
          inspection.must('REGISTRY-3', right, `extend(${count})`, { answer, from, made });
          const backed = Math.min(registry.end * SLOTS_PER_SUPERSLAB, space.pageLimit);
          const { committedPages } = space;
          inspection.must('REGISTRY-3', committedPages >= backed, `extend(${count})`, { committedPages, backed });
        }
      },
    },
    {
      clauses: ['REGISTRY-8', 'GENERAL-F'],
      what: 'when memory is refused, or the space ends, extend answers -1 and has changed nothing',
      run() {
        const at = stand();
        const { registry, space, inspection, stage } = at;
        at.hot(2);
        const { end } = registry;
        space.available = Math.min((end + 1) * SLOTS_PER_SUPERSLAB, space.pageLimit);
        const before = stage.control.words.slice();
        const { committedPages } = space;
        for (const count of [2, 2, at.limit - end, at.limit - end + 1, 2_048]) {
          const answer = registry.extend(count);
          inspection.must('REGISTRY-8', answer === -1, `extend(${count})`, { answer, available: space.available });
          unchanged(at, before, `extend(${count})`);
          inspection.must('REGISTRY-8', space.committedPages === committedPages, `extend(${count})`, {
            committedPages,
          });
        }
        const one = [registry.extend(1), registry.extend(1)].join();
        inspection.must('REGISTRY-8', one === [end, -1].join(), 'extend(1)', { answers: one, end });
        space.available = space.pageLimit;
        const rest = registry.extend(at.limit - registry.end);
        inspection.must('REGISTRY-3', rest === end + 1 && registry.end === at.limit, 'extend', {
          rest,
          limit: at.limit,
        });
      },
    },
    {
      clauses: ['REGISTRY-5'],
      what: 'pages of a SuperSlab that the space does not give are RESERVED, and no others',
      run() {
        const at = stand();
        const { registry, inspection, stage } = at;
        at.hot(1);
        registry.extend(at.limit - registry.end);
        inspection.must('REGISTRY-5', at.open(registry) === undefined, 'extend', { page: at.open(registry) });
        const { firstPage, pageLimit } = at.space;
        const taken = stage.control.words.subarray(firstPage, pageLimit).findIndex((word) => word !== 0);
        inspection.must('REGISTRY-5', taken === -1, 'extend', { page: firstPage + taken });
      },
    },
    {
      clauses: ['REGISTRY-9'],
      what: 'heat, drain and free change the tier of one, and of no other',
      run() {
        const at = stand();
        const { registry, inspection } = at;
        const all = at.hot(5);
        const changes: readonly (readonly ['heat' | 'drain' | 'free', SuperSlabIndex, Tier])[] = [
          ['drain', all[1], Tier.DRAINING],
          ['free', all[2], Tier.FREE],
          ['free', all[1], Tier.FREE],
          ['heat', all[2], Tier.HOT],
          ['drain', all[4], Tier.DRAINING],
          ['heat', all[4], Tier.HOT],
        ];
        for (const [verb, superSlab, tier] of changes) {
          const expected = at.tiers(registry);
          expected[superSlab - registry.first] = tier;
          registry[verb](superSlab);
          const tiers = at.tiers(registry).join();
          const right = tiers === expected.join();
          inspection.must('REGISTRY-9', right, `${verb}(${superSlab})`, { tiers, expected: expected.join() });
        }
      },
    },
  ];
}

/** No word is another than before. */
function unchanged({ stage, inspection }: RegistryStand, before: Int32Array, call: string): void {
  const word = stage.control.words.findIndex((each, i) => each !== before[i]);
  inspection.must('REGISTRY-8', word === -1, call, { word });
}

export function memoryCases(stand: Stands): Case[] {
  return [
    {
      clauses: ['REGISTRY-4'],
      what: 'what is to be retained stays, and so does what lies under one in use',
      run() {
        const at = stand();
        const { registry, inspection } = at;
        const all = at.hot(6);
        const { end } = registry;
        at.setRetain(3);
        for (const each of [all[5], all[4], all[3]]) registry.free(each);
        inspection.must('REGISTRY-4', registry.end === end, 'free', { end: registry.end, retain: 3, free: 3 });
        registry.heat(all[5]);
        at.setRetain(0);
        for (const each of [all[2], all[1], all[0]]) registry.free(each);
        inspection.must('REGISTRY-4', registry.end === end, 'free', { end: registry.end, top: 'HOT' });
        const gone = registry.trim?.(0) ?? 0;
        inspection.must('REGISTRY-4', gone === 0 && registry.end === end, 'trim(0)', { gone, top: 'HOT' });
      },
    },
    {
      clauses: ['REGISTRY-4'],
      what: 'trim returns those at the top, down to what is to be retained, and says how many',
      run() {
        const at = stand();
        const { registry, space, inspection } = at;
        const trim = registry.trim?.bind(registry);
        if (trim === undefined) return;
        const all = at.hot(6);
        for (const each of [all[5], all[1], all[4], all[3]]) registry.free(each);
        const answers = [trim(5), trim(4), trim(3), trim(0), trim(0)].join();
        const expected = space.release === undefined ? '0,0,0,0,0' : '0,0,1,2,0';
        inspection.must('REGISTRY-4', answers === expected, 'trim(5), trim(4), trim(3), trim(0), trim(0)', {
          answers,
          expected,
        });
        const { returned, created } = registry.stats();
        const right = returned === (space.release === undefined ? 0 : 3) && created === all.length;
        inspection.must('REGISTRY-4', right, 'stats', { returned, created });
        if (space.release === undefined) return;
        const { committedPages } = space;
        const top = registry.end * SLOTS_PER_SUPERSLAB;
        inspection.must('REGISTRY-4', committedPages === top, 'trim', { committedPages, top });
        for (const each of all.slice(3)) {
          inspection.must('REGISTRY-2', registry.tier(each) === Tier.ABSENT, `tier(${each})`, { returned: true });
        }
        const next = registry.reuse();
        inspection.must('REGISTRY-3', next === all[1], 'reuse()', { next, stillFree: all[1] });
        at.isWhole('trim', registry);
      },
    },
    {
      clauses: ['REGISTRY-4', 'REGISTRY-3'],
      what: 'all can go and come again',
      run() {
        const at = stand();
        const { registry, space, inspection } = at;
        if (registry.trim === undefined || space.release === undefined) return;
        const all = at.hot(4);
        for (const each of all) registry.free(each);
        const gone = registry.trim(0);
        inspection.must('REGISTRY-4', gone === 4 && registry.end === registry.first, 'trim(0)', { gone });
        inspection.must('REGISTRY-8', registry.reuse() === -1, 'reuse()', { free: 0 });
        const again = registry.extend(2);
        inspection.must('REGISTRY-3', again === registry.first, 'extend(2)', { again, first: registry.first });
        const { created, returned } = registry.stats();
        inspection.must('REGISTRY-2', created === 6 && returned === 4, 'stats', { created, returned });
        at.isWhole('extend(2)', registry);
      },
    },
    {
      clauses: ['REGISTRY-4'],
      what: 'over a space that gives nothing back, all SuperSlabs stay',
      run() {
        const at = stand();
        const { registry, space, inspection } = at;
        if (space.release !== undefined) return;
        at.setRetain(0);
        const all = at.hot(4);
        const { end } = registry;
        for (const each of all) registry.free(each);
        const gone = registry.trim?.(0) ?? 0;
        inspection.must('REGISTRY-4', gone === 0 && registry.end === end, 'free and trim(0)', { gone, end });
        inspection.must('REGISTRY-2', at.count(Tier.FREE) === end - registry.first, 'free', {
          free: at.count(Tier.FREE),
        });
      },
    },
  ];
}

export function generalCases(stand: Stands): Case[] {
  return [
    {
      clauses: ['GENERAL-B'],
      what: 'less to retain takes nothing away by itself',
      run() {
        const at = stand();
        const { registry, raw, inspection } = at;
        const all = at.hot(4);
        for (const each of [all[3], all[2], all[1]]) registry.free(each);
        const { end } = registry;
        at.setRetain(0);
        const tiers = at.tiers(registry).join();
        raw.stats();
        raw.heat(all[0]);
        const left = registry.end === end && at.count(Tier.FREE) === 3;
        inspection.must('GENERAL-B', left, 'a change of policy', { end: registry.end, before: end, tiers });
      },
    },
    {
      clauses: ['GENERAL-C'],
      what: 'looking changes nothing: tier, stats, verify',
      run() {
        const at = stand();
        const { raw, inspection, stage, space } = at;
        const all = at.hot(3);
        at.registry.drain(all[1]);
        at.registry.free(all[2]);
        const { committedPages } = space;
        inspection.observe('tier, stats and verify', stage.records.words, () => {
          for (let i = 0; i <= at.limit; i++) raw.tier(i);
          raw.stats();
          problemsOf(raw);
        });
        const now = space.committedPages;
        inspection.must('GENERAL-C', now === committedPages, 'tier, stats and verify', { committedPages, now });
      },
    },
    {
      clauses: ['REGISTRY-7'],
      what: 'one built over a region in use changes nothing, and answers the same',
      run() {
        const at = stand();
        const { registry, inspection, stage, space } = at;
        const all = at.hot(4);
        registry.drain(all[1]);
        registry.free(all[2]);
        registry.free(all[0]);
        const before = stage.control.words.slice();
        const { committedPages } = space;
        const late = at.join();
        const word = stage.control.words.findIndex((each, i) => each !== before[i]);
        const kept = word === -1 && space.committedPages === committedPages;
        inspection.must('REGISTRY-7', kept, 'build', { word, committedPages: space.committedPages });
        const mine = [registry.first, registry.end, ...at.tiers(registry)].join();
        const theirs = [late.first, late.end, ...at.tiers(late)].join();
        inspection.must('REGISTRY-7', mine === theirs, 'build', { mine, theirs });
        const counts = JSON.stringify(late.stats());
        inspection.must('REGISTRY-7', counts === JSON.stringify(registry.stats()), 'stats', { counts });
        inspection.must('REGISTRY-3', late.reuse() === all[0], 'reuse()', { freedLast: all[0] });
      },
    },
    {
      clauses: ['GENERAL-D'],
      what: 'beside its region it writes only the words of pages that the space does not give',
      run() {
        const at = stand();
        const { registry, inspection, stage } = at;
        const { words, live } = stage.control;
        const before = words.slice();
        at.hot(5);
        registry.extend(at.limit - registry.end);
        for (let each = registry.first; each < registry.end; each++) registry.free(each);
        registry.reuse();
        registry.trim?.(0);
        const { start, length } = stage.regions[0];
        const word = words.findIndex((value, i) => {
          const allowed = (i >= start && i < start + length) || (i < 65_536 && at.outside(i));
          return value !== before[i] && !allowed;
        });
        inspection.must('GENERAL-D', word === -1, 'all verbs', { word });
        inspection.must(
          'GENERAL-D',
          live.every((byte) => byte === 0),
          'all verbs',
          { liveBytes: 'written' },
        );
        stage.checkFences(inspection, 'all verbs');
      },
    },
  ];
}
