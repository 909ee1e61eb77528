/**
 * What a run and a step cost: runs of two threads that add to one word, under schedules with no switch to speak of, with a
 * switch at every step, and at random. Each `await` is one run.
 */

import { openExplorer } from '@hakmem/interleave';
import { bench, group, note, run } from '@hakmem/tooling-bench';

const explorer = await openExplorer(new URL('./adders.mjs', import.meta.url));
const alternating = (steps: number) => '0 1 '.repeat(steps);

group('a run of two threads of n steps each', () => {
  bench('n = 0', () => explorer.randomWalk({ runs: 1, params: 0 }));
  bench('n = 15, one after the other', () => explorer.preemptions({ bound: 0, limit: 1, params: 15 }));
  bench('n = 15, by random priorities', () => explorer.priorities({ runs: 1, params: 15 }));
  bench('n = 15, at random', () => explorer.randomWalk({ runs: 1, params: 15 }));
  bench('n = 15, a switch at each step, with a trace', () => explorer.replay(alternating(15), { params: 15 }));
  bench('n = 5000, one after the other', () => explorer.preemptions({ bound: 0, limit: 1, params: 5000 }));
});

await run();

for (const [name, report] of [
  ['random walk', await explorer.randomWalk({ runs: 5000, params: 15 })],
  ['random priorities', await explorer.priorities({ runs: 5000, params: 15 })],
  ['exhaustive', await explorer.exhaustive({ limit: 5000, params: 15 })],
] as const) {
  note(`${name}, ${report.distinctSchedules} schedules of 30 steps`, report.runs / report.seconds, 'runs per second');
}
await explorer.close();
