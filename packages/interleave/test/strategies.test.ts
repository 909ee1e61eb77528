import { describe, expect, test } from 'vitest';
import { open } from './open.ts';
import type { CounterParams } from './scenarios/counter.ts';

const lossy: CounterParams = { by: 'load and store', times: [1, 1] };
const atomic: CounterParams = { by: 'add', times: [2, 2] };

describe('a lost update', async () => {
  const explorer = await open('counter');

  test('is found by a random walk', async () => {
    const { failure } = await explorer.randomWalk({ runs: 50, seed: 3, params: lossy });
    expect(failure).toMatchObject({ kind: 'check', message: 'the sum is 1, not 2' });
    expect(failure!.seed).toBeTypeOf('number');
  });

  test('is found with one preemption, and not with none', async () => {
    const without = await explorer.preemptions({ bound: 0, params: lossy });
    expect(without).toMatchObject({ runs: 2, distinctSchedules: 2, failure: null, exhausted: true });
    const { failure } = await explorer.preemptions({ bound: 1, params: lossy });
    expect(failure).toMatchObject({ message: 'the sum is 1, not 2', schedule: '0 1*2 0' });
  });

  test('is found by trying all schedules, which can go on after a failure', async () => {
    const report = await explorer.exhaustive({ params: lossy, stopAtFailure: false });
    // All but those in which one thread is done before the other begins.
    expect(report).toMatchObject({ runs: 6, failures: 4, distinctSchedules: 6, exhausted: true });
  });

  test('is found by random priorities', async () => {
    const { failure } = await explorer.priorities({ runs: 50, depth: 2, params: lossy });
    expect(failure?.message).toBe('the sum is 1, not 2');
  });

  test('is not there with Atomics.add', async () => {
    for (const report of [
      await explorer.randomWalk({ runs: 50, params: atomic }),
      await explorer.preemptions({ bound: 2, params: atomic }),
      await explorer.exhaustive({ params: atomic }),
      await explorer.priorities({ runs: 50, params: atomic }),
    ]) {
      expect(report.failure).toBeNull();
      expect(report.runs).toBeGreaterThanOrEqual(6);
    }
  });

  test('of plain words is seen only when they are watched', async () => {
    const plain = await explorer.exhaustive({ params: { by: 'plain', times: [2, 2] } });
    expect(plain).toMatchObject({ failure: null, runs: 1, steps: 0 });
    const { failure } = await explorer.exhaustive({ params: { by: 'watched', times: [1, 1] } });
    expect(failure?.trace.map(({ thread, op }) => `${thread} ${op}`)).toEqual([
      '0 read',
      '1 read',
      '1 write',
      '0 write',
    ]);
  });
});

describe('the number of schedules', async () => {
  const explorer = await open('counter');

  test.each([
    [1, 1, 2],
    [0, 3, 1],
    [3, 2, 10],
    [5, 5, 252],
    [4, 7, 330],
  ])('of threads of %i and %i steps is %i', async (n, m, expected) => {
    const report = await explorer.exhaustive({ params: { by: 'add', times: [n, m] } });
    expect(report).toMatchObject({ runs: expected, distinctSchedules: expected, exhausted: true, failure: null });
    expect(report.steps).toBe(expected * (n + m));
  });

  // n - 1 places at which 0 can be preempted, then 1 runs to its end; the same the other way round; two without.
  test('with one preemption is 2 + (n - 1) + (m - 1)', async () => {
    const report = await explorer.preemptions({ bound: 1, params: { by: 'add', times: [5, 4] } });
    expect(report).toMatchObject({ runs: 2 + 4 + 3, exhausted: true });
  });

  test('of three threads is the multinomial coefficient; without preemptions, one for each order', async () => {
    const trio = await open('trio', { params: [2, 1, 3] });
    expect(await trio.exhaustive()).toMatchObject({ runs: 60, distinctSchedules: 60, exhausted: true, failure: null });
    expect(await trio.preemptions({ bound: 0 })).toMatchObject({ runs: 6, distinctSchedules: 6, exhausted: true });
  });

  test('is cut off by a limit', async () => {
    const report = await explorer.exhaustive({ limit: 7, params: { by: 'add', times: [5, 5] } });
    expect(report).toMatchObject({ runs: 7, exhausted: false });
    const exact = await explorer.exhaustive({ limit: 10, params: { by: 'add', times: [3, 2] } });
    expect(exact).toMatchObject({ runs: 10, exhausted: true });
  });
});

describe("Peterson's lock", async () => {
  // One round of the loop is two steps. With a patience of 2 the broken lock would pass some of the searches below.
  const explorer = await open('lock', { patience: 3 });

  test('holds under all schedules', async () => {
    const report = await explorer.exhaustive({ params: { broken: false } });
    expect(report).toMatchObject({ failure: null, exhausted: true });
    expect(report.runs).toBeGreaterThan(1000);
  }, 120_000);

  test('and random ones; a broken one does not', async () => {
    expect(await explorer.randomWalk({ runs: 300, params: { broken: false } })).toMatchObject({ failure: null });
    for (const report of [
      await explorer.randomWalk({ runs: 300, params: { broken: true } }),
      await explorer.preemptions({ bound: 2, params: { broken: true } }),
      await explorer.priorities({ runs: 300, params: { broken: true } }),
    ]) {
      expect(report.failure?.message).toBe('both are inside');
    }
  });
});

describe("Treiber's stack", async () => {
  const explorer = await open('stack');

  test('loses or doubles nodes when one is taken at a time', async () => {
    expect(await explorer.preemptions({ bound: 0, params: { take: 'one' } })).toMatchObject({ failure: null });
    const { failure } = await explorer.preemptions({ bound: 1, params: { take: 'one' } });
    expect(failure?.schedule).toBe('0*2 1*9 0');
    expect((await explorer.randomWalk({ runs: 1000, params: { take: 'one' } })).failure?.kind).toBe('check');
    expect((await explorer.priorities({ runs: 1000, params: { take: 'one' } })).failure?.kind).toBe('check');
  });

  test('keeps them when all are taken at once', async () => {
    const report = await explorer.exhaustive({ params: { take: 'all' } });
    expect(report).toMatchObject({ failure: null, exhausted: true });
    expect(report.runs).toBeGreaterThan(10);
  });
});

test('a failure is shrunk to fewer switches', async () => {
  const explorer = await open('counter');
  const params: CounterParams = { by: 'load and store', times: [4, 4] };
  const long = (await explorer.randomWalk({ runs: 50, shrinkRuns: 0, params })).failure!;
  const short = (await explorer.randomWalk({ runs: 50, params })).failure!;
  expect(long.seed).toBe(short.seed);
  expect(long.schedule.split(' ').length).toBeGreaterThan(4);
  expect(short.schedule.split(' ').length).toBe(3);
  expect((await explorer.replay(short.schedule, { params })).failure?.kind).toBe('check');
});

test('the same seed makes the same runs, another seed others', async () => {
  const explorer = await open('counter', { params: { by: 'add', times: [6, 6] } });
  const schedules = async (seeds: number[]) => {
    const all: string[] = [];
    for (const seed of seeds) all.push((await explorer.run({ seed })).schedule);
    return all;
  };
  const seeds = Array.from({ length: 20 }, (_, i) => i);
  const once = await schedules(seeds);
  expect(await schedules(seeds)).toEqual(once);
  expect(new Set(once).size).toBeGreaterThan(15);
  const strip = ({ runs, steps, distinctSchedules }: { runs: number; steps: number; distinctSchedules: number }) => [
    ...[runs, steps, distinctSchedules],
  ];
  for (const seed of [0, 7]) {
    const first = strip(await explorer.randomWalk({ runs: 200, seed }));
    expect(strip(await explorer.randomWalk({ runs: 200, seed }))).toEqual(first);
    expect(first[2]).toBeGreaterThan(100);
  }
});

test('a random choice is uniform', async () => {
  const explorer = await open('counter', { params: { by: 'add', times: [1, 2] } });
  const count = new Map<string, number>();
  for (let seed = 0; seed < 2000; seed++) {
    const { schedule } = await explorer.run({ seed: Math.imul(seed, 0x9e3779b1) >>> 0 });
    count.set(schedule, (count.get(schedule) ?? 0) + 1);
  }
  // 1/2, 1/4 and 1/4; four standard deviations are below 90.
  expect(Math.abs(count.get('0 1*2')! - 1000)).toBeLessThan(90);
  expect(Math.abs(count.get('1 0 1')! - 500)).toBeLessThan(90);
  expect(Math.abs(count.get('1*2 0')! - 500)).toBeLessThan(90);
});
