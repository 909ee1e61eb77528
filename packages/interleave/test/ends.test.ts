import { describe, expect, test } from 'vitest';
import { open } from './open.ts';

describe.each(['unwind', 'terminate'] as const)('a thread that is ended (%s)', async (mode) => {
  const explorer = await open('pair', { params: { reaped: false } });

  test('leaves what its steps have done, and no more', async () => {
    const left: number[][] = [];
    for (let step = 0; step <= 3; step++) {
      const { state, outcome, schedule } = await explorer.run({ mode, kill: { thread: 0, step } });
      const { pair, count } = state as { pair: Int32Array; count: Int32Array };
      left.push([...pair, ...count]);
      expect(outcome.ended).toEqual(step < 3 ? [{ thread: 0, step }] : []);
      expect(schedule.startsWith(['0! 2*3', '0 0! 2*3', '0*2 0! 2*3', '0*3 2*3'][step])).toBe(true);
    }
    expect(left).toEqual([
      [0, 0, 3],
      [7, 0, 3],
      [7, 7, 3],
      [7, 7, 103],
    ]);
  });

  test('starts the thread that waits for that', async () => {
    for (let step = 0; step < 3; step++) {
      const run = await explorer.run({ mode, kill: { thread: 0, step }, params: { reaped: true } });
      expect(run.failure).toBeNull();
      expect(run.trace.filter(({ thread }) => thread === 1).map(({ op }) => op)).toEqual(['load', 'store']);
    }
  });

  test('is found out by kills, which tries each step of each thread', async () => {
    const report = await explorer.kills({ mode, stopAtFailure: false });
    // The writer has 3 steps, the reaper none, the bystander 3; each is run once more without an end.
    expect(report).toMatchObject({ runs: 4 + 1 + 4, failures: 1, exhausted: true });
    expect(report.failure).toMatchObject({ kind: 'check', message: 'the pair is 7,0', schedule: '0 0! 2*3' });
    const { outcome, failure } = await explorer.replay(report.failure!.schedule, { mode });
    expect(outcome.ended).toEqual([{ thread: 0, step: 1 }]);
    expect(failure?.message).toBe('the pair is 7,0');
  });
});

test('a thread can start when another is ended, beside the rest', async () => {
  const explorer = await open('pair', { params: { reaped: true } });
  for (let step = 0; step < 3; step++) {
    const report = await explorer.exhaustive({ kill: { thread: 0, step } });
    expect(report).toMatchObject({ failure: null, exhausted: true });
    // The bystander's 3 steps among the writer's and then the reaper's 2.
    const total = step + 2 + 3;
    expect(report.runs).toBe((total * (total - 1) * (total - 2)) / 6);
  }
  const { trace } = await explorer.run({ schedule: '0 2 0! 2 1 2 1' });
  expect(trace.map(({ thread, op }) => `${thread} ${op}`)).toEqual([
    ...['0 store', '2 add', '0 ended', '2 add', '1 load', '2 add', '1 store'],
  ]);
});

test('kills under random schedules', async () => {
  const explorer = await open('pair', { params: { reaped: true } });
  const report = await explorer.kills({ walks: 10, threads: [0, 2] });
  expect(report).toMatchObject({ failure: null, runs: 2 + 6 * 11, exhausted: true });
  expect(report.distinctSchedules).toBeGreaterThan(20);
  expect((await explorer.kills({ schedule: '2*2 0*2', threads: [0] })).runs).toBe(4);
});

test('what an ended thread leaves can be recovered before the check', async () => {
  const explorer = await open('recovered');
  const report = await explorer.kills({ stopAtFailure: false });
  expect(report).toMatchObject({ failures: 0, runs: 3 });
});
