/** Rate, and memory touched, over the size of the blocks: one plot per number of slots, one line per allocator. */

import * as Plot from '@observablehq/plot';
import type { Results, SweepPoint } from '../../../results.js';
import { binaryTicks, logAxisX, logAxisY, logTicks } from '../axes.js';
import { type Chart, chartGrid } from '../chart.js';
import { el, type Section } from '../dom.js';
import { blockSize, figures, short } from '../format.js';
import { type Look, legendOf, type Palette } from '../palette.js';

export function sweep({ sweep: found }: Results, palette: Palette): Section {
  const points = found?.points ?? [];
  const looks = [...new Set(points.map(({ allocator }) => allocator))].map((name) => palette.look(name));
  const slots = [...new Set(points.map((point) => point.slots))].sort((a, b) => a - b);
  const touched = points.filter(overhead);
  const missing = (found?.missing ?? []).join('; ');
  return {
    id: 'sweep',
    title: 'Sweep over sizes',
    lead: 'Blocks of one size, in so many slots: how fast, and how many bytes of memory are touched for a byte that the user holds.',
    content:
      points.length === 0
        ? null
        : [
            legendOf(looks),
            chartGrid(
              slots.map((count) =>
                speedChart(
                  points.filter((point) => point.slots === count),
                  count,
                  looks,
                ),
              ),
            ),
            touched.length === 0 ? null : el('h3', {}, 'Memory'),
            touched.length === 0
              ? null
              : chartGrid(
                  slots.map((count) =>
                    memoryChart(
                      touched.filter((point) => point.slots === count),
                      count,
                      looks,
                    ),
                  ),
                ),
            missing === '' ? null : el('p', { class: 'muted' }, `Not measured: ${missing}.`),
          ],
    absent: 'This run had no sweep.',
  };
}

function overhead({ liveBytes, touchedBytes }: SweepPoint): number | null {
  return liveBytes === null || touchedBytes === null || liveBytes === 0 ? null : touchedBytes / liveBytes;
}

function speedChart(points: readonly SweepPoint[], slots: number, looks: readonly Look[]): Chart {
  return {
    title: `${slots.toLocaleString('en')} slots: speed`,
    marks: { dot: points.length },
    draw: (width) =>
      drawLines(points, looks, width, { value: ({ rate }) => rate, label: '↑ M operations/s', unit: 'M/s' }),
    table: {
      columns: ['block', 'allocator', 'M/s', 'from', 'to'],
      rows: points.map(({ bytes, allocator, rate, interval }) => [
        blockSize(bytes),
        allocator,
        figures(rate),
        figures(interval[0]),
        figures(interval[1]),
      ]),
    },
  };
}

function memoryChart(points: readonly SweepPoint[], slots: number, looks: readonly Look[]): Chart {
  return {
    title: `${slots.toLocaleString('en')} slots: bytes touched per live byte`,
    marks: { dot: points.length },
    draw: (width) =>
      drawLines(points, looks, width, { value: (point) => overhead(point)!, label: '↑ bytes per live byte', unit: '' }),
  };
}

interface Measure {
  value(point: SweepPoint): number;
  readonly label: string;
  readonly unit: string;
}

function drawLines(
  points: readonly SweepPoint[],
  looks: readonly Look[],
  width: number,
  { value, label, unit }: Measure,
): Element {
  const sizes = points.map(({ bytes }) => bytes);
  const values = points.map(value);
  const [least, most] = [Math.min(...values) * 0.9, Math.max(...values) * 1.1];
  const present = looks.filter(({ name }) => points.some(({ allocator }) => allocator === name));
  const say = (point: SweepPoint) => {
    const [low, high] = point.interval;
    const title = looks.find(({ name }) => name === point.allocator)!.title;
    const within = unit === '' ? '' : ` (${figures(low)} to ${figures(high)})`;
    return `${title}, ${blockSize(point.bytes)}\n${figures(value(point))} ${unit}${within}`;
  };
  return Plot.plot({
    width,
    height: 260,
    marginLeft: 46,
    marginBottom: 42,
    x: { type: 'log', base: 2 },
    y: { type: 'log', domain: [least, most] },
    marks: [
      ...logAxisX(binaryTicks(Math.min(...sizes), Math.max(...sizes), width / 60), blockSize, 'bytes per block →'),
      ...logAxisY(logTicks(least, most, 0.1), short, label),
      ...present.flatMap(({ name, color, dash, symbol, width: strokeWidth }) => {
        const own = points.filter(({ allocator }) => allocator === name);
        return [
          ...(unit === ''
            ? []
            : [
                Plot.ruleX(own, {
                  x: 'bytes',
                  y1: (p: SweepPoint) => p.interval[0],
                  y2: (p: SweepPoint) => p.interval[1],
                  stroke: color,
                  strokeOpacity: 0.5,
                }),
              ]),
          Plot.line(own, { x: 'bytes', y: value, stroke: color, strokeWidth, strokeDasharray: dash }),
          Plot.dot(own, { x: 'bytes', y: value, fill: color, symbol, r: 3 }),
        ];
      }),
      Plot.tip(points, Plot.pointer({ x: 'bytes', y: value, title: say })),
    ],
  });
}
