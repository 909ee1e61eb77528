/**
 * Random programs of two threads against a plain model: a map from address to pages, and for each thread the runs that it
 * believes to keep. After every step the live bytes, the runs of the pool and the counters are those of the model, and the
 * walker finds nothing; a refused call has changed nothing. Kept runs are taken back at any time. The title carries the
 * seed; a failure prints its commands.
 */

import type { KeptRun as Kept } from '@hakmem/conformance';
import { clause } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OTHER, OWNER, PAGE, type Stand, stand } from './stand.js';

const SEED = 20_005;
const RUNS = 250;
const PAGES = 240;
/** What one thread may keep: an eighth of the pages. */
const LIMIT = PAGES / 8;

type Run = readonly [head: number, pages: number];

class Model {
  /** Address → pages of every live block. */
  readonly blocks = new Map<number, number>();
  /** First page → kept run: those that are there. */
  kept = new Map<number, Kept>();
  /** By thread, oldest first: what each believes to keep. */
  readonly believed: readonly [Run[], Run[]] = [[], []];
  readonly seen = {
    ...{ grown: 0, shrunk: 0, refused: 0, kept: 0, reused: 0, stale: 0, cut: 0, dropped: 0, taken: 0 },
    ...{ joinedBefore: 0, joinedBehind: 0 },
  };
  memory = PAGES;

  at(pick: number): Run {
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

  /** The block that a thread makes of a run that it keeps: the first page and its pages; null when none fits. */
  reuse(thread: 0 | 1, pages: number, align: number): Run | null {
    const list = this.believed[thread];
    for (;;) {
      const fitting = list.filter(([head, has]) => has >= pages && head % align === 0);
      const best = fitting.reverse().sort(([, a], [, b]) => a - b)[0];
      if (best === undefined) return null;
      list.splice(list.indexOf(best), 1);
      const [head, has] = best;
      const kept = this.kept.get(head);
      if (kept?.owner !== owners[thread] || kept.pages !== has) {
        this.seen.stale++;
        continue;
      }
      this.kept.delete(head);
      this.seen.reused++;
      if (has <= pages * 1.125) return best;
      this.seen.cut++;
      list.push([head + pages, has - pages]);
      this.kept.set(head + pages, { pages: has - pages, owner: owners[thread] });
      return [head, pages];
    }
  }

  /** A run becomes one with those beside it that the thread keeps, and knows of. */
  join(thread: 0 | 1, from: number, length: number): Run {
    const list = this.believed[thread];
    let [head, pages] = [from, length];
    for (const entry of [...list].reverse()) {
      const [other, has] = entry;
      const kept = this.kept.get(other);
      if (kept?.owner !== owners[thread]) continue;
      const behind = other === head + pages;
      const before = other + has === head && has === kept.pages;
      if (!behind && !before) continue;
      this.seen[before ? 'joinedBefore' : 'joinedBehind']++;
      list.splice(list.indexOf(entry), 1);
      this.kept.delete(before ? head : other);
      if (before) head = other;
      pages += kept.pages;
      this.kept.set(head, { pages, owner: owners[thread] });
    }
    return [head, pages];
  }

  keep(thread: 0 | 1, head: number, pages: number): void {
    if (pages > LIMIT) return;
    const list = this.believed[thread];
    while (list.length === 32 || list.reduce((sum, [, each]) => sum + each, pages) > LIMIT) {
      const [oldest] = list.shift() ?? [0];
      if (this.kept.get(oldest)?.owner === owners[thread]) this.kept.delete(oldest);
      this.seen.dropped++;
    }
    this.kept.set(head, { pages, owner: owners[thread] });
    list.push(this.join(thread, head, pages));
    this.seen.kept++;
  }
}

type LargeCommand = fc.Command<Model, Stand>;
const owners = [OWNER, OTHER] as const;
const boxOf = (real: Stand, thread: 0 | 1) => (thread === 0 ? real.large : real.other);

function compare(model: Model, real: Stand): void {
  const { pool } = real;
  expect(real.problems()).toEqual([]);
  expect(real.liveAddresses()).toEqual([...model.blocks.keys()].sort((a, b) => a - b));
  expect(new Map([...pool.runs].map(([head, pages]) => [head * PAGE, pages]))).toEqual(model.blocks);
  expect(pool.kept).toEqual(model.kept);
  const counts = { live: model.blocks.size, kept: model.kept.size };
  const stats = { ...counts, grownInPlace: model.seen.grown, shrunkInPlace: model.seen.shrunk };
  expect([real.large.stats(), real.other.stats()]).toEqual([stats, stats]);
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

/** What the pool has taken back to serve a request is gone for the model, too. */
function follow(model: Model, real: Stand): void {
  for (const head of [...model.kept.keys()]) {
    if (real.pool.kept.has(head)) continue;
    model.kept.delete(head);
    model.seen.taken++;
  }
}

const pick = fc.nat(999);
const thread = fc.constantFrom<0 | 1>(0, 0, 1);
const bytes = fc.oneof(
  fc.nat(8 * PAGE),
  fc.nat(40 * PAGE),
  fc.nat(9).map((pages) => pages * PAGE),
  fc.constantFrom(0, 1, PAGE - 1, PAGE + 1, 4_294_967_296),
);
const alignments = fc.oneof(fc.constant(0), fc.nat(21));
const pagesFor = (size: number): number => Math.max(1, Math.ceil(size / PAGE));

function malloc(model: Model, real: Stand, by: 0 | 1, size: number, alignment: number): void {
  const [pages, align] = [pagesFor(size), Math.max(1, alignment / PAGE)];
  const box = boxOf(real, by);
  const { acquired } = real.pool;
  const reused = model.reuse(by, pages, align);
  if (reused !== null) {
    expect([box.malloc(size, alignment), real.pool.acquired]).toEqual([reused[0] * PAGE, acquired]);
    model.blocks.set(reused[0] * PAGE, reused[1]);
    return;
  }
  if (!model.fits(pages, align)) {
    model.seen.refused++;
    const untouched = model.kept.size === 0;
    const unchanged = real.unchangedBy(() => expect(box.malloc(size, alignment)).toBe(0));
    expect(unchanged || !untouched).toBe(true);
    follow(model, real);
    return;
  }
  const address = box.malloc(size, alignment);
  follow(model, real);
  expect(address % (align * PAGE)).toBe(0);
  expect(address > 0 && model.free(address / PAGE, pages)).toBe(true);
  model.blocks.set(address, pages);
}

function resize(model: Model, real: Stand, by: 0 | 1, [address, pages]: Run, size: number): void {
  const wants = pagesFor(size);
  const box = boxOf(real, by);
  if (wants > pages && !model.free(address / PAGE + pages, wants - pages)) {
    model.seen.refused++;
    const untouched = model.kept.size === 0;
    const unchanged = real.unchangedBy(() => expect(box.resize(address, size)).toBe(false));
    expect(unchanged || !untouched).toBe(true);
    follow(model, real);
    return;
  }
  expect(box.resize(address, size)).toBe(true);
  follow(model, real);
  model.blocks.set(address, wants);
  if (wants > pages) model.seen.grown++;
  if (wants < pages) model.seen.shrunk++;
}

const mallocs = fc
  .tuple(thread, bytes, alignments)
  .map(([by, size, log]) =>
    step(`${by}: malloc(${size}, ${2 ** log})`, false, (model, real) => malloc(model, real, by, size, 2 ** log)),
  );
const frees = fc.tuple(thread, pick).map(([by, which]) =>
  step(`${by}: free(block ${which})`, true, (model, real) => {
    const [address, pages] = model.at(which);
    expect(boxOf(real, by).free(address)).toBe(true);
    model.blocks.delete(address);
    model.keep(by, address / PAGE, pages);
    for (const box of [real.large, real.other])
      expect(real.unchangedBy(() => expect(box.free(address)).toBe(false))).toBe(true);
  }),
);
const commands: fc.Arbitrary<LargeCommand>[] = [
  mallocs,
  mallocs,
  frees,
  frees,
  fc.nat((PAGES * PAGE) / 16 - 1).map((granule) =>
    step(`free(${granule * 16}), which is not live`, false, (model, real) => {
      if (model.blocks.has(granule * 16)) return;
      expect(real.unchangedBy(() => expect(real.large.free(granule * 16)).toBe(false))).toBe(true);
    }),
  ),
  fc
    .tuple(thread, pick, bytes)
    .map(([by, which, size]) =>
      step(`${by}: resize(block ${which}, ${size})`, true, (model, real) =>
        resize(model, real, by, model.at(which), size),
      ),
    ),
  fc.integer({ min: 40, max: PAGES }).map((pages) =>
    step(`memory for ${pages} pages`, false, (model, real) => {
      model.memory = pages;
      real.pool.memory = pages;
    }),
  ),
  pick.map((which) =>
    step(`kept run ${which} is taken back`, false, (model, real) => {
      if (model.kept.size === 0) return;
      real.pool.takeBack([...model.kept.keys()][which % model.kept.size]);
      follow(model, real);
    }),
  ),
];

describe(`${clause('LARGE-2')} (model, seed ${SEED}, ${RUNS} runs)`, () => {
  test('malloc, free, wrong free, resize, runs kept and taken back, memory refused at any time', () => {
    const seen: Record<string, number> = {};
    const property = fc.property(fc.commands(commands, { maxCommands: 60, size: 'max' }), (program) => {
      const model = new Model();
      fc.modelRun(() => ({ model, real: stand(PAGES) }), program);
      for (const [key, count] of Object.entries(model.seen)) seen[key] = (seen[key] ?? 0) + count;
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
    // The programs went everywhere.
    expect(Object.entries(seen).flatMap(([key, count]) => (count === 0 ? [key] : []))).toEqual([]);
  });
});
