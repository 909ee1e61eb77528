/**
 * Model-based property of a front: random requests and frees against a map from address to class. A failure prints the
 * commands of the shortest counter-example, with the seed and path that replay it.
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  classOf,
  clause,
  type Front,
  type Recipe,
  type SizeClass,
  standaloneGround,
} from '@hakmem/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeCache } from './fake-cache.ts';

const SEED = 20_251;
const RUNS = 300;

interface Model {
  readonly live: [Address, SizeClass][];
  readonly freed: [Address, SizeClass][];
}

interface Real {
  readonly front: Front;
  readonly cache: FakeCache;
  /** Smaller requests get the class of this many bytes. */
  readonly least: number;
}

/** The front under test. */
export interface FrontUnderTest {
  readonly recipe: Recipe<BlockCache, Front>;
  readonly least: number;
  /** The requests to make. */
  readonly bytes: fc.Arbitrary<number>;
}

abstract class Step implements fc.Command<Model, Real> {
  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    this.act(model, real);
    expect([...real.cache.live].sort(([a], [b]) => a - b)).toEqual([...model.live].sort(([a], [b]) => a - b));
  }

  abstract act(model: Model, real: Real): void;
  abstract toString(): string;
}

class Malloc extends Step {
  constructor(readonly bytes: number) {
    super();
  }

  act(model: Model, { front, cache, least }: Real): void {
    const address = front.malloc(this.bytes);
    expect(address === 0).toBe(cache.exhausted);
    if (address === 0) return;
    const sizeClass = front.classOf(this.bytes);
    expect(sizeClass).toBe(classOf(Math.max(this.bytes, least)));
    const end = address + BLOCK_BYTES[sizeClass];
    for (const [other, c] of model.live) expect(end <= other || other + BLOCK_BYTES[c] <= address).toBe(true);
    const at = model.freed.findIndex(([freed]) => freed === address);
    if (at >= 0) model.freed.splice(at, 1);
    model.live.push([address, sizeClass]);
  }

  toString(): string {
    return `malloc(${this.bytes})`;
  }
}

class Free extends Step {
  constructor(readonly pick: number) {
    super();
  }

  override check(model?: Readonly<Model>): boolean {
    return model!.live.length > 0;
  }

  act(model: Model, { front }: Real): void {
    const [[address, sizeClass]] = model.live.splice(this.pick % model.live.length, 1);
    expect(front.free(sizeClass, address)).toBe(true);
    model.freed.push([address, sizeClass]);
  }

  toString(): string {
    return `free the ${this.pick}th`;
  }
}

class FreeAgain extends Step {
  constructor(readonly pick: number) {
    super();
  }

  override check(model?: Readonly<Model>): boolean {
    return model!.freed.length > 0;
  }

  act(model: Model, { front }: Real): void {
    const [address, sizeClass] = model.freed[this.pick % model.freed.length];
    expect(front.free(sizeClass, address)).toBe(false);
  }

  toString(): string {
    return `free again the ${this.pick}th`;
  }
}

class Exhaust extends Step {
  constructor(readonly exhausted: boolean) {
    super();
  }

  act(_model: Model, { cache }: Real): void {
    cache.exhausted = this.exhausted;
  }

  toString(): string {
    return this.exhausted ? 'memory is exhausted' : 'there is memory';
  }
}

/** Registers the test. */
export function testFront({ recipe, least, bytes }: FrontUnderTest): void {
  test(`${clause('FRONT-1')} ${clause('FRONT-2')} ${RUNS} runs of up to 60 commands, seed ${SEED}`, () => {
    const malloc = bytes.map((n): Step => new Malloc(n));
    const commands = fc.commands(
      [
        malloc,
        malloc,
        fc.nat(99).map((pick): Step => new Free(pick)),
        fc.nat(99).map((pick): Step => new FreeAgain(pick)),
        fc.boolean().map((exhausted): Step => new Exhaust(exhausted)),
      ],
      { maxCommands: 60, size: 'max' },
    );
    fc.assert(
      fc.property(commands, (steps) => {
        fc.modelRun(() => {
          const cache = new FakeCache();
          const front = recipe.build(standaloneGround(1, 0).scope(0), cache);
          return { model: { live: [], freed: [] }, real: { front, cache, least } };
        }, steps);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
}
