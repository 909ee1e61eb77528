import { defineScenario, type InterleaveError, openExplorer, type RunOptions } from '@hakmem/interleave';
import { describe, expect, test } from 'vitest';
import { open } from './open.ts';
import type { Oddity } from './scenarios/odd.ts';

const explorer = await open('odd', { stepLimit: 500, timeoutMs: 300 });
const run = (params: Oddity, options: RunOptions = {}) => explorer.run({ ...options, params });

describe('a run fails', () => {
  test('when it is not over after the limit of steps', async () => {
    const { failure, trace } = await run('counts for ever');
    expect(failure).toMatchObject({ kind: 'livelock', message: 'not over after 500 steps' });
    expect(trace.length).toBe(500);
  });

  test('when a Worker makes no step any more; the next run is right', async () => {
    const { failure } = await run('hangs');
    expect(failure).toMatchObject({ kind: 'stuck', message: 'thread 0 has made no step for 300 ms', schedule: '0' });
    expect((await run('fine')).failure).toBeNull();
  });

  test('when all that are left wait', async () => {
    expect((await run('waits for ever')).failure).toMatchObject({ kind: 'deadlock', schedule: '0' });
    expect((await run('fine')).failure).toBeNull();
  });

  test('when run throws', async () => {
    const { failure, outcome } = await run('throws');
    expect(failure).toMatchObject({ kind: 'error', message: 'thread 0 has thrown TypeError: not today' });
    expect(outcome.errors[0]).toMatchObject({ name: 'TypeError', message: 'not today' });
  });

  test.each([
    ['promises', 'run has returned a promise; expected it to be synchronous'],
    ['waitAsync', 'Atomics.waitAsync cannot be a step'],
    ['index', 'RangeError'],
  ] as const)('when run does something that cannot be: %s', async (params, message) => {
    const { failure } = await run(params);
    expect(failure?.message).toContain(message);
  });
});

describe('waiting', () => {
  test('a loop that waits gives way, and is no livelock', async () => {
    const { failure, schedule } = await run('spins');
    expect(failure).toBeNull();
    expect(schedule).toBe('0*20 1 0');
    const report = await explorer.preemptions({ bound: 1, params: 'spins' });
    expect(report).toMatchObject({ failure: null, exhausted: true });
  });

  test('Atomics.wait ends by a notification, by another value, or by time when nobody else can go on', async () => {
    const { outcome, trace } = await run('waits a while');
    expect(outcome.results[0]).toEqual(['not-equal', 'timed-out', 'timed-out']);
    expect(trace.map(({ thread, op }) => `${thread} ${op}`)).toEqual([
      ...['0 wait', '0 wait', '0 wait', '1 load', '0 woken'],
    ]);
  });

  test('a handshake by wait and notify is right under all schedules', async () => {
    const report = await explorer.exhaustive({ params: 'handshake' });
    expect(report).toMatchObject({ failure: null, exhausted: true });
    const { outcome } = await run('handshake');
    expect(outcome.results).toEqual(['woken', 1]);
  });

  test('a wake-up that can be lost is found', async () => {
    const { failure } = await explorer.exhaustive({ params: 'lost wake-up' });
    expect(failure).toMatchObject({ kind: 'deadlock', schedule: '0 1*2 0' });
  });
});

describe('an error', () => {
  test.each([
    ['setup throws', 'setup has thrown: no memory today'],
    ['prepare throws', 'prepare of thread 0 has thrown: too much'],
    ['no clone', 'the state or params cannot be cloned'],
  ] as const)('%s', async (params, message) => {
    await expect(run(params)).rejects.toMatchObject({
      code: 'INTERLEAVE_SCENARIO',
      message: expect.stringContaining(message),
    });
    expect((await run('fine')).failure).toBeNull();
  });

  test('for a schedule that cannot be followed', async () => {
    await expect(run('fine', { schedule: '0*4 1' })).rejects.toMatchObject({ code: 'INTERLEAVE_DIVERGENCE', entry: 3 });
    await expect(run('fine', { schedule: '1*2 0!' })).rejects.toMatchObject({
      code: 'INTERLEAVE_DIVERGENCE',
      entry: 1,
    });
  });

  test.each([
    [() => run('fine', { schedule: '2' }), 'INTERLEAVE_OPTION', 'threads from 0 to 1'],
    [() => run('fine', { schedule: '0 ?' }), 'INTERLEAVE_SCHEDULE', '"?" at position 2'],
    [() => run('fine', { kill: { thread: 2, step: 0 } }), 'INTERLEAVE_OPTION', 'kill.thread is 2'],
    [() => run('fine', { kill: { thread: 0, step: -1 } }), 'INTERLEAVE_OPTION', 'kill.step is -1'],
    [() => run('fine', { seed: 0.5 }), 'INTERLEAVE_OPTION', 'seed is 0.5'],
    [() => run('fine', { mode: 'kill' as 'unwind' }), 'INTERLEAVE_OPTION', 'mode is "kill"'],
    [() => explorer.randomWalk({ runs: 0 }), 'INTERLEAVE_OPTION', 'runs is 0'],
    [() => explorer.preemptions({ bound: -1 }), 'INTERLEAVE_OPTION', 'bound is -1'],
    [() => explorer.exhaustive({ limit: 0 }), 'INTERLEAVE_OPTION', 'limit is 0'],
    [() => explorer.priorities({ runs: 1, depth: 12 }), 'INTERLEAVE_OPTION', 'depth is 12'],
    [() => explorer.kills({ threads: [2] }), 'INTERLEAVE_OPTION', 'threads[0] is 2'],
    [() => explorer.randomWalk({ runs: 1, shrinkRuns: -1 }), 'INTERLEAVE_OPTION', 'shrinkRuns is -1'],
    [() => open('odd', { stepLimit: 0 }), 'INTERLEAVE_OPTION', 'stepLimit is 0'],
    [() => open('odd', { timeoutMs: 1.5 }), 'INTERLEAVE_OPTION', 'timeoutMs is 1.5'],
    [() => open('odd', { patience: 0 }), 'INTERLEAVE_OPTION', 'patience is 0'],
    [() => openExplorer('scenario.mjs'), 'INTERLEAVE_OPTION', 'the URL of a module'],
    [() => open('no-such'), 'INTERLEAVE_SCENARIO', 'cannot be loaded'],
    [() => openExplorer('data:text/javascript,export default 1'), 'INTERLEAVE_SCENARIO', 'the scenario is number'],
  ])('for a bad option, %#', async (call, code, message) => {
    const error = (await (call() as Promise<unknown>).catch((thrown: unknown) => thrown)) as InterleaveError;
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  test('for calls that are not one after the other, or after close', async () => {
    const own = await open('counter', { params: { by: 'add', times: [1, 1] } });
    const first = own.run();
    await expect(own.run()).rejects.toMatchObject({ code: 'INTERLEAVE_STATE' });
    await first;
    await own[Symbol.asyncDispose]();
    await expect(own.run()).rejects.toMatchObject({ code: 'INTERLEAVE_STATE' });
  });

  const thread = { run() {} };
  const rest = { setup: () => ({}), check: () => undefined };
  test.each([
    [{ ...rest, threads: [] }, '0 threads'],
    [{ ...rest, threads: Array(31).fill(thread) }, '31 threads'],
    [{ ...rest, threads: [{}] }, 'threads[0].run of the scenario is undefined'],
    [{ ...rest, check: 1, threads: [thread] }, 'check of the scenario is number'],
    [{ ...rest, threads: [{ ...thread, startsWhenEnded: 0 }] }, 'threads[0].startsWhenEnded is 0'],
    [{ ...rest, threads: [{ ...thread, startsWhenEnded: 5 }] }, 'threads[0].startsWhenEnded is 5'],
    [undefined, 'the scenario is undefined'],
  ])('for a scenario that is none, %#', (scenario, message) => {
    expect(() => defineScenario(scenario as never)).toThrow(message);
  });
});
