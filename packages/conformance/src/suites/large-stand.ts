/** Where large blocks are tried: over a pool of runs in plain JavaScript, on a stage of its own, as two threads have them. */

import {
  checked,
  Inspection,
  type LargeBlocks,
  PAGE_BYTES,
  PAGE_GRANULE_SHIFT,
  type PageIndex,
  POLICY_RETAIN,
  type RecipeOf,
  type Records,
  type RunPool,
  type ThreadId,
} from '@hakmem/contracts';
import { OWNER, problemsOf, Stage } from '../stage.js';
import { PlainRuns } from '../stand-ins/runs.js';
import { type OnAccess, watched } from '../steps.js';
import { firstDifference } from './compare.js';

/** A second thread. */
export const PEER: ThreadId = 9;

/** What is tried of a box that resizes; the others are never asked to. */
export type Large = Required<LargeBlocks>;

export class LargeStand {
  readonly recipe: RecipeOf<'large'>;
  readonly stage: Stage;
  readonly records: Records;
  readonly pool: PlainRuns;
  readonly inspection: Inspection;
  /** Behind checks. */
  readonly large: Large;
  /** The box of another thread over the same region, behind checks. */
  readonly peer: Large;

  constructor(recipe: RecipeOf<'large'>, pageLimit = 240, retain = 4, firstPage: PageIndex = 1) {
    this.recipe = recipe;
    this.stage = new Stage({ pageLimit, words: (pages) => recipe.words(pages) });
    this.records = this.stage.records;
    this.stage.setPolicy(POLICY_RETAIN, retain);
    this.pool = new PlainRuns(this.records, firstPage);
    this.inspection = new Inspection(recipe.box);
    this.large = this.#build(this.pool, OWNER);
    this.peer = this.#build(this.pool.seenBy(PEER), PEER);
  }

  /** A thread that comes to the region in use; `onAccess` is called before each of its accesses to what threads share. */
  thread(owner: ThreadId, onAccess?: OnAccess): Large {
    return this.#build(this.pool.seenBy(owner, onAccess), owner, onAccess);
  }

  /** A block of so many pages, which there must be memory for. */
  block(pages: number, large: Large = this.large): number {
    const address = large.malloc(pages * PAGE_BYTES, 1);
    this.inspection.must('LARGE-1', address !== 0, `malloc(${pages * PAGE_BYTES}, 1)`, {
      answer: 0,
      memory: 'there is',
    });
    return address;
  }

  /** The addresses whose live byte is 1, in order. */
  liveAddresses(): number[] {
    const { live } = this.records;
    const found: number[] = [];
    for (let at = live.indexOf(1); at !== -1; at = live.indexOf(1, at + 1)) found.push(at * 16);
    return found;
  }

  /** Pages that are in no run, and in none that a thread keeps. */
  unusedPages(): number {
    return this.records.words.subarray(this.pool.firstPage, this.pool.memory).filter((word) => word === 0).length;
  }

  /** Runs `act`, which must leave every control word and every live byte as it was. */
  unchanged<T>(id: 'LARGE-2' | 'LARGE-4' | 'LARGE-5' | 'LARGE-6' | 'GENERAL-B', call: string, act: () => T): T {
    const [words, live] = [this.records.words.slice(), this.records.live.slice()];
    const answer = act();
    const word = firstDifference(words, this.records.words);
    const byte = firstDifference(live, this.records.live);
    this.inspection.must(id, word === -1 && byte === -1, call, { wordChanged: word, liveByteChanged: byte });
    return answer;
  }

  /** Throws a violation unless these blocks are there, address by pages, and nothing else is. */
  mustHave(blocks: ReadonlyMap<number, number>, call: string): void {
    const { inspection, pool, records, stage } = this;
    const inWords = (all: Iterable<number>): string => [...all].sort((a, b) => a - b).join(' ');
    const live = inWords(this.liveAddresses());
    inspection.must('LARGE-1', live === inWords(blocks.keys()), call, { live, expected: inWords(blocks.keys()) });
    for (const [address, pages] of blocks) {
      const has = pool.runs.get(address / PAGE_BYTES);
      inspection.must('LARGE-1', has === pages, call, { address, pages: has ?? 'none', expected: pages });
    }
    for (const head of pool.kept.keys()) {
      const byte = records.live[head << PAGE_GRANULE_SHIFT];
      inspection.must('LARGE-3', byte === 0, call, { keptAndLive: head });
    }
    const inUse = [...pool.runs.values()].reduce((sum, pages) => sum + pages, 0);
    const given = [...blocks.values()].reduce((sum, pages) => sum + pages, 0);
    inspection.must('LARGE-3', inUse === given, call, { pagesOfRuns: inUse, pagesOfBlocks: given });
    const problems = problemsOf(this.large).map(({ message }) => message);
    inspection.must('LARGE-1', problems.length === 0, call, { problems: problems.join('; ') });
    for (const box of [this.large, this.peer]) {
      const stats = box.stats();
      const right = stats.live === blocks.size && stats.kept === pool.kept.size;
      inspection.must('LARGE-4', right, `stats after ${call}`, {
        ...stats,
        blocks: blocks.size,
        keptRuns: pool.kept.size,
      });
    }
    stage.checkFences(inspection, call);
  }

  #build(pool: RunPool, owner: ThreadId, onAccess?: OnAccess): Large {
    const first = owner === OWNER;
    const scope = this.stage.scope({ owner, founding: first, fresh: first });
    const mine = onAccess === undefined ? this.records : watched(this.records, onAccess);
    const region = { ...scope.region, words: mine.words };
    const policy = { ...scope.policy, words: mine.words };
    const { recipe } = this;
    const inner = recipe.build({ ...scope, records: mine, region, policy }, pool);
    const { box, contract, capabilities } = recipe;
    const built: RecipeOf<'large'> = { box, contract, capabilities, words: () => 0, build: () => inner };
    return checked(built).build(scope, pool) as Large;
  }
}
