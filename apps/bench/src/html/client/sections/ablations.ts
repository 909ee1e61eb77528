/** What each of HAKMEM's ways of doing things is worth: the speed of compositions without it, and what they count. */

import * as Plot from '@observablehq/plot';
import type { CountResult, GroupResult, SpeedResult } from '../../../ablations/results.js';
import type { Results } from '../../../results.js';
import { logAxisX, logTicks } from '../axes.js';
import { type Chart, chartElement } from '../chart.js';
import { type Child, el, foldedTable, type Section, type Table } from '../dom.js';
import { figures, megabytes, short, times, timesWithin } from '../format.js';
import { literally } from '../palette.js';

type Speed = Extract<SpeedResult, { outcome: 'measured' }>;

const COLORS = {
  faster: 'var(--blue)',
  slower: 'var(--vermilion)',
  same: 'var(--gray)',
  unclear: 'var(--gray)',
} as const;
const ROW_HEIGHT = 19;

export function ablations({ ablations: found, own }: Results): Section {
  const groups = [...(found?.groups ?? []), ...(own === undefined ? [] : [own])];
  return {
    id: 'ablations',
    title: 'Ablations',
    lead:
      'Compositions that differ from a base in one thing. How many times as fast the variant is as the base: left of 1 (in red) the ' +
      'thing that it lacks is worth having on that workload. Lines are 95 % intervals.',
    content: groups.length === 0 ? null : groups.flatMap(groupContent),
    absent: 'No ablation was measured in this run.',
  };
}

function groupContent({ name, baseHas, variants, speeds, counts }: GroupResult): readonly Child[] {
  const measured = speeds.filter((speed): speed is Speed => speed.outcome === 'measured');
  const differs = variants.map((variant) => el('li', {}, el('strong', {}, variant.name), `: ${variant.differs}`));
  return [
    el('h3', {}, name),
    el('p', { class: 'muted' }, `The base has: ${baseHas}.`),
    el('ul', { class: 'muted' }, ...differs),
    measured.length === 0 ? null : chartElement(speedChart(name, measured)),
    counts.length === 0 ? null : foldedTable('What they count', countTable(counts)),
  ];
}

function speedChart(name: string, speeds: readonly Speed[]): Chart {
  return {
    title: `${name}: times as fast as the base`,
    marks: { dot: speeds.length, rule: speeds.length },
    draw: (width) => drawSpeeds(speeds, width),
    table: {
      columns: ['variant', 'workload', 'times as fast', 'M/s', 'M/s of the base', 'verdict'],
      rows: speeds.map((speed) => [
        speed.composition,
        speed.workload,
        timesWithin(speed),
        figures(speed.rate),
        figures(speed.baseRate),
        speed.verdict,
      ]),
    },
  };
}

function drawSpeeds(speeds: readonly Speed[], width: number): Element {
  const variants = new Set(speeds.map(({ composition }) => composition));
  const values = speeds.flatMap(({ low, high }) => [low, high]);
  const [least, most] = [Math.min(0.9, ...values) * 0.95, Math.max(1.1, ...values) * 1.05];
  const ticks = logTicks(least, most, width < 600 ? 0.14 : 0.06);
  const color = literally((speed: Speed) => COLORS[speed.verdict]);
  const place = { y: 'workload', fy: 'composition' };
  const label = (speed: Speed) =>
    `${speed.composition}, ${speed.workload}\n${timesWithin(speed)}\n${figures(speed.rate)} against ${figures(speed.baseRate)} M/s, ${speed.rounds} pairs: ${speed.verdict}`;
  return Plot.plot({
    width,
    height: speeds.length * ROW_HEIGHT + variants.size * 22 + 56,
    marginLeft: Math.min(150, width * 0.4),
    marginRight: 60,
    marginBottom: 42,
    x: {
      type: 'log',
      domain: [least, most],
    },
    y: { type: 'point', label: null, tickSize: 0, padding: 0.8 },
    fy: { label: null, axis: null, padding: 0.12 },
    marks: [
      ...logAxisX(ticks, (ratio) => `${short(ratio)}×`, 'times as fast →'),
      Plot.text(variants, {
        fy: (name: string) => name,
        text: (name: string) => name,
        frameAnchor: 'top-left',
        dx: 4,
        fontWeight: 600,
        dy: -8,
      }),
      Plot.ruleX([1], { stroke: 'currentColor', strokeWidth: 1.5 }),
      Plot.ruleY(speeds, { ...place, x1: 'low', x2: 'high', stroke: color, strokeWidth: 2.5, strokeOpacity: 0.55 }),
      Plot.dot(speeds, { ...place, x: 'ratio', r: 4, fill: color }),
      Plot.text(speeds, {
        ...place,
        frameAnchor: 'right',
        dx: 56,
        textAnchor: 'end',
        text: (speed: Speed) => times(speed.ratio),
        fill: color,
      }),
      Plot.tip(speeds, Plot.pointerY({ ...place, x: 'ratio', title: label })),
    ],
  });
}

function countTable(counts: readonly CountResult[]): Table {
  return {
    columns: [
      'composition',
      'stream',
      'SuperSlabs',
      'slabs: reuse, unused, fresh',
      'refills',
      'flushes',
      'drains',
      'warm hits, misses',
      'touched per byte held',
      'made, returned',
    ],
    rows: counts.map((count) => [
      count.composition,
      count.stream,
      count.superSlabs,
      `${count.reuse}, ${count.unused}, ${count.fresh}`,
      count.refills,
      count.flushes,
      count.drains,
      count.warmHits === null ? '' : `${count.warmHits}, ${count.warmMisses}`,
      `${figures(count.touchedBytes / count.liveBytes)} (${megabytes(count.touchedBytes)})`,
      `${count.created}, ${count.returned}`,
    ]),
  };
}
