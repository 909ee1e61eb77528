// Proves the rooms against a plain model, a stack per class, behind the checked wrapper of contracts: random offers,
// acquisitions and retirements, with a pool that gives and refuses. After every step lists and walker must agree.

import { CheckedSource, clause, NOTE_ROOM, noteOf, type SlabSource, SPAN_BLOCKS } from '@hakmem/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldBy, type MadeRooms, makeRooms, problemsOf } from './helpers/setup.js';

const SEED = 20_260_822;
const RUNS = 600;
const PAGES = 64;
const CLASSES = [0, 7, 95];

interface Slab {
  readonly sizeClass: number;
  readonly head: number;
}

interface Model {
  /** The slabs that the rooms hold; of a class the last is the newest. */
  held: Slab[];
  /** The slabs that the caller holds. */
  own: Slab[];
  readonly released: number[];
  asked: number;
}

interface Real extends MadeRooms {
  readonly source: SlabSource;
}

type Command = fc.Command<Model, Real>;

function agree(model: Readonly<Model>, real: Real): void {
  expect(problemsOf(real.rooms)).toEqual([]);
  const expected = CLASSES.flatMap((sizeClass) =>
    model.held
      .filter((slab) => slab.sizeClass === sizeClass)
      .map((slab) => [sizeClass, slab.head])
      .reverse(),
  );
  expect(heldBy(real.rooms)).toEqual(expected);
  expect(real.pool.released).toEqual(model.released);
  expect(real.pool.asked).toBe(model.asked);
}

const newest = (model: Readonly<Model>, sizeClass: number): Slab | undefined =>
  model.held.findLast((slab) => slab.sizeClass === sizeClass);

/** acquire or spare. */
class Fetch implements Command {
  constructor(
    readonly verb: 'acquire' | 'spare',
    readonly sizeClass: number,
  ) {}
  check = (): boolean => true;
  run(model: Model, real: Real): void {
    const got = real.source[this.verb](this.sizeClass);
    const slab = newest(model, this.sizeClass);
    if (slab !== undefined) {
      expect(got).toBe(slab.head);
      model.held = model.held.filter((each) => each !== slab);
      model.own.push(slab);
    } else if (this.verb === 'spare') {
      expect(got).toBe(0);
    } else {
      model.asked++;
      if (real.pool.exhausted) expect(got).toBe(0);
      else if (got !== 0) model.own.push({ sizeClass: this.sizeClass, head: got });
    }
    agree(model, real);
  }
  toString = (): string => `${this.verb}(${this.sizeClass})`;
}

class Offer implements Command {
  #slab: Slab | undefined;
  constructor(
    readonly pick: number,
    readonly room: number,
  ) {}
  check = ({ own }: Readonly<Model>): boolean => own.length > 0;
  run(model: Model, real: Real): void {
    const slab = model.own[this.pick % model.own.length]!;
    this.#slab = slab;
    real.ground.records.words[noteOf(slab.head) + NOTE_ROOM] = 1 + (this.room % SPAN_BLOCKS[slab.sizeClass]!);
    real.source.offer(slab.sizeClass, slab.head);
    model.own = model.own.filter((each) => each !== slab);
    model.held.push(slab);
    agree(model, real);
  }
  toString = (): string => `offer(${this.#slab?.sizeClass}, ${this.#slab?.head})`;
}

/** Retires a slab, held by the rooms or by the caller. */
class Retire implements Command {
  #slab: Slab | undefined;
  constructor(readonly pick: number) {}
  check = ({ held, own }: Readonly<Model>): boolean => held.length + own.length > 0;
  run(model: Model, real: Real): void {
    const all = [...model.held, ...model.own];
    const slab = all[this.pick % all.length]!;
    this.#slab = slab;
    real.ground.records.words[noteOf(slab.head) + NOTE_ROOM] = SPAN_BLOCKS[slab.sizeClass]!;
    real.source.retire(slab.sizeClass, slab.head);
    model.held = model.held.filter((each) => each !== slab);
    model.own = model.own.filter((each) => each !== slab);
    model.released.push(slab.head);
    agree(model, real);
  }
  toString = (): string => `retire(${this.#slab?.sizeClass}, ${this.#slab?.head})`;
}

class Exhaust implements Command {
  constructor(readonly exhausted: boolean) {}
  check = (): boolean => true;
  run(_model: Model, { pool }: Real): void {
    pool.exhausted = this.exhausted;
  }
  toString = (): string => `the pool ${this.exhausted ? 'refuses' : 'gives'}`;
}

const sizeClass = fc.constantFrom(...CLASSES);
const steps = fc.commands<Model, Real>(
  [
    sizeClass.map((c) => new Fetch('acquire', c)),
    sizeClass.map((c) => new Fetch('spare', c)),
    fc.tuple(fc.nat(63), fc.nat(4_095)).map(([pick, room]) => new Offer(pick, room)),
    fc.tuple(fc.nat(63), fc.nat(4_095)).map(([pick, room]) => new Offer(pick, room)),
    fc.nat(63).map((pick) => new Retire(pick)),
    fc.boolean().map((exhausted) => new Exhaust(exhausted)),
  ],
  { maxCommands: 60 },
);

test(`${clause('SOURCE-1')} (the model agrees after every step; seed ${SEED}, ${RUNS} runs)`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      const setup = (): { model: Model; real: Real } => {
        const made = makeRooms(PAGES);
        const source = new CheckedSource(made.ground.records, made.rooms);
        return { model: { held: [], own: [], released: [], asked: 0 }, real: { ...made, source } };
      };
      fc.modelRun(setup, commands);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
