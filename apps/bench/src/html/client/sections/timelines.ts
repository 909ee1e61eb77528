/** Memory over time on the traces: what the program holds, and what the heap has for it. */

import * as Plot from '@observablehq/plot';
import type { Timeline } from '../../../probes/timeline.js';
import type { Results } from '../../../results.js';
import { type Chart, chartGrid } from '../chart.js';
import type { Section } from '../dom.js';
import { figures, megabytes, short } from '../format.js';
import { legendOf, type Palette } from '../palette.js';

interface Point {
  readonly event: number;
  readonly bytes: number;
}

interface Line {
  readonly title: string;
  readonly color: string;
  readonly dash: string;
  readonly width: number;
  readonly points: readonly Point[];
}

const MEGABYTE = 1e6;

export function timelines({ timelines: found = [] }: Results, palette: Palette): Section {
  const legend = [
    { title: 'held by the program', color: 'var(--faint)', dash: '' },
    ...(found.length === 0 ? [] : linesOf(found[0], palette)),
  ];
  return {
    id: 'timelines',
    title: 'Memory over time',
    lead:
      'While a recorded program runs: the bytes that it asked for and holds (the area), and the bytes of the data and control ' +
      'buffers that have been used for it. A shared heap keeps what it has touched; a local one can give it back.',
    content:
      found.length === 0
        ? null
        : [legendOf(legend), chartGrid(found.map((timeline) => timelineChart(timeline, palette)))],
    absent: 'No trace was looked at over time in this run.',
  };
}

function linesOf({ heaps, tlsf }: Timeline, palette: Palette): readonly Line[] {
  return [
    ...heaps.map(({ allocator, points }) => {
      const { title, color, dash, width } = palette.look(allocator);
      const touched = points.map(({ event, dataBytes, controlBytes }) => ({ event, bytes: dataBytes + controlBytes }));
      return { title: `${title}: touched, records included`, color, dash, width, points: touched };
    }),
    ...(tlsf === null
      ? []
      : [
          {
            ...palette.look('tlsf'),
            title: `${palette.title('tlsf')}: its highest byte so far`,
            points: tlsf.map(({ event, highestByte }) => ({ event, bytes: highestByte })),
          },
        ]),
  ];
}

function timelineChart(timeline: Timeline, palette: Palette): Chart {
  const { trace, held } = timeline;
  const peak = held.reduce((a, b) => (b.liveBytes > a.liveBytes ? b : a));
  const lines = linesOf(timeline, palette);
  return {
    title: `trace ${trace}: ${megabytes(peak.liveBytes)} held at the peak`,
    marks: { area: 1, line: lines.length },
    draw: (width) => drawTimeline(timeline, lines, width),
    table: {
      columns: ['', 'at the end', 'most', 'most per byte held at the peak'],
      rows: lines.map(({ title, points }) => {
        const most = Math.max(...points.map(({ bytes }) => bytes));
        return [title, megabytes(points.at(-1)!.bytes), megabytes(most), figures(most / peak.liveBytes)];
      }),
    },
  };
}

function drawTimeline({ held, heaps }: Timeline, lines: readonly Line[], width: number): Element {
  const area = held.map(({ event, liveBytes }) => ({ event, bytes: liveBytes }));
  const shared = heaps[0].points;
  const label = (point: Point, i: number) => {
    const { blockBytes, committedBytes, superSlabs } = shared[i];
    return [
      `after ${point.event.toLocaleString('en')} events`,
      `held: ${megabytes(point.bytes)}, in blocks of ${megabytes(blockBytes)}`,
      ...lines.map(({ title, points }) => `${title}: ${megabytes(points[i].bytes)}`),
      `${superSlabs} SuperSlabs in use, ${megabytes(committedBytes)} of all`,
    ].join('\n');
  };
  const last = lines.slice(0, 1).map(({ points, color }) => ({ ...points.at(-1)!, color }));
  const megabyte = ({ bytes }: Point) => bytes / MEGABYTE;
  return Plot.plot({
    width,
    height: 240,
    marginLeft: 42,
    marginBottom: 42,
    marginRight: 54,
    x: { label: 'events →', ticks: 4, tickFormat: (event: number) => `${short(event / 1000)}k` },
    y: { label: '↑ MB', grid: true, zero: true, ticks: 5 },
    marks: [
      Plot.areaY(area, { x: 'event', y: megabyte, fill: 'var(--faint)', fillOpacity: 0.45, curve: 'step-before' }),
      ...lines.map(({ points, color, dash, width: strokeWidth }) =>
        Plot.line(points, {
          x: 'event',
          y: megabyte,
          stroke: color,
          strokeWidth,
          strokeDasharray: dash,
          curve: 'step-before',
        }),
      ),
      Plot.text(last, {
        x: 'event',
        y: megabyte,
        dx: 5,
        textAnchor: 'start',
        text: ({ bytes }: Point) => megabytes(bytes),
        fill: 'var(--blue)',
      }),
      Plot.ruleY([0]),
      Plot.tip(area, Plot.pointerX({ x: 'event', y: megabyte, title: label })),
    ],
  });
}
