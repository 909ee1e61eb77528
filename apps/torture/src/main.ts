/** The command line of the torture runs. Each prints what it did and ends with code 1 when something did not hold. */

import { Command } from 'commander';
import { exploreFaults, exploreKills, explorePairs } from './explore/suite.ts';
import { bounded } from './stress/bounded.ts';
import { kills, type Result, stress } from './stress/runs.ts';

const program = new Command('torture').description(
  'What happens when many Workers use one heap, die anywhere, come and go.',
);

program
  .command('pairs')
  .description('explores every pair of operations')
  .option('--walks <n>', 'random walks per pair', Number, 60)
  .option('--preemptions <n>', 'schedules with up to two preemptions per pair', Number, 60)
  .option('--seed <n>', 'seed of the walks', Number, 1)
  .action(async (options) => report('pairs', await explorePairs(options)));
program
  .command('deaths')
  .description('ends a thread at every step of every pair, and at every access of every operation')
  .option('--walks <n>', 'random walks after each death', Number, 1)
  .option('--seed <n>', 'seed of the walks', Number, 1)
  .action(async (options) => report('deaths', await exploreKills(options)));
program
  .command('faults')
  .description('puts classic faults into the sources and lists the schedule that catches each')
  .action(async () => report('faults', await exploreFaults()));
program
  .command('stress')
  .description('sixteen Workers that come and go')
  .option('--seconds <n>', 'how long', Number, 60)
  .option('--seed <n>', 'seed', Number, 1)
  .action(async ({ seconds, seed }) => report('stress', await stress(seconds, seed)));
program
  .command('kills')
  .description('Workers killed at random moments')
  .option('--count <n>', 'how many', Number, 1_000)
  .option('--seed <n>', 'seed', Number, 1)
  .action(async ({ count, seed }) => report('kills', await kills(count, seed)));
program
  .command('bounded')
  .description('a producer and a consumer, and memory that does not grow')
  .option('--seconds <n>', 'how long', Number, 60)
  .action(async ({ seconds }) => report('bounded', await bounded(seconds)));

function report(name: string, { line, faults }: Result): void {
  console.log(`${name}: ${line}`);
  for (const fault of faults) console.error(`${name}: FAULT ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

await program.parseAsync();
