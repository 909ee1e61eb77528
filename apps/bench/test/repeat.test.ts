import { describe, expect, it } from 'vitest';
import type { Answer } from '../src/answer.js';
import type { Limits } from '../src/forms.js';
import { type CellPlan, repeatCells } from '../src/repeat.js';

const SUBJECT = 'hakmem-shared';

function answer(rate: number, reduced = false): Answer {
  const repetition = { steps: 1_000, ms: 1 / rate };
  return { outcome: 'measured', measurement: { reduced, repetitions: [repetition, repetition], totalSteps: 2_000 } };
}

function plan(allocator: string, least: number, most: number, reference = true, row = 'a row'): CellPlan {
  return { row, allocator, limits: { least, most }, reference };
}

interface Played {
  readonly cells: readonly CellPlan[];
  readonly target?: number | null;
  readonly hasTime?: () => boolean;
  /** The rate of a cell in a round, or an answer. */
  readonly rate?: (cell: CellPlan, round: number) => number | Answer;
}

/** What ran in which order, and how often each allocator did. */
async function play({ cells, target = 0.05, hasTime = () => true, rate = () => 100 }: Played) {
  const order: string[] = [];
  const counts = new Map<CellPlan, number>();
  const answers = await repeatCells({
    cells,
    subject: SUBJECT,
    target,
    hasTime,
    run: async (cell) => {
      const round = counts.get(cell) ?? 0;
      counts.set(cell, round + 1);
      order.push(cell.allocator);
      const found = rate(cell, round);
      return typeof found === 'number' ? answer(found) : found;
    },
  });
  const lengths = Object.fromEntries(
    [...answers].map(([cell, list]) => [`${cell.row}/${cell.allocator}`, list.length]),
  );
  return { order, lengths, rounds: [...answers.values()].map((list) => list.length) };
}

/** Two rates in turns, 20 % apart: an interval that never gets narrow. */
const restless = (cell: CellPlan, round: number) => (cell.allocator === SUBJECT ? 100 : round % 2 === 0 ? 90 : 110);

describe('repeatCells', () => {
  it('goes through the cells forth and back', async () => {
    const cells = [plan('empty', 3, 3), plan(SUBJECT, 3, 3), plan('tlsf', 3, 3)];
    const { order } = await play({ cells });
    const forth = ['empty', SUBJECT, 'tlsf'];
    expect(order).toEqual([...forth, ...forth.toReversed(), ...forth]);
  });

  it('ends when the intervals are narrow, or at the most rounds', async () => {
    const cells = () => [plan(SUBJECT, 6, 20), plan('system', 6, 20)];
    expect((await play({ cells: cells() })).rounds).toEqual([6, 6]);
    const nearly = (cell: CellPlan, round: number) => (cell.allocator === SUBJECT ? 100 : 99 + (round % 3));
    expect((await play({ cells: cells(), rate: nearly })).rounds).toEqual([6, 6]);
    expect((await play({ cells: cells(), rate: restless })).rounds).toEqual([20, 20]);
  });

  it('ends after the least rounds when there is no target or no time', async () => {
    const cells = () => [plan(SUBJECT, 6, 20), plan('system', 6, 20)];
    expect((await play({ cells: cells(), rate: restless, target: null })).rounds).toEqual([6, 6]);
    expect((await play({ cells: cells(), rate: restless, hasTime: () => false })).rounds).toEqual([6, 6]);
    let looks = 0;
    expect((await play({ cells: cells(), rate: restless, hasTime: () => ++looks <= 9 })).rounds).toEqual([9, 9]);
  });

  it('stops a cell that is clear, unless it is a reference, and runs the subject as long as any other', async () => {
    const rate = (cell: CellPlan, round: number) => (cell.allocator === 'tlsf' ? 10 : restless(cell, round));
    const cells = [plan(SUBJECT, 1, 12), plan('system', 6, 12), plan('tlsf', 1, 12, false)];
    expect((await play({ cells, rate })).rounds).toEqual([12, 12, 1]);
    const reference = [plan(SUBJECT, 1, 12), plan('tlsf', 1, 12)];
    expect((await play({ cells: reference, rate })).rounds).toEqual([6, 6]);
  });

  it('does not repeat what refused, failed or was reduced', async () => {
    const bad: Record<string, Answer> = {
      refuses: { outcome: 'unsupported', reason: 'n/a' },
      fails: { outcome: 'failed', reason: 'it broke' },
      slow: answer(1, true),
    };
    const rate = (cell: CellPlan, round: number) =>
      cell.allocator === 'later' && round === 2 ? bad.fails : (bad[cell.allocator] ?? 100);
    const cells = [plan(SUBJECT, 6, 9), ...[...Object.keys(bad), 'later', 'system'].map((name) => plan(name, 6, 9))];
    expect((await play({ cells, rate })).rounds).toEqual([6, 1, 1, 1, 3, 6]);
  });

  it('lets the others have their least rounds when the subject fails, and a subject alone too', async () => {
    const rate = (cell: CellPlan): number | Answer =>
      cell.allocator === SUBJECT ? { outcome: 'failed', reason: 'it broke' } : 100;
    expect((await play({ cells: [plan(SUBJECT, 6, 9), plan('system', 6, 9)], rate })).rounds).toEqual([1, 6]);
    expect((await play({ cells: [plan(SUBJECT, 2, 9)] })).rounds).toEqual([2]);
    expect((await play({ cells: [plan('system', 3, 9), plan('tlsf', 3, 9)] })).rounds).toEqual([3, 3]);
  });

  it('decides for each row alone', async () => {
    const limits: Limits = { least: 6, most: 10 };
    const cells = ['calm', 'restless'].flatMap((row) =>
      [SUBJECT, 'system'].map((allocator) => ({ row, allocator, limits, reference: true })),
    );
    const rate = (cell: CellPlan, round: number) => (cell.row === 'calm' ? 100 : restless(cell, round));
    const { lengths } = await play({ cells, rate });
    expect(lengths).toEqual({
      [`calm/${SUBJECT}`]: 6,
      'calm/system': 6,
      [`restless/${SUBJECT}`]: 10,
      'restless/system': 10,
    });
  });
});
