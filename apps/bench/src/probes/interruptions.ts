/**
 * What else happened while an operation ran: how long the thread waited for a processor, how often it was put off one, page
 * faults, and what the garbage collector took. The kernel's counts are read after an operation that took long, so the others pay
 * nothing; what a reading says belongs to the time since the reading before.
 *
 *   /proc/thread-self/schedstat    nanoseconds on a processor, nanoseconds waiting for one, turns (Linux)
 *   process.resourceUsage()        involuntary context switches and page faults of all threads of the process
 *   performance 'gc' entries       start and length of each pause
 *
 * A virtual machine that is not given its processor, and interrupts of the machine, are in none of these: `unknown`.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';

/** `operation`: it was not interrupted, or for less than half of its time. */
export type Cause = 'operation' | 'collector' | 'processor' | 'unknown';

export interface Reading {
  /** Nanoseconds that this thread waited for a processor; null where the kernel does not tell. */
  readonly waitedNs: number | null;
  /** Times that a thread of the process was put off its processor. */
  readonly switches: number;
  /** Pages that the process touched for the first time, or that had to be read. */
  readonly faults: number;
}

/** An operation that took long. */
export interface Slow extends Reading {
  readonly ns: number;
  /** Nanoseconds of the process's clock when it began. */
  readonly start: number;
}

const SCHEDSTAT = '/proc/thread-self/schedstat';

export class Interruptions {
  private readonly origin = process.hrtime.bigint() - BigInt(Math.round(performance.now() * 1e6));
  private readonly file = openIfThere(SCHEDSTAT);
  private readonly text = Buffer.alloc(128);
  private readonly pauses: { readonly start: number; readonly end: number }[] = [];
  private readonly observer: PerformanceObserver;
  private last = this.counts();

  constructor() {
    this.observer = new PerformanceObserver((list) => this.note(list.getEntries()));
    this.observer.observe({ entryTypes: ['gc'] });
  }

  /** What the kernel counted since the last reading. Some ten microseconds. */
  read(): Reading {
    const now = this.counts();
    const { waitedNs, switches, faults } = this.last;
    this.last = now;
    return {
      waitedNs: now.waitedNs === null || waitedNs === null ? null : now.waitedNs - waitedNs,
      switches: now.switches - switches,
      faults: now.faults - faults,
    };
  }

  /** Nanoseconds of the process's clock for a stamp of process.hrtime.bigint(). */
  sinceOrigin(stamp: bigint): number {
    return Number(stamp - this.origin);
  }

  /** Lets the entries of the collector arrive; before that, `cause` knows nothing of its last pauses. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.note(this.observer.takeRecords());
  }

  /** Why an operation that needs `ownNs` by itself took longer, and in words. */
  cause(slow: Slow, ownNs: number): { cause: Cause; words: string } {
    const excess = slow.ns - ownNs;
    if (excess <= ownNs) return { cause: 'operation', words: '' };
    const collected = this.collectedIn(slow.start, slow.start + slow.ns);
    if (2 * collected >= excess)
      return { cause: 'collector', words: `${microseconds(collected)} of garbage collection` };
    const { waitedNs, switches, faults } = slow;
    if (waitedNs !== null && 2 * waitedNs >= excess) {
      return { cause: 'processor', words: `${microseconds(waitedNs)} of waiting for a processor` };
    }
    if (waitedNs === null && switches > 0)
      return { cause: 'processor', words: `${switches} involuntary context switches` };
    return { cause: 'unknown', words: `neither the collector nor the scheduler; ${faults} page faults in the process` };
  }

  end(): void {
    this.observer.disconnect();
    if (this.file !== null) closeSync(this.file);
  }

  private note(entries: readonly PerformanceEntry[]): void {
    for (const { startTime, duration } of entries) {
      this.pauses.push({ start: startTime * 1e6, end: (startTime + duration) * 1e6 });
    }
  }

  private collectedIn(from: number, to: number): number {
    return this.pauses.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0);
  }

  private counts(): Reading {
    const { involuntaryContextSwitches, minorPageFault, majorPageFault } = process.resourceUsage();
    return { waitedNs: this.waited(), switches: involuntaryContextSwitches, faults: minorPageFault + majorPageFault };
  }

  private waited(): number | null {
    if (this.file === null) return null;
    const bytes = readSync(this.file, this.text, 0, this.text.length, 0);
    return Number(this.text.toString('latin1', 0, bytes).split(' ')[1]);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

function microseconds(ns: number): string {
  return `${Math.round(ns / 1000).toLocaleString('en')} µs`;
}
