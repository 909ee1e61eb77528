/**
 * Random programs against a plain model: a map from address to pages. After every step the live bytes, the runs of the
 * pool and the counters are those of the model, and the walker finds nothing; a refused call has changed nothing. The
 * title carries the seed; a failure prints its commands.
 */

import { clause } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAGE, type Stand, stand } from './stand.js';

const SEED = 20_005;
const RUNS = 150;
const PAGES = 96;

class Model {
  /** Address → pages of every live block. */
  readonly blocks = new Map<number, number>();
  grown = 0;
  shrunk = 0;
  refused = 0;
  memory = PAGES;

  at(pick: number): [address: number, pages: number] {
    return [...this.blocks][pick % this.blocks.size];
  }

  free(from: number, pages: number): boolean {
    for (const [address, length] of this.blocks)
      if (from < address / PAGE + length && from + pages > address / PAGE) return false;
    return from + pages <= this.memory;
  }

  fits(pages: number, align: number): boolean {
    for (let page = align; page < PAGES; page += align) if (this.free(page, pages)) return true;
    return false;
  }
}

type LargeCommand = fc.Command<Model, Stand>;

function compare(model: Model, { large, pool, liveAddresses, problems }: Stand): void {
  expect(problems()).toEqual([]);
  expect(liveAddresses()).toEqual([...model.blocks.keys()].sort((a, b) => a - b));
  expect(new Map([...pool.runs].map(([head, pages]) => [head * PAGE, pages]))).toEqual(model.blocks);
  const live = model.blocks.size;
  expect(large.stats()).toEqual({ live, grownInPlace: model.grown, shrunkInPlace: model.shrunk });
}

/** A command of the given text that ends with a comparison. */
function step(text: string, needsBlock: boolean, act: (model: Model, real: Stand) => void): LargeCommand {
  return {
    check: (model) => !needsBlock || model.blocks.size > 0,
    run(model, real) {
      act(model, real);
      compare(model, real);
    },
    toString: () => text,
  };
}

const pick = fc.nat(999);
const bytes = fc.oneof(
  fc.nat(8 * PAGE),
  fc.nat(40 * PAGE),
  fc.nat(9).map((pages) => pages * PAGE),
  fc.constantFrom(0, 1, PAGE - 1, PAGE + 1, 4_294_967_296),
);
const pagesFor = (size: number): number => Math.max(1, Math.ceil(size / PAGE));

const commands: fc.Arbitrary<LargeCommand>[] = [
  fc.tuple(bytes, fc.oneof(fc.constant(0), fc.nat(21))).map(([size, log]) =>
    step(`malloc(${size}, ${2 ** log})`, false, (model, real) => {
      const align = Math.max(1, 2 ** log / PAGE);
      if (!model.fits(pagesFor(size), align)) {
        model.refused++;
        expect(real.unchangedBy(() => expect(real.large.malloc(size, 2 ** log)).toBe(0))).toBe(true);
        return;
      }
      const address = real.large.malloc(size, 2 ** log);
      expect(address % (align * PAGE)).toBe(0);
      expect(address > 0 && model.free(address / PAGE, pagesFor(size))).toBe(true);
      model.blocks.set(address, pagesFor(size));
    }),
  ),
  pick.map((which) =>
    step(`free(block ${which})`, true, (model, real) => {
      const [address] = model.at(which);
      expect(real.large.free(address)).toBe(true);
      model.blocks.delete(address);
      expect(real.unchangedBy(() => expect(real.large.free(address)).toBe(false))).toBe(true);
    }),
  ),
  fc.nat((PAGES * PAGE) / 16 - 1).map((granule) =>
    step(`free(${granule * 16}), which is not live`, false, (model, real) => {
      if (model.blocks.has(granule * 16)) return;
      expect(real.unchangedBy(() => expect(real.large.free(granule * 16)).toBe(false))).toBe(true);
    }),
  ),
  fc.tuple(pick, bytes).map(([which, size]) =>
    step(`resize(block ${which}, ${size})`, true, (model, real) => {
      const [address, pages] = model.at(which);
      const wants = pagesFor(size);
      if (wants > pages && !model.free(address / PAGE + pages, wants - pages)) {
        model.refused++;
        expect(real.unchangedBy(() => expect(real.large.resize(address, size)).toBe(false))).toBe(true);
        return;
      }
      expect(real.large.resize(address, size)).toBe(true);
      model.blocks.set(address, wants);
      if (wants > pages) model.grown++;
      if (wants < pages) model.shrunk++;
    }),
  ),
  fc.integer({ min: 40, max: PAGES }).map((pages) =>
    step(`memory for ${pages} pages`, false, (model, real) => {
      model.memory = pages;
      real.pool.memory = pages;
    }),
  ),
];

describe(`${clause('LARGE-2')} (model, seed ${SEED}, ${RUNS} runs)`, () => {
  test('malloc, free, wrong free, resize, memory refused at any time', () => {
    const seen = { blocks: 0, grown: 0, shrunk: 0, refused: 0 };
    const property = fc.property(fc.commands(commands, { maxCommands: 50, size: 'max' }), (program) => {
      const model = new Model();
      fc.modelRun(() => ({ model, real: stand(PAGES) }), program);
      seen.blocks += model.blocks.size;
      seen.grown += model.grown;
      seen.shrunk += model.shrunk;
      seen.refused += model.refused;
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
    // The programs went everywhere.
    expect(Object.entries(seen).flatMap(([key, count]) => (count === 0 ? [key] : []))).toEqual([]);
  });
});
