// Proves the registry against a plain model: random sequences of its verbs over a space that gives and refuses memory. After
// every step the walker, the tiers, the order of the FREE ones, the counts, the memory and the RESERVED pages must agree.

import { clause, POLICY_RETAIN, SLOTS_PER_SUPERSLAB, SlotState, stateOf, Tier } from '@hakmem/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeSpace } from './helpers/fakes.js';
import { Field, HEADER, type Made, makeRegistry, problemsOf, RECORD, Word } from './helpers/setup.js';

const SEED = 20_260_821;
const RUNS = 600;

/** What must be so. */
interface Model {
  readonly first: number;
  /** Tier of each SuperSlab from `first` on. */
  readonly tiers: Tier[];
  /** FREE SuperSlabs in the order in which they became so. */
  free: number[];
  retain: number;
  peak: number;
  created: number;
  returned: number;
  committed: number;
}

type Command = fc.Command<Model, Made>;

const end = (model: Readonly<Model>): number => model.first + model.tiers.length;
const among = (model: Readonly<Model>, ...tiers: Tier[]): number[] =>
  model.tiers.flatMap((tier, i) => (tiers.includes(tier) ? [model.first + i] : []));

function set(model: Model, superSlab: number, tier: Tier): void {
  model.tiers[superSlab - model.first] = tier;
  model.free = model.free.filter((each) => each !== superSlab);
  if (tier === Tier.FREE) model.free.push(superSlab);
  model.peak = Math.max(model.peak, among(model, Tier.HOT, Tier.DRAINING).length);
}

/** Returns FREE SuperSlabs at the top, down to `retain`; says how many. */
function trim(model: Model, space: FakeSpace, retain: number): number {
  let gone = 0;
  while (space.capabilities.shrinks && model.free.length > retain && model.tiers.at(-1) === Tier.FREE) {
    model.tiers.pop();
    model.free = model.free.filter((each) => each !== end(model));
    gone++;
  }
  model.returned += gone;
  if (gone > 0) model.committed = Math.min(model.committed, end(model) * SLOTS_PER_SUPERSLAB);
  return gone;
}

function agree(model: Readonly<Model>, made: Made): void {
  const { registry, space, ground, region } = made;
  expect(problemsOf(registry)).toEqual([]);
  made.guard();
  expect(registry.first).toBe(model.first);
  expect(registry.end).toBe(end(model));
  for (let i = 0; i <= Math.ceil(space.pageLimit / SLOTS_PER_SUPERSLAB); i++) {
    expect(registry.tier(i), `tier of ${i}`).toBe(model.tiers[i - model.first] ?? Tier.ABSENT);
  }
  expect(registry.stats()).toEqual({
    hot: among(model, Tier.HOT).length,
    draining: among(model, Tier.DRAINING).length,
    free: model.free.length,
    peak: model.peak,
    created: model.created,
    returned: model.returned,
    retries: 0,
  });
  expect(model.created - model.returned).toBe(model.tiers.length);
  expect(space.committedPages).toBe(model.committed);
  const { words } = ground.records;
  const freedAt = (superSlab: number): number => words[region.start + HEADER + RECORD * superSlab + Field.FREED_AT];
  const clock = words[region.start + Word.CLOCK];
  const order = among(model, Tier.FREE).sort((a, b) => ((clock - freedAt(b)) >>> 0) - ((clock - freedAt(a)) >>> 0));
  expect(order).toEqual(model.free);
  for (let page = model.first * SLOTS_PER_SUPERSLAB; page < end(model) * SLOTS_PER_SUPERSLAB; page++) {
    const outside = page < space.firstPage || page >= space.pageLimit;
    expect(stateOf(words[page] ?? -1) === SlotState.RESERVED, `page ${page} RESERVED`).toBe(outside);
  }
}

class Reuse implements Command {
  check = (): boolean => true;
  run(model: Model, made: Made): void {
    const newest = model.free.at(-1) ?? -1;
    expect(made.registry.reuse()).toBe(newest);
    if (newest !== -1) set(model, newest, Tier.HOT);
    agree(model, made);
  }
  toString = (): string => 'reuse()';
}

class Extend implements Command {
  constructor(readonly count: number) {}
  check = (): boolean => true;
  run(model: Model, made: Made): void {
    const { pageLimit, available } = made.space;
    const from = end(model);
    const to = from + this.count;
    const pages = Math.min(to * SLOTS_PER_SUPERSLAB, pageLimit);
    const fits = to <= Math.ceil(pageLimit / SLOTS_PER_SUPERSLAB) && pages <= available;
    expect(made.registry.extend(this.count)).toBe(fits ? from : -1);
    if (fits) {
      for (let superSlab = from; superSlab < to; superSlab++) set(model, superSlab, Tier.HOT);
      model.created += this.count;
      model.committed = Math.max(model.committed, pages);
    }
    agree(model, made);
  }
  toString = (): string => `extend(${this.count})`;
}

/** heat, drain or free of one of the SuperSlabs whose tier allows it. */
class Move implements Command {
  #superSlab = -1;
  constructor(
    readonly verb: 'heat' | 'drain' | 'free',
    readonly pick: number,
  ) {}
  #candidates(model: Readonly<Model>): number[] {
    if (this.verb === 'heat') return among(model, Tier.HOT, Tier.DRAINING, Tier.FREE);
    return this.verb === 'drain' ? among(model, Tier.HOT) : among(model, Tier.HOT, Tier.DRAINING);
  }
  check = (model: Readonly<Model>): boolean => this.#candidates(model).length > 0;
  run(model: Model, made: Made): void {
    const candidates = this.#candidates(model);
    this.#superSlab = candidates[this.pick % candidates.length] ?? -1;
    made.registry[this.verb](this.#superSlab);
    set(model, this.#superSlab, { heat: Tier.HOT, drain: Tier.DRAINING, free: Tier.FREE }[this.verb]);
    const used = among(model, Tier.HOT, Tier.DRAINING).length;
    if (this.verb === 'free') trim(model, made.space, Math.max(model.retain, used));
    agree(model, made);
  }
  toString = (): string => `${this.verb}(${this.#superSlab})`;
}

class Trim implements Command {
  constructor(readonly retain: number) {}
  check = (): boolean => true;
  run(model: Model, made: Made): void {
    expect(made.registry.trim(this.retain)).toBe(trim(model, made.space, this.retain));
    agree(model, made);
  }
  toString = (): string => `trim(${this.retain})`;
}

class Retain implements Command {
  constructor(readonly retain: number) {}
  check = (): boolean => true;
  run(model: Model, made: Made): void {
    made.policy(POLICY_RETAIN, this.retain);
    model.retain = this.retain;
    agree(model, made);
  }
  toString = (): string => `retain = ${this.retain}`;
}

class Available implements Command {
  constructor(readonly pages: number) {}
  check = (): boolean => true;
  run(_model: Model, { space }: Made): void {
    space.available = this.pages;
  }
  toString = (): string => `memory has ${this.pages} pages`;
}

const move = (verb: 'heat' | 'drain' | 'free'): fc.Arbitrary<Command> => fc.nat(20).map((pick) => new Move(verb, pick));

const steps = fc.commands<Model, Made>(
  [
    fc.constant(new Reuse()),
    fc.integer({ min: 1, max: 4 }).map((count) => new Extend(count)),
    move('heat'),
    move('drain'),
    move('free'),
    move('free'),
    fc.nat(4).map((retain) => new Trim(retain)),
    fc.nat(5).map((retain) => new Retain(retain)),
    fc.nat(400).map((pages) => new Available(pages)),
  ],
  { maxCommands: 50 },
);

const spaces = fc.record({
  pageLimit: fc.integer({ min: 40, max: 330 }),
  firstPage: fc.integer({ min: 1, max: 39 }),
  shrinks: fc.boolean(),
});

/** Where the clock begins: at 0, or so that it passes 2³¹ or 2³² on the way. */
const clocks = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 2 ** 31 - 20, max: 2 ** 31 - 1 }),
  fc.integer({ min: -20, max: -1 }),
);

test(`${clause('REGISTRY-2')} (the model agrees after every step; seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(spaces, clocks, steps, ({ pageLimit, ...options }, clock, commands) => {
      const setup = (): { model: Model; real: Made } => {
        const real = makeRegistry(new FakeSpace(pageLimit, options));
        real.ground.records.words[real.region.start + Word.CLOCK] = clock;
        const first = options.firstPage >>> 5;
        return {
          model: { first, tiers: [], free: [], retain: 4, peak: 0, created: 0, returned: 0, committed: 0 },
          real,
        };
      };
      fc.modelRun(setup, commands);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
