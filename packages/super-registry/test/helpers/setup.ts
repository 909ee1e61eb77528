// A registry, or rooms, on a ground of exactly the words that the recipe asks for, with words behind them that must not
// change.

import {
  Ground,
  groundLiveBytes,
  groundWords,
  type PageIndex,
  POLICY_RETAIN,
  type Region,
  type SlabSource,
  type SuperRegistry,
  standaloneGround,
  type Walkable,
} from '@hakmem/contracts';
import { expect } from 'vitest';
import { ROOMS_WORDS, type SuperRegistryOptions, superRegistry } from '../../src/index.js';
import { FakePool, FakeSpace } from './fakes.js';

/** The region of a registry, as drawn in registry.ts. */
export const Word = { END: 0, NEWEST: 1, OLDEST: 2, HOT: 3, DRAINING: 4, FREE: 5, PEAK: 6 } as const;
/** The record of a SuperSlab: at HEADER + RECORD × index. */
export const HEADER = 16;
export const RECORD = 3;
export const Field = { TIER: 0, OLDER: 1, NEWER: 2 } as const;

const GUARD = 8;
const GUARD_WORD = 0x5a5a5a5a;

export interface Made {
  readonly registry: SuperRegistry;
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
  const registry = recipe.build(scope, space);
  const guard = (): void => {
    expect(ground.records.words.subarray(behind.start).every((word) => word === GUARD_WORD)).toBe(true);
  };
  return { registry, space, ground, region: scope.region, log, policy, guard };
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
