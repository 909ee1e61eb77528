/** What several Workers do together: one plot per workload, rates over the number of Workers. */

import * as Plot from '@observablehq/plot';
import type { Results, TeamRowResult } from '../../../results.js';
import type { PageCell } from '../../report.js';
import { logAxisY, logTicks } from '../axes.js';
import { type Chart, chartGrid } from '../chart.js';
import type { Section } from '../dom.js';
import { figures, short } from '../format.js';
import { type Look, legendOf, type Palette } from '../palette.js';

interface Point {
  readonly members: number;
  readonly look: Look;
  readonly cell: PageCell;
}

export function workers({ teams, machine }: Results, palette: Palette): Section {
  const bases = [...new Set(teams.map(({ base }) => base))];
  const names = [
    ...new Set(
      teams
        .flatMap(({ cells }) => cells.filter(({ outcome }) => outcome === 'measured'))
        .map(({ allocator }) => allocator),
    ),
  ];
  const shown = names.filter((name) => name !== 'empty').map((name) => palette.look(name));
  return {
    id: 'workers',
    title: 'Several Workers',
    lead:
      `All Workers together (threads, for native allocators), and what one of them would do times their number: the faint line. ` +
      `This machine runs ${machine.parallelism} at once.`,
    content:
      shown.length === 0
        ? null
        : [
            legendOf(shown),
            chartGrid(
              bases.map((base) =>
                teamChart(
                  base,
                  teams.filter((row) => row.base === base),
                  shown,
                ),
              ),
            ),
          ],
    absent: 'No row with several Workers was measured.',
  };
}

function teamChart(base: string, rows: readonly TeamRowResult[], looks: readonly Look[]): Chart {
  const points = rows.flatMap(({ members, cells }) =>
    cells.flatMap((cell): Point[] => {
      const look = looks.find(({ name }) => name === cell.allocator);
      return cell.outcome === 'measured' && look !== undefined ? [{ members, look, cell }] : [];
    }),
  );
  const unit = rows[0].unit === 'blocks' ? 'M blocks/s' : 'M operations/s';
  return {
    title: base,
    marks: { dot: points.length, rule: points.length },
    draw: (width) => drawTeam(points, looks, unit, width),
    table: {
      columns: ['Workers', 'allocator', unit, 'from', 'to'],
      rows: points.map(({ members, look, cell }) => [
        String(members),
        look.title,
        figures(cell.rate),
        figures(cell.interval[0]),
        figures(cell.interval[1]),
      ]),
    },
  };
}

function drawTeam(points: readonly Point[], looks: readonly Look[], unit: string, width: number): Element {
  const counts = [...new Set(points.map(({ members }) => members))].sort((a, b) => a - b);
  const values = points.flatMap(({ cell }) => cell.interval);
  const [least, most] = [Math.min(...values) * 0.9, Math.max(...values) * 1.2];
  const label = ({ members, look, cell }: Point) =>
    `${look.title}, ${members} ${members === 1 ? 'Worker' : 'Workers'}\n${figures(cell.rate)} ${unit} (${figures(cell.interval[0])} to ${figures(cell.interval[1])})`;
  const one = points.find(({ members, look }) => members === counts[0] && look.name === 'hakmem-shared');
  const ideal =
    one === undefined || counts.length < 2
      ? []
      : counts.map((members) => ({ members, rate: (one.cell.rate * members) / counts[0] }));
  return Plot.plot({
    width,
    height: 260,
    marginLeft: 46,
    marginBottom: 42,
    x: { type: 'point', domain: counts, label: 'Workers →', padding: 0.3 },
    y: { type: 'log', domain: [least, most] },
    marks: [
      ...logAxisY(logTicks(least, most, 0.1), short, `↑ ${unit}`),
      Plot.line(ideal, { x: 'members', y: 'rate', stroke: 'var(--faint)', strokeDasharray: '2 3' }),
      ...looks.flatMap(({ name, color, dash, symbol, width: strokeWidth }) => {
        const own = points.filter(({ look }) => look.name === name);
        return [
          Plot.ruleX(own, {
            x: 'members',
            y1: ({ cell }: Point) => cell.interval[0],
            y2: ({ cell }: Point) => cell.interval[1],
            stroke: color,
            strokeWidth: 2,
            strokeOpacity: 0.5,
          }),
          Plot.line(own, {
            x: 'members',
            y: ({ cell }: Point) => cell.rate,
            stroke: color,
            strokeWidth,
            strokeDasharray: dash,
          }),
          Plot.dot(own, { x: 'members', y: ({ cell }: Point) => cell.rate, fill: color, symbol, r: 4 }),
        ];
      }),
      Plot.tip(points, Plot.pointer({ x: 'members', y: ({ cell }: Point) => cell.rate, title: label })),
    ],
  });
}
