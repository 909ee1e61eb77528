/**
 * A team: Workers that do their parts of one workload on one allocator, driven by the main thread.
 *
 *   assemble → prepare → window, window, … → finish        dismiss at any time
 *
 * An order is given when all have answered the one before (gate.ts). A Worker that fails rejects what is waited for; the team is
 * of no use then and must be dismissed, as its other Workers may wait for that one forever.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Repetition } from '../measure.js';
import { packagePath } from '../paths.js';
import { type Ground, loadSharing } from './allocators/index.js';
import { Gate, Order } from './gate.js';
import { findTeamWorkload, type Tally, type TeamWorkload, unitsOf } from './workloads/index.js';

/** What a Worker is given. */
export interface Assignment {
  readonly allocator: string;
  readonly handle: unknown;
  /** The records of the shadow checker, if every block is to be watched. */
  readonly shadow: SharedArrayBuffer | undefined;
  readonly workload: string;
  readonly member: number;
  readonly members: number;
  readonly shared: SharedArrayBuffer;
  readonly gate: SharedArrayBuffer;
}

/** What a Worker answers to an order. The times are those of a RUN. */
export interface Report {
  readonly tally: Tally;
  readonly startMs: number;
  readonly endMs: number;
}

export class Team {
  /** Sums over all Workers up to the last order. */
  tally: Tally = { made: 0, freed: 0, changed: 0 };
  private readonly workers: readonly Worker[];
  private readonly gate: Gate;
  private readonly workload: TeamWorkload;
  private readonly ground: Ground;

  private constructor(workers: readonly Worker[], gate: Gate, workload: TeamWorkload, ground: Ground) {
    this.workers = workers;
    this.gate = gate;
    this.workload = workload;
    this.ground = ground;
  }

  /** Calls so far. */
  get calls(): number {
    return this.tally.made + this.tally.freed + this.tally.changed;
  }

  /** Blocks allocated and not yet freed. */
  get held(): number {
    return this.tally.made - this.tally.freed;
  }

  /** Starts the Workers; all have attached when it resolves. `shadow`: see Assignment. */
  static async assemble(
    names: { readonly workload: string; readonly allocator: string },
    members: number,
    ground?: Ground,
    shadow?: SharedArrayBuffer,
  ): Promise<Team> {
    const workload = findTeamWorkload(names.workload);
    const made = ground ?? (await loadSharing(names.allocator)).create();
    const gate = new Gate();
    const shared = new SharedArrayBuffer(workload.sharedBytes(members));
    const common = { ...names, handle: made.handle, shadow, members, shared, gate: gate.memory };
    const workers = Array.from({ length: members }, (_, member) => {
      const workerData: Assignment = { ...common, member };
      // Without the flags of this process, which may be those of a test: the Workers run what was built.
      return new Worker(packagePath('dist/thread-worker.js'), { workerData, execArgv: [] });
    });
    const team = new Team(workers, gate, workload, made);
    try {
      await team.answers();
    } catch (error) {
      await team.dismiss();
      throw error;
    }
    return team;
  }

  /** Lets every Worker make its part. */
  async prepare(): Promise<void> {
    await this.command(Order.JOIN);
  }

  /** Lets all work for so long. The time is that from the first to begin to the last to end. */
  async window(ms: number): Promise<Repetition> {
    const before = unitsOf(this.workload, this.tally);
    const reports = await this.command(Order.RUN, async () => {
      await sleep(ms);
      this.gate.stop();
    });
    const started = Math.min(...reports.map(({ startMs }) => startMs));
    const ended = Math.max(...reports.map(({ endMs }) => endMs));
    return { steps: unitsOf(this.workload, this.tally) - before, ms: ended - started };
  }

  /** Lets the Workers free everything and leave. Says what is wrong then. */
  async finish(): Promise<readonly string[]> {
    await this.command(Order.DRAIN);
    await this.command(Order.LEAVE);
    const { made, freed } = this.tally;
    const balance = made === freed ? [] : [`${made} blocks were allocated, but ${freed} freed`];
    return [...balance, ...(this.ground.audit?.() ?? [])];
  }

  /** Ends the Workers, whatever they do. */
  async dismiss(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private async command(order: Order, meanwhile?: () => Promise<void>): Promise<readonly Report[]> {
    const answers = this.answers();
    this.gate.open(order);
    const [reports] = await Promise.all([answers, meanwhile?.()]);
    this.tally = reports.map(({ tally }) => tally).reduce(add);
    return reports;
  }

  private async answers(): Promise<readonly Report[]> {
    const messages = await Promise.all(this.workers.map((worker) => once(worker, 'message')));
    return messages.map(([report]) => report as Report);
  }
}

function add(a: Tally, b: Tally): Tally {
  return { made: a.made + b.made, freed: a.freed + b.freed, changed: a.changed + b.changed };
}
