import { formatSchedule, formatTrace, parseSchedule, ScheduleError, type Turn } from '@hakmem/interleave';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { open } from './open.ts';

const thread = fc.integer({ min: 0, max: 29 });
const turn: fc.Arbitrary<Turn> = fc.oneof(
  fc.record({ thread, steps: fc.integer({ min: 1, max: 1000 }) }),
  fc.record({ thread, ended: fc.constant(true as const) }),
);

describe('the text of a schedule', () => {
  test('is as documented', () => {
    expect(parseSchedule(' 0*12 1*3\n0 1! ')).toEqual([
      { thread: 0, steps: 12 },
      { thread: 1, steps: 3 },
      { thread: 0, steps: 1 },
      { thread: 1, ended: true },
    ]);
    expect(formatSchedule(parseSchedule('0 0*11 1*3 0 1! 1! 0*5'))).toBe('0*12 1*3 0 1! 1! 0*5');
    expect(parseSchedule('')).toEqual([]);
  });

  test('can be read back', () => {
    fc.assert(
      fc.property(fc.array(turn), (turns) => {
        const text = formatSchedule(turns);
        expect(formatSchedule(parseSchedule(text))).toBe(text);
        const entries = (all: readonly Turn[]) =>
          all.flatMap((t) => ('ended' in t ? [`${t.thread}!`] : Array<string>(t.steps).fill(`${t.thread}`)));
        expect(entries(parseSchedule(text))).toEqual(entries(turns));
      }),
      { seed: 42 },
    );
  });

  test.each([
    ['0 x', 2],
    ['0*0', 0],
    ['0*3 1*', 4],
    ['0 1!!', 2],
    ['-1', 0],
    ['0 30', 2],
    ['0*1234567890', 0],
  ])('%j is refused at position %i', (text, position) => {
    const error = expect.objectContaining({ code: 'INTERLEAVE_SCHEDULE', position });
    expect(() => parseSchedule(text)).toThrow(error);
    expect(() => parseSchedule(text)).toThrow(ScheduleError);
  });
});

test('a replay makes the same trace', async () => {
  const explorer = await open('stack', { params: { take: 'one' } });
  for (let seed = 0; seed < 30; seed++) {
    const run = await explorer.run({ seed });
    for (let i = 0; i < 2; i++) {
      const again = await explorer.replay(run.schedule);
      expect(again.trace).toEqual(run.trace);
      expect(again.schedule).toBe(run.schedule);
      expect(again.failure?.message).toBe(run.failure?.message);
      expect(again.state).toEqual(run.state);
    }
  }
});

test('a replay of a run with an end makes the same trace', async () => {
  const explorer = await open('pair', { params: { reaped: true } });
  for (let seed = 0; seed < 20; seed++) {
    const run = await explorer.run({ seed, kill: { thread: 2, step: seed % 3 } });
    expect(run.schedule).toContain('2!');
    const again = await explorer.replay(run.schedule);
    expect(again.trace).toEqual(run.trace);
    expect(again.outcome).toEqual(run.outcome);
  }
});

test('a schedule that is shorter than the run is continued by the current thread, then the lowest', async () => {
  const explorer = await open('pair', { params: { reaped: true } });
  expect((await explorer.replay('')).schedule).toBe('0*3 1*2 2*3');
  expect((await explorer.replay('2')).schedule).toBe('2*3 0*3 1*2');
  expect((await explorer.replay('0 2!')).schedule).toBe('0 2! 0*2 1*2');
});

test('a trace has a column for each thread', async () => {
  const explorer = await open('counter', { params: { by: 'load and store', times: [1, 1] } });
  expect(formatTrace(await explorer.replay('0 1! 0'))).toBe(
    [
      '   left                  right',
      '0  load words[0] 0',
      '1                        ended',
      '2  store words[0] 0 → 1',
    ].join('\n'),
  );
});

test('values of 64 bits are exact', async () => {
  const explorer = await open('odd', { params: 'fine' });
  const { trace, outcome } = await explorer.run();
  expect(trace[0]).toMatchObject({ op: 'store', array: 'wide', index: 0, before: 0n, after: 2n ** 64n - 1n });
  expect(trace[1]).toMatchObject({ before: 2n ** 64n - 1n, after: 2n ** 63n + 1n });
  expect(trace[2]).toMatchObject({ before: 2n ** 63n + 1n, after: 1n });
  expect(outcome.results).toEqual([true, undefined]);
});
