// A registry, or rooms, on a ground of exactly the words that the recipe asks for, with words behind them that must not
// change.

import {
  Ground,
  groundLiveBytes,
  groundWords,
  type PageIndex,
  POLICY_RETAIN,
  type Records,
  type Region,
  type Scope,
  type SlabSource,
  type SuperRegistry,
  standaloneGround,
  type Walkable,
} from '@hakmem/contracts';
import { expect } from 'vitest';
import { ROOMS_WORDS, type SuperRegistryOptions, superRegistry } from '../../src/index.js';
import { FakePool, FakeSpace } from './fakes.js';

/** The region of a registry, as drawn in registry.ts. */
export const Word = { END: 0, CLOCK: 1, PEAK: 2, RETURNED: 3, RETRIES: 4 } as const;
/** The record of a SuperSlab: at HEADER + RECORD × index. */
export const HEADER = 16;
export const RECORD = 2;
export const Field = { TIER: 0, FREED_AT: 1 } as const;

const GUARD = 8;
const GUARD_WORD = 0x5a5a5a5a;

/** A registry that `shrinks`, as its recipe says. */
export type Shrinking = Required<SuperRegistry>;

export interface Made {
  readonly registry: Shrinking;
  readonly space: FakeSpace;
  readonly ground: Ground;
  readonly region: Region;
  readonly log: string[];
  /** Sets a policy entry. */
  policy(which: number, value: number): void;
  /** Fails when a word behind the region has changed. */
  guard(): void;
}

export function makeRegistry(space: FakeSpace, options: SuperRegistryOptions = {}, retain = 4): Made {
  const recipe = superRegistry(options);
  const ground = standaloneGround(space.pageLimit, recipe.words(space.pageLimit) + GUARD);
  const policy = (which: number, value: number): void => {
    ground.records.words[ground.policy.start + which] = value;
  };
  policy(POLICY_RETAIN, retain);
  const log: string[] = [];
  const scope = ground.scope(recipe.words(space.pageLimit), 1, (line) => log.push(line));
  const behind = ground.cut(GUARD);
  ground.records.words.fill(GUARD_WORD, behind.start);
  const registry = recipe.build(scope, space) as Shrinking;
  const guard = (): void => {
    expect(ground.records.words.subarray(behind.start).every((word) => word === GUARD_WORD)).toBe(true);
  };
  return { registry, space, ground, region: scope.region, log, policy, guard };
}

export interface Threads {
  readonly space: FakeSpace;
  readonly records: Records;
  readonly region: Region;
  readonly policy: Region;
  /** Builds the registry of one more thread over the same region; the first one has founded the heap. */
  join(): Shrinking;
}

/** A heap whose threads have a registry each, in memory that is shared when `shared`. */
export function makeThreads(space: FakeSpace, options: SuperRegistryOptions & { shared?: boolean } = {}): Threads {
  const { shared = true, ...recipeOptions } = options;
  const recipe = superRegistry(recipeOptions);
  const length = recipe.words(space.pageLimit);
  const buffer = (bytes: number): ArrayBufferLike => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const control = {
    words: new Int32Array(buffer(4 * (groundWords(space.pageLimit) + length))),
    live: new Uint8Array(buffer(groundLiveBytes(space.pageLimit))),
  };
  let threads = 0;
  const nextScope = (): Scope =>
    new Ground(control, space.pageLimit, threads++ === 0).scope(length, Math.max(1, threads));
  const founder = nextScope();
  const { records, region, policy } = founder;
  const build = (scope: Scope): Shrinking => recipe.build(scope, space) as Shrinking;
  const built = [build(founder)];
  return { space, records, region, policy, join: () => built.pop() ?? build(nextScope()) };
}

export interface MadeRooms {
  readonly rooms: SlabSource;
  readonly pool: FakePool;
  readonly ground: Ground;
  readonly region: Region;
}

/** Rooms over a fake pool of `pages` pages. */
export function makeRooms(pages: number): MadeRooms {
  const recipe = superRegistry();
  const space = new FakeSpace(pages);
  const words = recipe.words(pages) + ROOMS_WORDS;
  const control = {
    words: new Int32Array(groundWords(pages) + words),
    live: new Uint8Array(groundLiveBytes(pages)),
  };
  const ground = new Ground(control, pages);
  const registry = recipe.build(ground.scope(recipe.words(pages)), space);
  const pool = new FakePool(ground.records);
  const region = ground.cut(ROOMS_WORDS);
  return { rooms: registry.rooms(region, pool), pool, ground, region };
}

/** What a box's walker reports. */
export function problemsOf(box: Walkable): { box: string; message: string; address: number }[] {
  const problems: { box: string; message: string; address: number }[] = [];
  box.verify((problem) => problems.push({ ...problem }));
  return problems;
}

/** The slabs that the rooms hold, class by class, newest first. */
export function heldBy(source: SlabSource): [sizeClass: number, head: PageIndex][] {
  const found: [number, PageIndex][] = [];
  source.held((sizeClass, head) => found.push([sizeClass, head]));
  return found;
}
