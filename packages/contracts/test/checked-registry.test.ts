// Proves the checks of registries: each throws, with box, clause, call and values, when a planted registry breaks its clause; where
// records are shared, only what other threads leave alone is looked at.

import { beforeEach, describe, expect, test } from 'vitest';
import {
  type AddressSpace,
  type Capabilities,
  type ClauseId,
  ContractViolation,
  checked,
  Ground,
  groundLiveBytes,
  groundWords,
  PAGE_BYTES,
  PageKind,
  pageWord,
  type RecipeOf,
  type RegistryStats,
  type Report,
  type Scope,
  type SlabSource,
  type SlotPool,
  SlotState,
  type SuperRegistry,
  Tier,
} from '../src/index.js';
import { FakeSource, makeSlab } from './helpers/fakes.js';

const PAGES = 100;
const { HOT, DRAINING, FREE } = Tier;

/** A right registry in plain JavaScript, whose methods a test replaces; the last FREE one is the last of `freed`. */
class Planted implements SuperRegistry {
  first = 0;
  tiers: Tier[] = [];
  freed: number[] = [];
  created = 0;
  scope!: Scope;
  source = new FakeSource();

  get end(): number {
    return this.first + this.tiers.length;
  }
  superSlabOf(address: number): number {
    return address >>> 21;
  }
  pageOf(address: number): number {
    return address >>> 16;
  }
  tier(superSlab: number): Tier {
    return this.tiers[superSlab - this.first] ?? Tier.ABSENT;
  }
  reuse(): number {
    const latest = this.freed.pop() ?? -1;
    if (latest !== -1) this.tiers[latest] = HOT;
    return latest;
  }
  extend(count: number): number {
    const from = this.end;
    if (from + count > 4) return -1;
    for (const page of [0, ...Array.from({ length: 28 }, (_, i) => PAGES + i)]) {
      this.scope.records.words[page] = pageWord(SlotState.RESERVED, PageKind.NONE, 0, 0);
    }
    for (let i = 0; i < count; i++) this.tiers.push(HOT);
    this.created += count;
    return from;
  }
  heat(superSlab: number): void {
    this.tiers[superSlab] = HOT;
  }
  drain(superSlab: number): void {
    this.tiers[superSlab] = DRAINING;
  }
  free(superSlab: number): void {
    this.tiers[superSlab] = FREE;
    this.freed.push(superSlab);
  }
  trim(retain: number): number {
    let gone = 0;
    for (; this.freed.length > retain && this.tiers.at(-1) === FREE; gone++) {
      this.tiers.pop();
      this.freed = this.freed.filter((each) => each !== this.end);
    }
    return gone;
  }
  rooms(): SlabSource {
    return this.source;
  }
  stats(): RegistryStats {
    const count = (tier: Tier): number => this.tiers.filter((each) => each === tier).length;
    const { created } = this;
    const returned = created - this.tiers.length;
    return { hot: count(HOT), draining: count(DRAINING), free: count(FREE), peak: 0, created, returned, retries: 0 };
  }
  verify(report: Report): void {
    report({ box: 'planted', message: 'asked', address: 0 });
  }
}

const CAPABILITIES: Capabilities<'any', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'any',
  grows: true,
  shrinks: true,
  zeroed: false,
  retries: true,
  stateInBuffer: true,
};

let inner = new Planted();
let registry = inner as Required<SuperRegistry>;
let scope: Scope;

/** A planted registry behind checks, over records that threads share or not. */
function plant(shared: boolean, but: object = {}): void {
  inner = Object.assign(new Planted(), but);
  const recipe: RecipeOf<'registry'> = {
    box: 'planted',
    contract: 'registry',
    capabilities: CAPABILITIES,
    words: () => 0,
    build: (given) => Object.assign(inner, { scope: given }),
  };
  const buffer = (bytes: number): ArrayBufferLike => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const words = new Int32Array(buffer(4 * (groundWords(PAGES) + 96)));
  const ground = new Ground({ words, live: new Uint8Array(buffer(groundLiveBytes(PAGES))) }, PAGES);
  scope = ground.scope(96);
  registry = checked(recipe).build(scope, null as unknown as AddressSpace) as Required<SuperRegistry>;
}

beforeEach(() => plant(false));

function breaks(id: ClauseId, call: string, values: object, act: () => unknown): void {
  let error: unknown;
  try {
    act();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ContractViolation);
  expect(error).toMatchObject({ box: 'planted', clause: id, call, values });
}

test.each([false, true])('a right registry passes, in records that are shared: %o', (shared) => {
  plant(shared);
  expect([registry.extend(3), registry.extend(2), registry.first, registry.end]).toEqual([0, -1, 0, 3]);
  registry.drain(0);
  registry.free(1);
  registry.free(2);
  registry.heat(0);
  expect([registry.reuse(), registry.tier(2), registry.tier(1), registry.tier(9)]).toEqual([2, HOT, FREE, 0]);
  expect(registry.stats()).toMatchObject({ hot: 2, free: 1, created: 3 });
  registry.free(2);
  expect([registry.trim(2), registry.trim(0), registry.reuse()]).toEqual([0, 2, -1]);
  expect([registry.superSlabOf(2 ** 31), registry.pageOf(2 ** 31)]).toEqual([1_024, 32_768]);
  const problems: string[] = [];
  registry.verify(({ message }) => problems.push(message));
  expect(problems).toEqual(['asked']);
});

test('has no trim when the inner registry has none', () => {
  plant(false, { trim: undefined });
  expect('trim' in registry).toBe(false);
  plant(false);
  expect('trim' in registry).toBe(true);
});

test('its rooms are behind checks', () => {
  inner.source.next = makeSlab(scope.records, 9, 3, 0);
  const rooms = registry.rooms(scope.region, null as unknown as SlotPool);
  breaks('SOURCE-1', 'acquire(3)', { room: 0 }, () => rooms.acquire(3));
});

describe('REGISTRY-1', () => {
  test('superSlabOf', () => {
    inner.superSlabOf = (address) => address >> 21;
    breaks('REGISTRY-1', 'superSlabOf(4294967280)', { superSlab: -1 }, () => registry.superSlabOf(2 ** 32 - 16));
  });
  test('pageOf', () => {
    inner.pageOf = () => 7;
    breaks('REGISTRY-1', 'pageOf(16)', { page: 7 }, () => registry.pageOf(16));
  });
});

describe.each([false, true])('records that are shared: %o', (shared) => {
  beforeEach(() => {
    plant(shared);
    registry.extend(2);
  });

  test('REGISTRY-2: a tier that is none', () => {
    inner.tier = () => 4 as Tier;
    breaks('REGISTRY-2', 'tier(1)', { tier: 4 }, () => registry.tier(1));
  });

  test.each([0, 1.5, -1, Number.NaN])('REGISTRY-11: %o SuperSlabs are never asked for', (count) => {
    breaks('REGISTRY-11', `extend(${count})`, { count }, () => registry.extend(count));
  });

  test.each(['heat', 'drain', 'free'] as const)('REGISTRY-11: %s of one that is not there', (verb) => {
    breaks('REGISTRY-11', `${verb}(2)`, { first: 0, end: 2 }, () => registry[verb](2));
    breaks('REGISTRY-11', `${verb}(-1)`, { first: 0, end: 2 }, () => registry[verb](-1));
    expect(inner.tiers).toEqual([HOT, HOT]);
  });

  test('REGISTRY-3: answers one that is not there', () => {
    inner.reuse = () => 5;
    inner.extend = () => 2;
    breaks('REGISTRY-3', 'reuse()', { superSlab: 5, end: 2 }, () => registry.reuse());
    breaks('REGISTRY-3', 'extend(1)', { superSlab: 2, end: 2 }, () => registry.extend(1));
  });

  test.each([0, PAGES, 127])('REGISTRY-5: page %i is open', (page) => {
    const extend = inner.extend.bind(inner);
    inner.extend = (count) => {
      const answer = extend(count);
      scope.records.words[page] = 0;
      return answer;
    };
    breaks('REGISTRY-5', 'extend(2)', { page, pageLimit: PAGES }, () => registry.extend(2));
  });
});

describe('in the hands of one thread', () => {
  beforeEach(() => {
    registry.extend(3);
    registry.free(1);
  });

  const also = (verb: 'reuse' | 'extend' | 'heat' | 'drain' | 'free' | 'trim', then: () => void): void => {
    const real = (inner[verb] as (value: number) => number).bind(inner);
    Object.assign(inner, {
      [verb]: (value: number) => {
        const answer = real(value);
        then();
        return answer;
      },
    });
  };
  const drainFirst = (): void => {
    inner.tiers[0] = DRAINING;
  };

  test.each([
    ['reuse', 'reuse()', 'REGISTRY-3', () => registry.reuse()],
    ['extend', 'extend(1)', 'REGISTRY-3', () => registry.extend(1)],
    ['heat', 'heat(2)', 'REGISTRY-9', () => registry.heat(2)],
    ['drain', 'drain(2)', 'REGISTRY-9', () => registry.drain(2)],
    ['free', 'free(2)', 'REGISTRY-9', () => registry.free(2)],
    ['trim', 'trim(4)', 'REGISTRY-9', () => registry.trim(4)],
  ] as const)('%s changes another one', (verb, call, id, act) => {
    also(verb, drainFirst);
    breaks(id, call, { superSlab: 0, was: HOT, now: DRAINING }, act);
  });

  test.each([
    ['heat', 1],
    ['drain', 0],
  ] as const)('REGISTRY-9: %s does nothing', (verb, superSlab) => {
    inner[verb] = () => {};
    breaks('REGISTRY-9', `${verb}(${superSlab})`, {}, () => registry[verb](superSlab));
  });

  test('REGISTRY-3: reuse of one that is in use', () => {
    inner.reuse = () => 0;
    breaks('REGISTRY-3', 'reuse()', { superSlab: 0, was: HOT, now: HOT }, () => registry.reuse());
  });

  test('REGISTRY-8: reuse finds none, and there is one', () => {
    inner.reuse = () => -1;
    breaks('REGISTRY-8', 'reuse()', { free: 1 }, () => registry.reuse());
  });

  test('REGISTRY-8: extend is refused, and has made some', () => {
    inner.extend = () => {
      inner.tiers.push(HOT);
      return -1;
    };
    breaks('REGISTRY-8', 'extend(1)', { end: 4, expected: 3 }, () => registry.extend(1));
  });

  test('REGISTRY-3: extend makes fewer, or not HOT ones', () => {
    const extend = inner.extend.bind(inner);
    inner.extend = () => extend(1);
    inner.tiers.pop();
    breaks('REGISTRY-3', 'extend(2)', { superSlab: 2, end: 3 }, () => registry.extend(2));
    also('extend', () => {
      inner.tiers[3] = DRAINING;
    });
    breaks('REGISTRY-3', 'extend(1)', { superSlab: 3 }, () => registry.extend(1));
  });

  test('REGISTRY-2: one is ABSENT', () => {
    also('heat', () => {
      inner.tiers[1] = Tier.ABSENT;
    });
    inner.tiers[1] = Tier.ABSENT;
    breaks('REGISTRY-2', 'heat(2)', { absent: 1 }, () => registry.heat(2));
  });

  test('REGISTRY-2: counts that do not add up', () => {
    const stats = inner.stats.bind(inner);
    inner.stats = () => ({ ...stats(), hot: 3 });
    breaks('REGISTRY-2', 'stats()', { hot: 3, all: 3 }, () => registry.stats());
    inner.stats = () => ({ ...stats(), created: 9 });
    breaks('REGISTRY-2', 'stats()', { created: 9 }, () => registry.stats());
  });

  test('REGISTRY-4: one in use is returned', () => {
    also('free', () => inner.tiers.pop());
    breaks('REGISTRY-4', 'free(0)', { gone: 2, tier: HOT }, () => registry.free(0));
  });

  test('REGISTRY-4: more are returned than may, or than is said', () => {
    registry.free(2);
    const trim = inner.trim.bind(inner);
    inner.trim = () => trim(0);
    breaks('REGISTRY-4', 'trim(1)', { gone: 2, free: 0 }, () => registry.trim(1));
    registry.extend(1);
    registry.free(1);
    inner.trim = (retain) => trim(retain) + 1;
    breaks('REGISTRY-4', 'trim(0)', { gone: 2, fewer: 1 }, () => registry.trim(0));
  });

  test('GENERAL-C: looking writes', () => {
    const write = (): void => void scope.records.words[PAGES - 1]++;
    const stats = inner.stats.bind(inner);
    inner.stats = () => {
      write();
      return stats();
    };
    inner.verify = write;
    breaks('GENERAL-C', 'stats()', { word: PAGES - 1 }, () => registry.stats());
    breaks('GENERAL-C', 'verify', { word: PAGES - 1 }, () => registry.verify(() => {}));
  });
});

test('with other threads, tiers that change meanwhile are no fault', () => {
  plant(true);
  registry.extend(3);
  const heat = inner.heat.bind(inner);
  inner.heat = (superSlab) => {
    heat(superSlab);
    inner.tiers[superSlab] = DRAINING;
    inner.tiers[0] = FREE;
    inner.tiers.push(HOT);
  };
  registry.heat(1);
  inner.reuse = () => -1;
  expect(registry.reuse()).toBe(-1);
  expect(inner.tiers).toEqual([FREE, DRAINING, HOT, HOT]);
});
