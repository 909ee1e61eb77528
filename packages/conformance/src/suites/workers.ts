/**
 * Boxes that threads share, in real Workers: what they do at the same time, and what one leaves that is ended wherever it is. The
 * module of the deployment exports `recipe()`.
 */

import {
  BLOCK_BYTES,
  GRANULE_SHIFT,
  Inspection,
  kindFor,
  kindOf,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  type PageIndex,
  PageKind,
  pageWord,
  type RecipeOf,
  type RunPool,
  type SlotPool,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
  type ThreadId,
} from '@hakmem/contracts';
import { Crew, type Deployment, reaches } from '../crew.js';
import type { WorkerPlace } from '../jobs/place.js';
import type { PoolTask } from '../jobs/pool.js';
import type { RegistryTask } from '../jobs/registry.js';
import type { RemoteTask } from '../jobs/remote.js';
import { OWNER, problemsOf, Stage } from '../stage.js';
import { SharedRegistry, sharedRegistryWords } from '../stand-ins/shared-registry.js';
import { PlainSpace } from '../stand-ins/space.js';
import type { Case } from '../suite.js';

const WORKERS = 2;
const FIRST: ThreadId = 11;

/** What all Workers of a case are given of its stage; each has a region of its own where the stage has several. */
function placesOf(stage: Stage, pageLimit: number, workers = WORKERS): WorkerPlace[] {
  const signals = new Int32Array(new SharedArrayBuffer(8));
  const stride = stage.regions.length > 1 ? stage.regions[1].start - stage.regions[0].start : 0;
  return Array.from({ length: workers }, (_, i) => {
    const { start, length } = stage.regions[stride === 0 ? 0 : i + FIRST - 1];
    const owner = FIRST + i;
    const seed = 20_261 * (i + 1);
    return {
      control: stage.control,
      pageLimit,
      region: { start, length },
      owner,
      fresh: stride > 0,
      stride,
      signals,
      seed,
    };
  });
}

/** Two Workers on one pool, and one that is ended in its work. */
export function poolWorkerCases(recipe: () => RecipeOf<'pool'>, deployment: Deployment): Case[] {
  const pageLimit = 256;
  const lay = (): { stage: Stage; inspection: Inspection; registry: Int32Array; pool: SlotPool } => {
    const stage = new Stage({ pageLimit, words: (pages) => recipe().words(pages), shared: true });
    const registry = sharedRegistryWords(pageLimit);
    const pool = recipe().build(stage.scope(), new SharedRegistry(registry, stage.records));
    return { stage, inspection: new Inspection(recipe().box), registry, pool };
  };
  const tasks = (stage: Stage, registry: Int32Array, workers: number, rounds: number): PoolTask[] =>
    placesOf(stage, pageLimit, workers).map((place) => ({ ...place, registry, rounds, holds: 12 }));
  return [
    {
      clauses: ['POOL-8', 'POOL-12'],
      what: `${WORKERS} Workers acquire and release slabs and runs at once`,
      async run() {
        const { stage, inspection, registry, pool } = lay();
        const whole = capacity(pool, pageLimit);
        const crew = await Crew.start(deployment, 'pool', tasks(stage, registry, WORKERS, 20_000));
        for (const wrong of await crew.results()) inspection.must('POOL-8', wrong === null, 'acquire', { wrong });
        const problems = problemsOf(pool).map(({ message }) => message);
        inspection.must('POOL-1', problems.length === 0, 'verify', { problems: problems.join('; ') });
        const now = capacity(pool, pageLimit);
        inspection.must('POOL-8', now === whole, 'acquire until 0', { slabs: now, before: whole });
      },
    },
    {
      clauses: ['POOL-10'],
      what: 'a Worker is ended in its work, and leave takes back what it had',
      async run() {
        const { stage, inspection, registry, pool } = lay();
        const whole = capacity(pool, pageLimit);
        for (let i = 0; i < 4; i++) {
          const [task] = tasks(stage, registry, 1, 100_000_000);
          const crew = await Crew.start(deployment, 'pool', [task]);
          const began = await reaches(task.signals, 0, 1_000 + 1_777 * i);
          await crew.end(0);
          inspection.must('GENERAL-G', began, 'a Worker', { steps: task.signals[0] });
          pool.leave(task.owner);
          freeBlocks(stage, pool);
          pool.reclaim();
          const problems = problemsOf(pool).map(({ message }) => message);
          inspection.must('POOL-10', problems.length === 0, `leave(${task.owner})`, { problems: problems.join('; ') });
          const now = capacity(pool, pageLimit);
          inspection.must('POOL-10', now === whole, 'acquire until 0', { slabs: now, before: whole });
        }
      },
    },
  ];
}

/** Frees what the program of the dead thread had: its runs, which nobody owns, and the blocks of its slabs. */
function freeBlocks({ records }: Stage, pool: SlotPool): void {
  const { words, live, pageLimit } = records;
  for (let page = 1; page < pageLimit; page++) {
    const isRun = stateOf(words[page]) === SlotState.ACTIVE && kindOf(words[page]) === PageKind.LARGE;
    if (isRun && words[noteOf(page) + NOTE_SPAN] > 0) (pool as RunPool).releaseRun(page, 0);
  }
  live.fill(0);
}

/** How many slabs of one page can be had; all are given back. */
function capacity(pool: SlotPool, most: number): number {
  const heads: PageIndex[] = [];
  while (heads.length < most) {
    const head = pool.acquire(0);
    if (head === 0) break;
    heads.push(head);
  }
  for (const head of heads) pool.release(head);
  pool.sweep();
  return heads.length;
}

/** Two Workers that make SuperSlabs until there is no memory. */
export function registryWorkerCases(recipe: () => RecipeOf<'registry'>, deployment: Deployment): Case[] {
  const firstPage = 33;
  const pageLimit = 16_384;
  return [
    {
      clauses: ['REGISTRY-6'],
      what: `${WORKERS} Workers extend at once until memory is refused: each SuperSlab is made once`,
      async run() {
        const inspection = new Inspection(recipe().box);
        const stage = new Stage({ pageLimit, words: (pages) => recipe().words(pages), shared: true });
        const space = new PlainSpace({ firstPage, pageLimit, shrinks: false });
        const registry = recipe().build(stage.scope(), space);
        const tasks = placesOf(stage, pageLimit).map(
          (place): RegistryTask => ({ ...place, firstPage, workers: WORKERS }),
        );
        const crew = await Crew.start(deployment, 'registry', tasks);
        const answers = ((await crew.results()) as number[][]).flat();
        space.commit(pageLimit);
        const { created, retries } = registry.stats();
        const made = registry.end - registry.first;
        const all = new Set(answers).size === made && answers.every((at) => at >= registry.first && at < registry.end);
        inspection.must('REGISTRY-6', all && created === made, 'extend', { made, created, answers: answers.length });
        inspection.must('REGISTRY-6', retries === answers.length - made, 'extend', {
          retries,
          answers: answers.length,
        });
        const problems = problemsOf(registry).map(({ message }) => message);
        inspection.must('REGISTRY-2', problems.length === 0, 'verify', { problems: problems.join('; ') });
      },
    },
  ];
}

/** Two Workers that free the same blocks of a third thread. */
export function remoteWorkerCases(recipe: () => RecipeOf<'remote'>, deployment: Deployment): Case[] {
  const pageLimit = 512;
  return [
    {
      clauses: ['REMOTE-5', 'REMOTE-2'],
      what: `${WORKERS} Workers free the same blocks: each block is freed once, and its owner is told of every slab`,
      async run() {
        const inspection = new Inspection(recipe().box);
        const regions = FIRST + WORKERS;
        const stage = new Stage({ pageLimit, words: (pages) => recipe().words(pages), regions, shared: true });
        const { slabs, addresses } = fillSlabs(stage, pageLimit);
        const freed = new Int32Array(new SharedArrayBuffer(4 * addresses.length));
        const tasks = placesOf(stage, pageLimit).map(
          (place): RemoteTask => ({ ...place, addresses, freed, workers: WORKERS }),
        );
        const owner = recipe().build(stage.scope({ owner: OWNER }, stage.regions[OWNER - 1]), null);
        const crew = await Crew.start(deployment, 'remote', tasks);
        const frees = ((await crew.results()) as number[]).reduce((sum, mine) => sum + mine, 0);
        const notOnce = freed.findIndex((times) => times !== 1);
        inspection.must('REMOTE-5', notOnce === -1 && frees === addresses.length, 'free', { notOnce, frees });
        const visited = new Set<PageIndex>();
        for (let left = 200; left > 0; left--) {
          const sizeClass = owner.nextClass();
          if (sizeClass === -1) break;
          owner.take(sizeClass, (head) => visited.add(head));
        }
        const missed = slabs.filter((head) => !visited.has(head));
        inspection.must('REMOTE-3', missed.length === 0, 'take', { slabsThatWereNotTold: missed.join() });
        stage.checkFences(inspection, 'free');
      },
    },
  ];
}

/** Slabs of three classes side by side, all blocks live, owned by OWNER. */
function fillSlabs({ records }: Stage, pageLimit: number): { slabs: PageIndex[]; addresses: Uint32Array } {
  const classes = [31, 15, 40];
  const slabs: PageIndex[] = [];
  const addresses: number[] = [];
  for (let head = 1, i = 0; head + 16 < pageLimit; i++) {
    const sizeClass = classes[i % classes.length];
    const pages = SPAN_PAGES[sizeClass];
    for (let page = 0; page < pages; page++) {
      records.words[head + page] = pageWord(SlotState.ACTIVE, kindFor(sizeClass), OWNER, sizeClass);
      records.words[noteOf(head + page) + NOTE_SPAN] = page === 0 ? pages : -page;
    }
    records.words[noteOf(head) + NOTE_ROOM] = 0;
    for (let block = 0; block < SPAN_BLOCKS[sizeClass]; block++) {
      const address = head * PAGE_BYTES + block * BLOCK_BYTES[sizeClass];
      records.live[address >>> GRANULE_SHIFT] = 1;
      addresses.push(address);
    }
    slabs.push(head);
    head += pages;
  }
  const shared = new Uint32Array(new SharedArrayBuffer(4 * addresses.length));
  shared.set(addresses);
  return { slabs, addresses: shared };
}
