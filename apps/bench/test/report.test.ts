import { describe, expect, it } from 'vitest';
import { compareWithGoals } from '../src/goals.js';
import { meansOf, ratioGoals } from '../src/native-goals.js';
import { renderResults } from '../src/report.js';
import type { Results, TeamRowResult } from '../src/results.js';
import { cell, cellOf, repetitions, row, teamRow as teamRowOf } from './statistics/cells.js';

const SIX = Array<number>(6).fill(1);
const six = (rate: number) => SIX.map((one) => rate * one);

const ROWS: Results['rows'] = [
  row('random_mixed 256', [
    cell('empty', six(150)),
    cell('hakmem-shared', [88, 89, 90, 90, 91, 92]),
    cell('tlsf', [30]),
    cell('thing', [0.5], true),
    cell('system', six(50)),
  ]),
  row('trace ffmpeg', [
    cell('empty', [300]),
    { allocator: 'hakmem-shared', outcome: 'failed', reason: 'it broke' },
    { allocator: 'tlsf', outcome: 'unsupported', reason: 'n/a: no memalign' },
    cell('thing', [1]),
    cellOf('system', [repetitions([10, 10, 10.1, 9.9, 10, 30])]),
  ]),
];

function teamRow(base: string, members: number, ours: number, unit: TeamRowResult['unit'] = 'calls'): TeamRowResult {
  const cells = [
    cell('empty', six(200)),
    cell('hakmem-shared', six(ours)),
    cell('tlsf-locked', [5]),
    cell('system', six(50)),
  ];
  return { ...teamRowOf(base, members, cells), unit };
}

const TEAMS = [
  teamRow('larson', 1, 100),
  teamRow('larson', 2, 190),
  teamRow('mid 8-32K', 1, 60),
  teamRow('mid 8-32K', 2, 105),
  teamRow('producer → consumer', 2, 31, 'blocks'),
];

const MACHINE = {
  cpu: 'a cpu',
  cores: 2,
  parallelism: 2,
  memoryBytes: 1,
  platform: 'a platform',
  node: '20.0.0',
  v8: '11',
};

const FINDINGS = {
  machine: MACHINE,
  rows: ROWS,
  teams: TEAMS,
  memory: {
    slots: 65_536,
    steps: 1,
    liveBlocks: 1,
    liveBytes: 10e6,
    blockBytes: 10.5e6,
    source: 'kernel',
    touched: { data: 11e6, control: 0.7e6 },
    ratio: 1.17,
    stats: { data: 11e6, control: 0.7e6 },
  },
  giveBack: { liveBlocks: 1, liveBytes: 300e6, before: 50e6, peak: 350e6, after: 80e6, returned: 0.9 },
  counts: {
    steps: 200_000,
    slots: 4_096,
    sharedSlots: { superSlabsAtPeak: 2, stages: { reuse: 10, unused: 85, fresh: 5 } },
    oneClass: { superSlabsAtPeak: 40, stages: { reuse: 0, unused: 0, fresh: 40 } },
    warmPool: [{ steps: 1_000_000, slots: 256, hits: 95, misses: 5, prefills: 3, hitRate: 0.95, prewarmMisses: 40 }],
  },
} as const;

const SETTINGS = { rounds: [6, 16], reps: 9, target: 0.05 } as const;
const MEANS = meansOf(FINDINGS, ['system']);

const RESULTS: Results = {
  format: 2,
  form: 'start',
  startedAt: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  settings: { single: SETTINGS, teams: SETTINGS },
  rivals: {
    available: [{ name: 'system', version: 'glibc 2.36' }],
    missing: ['jemalloc', 'tcmalloc'].map((name) => ({ name, reason: 'not here' })),
  },
  ...FINDINGS,
  means: MEANS,
  ratioGoals: ratioGoals(FINDINGS, MEANS),
  goals: compareWithGoals(FINDINGS),
  failures: ['trace ffmpeg, hakmem-shared: it broke'],
};

/** The rows of all tables as lists of trimmed cells. */
function tableRows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('│'));
  return lines.map((line) =>
    line
      .split('│')
      .slice(1, -1)
      .map((field) => field.trim()),
  );
}

describe('renderResults', () => {
  const text = renderResults(RESULTS);
  const rows = tableRows(text);

  it('shows speeds with half of their interval, marks, and what is missing', () => {
    expect(rows).toContainEqual(['random_mixed 256', '150 ±0', '90.0 ±2', '30.0 ±0', '0.500 ±0*', '50.0 ±0']);
    expect(rows).toContainEqual(['trace ffmpeg', '300 ±0', 'failed', 'n/a:', '1.00 ±0', '10.0 ±50']);
    expect(text).toMatch(/^Outliers, which are kept: 1 of \d+ repetitions; most in trace ffmpeg, system: 1\.$/m);
  });

  it('shows ratios with their intervals and verdicts where both were measured', () => {
    const ratios = [/^2\.93 ±\d+ \+$/, /^176 ±\d+ \+$/].map((pattern) => expect.stringMatching(pattern));
    expect(rows).toContainEqual(['random_mixed 256', ...ratios, '1.80 ±2 +']);
    expect(rows.filter(([name]) => name === 'trace ffmpeg')).toHaveLength(1);
  });

  it('shows the speeds of several Workers, the speed-up against one, and the ratios', () => {
    expect(rows).toContainEqual(['larson ×1', '200 ±0', '100 ±0', '5.00 ±0', '50.0 ±0', '1.00']);
    expect(rows).toContainEqual(['larson ×2', '200 ±0', '190 ±0', '5.00 ±0', '50.0 ±0', '1.90']);
    expect(rows).toContainEqual(['producer → consumer ×2', '200 ±0', '31.0 ±0', '5.00 ±0', '50.0 ±0', '']);
    expect(rows).toContainEqual(['larson ×2', expect.stringMatching(/^38\.0 ±\d+ \+$/), '3.80 ±0 +']);
  });

  it('says what the rates of several Workers are, and which allocators are left out and why', () => {
    expect(text).toContain('this machine runs 2 threads at once');
    expect(text).toContain('producer → consumer is in M blocks/s');
    expect(text).toMatch(/^Left out: hakmem-local, codemix \(.*\); buffer, uint8array \(.*\)\.$/m);
    expect(renderResults({ ...RESULTS, teams: [] })).not.toContain('Left out: hakmem-local');
  });

  it('says which native rivals there are, and which are not and why', () => {
    expect(text).toMatch(/^Native rivals, .*: system \(glibc 2\.36\)\.$/m);
    expect(text).toMatch(/^Left out: jemalloc, tcmalloc: not here$/m);
  });

  it('shows means and the speed to reach', () => {
    expect(rows).toContainEqual(['all rows (6)', expect.stringMatching(/^1\.67 \(1\.6\d–1\.6\d\)$/)]);
    expect(rows).toContainEqual(['random_mixed 256', '≥ 1.00', '1.80 (1.76–1.84)', 'yes']);
    expect(rows).toContainEqual(['larson ×1', '≥ 1.70', '2.00 (2.00–2.00)', 'yes']);
    expect(rows).toContainEqual(['mid 8-32K ×2', '≥ 4.00', '2.10 (2.10–2.10)', 'NO']);
    expect(text).toContain('3 met, 0 within the interval, 3 not met.');
  });

  it('shows memory, counts and failures', () => {
    expect(rows).toContainEqual([
      'slabs by stage, shared: reuse, unused, fresh',
      '10.0 % (10), 85.0 % (85), 5.0 % (5)',
    ]);
    expect(rows).toContainEqual(['touched (kernel): data, control', '11.0 MB, 0.7 MB']);
    expect(text).toContain('FAILED:\n  trace ffmpeg, hakmem-shared: it broke');
  });
});

describe('compareWithGoals', () => {
  const seen = Object.fromEntries(RESULTS.goals.map((goal) => [goal.what, goal]));

  it('says which goals were met', () => {
    expect(seen['random_mixed 256: times AssemblyScript TLSF']).toMatchObject({ seen: '3.0', met: true });
    expect(seen['SuperSlabs saved by sharing slots among classes']).toMatchObject({ met: true });
    expect(seen['random_mixed 65536: bytes touched per live byte, control included']).toMatchObject({ met: true });
    expect(seen['warm-pool hit rate, random_mixed 256, 1000000 operations']).toMatchObject({
      seen: '95.0 %',
      met: true,
    });
  });

  it('says which were not', () => {
    const slow = [row('random_mixed 256', [cell('empty', [150]), cell('hakmem-shared', [70]), cell('tlsf', [30])])];
    const memory = { ...FINDINGS.memory, ratio: 1.21 };
    const goals = compareWithGoals({ machine: MACHINE, rows: slow, teams: [], memory });
    expect(goals.filter(({ met }) => !met)).toHaveLength(3);
  });

  it('has goals for several Workers', () => {
    expect(seen['larson on 2 Workers: times as fast as on one (the empty loop: 1.00)']).toMatchObject({
      seen: '1.90',
      met: true,
    });
    expect(seen['mid 8-32K on 2 Workers: times as fast as on one (the empty loop: 1.00)']).toMatchObject({
      seen: '1.75',
      met: false,
    });
    expect(seen['producer → consumer on 2 Workers: M blocks/s']).toMatchObject({ seen: '31.0', met: true });
    const slow = compareWithGoals({ machine: MACHINE, rows: [], teams: [teamRow('producer → consumer', 2, 29)] });
    expect(slow).toMatchObject([{ met: false }]);
  });

  it('does not judge them on one processor', () => {
    const goals = compareWithGoals({ machine: { ...MACHINE, parallelism: 1 }, rows: [], teams: TEAMS });
    expect(goals.map(({ seen, met }) => [seen, met])).toEqual(Array(3).fill(['needs 2 cores', null]));
    expect(renderResults({ ...RESULTS, goals })).toMatch(/needs 2 cores │ +– │/);
  });

  it('has no goal for what was not measured', () => {
    expect(compareWithGoals({ machine: MACHINE, rows: [], teams: [] })).toEqual([]);
    expect(compareWithGoals({ machine: MACHINE, rows: [], teams: TEAMS.slice(0, 1) })).toEqual([]);
  });
});
