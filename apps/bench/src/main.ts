#!/usr/bin/env node
/**
 * The command line.
 *
 *   main.js                  the benchmark (options below), its tables, results/latest.json and latest.html
 *   main.js sweep            sizes × numbers of slots, as a table and as CSV
 *   main.js ablate           what each thing that hakmem does is worth: compositions that do it otherwise
 *   main.js compare a b      what changed between two runs, by their JSON files
 *   main.js check [trace]    the traces under the shadow checker
 *   main.js big              a heap of 3.5 GiB filled, checked and emptied
 *
 * Exits with 1 when something of hakmem failed, with 2 when the command line makes no sense.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { ABLATE_SECONDS, type AblateOptions, ablate } from './ablations/command.js';
import { DEFAULT_HTML, DEFAULT_JSON, runBench } from './bench.js';
import { exerciseBigHeap, renderBigHeap } from './big.js';
import { checkAll } from './check.js';
import { type CompareOptions, compareFiles, hasSlower } from './compare/command.js';
import { BenchError } from './errors.js';
import { installRivals } from './native/install.js';
import { collected, type GivenSweep, positive, rivalsFor, sweepOptions, wholeNumbers } from './options.js';
import { findCompositions } from './own/find.js';
import { packagePath } from './paths.js';
import { makePlan } from './plan.js';
import { showProgress } from './progress.js';
import { sweepCsv } from './sweep/csv.js';
import { renderSweep } from './sweep/report.js';
import { runSweep, sweepRows } from './sweep/run.js';
import { TRACE_NAMES } from './trace.js';

interface BenchOptions {
  readonly quick?: true;
  readonly full?: true;
  readonly rivals?: true;
  readonly only?: string;
  readonly allocators?: string;
  readonly trace: readonly string[];
  readonly compose: readonly string[];
  readonly reps?: number;
  readonly timeBudget?: number;
  readonly sweep?: true;
  readonly installRivals?: true;
  readonly json: string;
  readonly html: string;
  readonly csv?: string;
}

// Positional: the options of a command are not looked for among those before it.
const program = new Command('hakmem-bench')
  .description('Benchmarks hakmem beside other allocators of JavaScript and of C, each cell in a process of its own.')
  .enablePositionalOptions()
  .addOption(new Option('--quick', 'fewer rows, one round, some forty seconds').conflicts(['full', 'rivals']))
  .addOption(new Option('--full', 'every row and column, many rounds, half an hour and more').conflicts('rivals'))
  .option('--rivals', 'the rows of the goals on hakmem, the system and mimalloc, many rounds, eight minutes')
  .option('--only <regex>', 'only rows whose name matches, of all that there are')
  .option('--allocators <list>', 'only these, separated by commas')
  .option('--trace <file>', 'a row for a trace of your own; may be given several times', collected, [])
  .addOption(composeOption('a column for a composition of your own: a module that exports its boxes'))
  .option('--reps <n>', 'most timed repetitions per process', positive)
  .option('--time-budget <seconds>', 'for all cells together', positive)
  .option('--sweep', 'sizes × numbers of slots, too')
  .option('--install-rivals', "fetch mimalloc, jemalloc, tcmalloc and a C compiler first: Debian's packages, as root")
  .option('--json <file>', 'where the results go', DEFAULT_JSON)
  .option('--html <file>', 'where the page to look at goes', DEFAULT_HTML)
  .option('--csv <file>', 'where the cells go as CSV')
  .action(async ({ quick, full, rivals, json, html, csv, trace: traces, compose, ...rest }: BenchOptions) => {
    const form = quick ? 'quick' : full ? 'full' : rivals ? 'rivals' : 'start';
    if (rest.installRivals) console.log(`Installed: ${installRivals().join(', ')}.`);
    const own = await findCompositions(compose);
    const found = rivalsFor(rest.allocators);
    const plan = makePlan({ ...rest, form, traces, own, rivals: found });
    const swept = plan.sweep ? sweepOptions({}, rivalsFor(undefined)) : undefined;
    finish(await runBench(plan, found, swept, { json, html, csv }));
  });

program
  .command('sweep')
  .description('Rates and memory over sizes and numbers of slots: blocks of one size, freed and allocated at random.')
  .option('--bytes <list>', 'sizes, separated by commas', wholeNumbers)
  .option('--slots <list>', 'numbers of slots, separated by commas', wholeNumbers)
  .option('--allocators <list>', 'hakmem-shared, system and mimalloc unless given')
  .option('--time-budget <seconds>', 'for all cells together', positive)
  .option('--csv <file>', 'where the points go', packagePath('results/sweep.csv'))
  .action(async ({ csv, ...given }: GivenSweep & { readonly csv: string }) => {
    const options = sweepOptions(given, rivalsFor(given.allocators));
    const progress = showProgress(sweepRows(options));
    const sweep = await runSweep(options, progress);
    progress.end();
    mkdirSync(dirname(csv), { recursive: true });
    writeFileSync(csv, sweepCsv(sweep));
    console.log(`\n${renderSweep(sweep)}\n\nAs CSV: ${csv}`);
    finish(sweep.points.length > 0);
  });

program
  .command('ablate')
  .description('What each thing that hakmem does is worth: compositions that do it otherwise, their speeds and counts.')
  .option('--only <regex>', 'only groups, or variants, whose name matches')
  .option('--workloads <list>', 'these, separated by commas, in place of those that each group has')
  .option('--counts', 'only what is the same on every machine; nothing is timed')
  .option('--time-budget <seconds>', 'for all timed cells together', positive, ABLATE_SECONDS)
  .option('--json <file>', 'where the results go; added to those of a run that are there')
  .option('--csv <file>', 'the same, a line per number')
  .option('--html <file>', 'a page of plots')
  .action(async (options: AblateOptions) => finish(await ablate(options)));

program
  .command('compare <earlier> <later>')
  .description('What changed between two runs, by their JSON files; each cell divided by a reference of its own run.')
  .option('--by <allocator>', 'the reference; the system if both runs have it, else the empty loop')
  .option('--json <file>', 'where the comparison goes')
  .option('--fail-on-slower', 'exit with 1 when something of hakmem is slower for certain')
  .action((earlier: string, later: string, { failOnSlower, ...options }: CompareOptions & { failOnSlower?: true }) => {
    const comparison = compareFiles(earlier, later, options);
    finish(!(failOnSlower && hasSlower(comparison)));
  });

program
  .command('check')
  .description(
    'Replays the traces, or one, with every block under a shadow checker, and the workloads for several Workers.',
  )
  .addArgument(program.createArgument('[trace]', 'which one').choices(TRACE_NAMES))
  .addOption(composeOption('check a composition of your own instead of hakmem'))
  .action(async (trace: string | undefined, { compose }: Pick<BenchOptions, 'compose'>) =>
    finish(await checkAll(trace, await findCompositions(compose))),
  );

program
  .command('big')
  .description('Fills, checks, walks and empties a heap of 3.5 GiB, most of it above 2 GiB and touched sparsely.')
  .action(() => {
    const report = exerciseBigHeap();
    console.log(renderBigHeap(report));
    finish(report.faults.length === 0);
  });

function composeOption(meaning: string): Option {
  return new Option('--compose <module>', `${meaning}; may be given several times`).argParser(collected).default([]);
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
