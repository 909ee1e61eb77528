/** What is explored: all pairs, with deaths, and the faults that must be found. */

import type { Explorer, Report } from '@hakmem/interleave';
import type { Result } from '../stress/runs.ts';
import { openScenario } from './explore.ts';
import { FAULTS, type Fault } from './faults.ts';
import { NAMES, type OperationName, PAIRS } from './operations.ts';
import type { Params } from './scenario.ts';

/** Adds up reports. */
class Tally {
  runs = 0;
  schedules = 0;
  readonly faults: string[] = [];

  add(name: string, { runs, distinctSchedules, failure }: Report): void {
    this.runs += runs;
    this.schedules += distinctSchedules;
    if (failure !== null) this.faults.push(`${name}: ${failure.message}; replay ${JSON.stringify(failure.schedule)}`);
  }

  result(what: string): Result {
    return { line: `${what}: ${this.runs} runs, ${this.schedules} schedules`, faults: this.faults };
  }
}

function paramsOf(operations: readonly [OperationName, OperationName], watched: Params['watched'] = 'none'): Params {
  return { operations, watched };
}

/** Every pair of operations, in random and in systematic orders. */
export async function explorePairs(options: { walks: number; preemptions: number; seed: number }): Promise<Result> {
  const explorer = await openScenario();
  const tally = new Tally();
  for (const operations of PAIRS) {
    const params = paramsOf(operations);
    const name = operations.join(' × ');
    tally.add(name, await explorer.randomWalk({ runs: options.walks, seed: options.seed, params }));
    if (options.preemptions === 0) continue;
    tally.add(name, await explorer.preemptions({ bound: 2, limit: options.preemptions, params }));
  }
  await explorer.close();
  return tally.result(`${PAIRS.length} pairs`);
}

/** Every pair, each thread ended at each of its atomic operations; every operation, ended at each access to shared words. */
export async function exploreKills(options: { walks: number; seed: number }): Promise<Result> {
  const explorer = await openScenario();
  const tally = new Tally();
  for (const operations of PAIRS) {
    tally.add(operations.join(' × '), await explorer.kills({ ...options, params: paramsOf(operations) }));
  }
  for (const name of NAMES) {
    const params = paramsOf([name, 'remoteFree'], 'all');
    tally.add(`${name}, each access`, await explorer.kills({ params, threads: [0] }));
  }
  await explorer.close();
  return tally.result(`deaths at every step of ${PAIRS.length} pairs, at every access of ${NAMES.length} operations`);
}

/** Finds each fault; says by which schedule. A fault that is not found is one of the suite. */
export async function exploreFaults(faults: readonly Fault[] = FAULTS): Promise<Result> {
  const missed: string[] = [];
  for (const fault of faults) {
    const explorer = await openScenario(fault.changes);
    const failure = await find(explorer, fault);
    await explorer.close();
    if (failure === null) missed.push(`not found: ${fault.name}`);
    else
      console.log(
        `  ${fault.name}\n    ${fault.operations.join(' × ')}: ${failure.schedule}\n    ${failure.message.split('; ')[0]}`,
      );
  }
  return { line: `${faults.length - missed.length} of ${faults.length} found`, faults: missed };
}

async function find(explorer: Explorer, fault: Fault): Promise<Report['failure']> {
  const params = paramsOf(fault.operations, fault.watched);
  if (fault.kills === true) return (await explorer.kills({ params, walks: 1 })).failure;
  const systematic = await explorer.preemptions({ bound: fault.bound ?? 2, limit: 600, params });
  return systematic.failure ?? (await explorer.randomWalk({ runs: 500, params })).failure;
}
