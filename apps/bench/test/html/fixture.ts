/** A small report in which every section has something to show, made of arithmetic. */

import type { PageCell } from '../../src/html/report.js';
import type { Distribution } from '../../src/probes/distribution.js';
import type { Latency, SlowOperation } from '../../src/probes/latency.js';
import type { SlotCell, SuperSlabMap } from '../../src/probes/superslab-map.js';
import type { Timeline } from '../../src/probes/timeline.js';
import type { CellResult, Ratio, Results, RowResult, TeamRowResult } from '../../src/results.js';

const SPEEDS: Readonly<Record<string, number>> = {
  empty: 220,
  'hakmem-shared': 95,
  'hakmem-local': 101,
  tlsf: 28,
  system: 80,
  mimalloc: 110,
};
const WORKLOADS = ['random_mixed 256', 'random_mixed 4096', 'fixed_size 16', 'pair 64', 'mid 8-32K', 'trace perl'];

/** Between 0.8 and 1.2, the same for the same text. */
export function wobble(text: string): number {
  const hash = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)!) >>> 0, 7);
  return 0.8 + 0.4 * ((hash % 1_000) / 1_000);
}

function cell(allocator: string, rate: number): CellResult & PageCell {
  const rounds = [[{ steps: 1_000, ms: 1 / rate }]];
  return {
    allocator,
    outcome: 'measured',
    rate,
    interval: [rate * 0.97, rate * 1.02],
    outliers: [{ round: 0, repetition: 0, rate: rate * 0.5 }],
    reduced: allocator === 'tlsf',
    rounds,
  };
}

export function ratiosOf(cells: readonly CellResult[]): readonly Ratio[] {
  const rateOf = (name: string) =>
    cells.find((found): found is CellResult & PageCell => found.allocator === name)!.rate;
  const ours = rateOf('hakmem-shared');
  return cells
    .filter(({ allocator, outcome }) => outcome === 'measured' && allocator !== 'hakmem-shared')
    .map(({ allocator }) => {
      const ratio = ours / rateOf(allocator);
      const verdict = ratio > 1.05 ? 'faster' : ratio < 0.95 ? 'slower' : 'unclear';
      return { of: 'hakmem-shared', to: allocator, ratio, low: ratio * 0.95, high: ratio * 1.05, rounds: 3, verdict };
    });
}

export function row(workload: string): RowResult {
  const cells: CellResult[] = Object.entries(SPEEDS).map(([name, rate]) => cell(name, rate * wobble(name + workload)));
  cells.push({ allocator: 'codemix', outcome: 'unsupported', reason: 'n/a: </script><b>no memalign' });
  return { workload, steps: 1_000, budgetMs: 100, cells, ratios: ratiosOf(cells) };
}

export function teamRow(base: string, members: number): TeamRowResult {
  const cells = ['empty', 'hakmem-shared', 'tlsf-locked', 'mimalloc'].map((name) =>
    cell(name, (SPEEDS[name] ?? 10) * members ** (name === 'tlsf-locked' ? -0.5 : 0.8) * wobble(base + name)),
  );
  const unit = base.startsWith('producer') ? 'blocks' : 'calls';
  return { workload: `${base} ×${members}`, base, members, unit, budgetMs: 100, cells, ratios: ratiosOf(cells) };
}

function distribution(scale: number, count = 10_000): Distribution {
  const at = (percentile: number) => Math.round((scale * 30) / (1.0001 - percentile / 100) ** 0.7);
  const curve = [1, 50, 90, 99, 99.9, 99.99, 100].map((percentile) => ({ percentile, ns: at(percentile) }));
  return { count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), p9999: at(99.99), max: at(100), curve };
}

export function latencyOf(trace: string): Latency {
  const slow: SlowOperation = {
    pass: 1,
    event: 12_345,
    operation: 'free',
    bytes: 4_096,
    seenNs: 2_400_000,
    ownNs: 5_100,
    cause: 'processor',
    interruption: '2,390 µs of waiting for a processor',
    did: '3 slabs released, 32 blocks flushed',
  };
  return {
    trace,
    allocator: 'hakmem-shared',
    rounds: 5,
    warmUpPasses: 1,
    passes: 2,
    clock: distribution(0.6),
    seen: distribution(2),
    own: distribution(1),
    operations: [
      { operation: 'malloc', count: 5_000, seenMaxNs: 90_000, ownMaxNs: 9_000 },
      { operation: 'free', count: 5_000, seenMaxNs: 2_400_000, ownMaxNs: 8_000 },
      { operation: 'realloc', count: 10, seenMaxNs: 600_000, ownMaxNs: 590_000 },
    ],
    slowest: [slow],
    slowestOwn: [{ ...slow, cause: 'operation', interruption: '' }],
    slow: { slowNs: 20_000, causes: { operation: 1, collector: 2, processor: 3, unknown: 4 } },
  };
}

export function timelineOf(trace: string): Timeline {
  const events = Array.from({ length: 20 }, (_, i) => 500 * (i + 1));
  const held = events.map((event, i) => ({
    event,
    liveBytes: 100_000 * (1 + Math.round(10 * Math.sin(i / 6.5) ** 2)),
  }));
  const points = held.map(({ event, liveBytes }) => ({
    event,
    blockBytes: liveBytes * 1.1,
    dataBytes: 1_400_000,
    controlBytes: 90_000,
    superSlabs: 1,
    committedBytes: 2_097_152,
  }));
  const heaps = ['hakmem-shared', 'hakmem-local'].map((allocator) => ({ allocator, points }));
  return {
    trace,
    events: 10_000,
    held,
    heaps,
    tlsf: held.map(({ event }) => ({ event, highestByte: 1_300_000 + event })),
  };
}

function slot(index: number): SlotCell {
  const cell = {
    state: 'active',
    kind: 'tiny',
    sizeClass: index,
    blockBytes: 16 * (index + 1),
    owner: 1,
    live: index / 32,
    offset: 0,
  } as const;
  if (index === 0)
    return { ...cell, state: 'reserved', kind: 'none', sizeClass: null, blockBytes: 0, owner: 0, live: 0 };
  if (index > 28) return { ...cell, state: 'unused', kind: 'none', sizeClass: null, blockBytes: 0, owner: 0, live: 0 };
  if (index > 26) return { ...cell, state: 'empty', kind: 'none', owner: 0, live: 0 };
  return index > 23
    ? { ...cell, kind: 'large', sizeClass: null, blockBytes: 196_608, owner: 0, live: 1, offset: index - 24 }
    : cell;
}

export function mapOf(program: string): SuperSlabMap {
  const slots = Array.from({ length: 32 }, (_, i) => slot(i));
  const tiers = ['hot', 'draining', 'free'] as const;
  return {
    program,
    step: 4_000,
    blockBytes: 1_234_567,
    superSlabs: tiers.map((tier, index) => ({ index, tier, slots })),
  };
}

const COUNT = {
  composition: 'standard',
  stream: 'random_mixed 4096',
  steps: 200_000,
  superSlabs: 2,
  reuse: 0,
  unused: 44,
  fresh: 2,
  affine: 3,
  runs: 0,
  refills: 600,
  flushes: 20,
  drains: 7,
  retired: 1,
  warmHits: 90,
  warmMisses: 10,
  touchedBytes: 2_400_000,
  liveBytes: 2_000_000,
  created: 2,
  returned: 0,
  draining: 0,
  swept: 0,
};

const ABLATIONS: NonNullable<Results['ablations']> = {
  groups: [
    {
      name: 'warm pool',
      base: 'standard',
      baseHas: 'a warm pool of 16',
      variants: [{ name: 'warm-0', differs: 'no warm pool' }],
      speeds: [
        {
          composition: 'warm-0',
          workload: 'random_mixed 256',
          outcome: 'measured',
          ratio: 0.9,
          low: 0.86,
          high: 0.94,
          rate: 90,
          baseRate: 100,
          rounds: 5,
          verdict: 'slower',
        },
        {
          composition: 'warm-0',
          workload: 'trace gcc',
          outcome: 'measured',
          ratio: 1.01,
          low: 0.97,
          high: 1.06,
          rate: 101,
          baseRate: 100,
          rounds: 5,
          verdict: 'unclear',
        },
        { composition: 'warm-0', workload: 'trace php', outcome: 'failed', reason: 'it broke' },
      ],
      counts: [COUNT, { ...COUNT, composition: 'warm-0', warmHits: null, warmMisses: null }],
    },
  ],
};

const SETTINGS = { rounds: [3, 9], reps: 9, target: 0.02 } as const;

export function fullReport(): Results {
  return {
    ...bareReport(),
    rows: WORKLOADS.map(row),
    teams: ['larson', 'producer → consumer'].flatMap((base) => [1, 2, 4].map((members) => teamRow(base, members))),
    means: [
      { what: 'the traces', of: 'hakmem-shared', to: 'system', rows: 7, ratio: 1.3, low: 1.25, high: 1.35 },
      { what: 'all rows', of: 'hakmem-shared', to: 'system', rows: 41, ratio: 1.21, low: 1.19, high: 1.24 },
      { what: 'all rows', of: 'hakmem-shared', to: 'mimalloc', rows: 41, ratio: 0.87, low: 0.85, high: 0.9 },
    ],
    ratioGoals: [{ what: 'random_mixed 256', to: 'system', wanted: 1, ratio: 1.2, low: 1.1, high: 1.3, met: 'yes' }],
    goals: [{ what: 'warm-pool hit rate', wanted: '> 90 %', seen: '95.0 %', met: true }],
    sweep: {
      points: [16, 64, 256, 1024].flatMap((bytes) =>
        [64, 4096].flatMap((slots) =>
          ['hakmem-shared', 'tlsf', 'mimalloc'].map((allocator) => {
            const rate = SPEEDS[allocator] * wobble(`${bytes} ${slots} ${allocator}`);
            const liveBytes = (bytes * slots) / 2;
            return {
              allocator,
              bytes,
              slots,
              rate,
              interval: [rate * 0.95, rate * 1.05] as const,
              rounds: 3,
              liveBytes,
              touchedBytes: allocator === 'tlsf' ? null : liveBytes * 1.3,
            };
          }),
        ),
      ),
      missing: ['tlsf 1 MiB: out of memory'],
    },
    memory: {
      slots: 65_536,
      steps: 1_048_576,
      liveBlocks: 32_704,
      liveBytes: 1e7,
      blockBytes: 1.1e7,
      source: 'kernel',
      touched: { data: 1.2e7, control: 7e5 },
      ratio: 1.27,
      stats: { data: 1.2e7, control: 7e5 },
    },
    giveBack: { liveBlocks: 10, liveBytes: 3e8, before: 6e7, peak: 4e8, after: 8e7, returned: 0.94 },
    counts: {
      steps: 200_000,
      slots: 4_096,
      sharedSlots: { superSlabsAtPeak: 2, stages: { reuse: 0, unused: 44, fresh: 2 } },
      oneClass: { superSlabsAtPeak: 33, stages: { reuse: 0, unused: 13, fresh: 33 } },
      warmPool: [{ steps: 1e6, slots: 256, hits: 8, misses: 0, prefills: 0, hitRate: 1, prewarmMisses: 40 }],
    },
    latency: ['sqlite', 'perl'].map(latencyOf),
    timelines: ['sqlite', 'perl'].map(timelineOf),
    maps: ['trace sqlite', 'random_mixed 65536'].map(mapOf),
    ablations: ABLATIONS,
    failures: ['trace ffmpeg, hakmem-shared: it broke'],
  };
}

/** A report of a run that measured nothing. */
export function bareReport(): Results {
  return {
    format: 2,
    form: 'start',
    machine: {
      cpu: 'A <fast> processor',
      cores: 2,
      parallelism: 2,
      memoryBytes: 8e9,
      platform: 'linux x64 6.1',
      node: '20.1.0',
      v8: '11.3',
      commit: '0123456789abcdef',
      changed: true,
    },
    startedAt: '2026-01-01T00:00:00.000Z',
    seconds: 61,
    settings: { single: SETTINGS, teams: { ...SETTINGS, target: null } },
    rivals: {
      available: [{ name: 'mimalloc', version: '2.1' }],
      missing: [{ name: 'jemalloc', reason: 'not installed' }],
    },
    rows: [],
    teams: [],
    means: [],
    ratioGoals: [],
    goals: [],
    failures: [],
  };
}
