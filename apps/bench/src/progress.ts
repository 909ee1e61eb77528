/**
 * Shows how far a run is: a bar with the cell in hand on a terminal, elsewhere one line per finished row, so that a log
 * stays readable. Rows count, not cells: how often a cell is run shows when it is.
 */

import { Presets, SingleBar } from 'cli-progress';
import type { Row } from './results.js';
import type { RunObserver } from './runner.js';

export interface Progress extends RunObserver {
  /** Takes the bar off the terminal. */
  end(): void;
}

/** `rows`: of all tables together. */
export function showProgress(rows: number): Progress {
  return process.stdout.isTTY ? new Bar(rows) : new Lines(rows);
}

/** The rows that will be run. */
export function rowCount(tables: readonly { rows: readonly unknown[]; allocators: readonly unknown[] }[]): number {
  return tables.reduce((sum, { rows, allocators }) => sum + (allocators.length > 0 ? rows.length : 0), 0);
}

class Bar implements Progress {
  private readonly bar: SingleBar;

  constructor(rows: number) {
    const format = '{bar} {value}/{total}  {duration_formatted}, about {eta_formatted} more  {cell}';
    this.bar = new SingleBar(
      { format, clearOnComplete: true, hideCursor: true, etaBuffer: 40 },
      Presets.shades_classic,
    );
    this.bar.start(rows, 0, { cell: '' });
  }

  cellDone(row: string, allocator: string): void {
    this.bar.update({ cell: `${row}, ${allocator}` });
  }

  rowDone(): void {
    this.bar.increment(1);
  }

  end(): void {
    this.bar.stop();
  }
}

class Lines implements Progress {
  private readonly rows: number;
  private done = 0;

  constructor(rows: number) {
    this.rows = rows;
  }

  cellDone(): void {}

  rowDone(row: Row, seconds: number): void {
    const cells = row.cells.map((cell) =>
      cell.outcome === 'measured'
        ? `${cell.allocator} ${cell.rate.toPrecision(3)}`
        : `${cell.allocator} ${cell.outcome}`,
    );
    const place = `[${++this.done}/${this.rows}]`;
    console.log(`${place} ${row.title ?? row.workload}, M/s: ${cells.join(', ')} (${seconds.toFixed(1)} s)`);
  }

  end(): void {}
}
