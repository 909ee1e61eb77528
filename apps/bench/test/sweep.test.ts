import { describe, expect, it } from 'vitest';
import { BenchError } from '../src/errors.js';
import { resultsCsv, sweepCsv } from '../src/sweep/csv.js';
import { renderSweep } from '../src/sweep/report.js';
import { runSweep, SWEEP_BYTES, SWEEP_SLOTS, sweepRows } from '../src/sweep/run.js';
import { sweepName, sweepShape, sweepWorkload } from '../src/sweep/workload.js';
import { findWorkload } from '../src/workloads/index.js';
import { cell, row, teamRow } from './statistics/cells.js';

const QUIET = { cellDone() {}, rowDone() {} };
const ALLOCATORS = [
  { name: 'hakmem-shared', kind: 'hakmem' },
  { name: 'system', kind: 'native' },
  { name: 'codemix', kind: 'peer' },
];

/** A sweep without processes: 100 M/s per allocator, 2 bytes touched per live byte; codemix fails. */
async function sweep(bytes: readonly number[], slots: readonly number[]) {
  const asked: string[] = [];
  const found = await runSweep({ bytes, slots, allocators: ALLOCATORS, seconds: 1 }, QUIET, {
    rows: async (table) =>
      table.rows.map(({ name }) =>
        row(name, [
          cell('hakmem-shared', [90, 100, 110]),
          cell('system', [50]),
          { allocator: 'codemix', outcome: 'failed', reason: 'it broke' },
        ]),
      ),
    memory: async (workload) => {
      asked.push(workload);
      if (workload === sweepName({ bytes: 64, slots: 10 })) throw new BenchError('it took too long');
      return { liveBytes: 1_000, touched: { data: 1_500, control: 500 } };
    },
  });
  return { found, asked };
}

describe('a workload of the sweep', () => {
  it('is found by its name, and asks for that size in that many slots', () => {
    const shape = { bytes: 48, slots: 300 };
    const workload = findWorkload(sweepName(shape));
    expect(sweepShape(workload.name)).toEqual(shape);
    expect(workload.native.words).toEqual(findWorkload('fixed_size 64').native.words.map(swapped));
    expect(workload.reference().advance(30_000) % 48).toBe(0);
    expect(workload.settling).toBe(4 * 300);
    expect(sweepShape('sweep 48')).toBeUndefined();
  });

  it.each([
    [{ bytes: 0, slots: 10 }, '0 bytes'],
    [{ bytes: 16.5, slots: 10 }, '16.5 bytes'],
    [{ bytes: 16, slots: 65_537 }, '65537 slots'],
  ])('refuses %o', (shape, complaint) => {
    expect(() => sweepWorkload(shape)).toThrow(BenchError);
    expect(() => sweepWorkload(shape)).toThrow(complaint);
  });
});

describe('a sweep', () => {
  it('has a point per size, number of slots and allocator, with memory where that can be told', async () => {
    const { found, asked } = await sweep([16, 64], [10, 20]);
    expect(asked).toEqual(['sweep 16x10', 'sweep 16x20', 'sweep 64x10', 'sweep 64x20']);
    expect(found.points).toHaveLength(8);
    expect(found.points[0]).toMatchObject({
      ...{ allocator: 'hakmem-shared', bytes: 16, slots: 10, rate: expect.closeTo(100), rounds: 3 },
      ...{ liveBytes: 1_000, touchedBytes: 2_000 },
    });
    expect(found.points[1]).toMatchObject({ allocator: 'system', liveBytes: null, touchedBytes: null });
    expect(found.points[4]).toMatchObject({ bytes: 64, slots: 10, touchedBytes: null });
    expect(found.missing).toContain('sweep 64x10, memory: it took too long');
    expect(found.missing).toContain('sweep 64x20, codemix: it broke');
  });

  it('leaves out what would hold too much, and refuses what makes no sense before anything runs', async () => {
    const { found } = await sweep([16, 1_048_576], [10, 16_384]);
    expect(found.points.map(({ bytes, slots }) => `${bytes}x${slots}`)).not.toContain('1048576x16384');
    expect(found.missing[0]).toBe('sweep 1048576x16384: would hold more than 256 MiB');
    await expect(sweep([16], [10, 100_000])).rejects.toThrow(BenchError);
    expect(sweepRows({ bytes: SWEEP_BYTES, slots: SWEEP_SLOTS })).toBe(SWEEP_BYTES.length * SWEEP_SLOTS.length);
  });

  it('is a table', async () => {
    const text = renderSweep((await sweep([16], [10])).found);
    expect(text).toMatch(/│ 16 × 10 +│ +100 ±10 │ +50\.0 ±0 │ +2\.00 │/);
    expect(text).toContain('Left out: sweep 16x10, codemix: it broke');
  });
});

describe('CSV', () => {
  const HEAD =
    'allocator,bytes,slots,rate_mops,low,high,live_bytes,touched_bytes,touched_per_live,rounds,workload,workers';
  const fields = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));

  it('has a line per point', async () => {
    const csv = sweepCsv((await sweep([16], [10])).found);
    expect(csv.split('\n')[0]).toBe(HEAD);
    const [, ours, theirs] = fields(csv);
    expect([...ours.slice(0, 3), ...ours.slice(6)]).toEqual([
      'hakmem-shared',
      '16',
      '10',
      '1000',
      '2000',
      '2',
      '3',
      'sweep',
      '1',
    ]);
    expect(ours.slice(3, 6).map((text) => Math.round(Number(text)))).toEqual([100, 90, 110]);
    expect(theirs.slice(6, 9)).toEqual(['', '', '']);
  });

  it('has a line per measured cell of both tables', () => {
    const rows = [row('pair 64', [cell('empty', [8]), { allocator: 'tlsf', outcome: 'unsupported', reason: 'n/a' }])];
    const lines = fields(resultsCsv({ rows, teams: [teamRow('larson', 2, [cell('empty', [4])])] }));
    expect(lines.slice(1).map((line) => [line[0], line[9], line[10], line[11]])).toEqual([
      ['empty', '1', 'pair 64', '1'],
      ['empty', '1', 'larson', '2'],
    ]);
  });
});

/** The numbers of fixed_size 64, where the other shape has its own. */
function swapped(word: string | number): string | number {
  return word === 256 ? 300 : word === 64 ? 48 : word;
}
