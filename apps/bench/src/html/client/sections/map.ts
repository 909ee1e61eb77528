/** What is in every slot of every SuperSlab when a program holds most: a row per SuperSlab, filled as far as blocks are live. */

import * as Plot from '@observablehq/plot';
import type { SlotCell, SuperSlabMap } from '../../../probes/superslab-map.js';
import type { Results } from '../../../results.js';
import { chartElement } from '../chart.js';
import { choice } from '../choice.js';
import { el, type Section, type Table } from '../dom.js';
import { blockSize, megabytes, share } from '../format.js';
import { literally } from '../palette.js';

interface Cell extends SlotCell {
  readonly row: number;
  readonly slot: number;
  readonly superSlab: number;
  readonly tier: string;
}

const SLOTS = 32;
/** Pixels; where rows are lower, every fourth is named. */
const LABEL_HEIGHT = 13;
const LARGE = 'var(--gray)';
/** Wider than the sizes of classes (16 B … 256 KiB): the ends of the scheme are lost on a dark page or a white one. */
const CLASS_RANGE = [1, 1_048_576];
const classColor = Plot.scale({ color: { type: 'log', domain: CLASS_RANGE, scheme: 'viridis' } });

export function maps({ maps: found = [] }: Results): Section {
  const options = found.map((map) => ({ label: map.program, show: () => [chartElement(mapChart(map))] }));
  return {
    id: 'map',
    title: 'SuperSlabs at the peak',
    lead:
      'One row is a SuperSlab of 2 MiB, one cell a slot of 64 KiB. The color is the size of its blocks; it is filled from below as ' +
      'far as they are live. Slots of all classes share SuperSlabs.',
    content: found.length === 0 ? null : [legend(), choice('When most is held in', options)],
    absent: 'The SuperSlabs were not looked at in this run.',
  };
}

function legend(): HTMLElement {
  const entry = (background: string, border: string, title: string) =>
    el('li', {}, el('i', { class: 'block', style: `background: ${background}; border: 1px ${border}` }), title);
  return el(
    'ul',
    { class: 'legend' },
    ...[16, 256, 1024, 16_384, 262_144].map((bytes) =>
      entry(classColor.apply(bytes), 'solid transparent', blockSize(bytes)),
    ),
    entry(LARGE, 'solid transparent', 'large'),
    entry('var(--cell)', 'solid transparent', 'unused'),
    entry('transparent', 'dashed var(--gray)', 'empty, kept for its class'),
    entry('var(--text)', 'solid transparent', 'reserved'),
  );
}

function mapChart(map: SuperSlabMap) {
  const { program, step, blockBytes, superSlabs } = map;
  const cells = superSlabs.flatMap(({ index, tier, slots }, row) =>
    slots.map((cell, slot): Cell => ({ ...cell, row, slot, superSlab: index, tier })),
  );
  return {
    title: `${program} after ${step.toLocaleString('en')} steps: ${megabytes(blockBytes)} of live blocks in ${superSlabs.length} SuperSlabs`,
    marks: { rect: cells.length },
    draw: (width: number) => drawMap(cells, superSlabs, width),
    table: classTable(cells),
  };
}

function fillOf({ state, kind, blockBytes }: Cell): string {
  if (state === 'reserved') return 'var(--text)';
  if (kind === 'large') return LARGE;
  return kind === 'none' ? 'var(--cell)' : classColor.apply(blockBytes);
}

function describe({ superSlab, slot, tier, state, kind, blockBytes, owner, live, offset }: Cell): string {
  const place = `SuperSlab ${superSlab} (${tier}), slot ${slot}: ${state}`;
  if (kind === 'none') return blockBytes === 0 ? place : `${place}\nkept for blocks of ${blockSize(blockBytes)}`;
  const part = offset === 0 ? '' : `, ${offset} slots from its start`;
  const what =
    kind === 'large'
      ? `one block of ${blockSize(blockBytes)}${part}`
      : `${kind}, blocks of ${blockSize(blockBytes)}${part}\n${share(live)} live, owner ${owner}`;
  return `${place}\n${what}`;
}

function drawMap(cells: readonly Cell[], superSlabs: SuperSlabMap['superSlabs'], width: number): Element {
  const marginLeft = 44;
  const side = Math.min(22, (width - marginLeft) / SLOTS);
  const box = { x1: 'slot', x2: (cell: Cell) => cell.slot + 1, inset: side > 14 ? 1 : 0.5 };
  const active = cells.filter(({ kind }) => kind !== 'none');
  const empty = cells.filter(({ state }) => state === 'empty');
  const fill = literally(fillOf);
  return Plot.plot({
    width: marginLeft + side * SLOTS,
    height: superSlabs.length * side + 46,
    marginLeft,
    marginRight: 0,
    marginTop: 24,
    marginBottom: 22,
    x: { domain: [0, SLOTS], label: 'slot →', ticks: [0, 8, 16, 24], tickSize: 0, axis: 'top' },
    y: {
      domain: [superSlabs.length, 0],
      label: null,
      ticks: superSlabs.map((_, row) => row + 0.5).filter((_, row) => side > LABEL_HEIGHT || row % 4 === 0),
      tickSize: 0,
      tickFormat: (y: number) => tierName(superSlabs[Math.floor(y)]),
    },
    marks: [
      Plot.rect(cells, {
        ...box,
        y1: 'row',
        y2: (cell: Cell) => cell.row + 1,
        fill,
        fillOpacity: (cell: Cell) => (cell.kind === 'none' ? 1 : 0.28),
      }),
      Plot.rect(active, {
        ...box,
        y1: (cell: Cell) => cell.row + 1 - cell.live,
        y2: (cell: Cell) => cell.row + 1,
        fill,
      }),
      Plot.rect(empty, {
        ...box,
        y1: 'row',
        y2: (cell: Cell) => cell.row + 1,
        fill: 'var(--page)',
        stroke: 'var(--gray)',
        strokeDasharray: '2 2',
      }),
      Plot.tip(
        cells,
        Plot.pointer({ x: (cell: Cell) => cell.slot + 0.5, y: (cell: Cell) => cell.row + 0.5, title: describe }),
      ),
    ],
    opacity: { type: 'identity' },
  });
}

/** Its number, with the first letter of its tier unless it is hot. */
function tierName({ index, tier }: SuperSlabMap['superSlabs'][number]): string {
  return tier === 'hot' ? String(index) : `${index} ${tier.slice(0, 5)}`;
}

function classTable(cells: readonly Cell[]): Table {
  const active = cells.filter(({ kind }) => kind !== 'none');
  const sizes = [...new Set(active.filter(({ kind }) => kind !== 'large').map(({ blockBytes }) => blockBytes))].sort(
    (a, b) => a - b,
  );
  const line = (name: string, own: readonly Cell[]) => {
    const live = own.reduce((sum, cell) => sum + cell.live, 0) / Math.max(1, own.length);
    return [name, own.length, new Set(own.map(({ superSlab }) => superSlab)).size, share(live)];
  };
  const large = active.filter(({ kind }) => kind === 'large');
  return {
    columns: ['blocks of', 'slots', 'SuperSlabs', 'live'],
    rows: [
      ...sizes.map((bytes) =>
        line(
          blockSize(bytes),
          active.filter((cell) => cell.kind !== 'large' && cell.blockBytes === bytes),
        ),
      ),
      ...(large.length === 0 ? [] : [line('whole pages', large)]),
    ],
  };
}
