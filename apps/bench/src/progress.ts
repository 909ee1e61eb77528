/**
 * Shows how far a run is: a bar with the cell in hand on a terminal, elsewhere one line per finished row, so that a log
 * stays readable.
 */

import { Presets, SingleBar } from 'cli-progress';
import { type Plan, processCount } from './plan.js';
import type { Row } from './results.js';
import type { RunObserver } from './runner.js';

export interface Progress extends RunObserver {
  /** Takes the bar off the terminal. */
  end(): void;
}

export function showProgress(plan: Plan): Progress {
  const tables = [plan.single, plan.teams];
  const rows = tables.reduce((sum, table) => sum + (processCount(table) > 0 ? table.rows.length : 0), 0);
  const cells = tables.reduce((sum, table) => sum + processCount(table), 0);
  return process.stdout.isTTY ? new Bar(cells) : new Lines(rows);
}

class Bar implements Progress {
  private readonly bar: SingleBar;

  constructor(total: number) {
    const format = '{bar} {percentage}%  {duration_formatted}, about {eta_formatted} more  {cell}';
    this.bar = new SingleBar(
      { format, clearOnComplete: true, hideCursor: true, etaBuffer: 40 },
      Presets.shades_classic,
    );
    this.bar.start(total, 0, { cell: '' });
  }

  cellDone(row: string, allocator: string): void {
    this.bar.increment(1, { cell: `${row}, ${allocator}` });
  }

  rowDone(): void {}

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
    console.log(`${place} ${row.workload}, M/s: ${cells.join(', ')} (${seconds.toFixed(1)} s)`);
  }

  end(): void {}
}
