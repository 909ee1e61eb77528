/**
 * Random programs against a plain model: an array per class. After every step the slabs held, their order, the parent's
 * slabs and all counters are those of the model, and the walker finds what was planted and nothing else. The titles carry
 * the seed; a failure prints its commands.
 */

import { clause, type PageIndex, type SizeClass, SPAN_BLOCKS } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Stand, stand } from './stand.js';

const SEED = 20_004;
const RUNS = 200;
const CLASSES = [0, 1, 50, 95];

/** The pool, its parent and the slabs in use, in arrays; stacks have their top at the end. */
class Model {
  size = 16;
  prefill = 3;
  readonly warm = new Map<SizeClass, PageIndex[]>(CLASSES.map((c) => [c, []]));
  readonly parent = new Map<SizeClass, PageIndex[]>(CLASSES.map((c) => [c, []]));
  readonly used = new Map<SizeClass, PageIndex[]>(CLASSES.map((c) => [c, []]));
  readonly stale = new Set<PageIndex>();
  readonly pops = new Map<SizeClass, number>(CLASSES.map((c) => [c, 0]));
  readonly counters = { hits: 0, misses: 0, prefills: 0, stale: 0 };
  refused = 0;

  list(lists: Map<SizeClass, PageIndex[]>, sizeClass: SizeClass): PageIndex[] {
    return lists.get(sizeClass) ?? [];
  }

  pop(sizeClass: SizeClass): PageIndex | 0 {
    const warm = this.list(this.warm, sizeClass);
    if (warm.length === 0) return 0;
    const pops = (this.pops.get(sizeClass) ?? 0) + 1;
    this.pops.set(sizeClass, pops);
    if (pops % 64 === 0) {
      const right = warm.filter((head) => !this.stale.has(head));
      this.counters.stale += warm.length - right.length;
      this.warm.set(sizeClass, right);
    }
    return this.list(this.warm, sizeClass).pop() ?? 0;
  }

  /** The slab that comes out of what the chain holds, null when it holds none; and whether the pool had it. */
  held(sizeClass: SizeClass): { head: PageIndex | null; hit: boolean } {
    const popped = this.pop(sizeClass);
    return { head: popped || (this.list(this.parent, sizeClass).pop() ?? null), hit: popped !== 0 };
  }

  /** A slab was handed out. */
  handedOut(sizeClass: SizeClass, hit: boolean): void {
    this.counters[hit ? 'hits' : 'misses']++;
    if (!hit) this.fetchAhead(sizeClass);
  }

  fetchAhead(sizeClass: SizeClass): void {
    for (let i = 0; i < Math.min(this.prefill, this.size); i++) {
      const head = this.list(this.parent, sizeClass).pop();
      if (head === undefined) return;
      this.list(this.warm, sizeClass).push(head);
      this.counters.prefills++;
    }
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    const warm = this.list(this.warm, sizeClass);
    const parent = this.list(this.parent, sizeClass);
    if (this.size === 0) {
      parent.push(head);
      return;
    }
    while (warm.length >= this.size) {
      const first = warm.shift() ?? 0;
      if (this.stale.has(first)) this.counters.stale++;
      else parent.push(first);
    }
    warm.push(head);
  }
}

type WarmCommand = fc.Command<Model, Stand>;

function compare(model: Model, real: Stand): void {
  for (const c of CLASSES) {
    expect(real.entries(c)).toEqual(model.list(model.warm, c));
    expect(real.parent.holds(c)).toEqual(model.list(model.parent, c));
  }
  const { hits, misses } = model.counters;
  expect(real.warm.stats()).toEqual({ ...model.counters, hitRate: hits + misses === 0 ? 0 : hits / (hits + misses) });
  const planted = CLASSES.flatMap((c) => model.list(model.warm, c).filter((head) => model.stale.has(head)));
  expect(real.problems()).toHaveLength(planted.length);
  expect(real.fenced()).toBe(true);
}

/** A command of the given text that ends with a comparison. */
function step(text: string, can: (model: Model) => boolean, act: (model: Model, real: Stand) => void): WarmCommand {
  return {
    check: (model) => can(model as Model),
    run(model, real) {
      act(model, real);
      compare(model, real);
    },
    toString: () => text,
  };
}

const always = (): boolean => true;
const using =
  (c: SizeClass) =>
  (model: Model): boolean =>
    model.list(model.used, c).length > 0;
const warming =
  (c: SizeClass) =>
  (model: Model): boolean =>
    model.list(model.warm, c).length > 0;
const holding =
  (c: SizeClass) =>
  (model: Model): boolean =>
    [model.warm, model.parent, model.used].some((each) => model.list(each, c).length > 0);

const sizeClasses = fc.constantFrom(...CLASSES);
const places = fc.nat(99);

/** Not through the checked wrapper: an entry that a test has made stale may be handed out. */
function acquire(model: Model, real: Stand, c: SizeClass): PageIndex | 0 {
  const { made, memory } = real.parent;
  const { head, hit } = model.held(c);
  const got = real.warm.acquire(c);
  if (head !== null) expect(got).toBe(head);
  else
    expect({ got: got !== 0, made: real.parent.made - made }).toEqual({
      got: made < memory,
      made: made < memory ? 1 : 0,
    });
  if (got === 0) model.refused++;
  else model.handedOut(c, hit);
  return got;
}

const commands: fc.Arbitrary<WarmCommand>[] = [
  sizeClasses.map((c) =>
    step(`acquire(${c})`, always, (model, real) => {
      const head = acquire(model, real, c);
      if (head !== 0) model.list(model.used, c).push(head);
    }),
  ),
  sizeClasses.map((c) =>
    step(`spare(${c})`, always, (model, real) => {
      const { head, hit } = model.held(c);
      const { made } = real.parent;
      expect(real.warm.spare(c)).toBe(head ?? 0);
      expect(real.parent.made).toBe(made);
      if (head === null) return;
      model.list(model.used, c).push(head);
      model.handedOut(c, hit);
    }),
  ),
  fc.tuple(sizeClasses, places, fc.integer({ min: 1, max: 8 })).map(([c, place, times]) =>
    step(`offer(${c}, used ${place}) × ${times}`, using(c), (model, real) => {
      const used = model.list(model.used, c);
      for (let i = 0; i < times && used.length > 0; i++) {
        const [head] = used.splice(place % used.length, 1);
        real.warm.offer(c, head);
        model.offer(c, head);
      }
    }),
  ),
  fc.tuple(sizeClasses, fc.integer({ min: 1, max: 70 })).map(([c, times]) =>
    step(`(acquire, offer)(${c}) × ${times}`, always, (model, real) => {
      for (let i = 0; i < times; i++) {
        const head = acquire(model, real, c);
        if (head === 0) return;
        real.warm.offer(c, head);
        model.offer(c, head);
      }
    }),
  ),
  fc.tuple(sizeClasses, places).map(([c, place]) =>
    step(`retire(${c}, slab ${place})`, holding(c), (model, real) => {
      const lists = [model.warm, model.parent, model.used].map((each) => model.list(each, c));
      const all = lists.flat();
      const head = all[place % all.length];
      for (const list of lists) if (list.includes(head)) list.splice(list.indexOf(head), 1);
      real.setRoom(head, SPAN_BLOCKS[c]);
      model.stale.delete(head);
      real.checked.retire(c, head);
      expect(real.parent.retired.at(-1)).toBe(head);
    }),
  ),
  fc.tuple(sizeClasses, fc.integer({ min: 1, max: 12 })).map(([c, count]) =>
    step(`parent holds ${count} more of ${c}`, always, (model, real) => {
      const heads = real.parent.stock(c, count);
      for (const head of heads) model.stale.delete(head);
      model.list(model.parent, c).push(...heads);
    }),
  ),
  fc.tuple(sizeClasses, places).map(([c, place]) =>
    step(`entry ${place} of ${c} loses its room`, warming(c), (model, real) => {
      const warm = model.list(model.warm, c);
      const head = warm[place % warm.length];
      real.setRoom(head, 0);
      model.stale.add(head);
    }),
  ),
  fc.integer({ min: 0, max: 16 }).map((slabs) =>
    step(`policy: size ${slabs}`, always, (model, real) => {
      real.size(slabs);
      model.size = slabs;
    }),
  ),
  fc.integer({ min: 0, max: 6 }).map((slabs) =>
    step(`policy: prefill ${slabs}`, always, (model, real) => {
      real.prefill(slabs);
      model.prefill = slabs;
    }),
  ),
  fc.nat(3).map((slabs) =>
    step(`memory for ${slabs} slabs more`, always, (_, real) => {
      real.parent.memory = real.parent.made + slabs;
    }),
  ),
];

describe(`${clause('WARM-1')} (model, seed ${SEED}, ${RUNS} runs)`, () => {
  test('acquire, spare, offer, retire, stale entries, policy and memory changed at any time', () => {
    const seen = { hits: 0, misses: 0, prefills: 0, stale: 0, refused: 0 };
    const property = fc.property(fc.commands(commands, { maxCommands: 80, size: 'max' }), (program) => {
      const model = new Model();
      const real = stand(4_096);
      fc.modelRun(() => ({ model, real }), program);
      for (const [key, count] of Object.entries({ ...model.counters, refused: model.refused }))
        seen[key as keyof typeof seen] += count;
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
    // The programs went everywhere.
    expect(Object.entries(seen).flatMap(([key, count]) => (count === 0 ? [key] : []))).toEqual([]);
  });
});
