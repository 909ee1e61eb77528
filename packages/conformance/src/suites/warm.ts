/**
 * The suite of warm pools: any box that keeps a few slabs per class over a parent, in whatever order it hands them out.
 * `lifo` adds what holds for those that are last in, first out.
 */

import { POLICY_WARM_SIZE, type RecipeOf, type SizeClass } from '@hakmem/contracts';
import { type Chance, inWords } from '../programs.js';
import { problemsOf } from '../stage.js';
import type { Case, Suite } from '../suite.js';
import { labelCases } from './recipe.js';
import { wantsParent } from './source.js';
import { sourceCases } from './source-cases.js';
import { runWarmPrograms } from './warm-model.js';
import { Stand } from './warm-stand.js';

/** What to try. */
export interface WarmSuiteOptions extends Chance {
  /** Makes the recipe; called for each case. */
  readonly recipe: () => RecipeOf<'warm'>;
  /** Slabs per class that the policy asks for; default 16. */
  readonly size?: number | undefined;
  /** Slabs fetched ahead on a miss; default 3. */
  readonly prefill?: number | undefined;
  /** Whether slabs come out in the reverse order of their offers; then that is proved, too. Default false. */
  readonly lifo?: boolean | undefined;
}

const TINY: SizeClass = 3;
const MID: SizeClass = 50;
/** Of each kind, the first and the last class, too. */
const CLASSES: readonly SizeClass[] = [0, TINY, MID, 95];

/** The suite of the contract WARM, and of SOURCE, over a parent in plain JavaScript. */
export function warmSuite(options: WarmSuiteOptions): Suite {
  const { size = 16, prefill = 3, lifo = false } = options;
  const title = `${options.recipe().box}, ${size} slabs per class, prefill ${prefill}`;
  const stand = (): Stand => new Stand(options.recipe(), size, prefill);
  return {
    title,
    cases: [
      ...labelCases(options.recipe, 'warm', () => stand().warm),
      wantsParent(options.recipe),
      ...sourceCases(stand),
      ...warmCases(stand, size, prefill),
      ...generalCases(stand, size),
      ...(lifo ? [lifoCase(stand, size)] : []),
      {
        clauses: ['SOURCE-1', 'SOURCE-6', 'WARM-4', 'WARM-5'],
        what: `against a model, ${inWords(options)}`,
        run: () => runWarmPrograms(options, stand),
      },
    ],
  };
}

function warmCases(stand: () => Stand, size: number, prefill: number): Case[] {
  return [
    {
      clauses: ['WARM-1', 'GENERAL-A'],
      what: 'a full pool hands one slab on for each that comes',
      run() {
        const at = stand();
        const { inspection, parent } = at;
        at.offer(TINY, size + 5);
        const own = at.own(TINY).length;
        const handed = parent.holds(TINY).length;
        inspection.must('WARM-1', own <= size && own + handed === size + 5, 'offer', { own, handed });
        inspection.must('WARM-1', parent.calls.offer === handed, 'offer', { calls: parent.calls.offer, handed });
        for (const c of CLASSES) at.offer(c, size);
        const lost = CLASSES.filter((c) => at.chain(c).length < size);
        inspection.must('WARM-1', lost.length === 0, 'offer', { classesThatLost: lost });
      },
    },
    {
      clauses: ['WARM-2'],
      what: 'found empty it takes ahead what the parent holds, up to the prefill, and nothing new',
      run() {
        for (const stocked of [0, 1, 2, prefill + 1, prefill + 9]) {
          const at = stand();
          const { warm, inspection, parent } = at;
          parent.stock(TINY, stocked);
          warm.acquire(TINY);
          const own = at.own(TINY).length;
          const most = Math.min(prefill, size, Math.max(0, stocked - 1));
          inspection.must('WARM-2', own <= most, 'acquire', { own, most, stocked });
          inspection.must('WARM-2', parent.made === (stocked === 0 ? 1 : 0), 'acquire', { made: parent.made, stocked });
          inspection.must('WARM-2', warm.stats().prefills === own, 'stats', { prefills: warm.stats().prefills, own });
        }
      },
    },
    {
      clauses: ['WARM-3'],
      what: 'an entry that has lost its room is gone after 64 pops of its class',
      run() {
        if (size < 2) return;
        const at = stand();
        const { warm, inspection } = at;
        const [stale] = at.offer(TINY, 2);
        at.setRoom(stale, 0);
        for (let pops = 0; pops < 64 && at.chain(TINY).includes(stale); pops++) {
          const head = at.raw.acquire(TINY);
          if (head !== stale) warm.offer(TINY, head);
        }
        inspection.must('WARM-3', !at.chain(TINY).includes(stale), '64 pops', { stale, held: at.chain(TINY) });
      },
    },
    {
      clauses: ['WARM-4'],
      what: 'each slab that goes out counts once, and nothing else counts',
      run() {
        const at = stand();
        const { warm, inspection, parent } = at;
        at.offer(TINY, 2);
        const offered = warm.stats();
        inspection.must('WARM-4', offered.hits + offered.misses === 0, 'offer', { ...offered });
        let out = 0;
        for (let i = 0; i < 6; i++) if ((i % 3 === 0 ? warm.spare(TINY) : warm.acquire(TINY)) !== 0) out++;
        parent.memory = 0;
        for (let i = 0; i < size + prefill && warm.spare(TINY) !== 0; i++) out++;
        warm.acquire(TINY);
        const { hits, misses, hitRate } = warm.stats();
        inspection.must('WARM-4', hits + misses === out, 'acquire and spare', { hits, misses, out });
        inspection.must('WARM-4', hits === Math.min(2, size) || prefill > 0, 'acquire and spare', { hits, misses });
        inspection.must('WARM-4', hitRate === hits / (hits + misses), 'stats', { hitRate, hits, misses });
      },
    },
  ];
}

function generalCases(stand: () => Stand, size: number): Case[] {
  return [
    {
      clauses: ['GENERAL-B', 'WARM-5'],
      what: 'a smaller size takes nothing away, and acts on the next offer',
      run() {
        const at = stand();
        const { inspection, stage } = at;
        at.offer(TINY, size);
        const before = at.own(TINY).length;
        stage.setPolicy(POLICY_WARM_SIZE, 1);
        const after = at.own(TINY).length;
        inspection.must('GENERAL-B', after === before, 'a change of policy', { before, after });
        at.offer(TINY, 1);
        const own = at.own(TINY).length;
        inspection.must('WARM-5', own <= 1, 'offer', { own, size: 1 });
        inspection.must('SOURCE-2', at.chain(TINY).length === size + 1, 'offer', { held: at.chain(TINY).length });
        stage.setPolicy(POLICY_WARM_SIZE, 0);
        at.offer(MID, 1);
        inspection.must('WARM-5', at.own(MID).length === 0, 'offer', { own: at.own(MID) });
      },
    },
    {
      clauses: ['GENERAL-C'],
      what: 'looking changes nothing: stats, held and verify',
      run() {
        const at = stand();
        const { warm, inspection, parent, stage } = at;
        at.offer(TINY, 3);
        warm.acquire(TINY);
        const { acquire, spare, offer, retire } = parent.calls;
        inspection.observe('stats, held and verify', stage.records.words, () => {
          warm.stats();
          warm.held(() => {});
          problemsOf(warm);
        });
        const now = parent.calls;
        const quiet = now.acquire === acquire && now.spare === spare && now.offer === offer && now.retire === retire;
        inspection.must('GENERAL-C', quiet, 'stats, held and verify', { before: { acquire, spare }, now: { ...now } });
      },
    },
  ];
}

function lifoCase(stand: () => Stand, size: number): Case {
  return {
    clauses: ['WARM-1'],
    what: 'last in, first out: slabs come out in the reverse order of their offers, and the first goes first when it is full',
    run() {
      const at = stand();
      const { warm, inspection, parent } = at;
      const heads = at.offer(TINY, size + 3);
      const handed = parent.holds(TINY);
      inspection.must('WARM-1', handed.join() === heads.slice(0, 3).join(), 'offer', { handed, offered: heads });
      const out = heads.slice(3).map(() => warm.acquire(TINY));
      inspection.must('WARM-1', out.join() === heads.slice(3).reverse().join(), 'acquire', { out, offered: heads });
    },
  };
}
