/** How fast each allocator is: bars with the intervals of their rates, a group of rows at a time. */

import * as Plot from '@observablehq/plot';
import type { Results, RowResult } from '../../../results.js';
import type { PageCell } from '../../report.js';
import { type Chart, chartGrid } from '../chart.js';
import { choice } from '../choice.js';
import type { Section } from '../dom.js';
import { figures } from '../format.js';
import { literally, type Palette } from '../palette.js';

interface Bar {
  readonly title: string;
  readonly color: string;
  readonly cell: PageCell;
}

const GROUPS: readonly (readonly [title: string, test: RegExp])[] = [
  ['random sizes', /^(bench_)?random_mixed/],
  ['one size', /^(bench_)?fixed_size/],
  ['hot and cold', /^(pair|(bench_)?tiny)/],
  ['mid and large', /^(mid|large|(bench_)?random_mid)/],
  ['programs', /^trace/],
];

export function rates({ rows }: Results, palette: Palette): Section {
  const groups: readonly (readonly [string, readonly RowResult[]])[] = [
    ...GROUPS.map(([title, test]) => [title, rows.filter(({ workload }) => test.test(workload))] as const),
    ['others', rows.filter(({ workload }) => GROUPS.every(([, test]) => !test.test(workload)))],
  ];
  const options = groups
    .filter(([, members]) => members.length > 0)
    .map(([label, members]) => ({ label, show: () => [chartGrid(members.map((row) => rateChart(row, palette)))] }));
  return {
    id: 'rates',
    title: 'Rates',
    lead:
      'Millions of operations per second in one thread; longer is faster. The bar is the median over the processes, the line on ' +
      'its end the 95 % interval. The empty loop is the workload without an allocator: no one can be faster.',
    content: options.length === 0 ? null : [choice('Workloads', options)],
    absent: 'No row was measured.',
  };
}

function rateChart({ workload, cells }: RowResult, palette: Palette): Chart {
  const bars = cells
    .filter((cell) => cell.outcome === 'measured')
    .map((cell): Bar => ({ ...palette.look(cell.allocator), cell }))
    .sort((a, b) => b.cell.rate - a.cell.rate);
  const absent = cells.flatMap((cell) =>
    cell.outcome === 'measured' ? [] : [`${palette.title(cell.allocator)}: ${cell.reason}`],
  );
  return {
    title: workload,
    marks: { bar: bars.length, rule: bars.length },
    draw: (width) => drawBars(bars, width),
    table: {
      columns: ['allocator', 'M/s', 'from', 'to', 'outliers'],
      rows: [
        ...bars.map(({ title, cell: { rate, interval, outliers, reduced } }) => [
          title,
          `${figures(rate)}${reduced ? '*' : ''}`,
          figures(interval[0]),
          figures(interval[1]),
          outliers.map((outlier) => figures(outlier.rate)).join(', '),
        ]),
        ...absent.map((line) => [line, '', '', '', '']),
      ],
    },
  };
}

function drawBars(bars: readonly Bar[], width: number): Element {
  const most = Math.max(...bars.map(({ cell }) => cell.interval[1]));
  const label = ({ title, cell }: Bar) =>
    `${title}\n${figures(cell.rate)} M/s (${figures(cell.interval[0])} to ${figures(cell.interval[1])})` +
    `${cell.reduced ? '\nfewer operations than the others' : ''}`;
  return Plot.plot({
    width,
    height: bars.length * 20 + 50,
    marginLeft: Math.min(150, width * 0.4),
    marginRight: 48,
    marginTop: 4,
    marginBottom: 42,
    x: { domain: [0, most], label: 'M operations/s →', ticks: 4, grid: true },
    y: { domain: bars.map(({ title }) => title), label: null, tickSize: 0, padding: 0.25 },
    marks: [
      Plot.barX(bars, {
        x: (bar: Bar) => bar.cell.rate,
        y: 'title',
        fill: literally((bar: Bar) => bar.color),
        fillOpacity: 0.75,
      }),
      Plot.ruleY(bars, {
        y: 'title',
        x1: (bar: Bar) => bar.cell.interval[0],
        x2: (bar: Bar) => bar.cell.interval[1],
        strokeWidth: 2,
      }),
      Plot.text(bars, {
        x: (bar: Bar) => bar.cell.interval[1],
        y: 'title',
        dx: 5,
        textAnchor: 'start',
        text: (bar: Bar) => `${figures(bar.cell.rate)}${bar.cell.reduced ? '*' : ''}`,
      }),
      Plot.tip(bars, Plot.pointerY({ x: (bar: Bar) => bar.cell.rate, y: 'title', title: label })),
    ],
  });
}
