import { describe, expect, it } from 'vitest';
import type { Answer } from '../src/answer.js';
import type { CellAnswer, CellRequest } from '../src/cell.js';
import { makePlan } from '../src/plan.js';
import type { Row } from '../src/results.js';
import { runRows } from '../src/runner.js';
import type { TeamRequest } from '../src/threads/cell.js';
import { runTeamRows } from '../src/threads/runner.js';
import { findWorkload } from '../src/workloads/index.js';

const RIVALS = { available: [{ name: 'system', version: 'glibc 2.36' }], missing: [] };

class Watcher {
  readonly cells: string[] = [];
  readonly rows: string[] = [];

  cellDone(row: string, allocator: string): void {
    this.cells.push(`${row}, ${allocator}`);
  }

  rowDone({ workload }: Row): void {
    this.rows.push(workload);
  }
}

const RATES: Record<string, number> = { 'hakmem-shared': 120, system: 100, tlsf: 40 };
const WARM_UP = { steps: 5_000, ms: 20 };

/** A cell that did so much without a process, and a clock that moves only when one is asked for. */
class Fake {
  readonly requests: (CellRequest | TeamRequest)[] = [];
  readonly native: boolean[] = [];
  private ms = 0;
  private readonly each: number;

  constructor(msPerCell: number) {
    this.each = msPerCell;
  }

  readonly now = () => this.ms;

  readonly cell = async (request: CellRequest, native: boolean): Promise<CellAnswer> => {
    const answer = this.answer(request, native);
    return { ...answer, checksum: findWorkload(request.workload).reference().advance(1_000) };
  };

  readonly team = async (request: TeamRequest, native: boolean): Promise<Answer> => this.answer(request, native);

  private answer(request: CellRequest | TeamRequest, native: boolean) {
    this.requests.push(request);
    this.native.push(native);
    this.ms += this.each;
    const rate = RATES[request.allocator] * (this.requests.length % 2 === 0 ? 1.2 : 0.9);
    const repetitions = [{ steps: 1_000, ms: 1 / rate }];
    return {
      outcome: 'measured' as const,
      measurement: { reduced: false, repetitions, totalSteps: 1_000, ...(native ? {} : { warmUp: WARM_UP }) },
    };
  }
}

describe('runRows', () => {
  const { single } = makePlan({
    form: 'start',
    only: '^pair|^random_mixed 256$',
    allocators: 'hakmem-shared,system,tlsf',
    rivals: RIVALS,
  });

  it('asks for cells in rounds, says which are native, and makes rows with ratios of them', async () => {
    const fake = new Fake(10);
    const watcher = new Watcher();
    const rows = await runRows(single, watcher, { run: fake.cell, now: fake.now });
    expect(rows.map(({ workload }) => workload)).toEqual(['random_mixed 256', 'pair 64']);
    expect(watcher.rows).toEqual(['random_mixed 256', 'pair 64']);
    expect(watcher.cells).toHaveLength(fake.requests.length);
    expect(fake.requests.map(({ allocator }) => allocator === 'system')).toEqual(fake.native);
    const [first] = rows;
    expect(first.ratios).toMatchObject([
      { of: 'hakmem-shared', to: 'system', rounds: 16 },
      { of: 'hakmem-shared', to: 'tlsf' },
    ]);
    expect(first.cells.map((cell) => cell.outcome)).toEqual(Array(3).fill('measured'));
    expect(first.cells[0]).toMatchObject({ warmUps: Array(16).fill(WARM_UP) });
    expect(first.cells[1]).not.toHaveProperty('warmUps');
  });

  it('keeps to the least rounds when the time of a row is over, and gives a row what others left', async () => {
    const slow = new Fake(60_000);
    await runRows(single, new Watcher(), { run: slow.cell, now: slow.now });
    const rounds = slow.requests.filter(({ workload, allocator }) => workload === 'pair 64' && allocator === 'system');
    expect(rounds).toHaveLength(6);
    expect(rounds[0].budgetMs).toBe(150);
  });
});

describe('runTeamRows', () => {
  it('runs all numbers of Workers of a workload in one round', async () => {
    const { teams } = makePlan({
      form: 'start',
      only: '^larson ×[12]$',
      allocators: 'hakmem-shared,system',
      rivals: RIVALS,
    });
    const fake = new Fake(10);
    const rows = await runTeamRows(teams, new Watcher(), { run: fake.team, now: fake.now });
    expect(rows.map(({ workload, base, members, unit }) => [workload, base, members, unit])).toEqual([
      ['larson ×1', 'larson', 1, 'calls'],
      ['larson ×2', 'larson', 2, 'calls'],
    ]);
    const asked = fake.requests.slice(0, 4).map((request) => [(request as TeamRequest).members, request.allocator]);
    expect(asked).toEqual([
      [1, 'hakmem-shared'],
      [2, 'hakmem-shared'],
      [1, 'system'],
      [2, 'system'],
    ]);
    for (const { ratios } of rows) expect(ratios).toMatchObject([{ to: 'system' }]);
  });
});
