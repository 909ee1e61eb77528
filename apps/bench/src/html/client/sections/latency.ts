/** How long single operations take on the traces: percentiles up to the maximum, and the slowest with what they did. */

import * as Plot from '@observablehq/plot';
import type { Distribution } from '../../../probes/distribution.js';
import type { Latency, OperationName, OperationTimes, SlowOperation } from '../../../probes/latency.js';
import type { Results } from '../../../results.js';
import { logAxisY, logTicks } from '../axes.js';
import { type Chart, chartGrid } from '../chart.js';
import { type Child, el, foldedTable, type Section, type Table, tableElement } from '../dom.js';
import { nanoseconds } from '../format.js';
import { legendOf } from '../palette.js';

/** No operation should need more by itself. */
const LIMIT_NS = 1_000_000;
/** Where the axis begins. */
const LEAST_NS = 10;
/** 50, 90, 99, 99.9 and 99.99 %. */
const TICKS = [Math.log10(2), 1, 2, 3, 4];
/** Of all traces together; the others are folded. */
const LISTED = 10;

const LINES = [
  { key: 'seen', title: 'as seen, interruptions and all', color: 'var(--vermilion)', dash: '', width: 1.8 },
  { key: 'own', title: "the operation's own: the least of the rounds", color: 'var(--blue)', dash: '', width: 2.5 },
  {
    key: 'clock',
    title: 'nothing but the clock: what the machine does',
    color: 'var(--gray)',
    dash: '3 3',
    width: 1.5,
  },
] as const;

interface Point {
  readonly title: string;
  readonly percentile: number;
  /** 0, 1, 2, 3 for 0, 90, 99, 99.9 %. */
  readonly nines: number;
  readonly ns: number;
}

export function latency({ latency: found = [] }: Results): Section {
  return {
    id: 'latency',
    title: 'Latency',
    lead:
      'The time of every single operation of the traces, after a pass of warm-up. Each is repeated on fresh heaps in the same state: ' +
      'what is slow once and quick another time was interrupted, what is slow every time is slow by itself.',
    content: found.length === 0 ? null : contentOf(found),
    absent: 'Latencies were not measured in this run.',
  };
}

function contentOf(found: readonly Latency[]): readonly Child[] {
  return [
    el('p', {}, verdict(found)),
    legendOf(LINES),
    chartGrid(found.map(percentileChart)),
    el('h3', {}, 'Longest time by operation: by itself, and as seen'),
    tableElement(operationTable(found)),
    el('h3', {}, 'Slowest by themselves'),
    ...slowTables(
      found.flatMap(({ trace, slowestOwn }) => slowestOwn.map((slow) => ({ trace, ...slow }))),
      ({ ownNs }) => ownNs,
    ),
    el('h3', {}, 'Slowest as seen'),
    ...slowTables(
      found.flatMap(({ trace, slowest }) => slowest.map((slow) => ({ trace, ...slow }))),
      ({ seenNs }) => seenNs,
    ),
  ];
}

function verdict(found: readonly Latency[]): string {
  const all = found.flatMap(({ trace, operations }) => operations.map((times) => ({ trace, ...times })));
  const worst = (names: readonly string[]) =>
    all.filter(({ operation }) => names.includes(operation)).reduce((a, b) => (b.ownMaxNs > a.ownMaxNs ? b : a));
  const say = ({ trace, operation, ownMaxNs }: OperationTimes & { trace: string }) =>
    `${nanoseconds(ownMaxNs)} (${operation}, ${trace})`;
  const plain = worst(['malloc', 'free', 'memalign']);
  const any = worst(['malloc', 'free', 'memalign', 'calloc', 'realloc']);
  const kept = plain.ownMaxNs <= LIMIT_NS ? 'No malloc or free needs' : 'NOT kept: no malloc or free should need';
  return `${kept} more than 1 ms by itself: the longest took ${say(plain)}; with calloc, which zeroes, and realloc, which copies, ${say(any)}.`;
}

function percentileChart(latencyOf: Latency): Chart {
  const { trace, allocator } = latencyOf;
  return {
    title: `${trace}, ${allocator}`,
    marks: { line: LINES.length, dot: LINES.length },
    draw: (width) => drawPercentiles(latencyOf, width),
    table: {
      columns: ['time', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max', 'operations'],
      rows: LINES.map(({ key, title }) => {
        const { p50, p90, p99, p999, p9999, max, count } = latencyOf[key];
        return [title, ...[p50, p90, p99, p999, p9999, max].map(nanoseconds), count];
      }),
    },
  };
}

function pointsOf(title: string, { curve, count }: Distribution): readonly Point[] {
  return curve
    .filter(({ ns }) => ns > 0)
    .map(({ percentile, ns }) => ({
      title,
      percentile,
      nines: percentile === 100 ? Math.log10(count) : -Math.log10(1 - percentile / 100),
      ns,
    }));
}

function drawPercentiles(latencyOf: Latency, width: number): Element {
  const lines = LINES.map((line) => ({ ...line, points: pointsOf(line.title, latencyOf[line.key]) }));
  const all = lines.flatMap(({ points }) => points);
  const most = Math.max(LIMIT_NS, ...all.map(({ ns }) => ns));
  const end = Math.max(...all.map(({ nines }) => nines));
  const ticks = TICKS.filter((nines) => nines <= end);
  const label = ({ title, percentile, ns }: Point) =>
    `${title}\n${percentile === 100 ? 'maximum' : `${percentile} %`}: ${nanoseconds(ns)}`;
  return Plot.plot({
    width,
    height: 280,
    marginLeft: 50,
    marginBottom: 42,
    marginRight: 54,
    x: {
      domain: [0, end],
      label: 'percentile →',
      ticks,
      tickFormat: (nines: number) => percentileName(nines),
      grid: true,
    },
    y: { type: 'log', domain: [LEAST_NS, most * 1.5] },
    marks: [
      ...logAxisY(
        logTicks(LEAST_NS, most * 1.5, 0.1).filter((ns) => Number.isInteger(Math.log10(ns))),
        (ns) => nanoseconds(ns).replace(/\.0+(?=\s)/, ''),
        '↑ time',
      ),
      Plot.ruleY([LIMIT_NS], { stroke: 'currentColor', strokeDasharray: '6 4' }),
      ...lines.flatMap(({ key, points, color, dash, width: strokeWidth }) => [
        Plot.line(points, { x: 'nines', y: 'ns', stroke: color, strokeWidth, strokeDasharray: dash }),
        Plot.dot(points.slice(-1), { x: 'nines', y: 'ns', fill: color, r: 4 }),
        Plot.text(key === 'clock' ? [] : points.slice(-1), {
          x: 'nines',
          y: 'ns',
          dx: 7,
          textAnchor: 'start',
          text: ({ ns }: Point) => nanoseconds(ns),
          fill: color,
        }),
      ]),
      Plot.tip(all, Plot.pointer({ x: 'nines', y: 'ns', title: label })),
    ],
  });
}

function percentileName(nines: number): string {
  return Number((100 * (1 - 10 ** -nines)).toPrecision(6)).toString();
}

const OPERATIONS: readonly OperationName[] = ['malloc', 'free', 'memalign', 'calloc', 'realloc'];

function operationTable(found: readonly Latency[]): Table {
  return {
    columns: ['trace', ...OPERATIONS],
    rows: found.map(({ trace, allocator, operations }) => [
      `${trace}, ${allocator}`,
      ...OPERATIONS.map((name) => {
        const times = operations.find(({ operation }) => operation === name);
        return times === undefined ? '' : `${nanoseconds(times.ownMaxNs)}, ${nanoseconds(times.seenMaxNs)}`;
      }),
    ]),
  };
}

type Slow = SlowOperation & { readonly trace: string };

function slowTables(operations: readonly Slow[], by: (slow: Slow) => number): readonly Child[] {
  const sorted = [...operations].sort((a, b) => by(b) - by(a));
  const rest = sorted.slice(LISTED);
  return [
    tableElement(slowTable(sorted.slice(0, LISTED))),
    rest.length === 0 ? null : foldedTable(`${rest.length} more`, slowTable(rest)),
  ];
}

function slowTable(operations: readonly Slow[]): Table {
  return {
    columns: ['trace', 'operation', 'bytes', 'event', 'by itself', 'as seen', 'what it did', 'what interrupted it'],
    rows: operations.map((slow) => [
      slow.trace,
      slow.operation,
      slow.bytes.toLocaleString('en'),
      slow.event.toLocaleString('en'),
      nanoseconds(slow.ownNs),
      nanoseconds(slow.seenNs),
      slow.did,
      slow.interruption,
    ]),
  };
}
