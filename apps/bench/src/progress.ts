/**
 * Shows how far a run is: a bar with the cell in hand on a terminal, elsewhere one line per finished row, so that a log
 * stays readable.
 */

import { Presets, SingleBar } from 'cli-progress';
import type { Plan } from './plan.js';
import type { RowResult } from './results.js';
import type { RunObserver } from './runner.js';

export interface Progress extends RunObserver {
  /** Takes the bar off the terminal. */
  end(): void;
}

export function showProgress(plan: Plan): Progress {
  const total = plan.workloads.length * plan.allocators.length * plan.rounds;
  return process.stdout.isTTY ? new Bar(total) : new Lines(plan.workloads.length);
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

  cellDone(workload: string, allocator: string): void {
    this.bar.increment(1, { cell: `${workload}, ${allocator}` });
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

  rowDone(row: RowResult, seconds: number): void {
    const cells = row.cells.map((cell) =>
      cell.outcome === 'measured'
        ? `${cell.allocator} ${cell.rate.toPrecision(3)}`
        : `${cell.allocator} ${cell.outcome}`,
    );
    const place = `[${++this.done}/${this.rows}]`;
    console.log(`${place} ${row.workload}, M ops/s: ${cells.join(', ')} (${seconds.toFixed(1)} s)`);
  }

  end(): void {}
}
