import { describe, expect, it } from 'vitest';
import type { CellAnswer } from '../src/cell.js';
import { judge } from '../src/judge.js';
import { findWorkload } from '../src/workloads/index.js';

const workload = findWorkload('random_mixed 256');

/** What a process reports that did so many steps; `error` is added to its checksum. */
function measured(totalSteps: number, rate = 10, error = 0, reduced = false): CellAnswer {
  const checksum = (workload.reference().advance(totalSteps) + error) | 0;
  const repetition = { steps: 1_000, ms: 1 / rate };
  return { outcome: 'measured', measurement: { reduced, repetitions: [repetition, repetition], totalSteps }, checksum };
}

function judged(rounds: Record<string, readonly CellAnswer[]>) {
  return judge(workload, new Map(Object.entries(rounds)));
}

describe('judge', () => {
  it('joins the rounds of each allocator, whatever number of steps they did', () => {
    const cells = judged({ a: [measured(5_000), measured(3_000, 20)], b: [measured(4_000, 40)] });
    expect(cells).toMatchObject([
      { allocator: 'a', outcome: 'measured', rate: expect.closeTo(15), reduced: false },
      { allocator: 'b', outcome: 'measured', rate: expect.closeTo(40) },
    ]);
  });

  it('fails a cell with a wrong checksum, and no other', () => {
    const cells = judged({ a: [measured(5_000), measured(3_000, 10, 16)], b: [measured(3_000)] });
    expect(cells).toMatchObject([{ outcome: 'failed', reason: /not served/ }, { outcome: 'measured' }].map(matching));
  });

  it('passes on what a process said', () => {
    const cells = judged({
      a: [{ outcome: 'unsupported', reason: 'n/a: no realloc' }],
      b: [measured(1_000), { outcome: 'failed', reason: 'it broke' }],
    });
    expect(cells).toEqual([
      { allocator: 'a', outcome: 'unsupported', reason: 'n/a: no realloc' },
      { allocator: 'b', outcome: 'failed', reason: 'it broke' },
    ]);
  });

  it('keeps the warm-up of each process where all tell it', () => {
    const warmUp = { steps: 500, ms: 3 };
    const told = (answer: CellAnswer): CellAnswer =>
      answer.outcome === 'measured' ? { ...answer, measurement: { ...answer.measurement, warmUp } } : answer;
    const cells = judged({
      a: [told(measured(1_000)), told(measured(2_000))],
      b: [told(measured(1_000)), measured(1_000)],
    });
    expect(cells[0]).toMatchObject({ warmUps: [warmUp, warmUp] });
    expect(cells[1]).not.toHaveProperty('warmUps');
  });

  it('marks a cell as reduced when one of its rounds was', () => {
    expect(judged({ a: [measured(1_000), measured(500, 10, 0, true)] })).toMatchObject([{ reduced: true }]);
  });
});

function matching({ outcome, reason }: { outcome: string; reason?: RegExp }) {
  return reason === undefined ? { outcome } : { outcome, reason: expect.stringMatching(reason) };
}
