/** How many times as fast hakmem is as each rival, row by row: dots with their intervals on a logarithmic axis. */

import * as Plot from '@observablehq/plot';
import type { Mean, Ratio, RatioGoal, Results } from '../../../results.js';
import { logAxisX, logTicks } from '../axes.js';
import { type Chart, chartElement } from '../chart.js';
import { choice } from '../choice.js';
import type { Section } from '../dom.js';
import { short, times, timesWithin } from '../format.js';
import { legendOf, literally, type Palette } from '../palette.js';

interface Point extends Pick<Ratio, 'ratio' | 'low' | 'high' | 'rounds' | 'verdict'> {
  readonly workload: string;
  readonly wanted: number | null;
}

const COLORS = {
  faster: 'var(--blue)',
  slower: 'var(--vermilion)',
  same: 'var(--gray)',
  unclear: 'var(--gray)',
} as const;
const WORDS = {
  faster: 'hakmem is faster',
  slower: 'hakmem is slower',
  same: 'the same',
  unclear: 'the interval does not tell',
} as const;
const ROW_HEIGHT = 20;

export function ratios(results: Results, palette: Palette): Section {
  const rows = [...results.rows, ...results.teams];
  const found = new Set(rows.flatMap((row) => row.ratios.map(({ to }) => to)));
  const rivals = [...found].filter((name) => name !== 'empty').sort((a, b) => rank(a, palette) - rank(b, palette));
  const options = rivals.map((to) => ({
    label: palette.title(to),
    show: () => [
      chartElement(
        ratioChart(
          pointsTo(results, to),
          palette.title(to),
          results.means.filter((mean) => mean.to === to),
        ),
      ),
    ],
  }));
  return {
    id: 'ratios',
    title: 'hakmem beside its rivals',
    lead:
      'How many times as fast hakmem on shared memory is, row by row; right of 1 it is faster. Lines are 95 % intervals of the ' +
      'ratio. A row is called faster or slower only when its whole interval is. A small upright line is what the project wants.',
    content: rivals.length === 0 ? null : [legendOf(verdicts()), choice('Compare with', options)],
    absent: 'Nothing was measured beside hakmem on the same rows.',
  };
}

/** Native allocators first. */
function rank(name: string, palette: Palette): number {
  return ['native', 'peer', 'composition', 'hakmem', 'baseline', undefined].indexOf(palette.kind(name));
}

function verdicts() {
  return (['faster', 'slower', 'unclear'] as const).map((verdict) => ({
    title: verdict === 'unclear' ? 'the same, or unclear' : WORDS[verdict],
    color: COLORS[verdict],
    dash: '',
  }));
}

function pointsTo({ rows, teams, ratioGoals }: Results, to: string): readonly Point[] {
  const goals: ReadonlyMap<string, RatioGoal> = new Map(
    ratioGoals.filter((goal) => goal.to === to).map((goal) => [goal.what, goal]),
  );
  return [...rows, ...teams].flatMap(({ workload, ratios: all }) =>
    all
      .filter((ratio) => ratio.to === to)
      .map((ratio) => ({ ...ratio, workload, wanted: goals.get(workload)?.wanted ?? null })),
  );
}

function ratioChart(points: readonly Point[], title: string, means: readonly Mean[]): Chart {
  const label = (point: Point) =>
    [
      point.workload,
      `${timesWithin(point)}, ${point.rounds} pairs of processes`,
      WORDS[point.verdict],
      point.wanted === null ? '' : `wanted: ${times(point.wanted)}`,
    ].join('\n');
  const over = means.map((mean) => `${timesWithin(mean)} over ${mean.what}`).join(', ');
  return {
    title: `Times as fast as ${title}${over === '' ? '' : `: ${over}`}`,
    marks: { dot: points.length, text: points.length },
    draw: (width) => drawRatios(points, label, width),
    table: {
      columns: ['workload', 'times as fast', 'from', 'to', 'verdict', 'wanted'],
      rows: points.map(({ workload, ratio, low, high, verdict, wanted }) => [
        workload,
        times(ratio),
        times(low),
        times(high),
        verdict,
        wanted === null ? '' : times(wanted),
      ]),
    },
  };
}

function drawRatios(points: readonly Point[], label: (point: Point) => string, width: number): Element {
  const values = points.flatMap(({ low, high, wanted }) => [low, high, wanted ?? 1]);
  const [least, most] = [Math.min(0.9, ...values) * 0.93, Math.max(1.1, ...values) * 1.07];
  const ticks = logTicks(least, most, width < 600 ? 0.14 : 0.06);
  const color = literally((point: Point) => COLORS[point.verdict]);
  return Plot.plot({
    width,
    height: points.length * ROW_HEIGHT + 80,
    marginLeft: Math.min(165, width * 0.4),
    marginRight: 60,
    marginTop: 26,
    marginBottom: 42,
    x: {
      type: 'log',
      domain: [least, most],
    },
    y: { type: 'band', padding: 0.2, domain: points.map(({ workload }) => workload), label: null, tickSize: 0 },
    marks: [
      ...logAxisX(ticks, (ratio) => `${short(ratio)}×`, 'times as fast →', ['bottom', 'top']),
      Plot.ruleX([1], { stroke: 'currentColor', strokeWidth: 1.5 }),
      Plot.ruleY(points, {
        y: 'workload',
        x1: 'low',
        x2: 'high',
        stroke: color,
        strokeWidth: 2.5,
        strokeOpacity: 0.55,
      }),
      Plot.tickX(
        points.filter(({ wanted }) => wanted !== null),
        { x: 'wanted', y: 'workload', insetTop: 4, insetBottom: 4, strokeWidth: 2 },
      ),
      Plot.dot(points, { x: 'ratio', y: 'workload', r: 4.5, fill: color }),
      Plot.text(points, {
        y: 'workload',
        frameAnchor: 'right',
        dx: 56,
        textAnchor: 'end',
        text: (point: Point) => times(point.ratio),
        fill: color,
      }),
      Plot.tip(points, Plot.pointerY({ x: 'ratio', y: 'workload', title: label })),
    ],
  });
}
