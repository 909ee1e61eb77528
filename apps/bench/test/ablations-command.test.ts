/** The command `ablate`: what is picked, what is asked of the runner, what tables and files say of its answers. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AblateOptions, ablate } from '../src/ablations/command.js';
import { ablationsCsv } from '../src/ablations/csv.js';
import { renderAblations } from '../src/ablations/report.js';
import type { AblationResults } from '../src/ablations/results.js';
import { selectGroups } from '../src/ablations/select.js';
import { cellCount, measureGroup, type RunTable } from '../src/ablations/speed.js';
import { BenchError } from '../src/errors.js';
import type { CellResult, Results, Row } from '../src/results.js';

const folder = mkdtempSync(join(tmpdir(), 'hakmem-ablate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SILENT = { cellDone() {}, rowDone() {} };

/** A cell whose processes all ran at `rate`, within a thousandth. */
function cell(allocator: string, rate: number): CellResult {
  const rounds = Array.from({ length: 8 }, (_, round) =>
    Array.from({ length: 5 }, (_, i) => ({ steps: 1_000_000, ms: (1_000 / rate) * (1 + (round + i) / 10_000) })),
  );
  return { allocator, outcome: 'measured', rate, interval: [rate, rate], outliers: [], reduced: false, rounds };
}

const failed = (allocator: string): CellResult => ({ allocator, outcome: 'failed', reason: 'it broke' });

/** Answers each cell with the rate of its composition. */
function runner(rates: Readonly<Record<string, number>>): RunTable {
  return async ({ rows, allocators }) =>
    rows.map(({ name }): Row => {
      const cells = allocators.map((each) => {
        const rate = rates[each.name.replace('hakmem-', '')];
        return rate === undefined ? failed(each.name) : cell(each.name, rate);
      });
      return { workload: name, budgetMs: 1, cells, ratios: [] };
    });
}

describe('selectGroups', () => {
  it('has all groups, and of those that match by a variant only that variant', () => {
    expect(selectGroups({}).map(({ name }) => name)).toContain('warm pool');
    const picked = selectGroups({ only: '^drain interval$|^warm-4$' });
    expect(picked.map(({ name, variants }) => [name, variants.map((variant) => variant.name)])).toEqual([
      ['warm pool', ['warm-4']],
      ['drain interval', ['drain-512', 'drain-2048', 'drain-4096']],
    ]);
  });

  it('takes other workloads for all', () => {
    for (const { workloads } of selectGroups({ workloads: 'pair 64, trace jq' })) {
      expect(workloads).toEqual(['pair 64', 'trace jq']);
    }
  });

  it.each([
    [{ only: 'nothing' }, 'no ablation matches nothing; there are: two-speed front, '],
    [{ only: '(' }, '--only: '],
    [{ workloads: 'pair 65' }, 'no workload is called "pair 65"'],
  ])('refuses %o', (selection, complaint) => {
    expect(() => selectGroups(selection)).toThrow(BenchError);
    expect(() => selectGroups(selection)).toThrow(complaint);
  });
});

describe('measureGroup', () => {
  const [group] = selectGroups({ only: '^route', workloads: 'pair 64' });

  it('asks for the base and the variants in one table, and gives ratios to the base', async () => {
    const asked: string[][] = [];
    const run: RunTable = (table, observer) => {
      asked.push([table.subject, ...table.allocators.map(({ name }) => name)]);
      expect([table.totalMs, table.rows.map(({ name }) => name)]).toEqual([1_234, ['pair 64']]);
      return runner({ standard: 100, 'tiny-only': 50, 'pool-only': 100.5 })(table, observer);
    };
    const speeds = await measureGroup(group, 1_234, SILENT, run);
    expect(asked).toEqual([['hakmem-standard', 'hakmem-standard', 'hakmem-tiny-only', 'hakmem-pool-only']]);
    expect(speeds).toMatchObject([
      { composition: 'tiny-only', workload: 'pair 64', rate: 50, baseRate: 100, verdict: 'slower', rounds: 8 },
      { composition: 'pool-only', workload: 'pair 64', verdict: 'same' },
    ]);
    const [slower] = speeds;
    if (slower.outcome !== 'measured') return expect.unreachable();
    expect(slower.ratio).toBeCloseTo(0.5);
    expect(slower.low).toBeLessThanOrEqual(0.5);
    expect(slower.high).toBeGreaterThanOrEqual(0.5);
    expect(cellCount(group)).toBe(3);
  });

  it('says what failed: the variant, or its base', async () => {
    const variant = await measureGroup(group, 1, SILENT, runner({ standard: 100, 'pool-only': 120 }));
    expect(variant).toMatchObject([
      { composition: 'tiny-only', outcome: 'failed', reason: 'it broke' },
      { composition: 'pool-only', outcome: 'measured', verdict: 'faster' },
    ]);
    const base = await measureGroup(group, 1, SILENT, runner({ 'tiny-only': 1, 'pool-only': 1 }));
    expect(base.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    expect(
      await measureGroup(group, 1, SILENT, async () => [{ workload: 'pair 64', budgetMs: 1, cells: [], ratios: [] }]),
    ).toMatchObject([{ reason: 'tiny-only was not run' }, { reason: 'pool-only was not run' }]);
  });
});

describe('ablate', () => {
  const printed: string[] = [];
  beforeEach(() => {
    printed.length = 0;
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  });

  const options = (name: string): AblateOptions & { json: string; csv: string } => ({
    only: '^mid-batch-1$',
    workloads: 'mid 8-32K',
    timeBudget: 10,
    json: join(folder, `${name}.json`),
    csv: join(folder, `${name}.csv`),
  });
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Results;

  it('prints speeds and counts and writes both files', async () => {
    const { json, csv, ...rest } = options('both');
    expect(await ablate({ ...rest, json, csv }, runner({ standard: 40, 'mid-batch-1': 30 }))).toBe(true);
    const text = printed.join('\n');
    expect(text).toContain(
      'MID REFILL\n  standard     a refill of a mid class brings 2 spans\n  mid-batch-1  1 span\n',
    );
    expect(text).toMatch(/│ mid-batch-1 +│ 0\.750 \(0\.750–0\.750\) - │/);
    expect(text).toMatch(/│ mid 8-32K, +│/);
    const { format, form, ablations, failures } = read(json);
    expect([format, form, failures]).toEqual([2, 'ablate', []]);
    expect(ablations!.groups).toMatchObject([
      { name: 'mid refill', base: 'standard', variants: [{ name: 'mid-batch-1' }] },
    ]);
    const [{ speeds, counts }] = ablations!.groups;
    expect(speeds).toHaveLength(1);
    expect(counts.map(({ composition, stream }) => `${composition}, ${stream}`)).toEqual([
      'standard, mid 8-32K',
      'mid-batch-1, mid 8-32K',
      'standard, phases',
      'mid-batch-1, phases',
    ]);
    expect(readFileSync(csv, 'utf8')).toBe(ablationsCsv(ablations!));
  });

  it('times nothing when only counts are wanted', async () => {
    const run: RunTable = () => expect.unreachable();
    expect(await ablate({ ...options('counts'), counts: true }, run)).toBe(true);
    const [{ speeds, counts }] = read(options('counts').json).ablations!.groups;
    expect([speeds.length, counts.length]).toEqual([0, 4]);
    expect(printed.join('\n')).not.toContain('Speeds are ratios');
  });

  it('adds to the results of a run, and to nothing else', async () => {
    const { json } = options('before');
    writeFileSync(
      json,
      JSON.stringify({ format: 2, form: 'quick', rows: [{ workload: 'pair 64' }], failures: ['old'] }),
    );
    const rest = { ...options('before'), counts: true } as const;
    await ablate(rest);
    expect(read(json)).toMatchObject({ form: 'quick', rows: [{ workload: 'pair 64' }], failures: ['old'] });
    expect(read(json).ablations!.groups).toHaveLength(1);
    for (const other of ['{"format":1}', 'null', 'text']) {
      writeFileSync(json, other);
      await expect(ablate(rest)).rejects.toThrow('is no file of results in format 2');
      expect(readFileSync(json, 'utf8')).toBe(other);
    }
  });

  it('answers false when a composition failed, and says which', async () => {
    expect(await ablate(options('failed'), runner({ standard: 40 }))).toBe(false);
    expect(printed).toContain('failed: mid 8-32K, mid-batch-1: it broke');
    expect(read(options('failed').json).failures).toEqual(['mid 8-32K, mid-batch-1: it broke']);
  });
});

describe('what was found', () => {
  const counts = {
    ...{ composition: 'a', stream: 's', steps: 10, superSlabs: 3, draining: 2, reuse: 4, unused: 5, fresh: 6 },
    ...{ affine: 7, swept: 8, runs: 9, refills: 11, flushes: 12, drains: 13, retired: 14 },
    ...{ warmHits: 15, warmMisses: 5, touchedBytes: 3_000_000, liveBytes: 2_000_000, created: 16, returned: 17 },
  };
  const RESULTS: AblationResults = {
    groups: [
      {
        ...{ name: 'a group', base: 'b', baseHas: 'this', variants: [{ name: 'a', differs: 'that' }] },
        speeds: [
          {
            ...{ composition: 'a', workload: 'w', outcome: 'measured', rate: 12, baseRate: 10, rounds: 6 },
            ...{ ratio: 1.2, low: 0.9, high: 1.4, verdict: 'unclear' },
          },
          { composition: 'a', workload: 'v', outcome: 'unsupported', reason: 'n/a: no memalign' },
          { composition: 'a', workload: 'u', outcome: 'failed', reason: 'it broke' },
        ],
        counts: [counts, { ...counts, composition: 'b', warmHits: null, warmMisses: null, draining: 0 }],
      },
    ],
  };

  it('is a table of speeds and one per stream', () => {
    const lines = renderAblations(RESULTS)
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '));
    expect(lines).toContain('│ a │ 1.20 (0.900–1.40) ? │ n/a: no memalign │ failed │');
    expect(lines).toContain(
      '│ a │ 3 (2 draining) │ 16, 17 │ 4, 5, 6 │ 7, 8 │ 9 │ 11, 12 │ 13, 14 │ 15, 5 │ 75.0 % │ 3.0 MB │ 1.50 │',
    );
    expect(lines).toContain('│ b │ 3 │ 16, 17 │ 4, 5, 6 │ 7, 8 │ 9 │ 11, 12 │ 13, 14 │ none │ │ 3.0 MB │ 1.50 │');
  });

  it('is a line per number as CSV, and none for what there is not', () => {
    const lines = ablationsCsv(RESULTS).trimEnd().split('\n');
    expect(lines[0]).toBe('group,composition,base,workload,measure,value,low,high,verdict');
    expect(lines).toContain('a group,a,b,w,speed_ratio,1.2,0.9,1.4,unclear');
    expect(lines).toContain('a group,a,b,w,rate_mops,12,,,');
    expect(lines).toContain('a group,b,b,s,touchedBytes,3000000,,,');
    expect(lines.filter((line) => line.includes('warmHits'))).toEqual(['a group,a,b,s,warmHits,15,,,']);
    expect(lines.filter((line) => /,[uv],/.test(line))).toEqual([]);
  });
});
