/** Puts pools of one or several threads on a ground and a registry of their own, and helps tests to read what they did. */

import { type OnAccess, PlainRegistry, watched } from '@hakmem/conformance';
import {
  CLASS_COUNT,
  NOTE_SPAN,
  noteOf,
  type PageIndex,
  type Records,
  type Region,
  type RunPool,
  type Scope,
  type SizeClass,
  SPAN_PAGES,
  type SuperRegistry,
  type SuperSlabIndex,
  standaloneGround,
  type ThreadId,
} from '@hakmem/contracts';
import { Hints } from '../src/hints.js';
import { type SharedPoolOptions, sharedPool } from '../src/index.js';
import { Slots } from '../src/slots.js';

/** The owner of all slabs in tests of one thread: not 1, so that a forgotten owner shows. */
export const OWNER = 7;

export interface Place {
  /** First page of the region; default 32, the start of SuperSlab 1. */
  readonly firstPage?: number;
  /** Page after the last; default 288: SuperSlabs 1 … 8. */
  readonly pageLimit?: number;
  /** FREE SuperSlabs kept when memory is returned; default Infinity: memory is never returned. */
  readonly retain?: number;
  /** SuperSlabs made FREE before the pool is built; default 0. */
  readonly prewarm?: number;
}

/** What one thread uses. */
export interface Thread {
  readonly pool: RunPool;
  /** The transitions by themselves, over the same words as the pool's. */
  readonly slots: Slots;
}

export interface Stand {
  /** The records as they are: nothing that reads or writes here is watched. */
  readonly records: Records;
  readonly registry: PlainRegistry;
  /** The founder's pool; its owner is `OWNER`. */
  readonly pool: RunPool;
  readonly slots: Slots;
  readonly region: Region;
  /** The pool's own hints, for planting damage. */
  readonly hints: Hints;
  /** Debug lines so far. */
  readonly lines: string[];
  /** What verify reports now. */
  problems(): string[];
  /** Another thread over the same region. `onAccess` is called before each of its accesses to what threads share. */
  thread(owner: ThreadId, onAccess?: OnAccess): Thread;
}

export function stand(place: Place = {}, options: SharedPoolOptions = {}): Stand {
  const { firstPage = 32, pageLimit = 288, retain = Number.POSITIVE_INFINITY, prewarm = 0 } = place;
  const recipe = sharedPool(options);
  const length = recipe.words(pageLimit);
  const ground = standaloneGround(pageLimit, length);
  const { records } = ground;
  const registry = new PlainRegistry(records, { firstPage, retain });
  if (prewarm > 0) {
    const first = registry.extend(prewarm);
    for (let superSlab = first + prewarm - 1; superSlab >= first; superSlab--) registry.free(superSlab);
  }
  const lines: string[] = [];
  const region = ground.cut(length);
  const log = (line: string): void => {
    lines.push(line);
  };
  const on = (scope: Scope, seen: SuperRegistry): Thread => ({
    pool: recipe.build(scope, seen),
    slots: new Slots({ ...scope, founding: false }, seen),
  });
  const founder = on(ground.scopeOf(region, { owner: OWNER, log }), registry);
  return {
    records,
    registry,
    ...founder,
    region,
    hints: new Hints(records, { ...region, start: region.start + 16, length: length - 16 }, pageLimit),
    lines,
    problems() {
      const found: string[] = [];
      founder.pool.verify((problem) => found.push(problem.message));
      return found;
    },
    thread(owner, onAccess) {
      const scope = ground.scopeOf(region, { owner, founding: false });
      if (onAccess === undefined)
        return on(
          scope,
          registry.seenBy(() => {}),
        );
      const mine = watched(records, onAccess);
      const mineToo = { ...scope, records: mine, region: { ...region, words: mine.words } };
      return on(mineToo, registry.seenBy(onAccess));
    },
  };
}

/** One class for each span length that exists, shortest first. */
export function classPerSpan(): Map<number, SizeClass> {
  const found = new Map<number, SizeClass>();
  for (let c = 0; c < CLASS_COUNT; c++) if (!found.has(SPAN_PAGES[c])) found.set(SPAN_PAGES[c], c);
  return new Map([...found].sort(([a], [b]) => a - b));
}

/** A class whose spans have this many pages. */
export function classOfSpan(pages: number): SizeClass {
  const found = classPerSpan().get(pages);
  if (found === undefined) throw new Error(`no class has spans of ${pages} pages`);
  return found;
}

/** Acquires `count` slabs of the class; throws when one is refused. */
export function acquireMany(pool: RunPool, sizeClass: SizeClass, count: number): PageIndex[] {
  return Array.from({ length: count }, () => {
    const head = pool.acquire(sizeClass);
    if (head === 0) throw new Error(`no slab of class ${sizeClass}: memory is exhausted`);
    return head;
  });
}

export function superSlabOf(page: PageIndex): SuperSlabIndex {
  return page >>> 5;
}

/** Pages of the slab, span or run at `head`, as its note says. */
export function lengthOf({ words }: Records, head: PageIndex): number {
  return words[noteOf(head) + NOTE_SPAN];
}
