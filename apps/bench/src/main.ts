#!/usr/bin/env node
/**
 * The command line.
 *
 *   main.js                  the benchmark (options below), its tables, and results/latest.json
 *   main.js check [trace]    the traces under the shadow checker
 *   main.js big              a heap of 3.5 GiB filled, checked and emptied
 *
 * Exits with 1 when something of hakmem failed, with 2 when the command line makes no sense.
 */

import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_JSON, runBench } from './bench.js';
import { exerciseBigHeap, renderBigHeap } from './big.js';
import { checkAll } from './check.js';
import { BenchError } from './errors.js';
import { makePlan } from './plan.js';
import { TRACE_NAMES } from './trace.js';

interface BenchOptions {
  readonly quick?: true;
  readonly full?: true;
  readonly only?: string;
  readonly allocators?: string;
  readonly reps?: number;
  readonly timeBudget?: number;
  readonly json: string;
}

const program = new Command('hakmem-bench')
  .description('Benchmarks hakmem beside other allocators of JavaScript, each cell in a process of its own.')
  .addOption(new Option('--quick', 'fewer rows, one round, some thirty seconds').conflicts('full'))
  .option('--full', 'every row and column, five rounds, half an hour and more')
  .option('--only <regex>', 'only rows whose name matches, of all that there are')
  .option('--allocators <list>', 'only these, separated by commas')
  .option('--reps <n>', 'most timed repetitions per process', positive)
  .option('--time-budget <seconds>', 'for all cells together', positive)
  .option('--json <file>', 'where the results go', DEFAULT_JSON)
  .action(async ({ quick, full, json, ...rest }: BenchOptions) => {
    const form = quick ? 'quick' : full ? 'full' : 'start';
    finish(await runBench(makePlan({ form, ...rest }), json));
  });

program
  .command('check')
  .description(
    'Replays the traces, or one, with every block under a shadow checker, and the workloads for several Workers.',
  )
  .addArgument(program.createArgument('[trace]', 'which one').choices(TRACE_NAMES))
  .action(async (trace?: string) => finish(await checkAll(trace)));

program
  .command('big')
  .description('Fills, checks, walks and empties a heap of 3.5 GiB, most of it above 2 GiB and touched sparsely.')
  .action(() => {
    const report = exerciseBigHeap();
    console.log(renderBigHeap(report));
    finish(report.faults.length === 0);
  });

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is wanted');
  return value;
}

function finish(sound: boolean): void {
  process.exitCode = sound ? 0 : 1;
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
