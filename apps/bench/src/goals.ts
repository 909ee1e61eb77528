/**
 * The numbers that the project promises, beside what a run saw. A goal appears when the run has measured what it is about.
 * A missed goal is information, not a failure: the machine may be busy, the form short.
 */

import { type Goal, measuredRate, type Results } from './results.js';
import { teamGoals } from './threads/goals.js';

type Findings = Pick<Results, 'machine' | 'rows' | 'teams' | 'memory' | 'giveBack' | 'counts'>;

const SUBJECT = 'hakmem-shared';
const LOOP_ALLOWANCE_NS = 4;

export function compareWithGoals(findings: Findings): readonly Goal[] {
  return [
    ...ratioGoals(findings, 'tlsf', 2.5, 'AssemblyScript TLSF'),
    ...ratioGoals(findings, 'thing', 10, '@thi.ng/malloc as it comes'),
    ...ratioGoals(findings, 'thing-fast', 10, '@thi.ng/malloc without merge and split'),
    ...loopGoal(findings),
    ...teamGoals(findings),
    ...warmGoals(findings),
    ...superSlabGoal(findings),
    ...memoryGoal(findings),
  ];
}

/** How many times as fast as a peer, on every row of random_mixed. */
function ratioGoals({ rows }: Findings, peer: string, wanted: number, title: string): readonly Goal[] {
  return rows
    .map(({ workload }) => workload)
    .filter((workload) => workload.startsWith('random_mixed'))
    .flatMap((workload) => {
      const ours = measuredRate(rows, workload, SUBJECT);
      const theirs = measuredRate(rows, workload, peer);
      if (ours === undefined || theirs === undefined) return [];
      const ratio = ours / theirs;
      const what = `${workload}: times ${title}`;
      return [{ what, wanted: `≥ ${wanted}`, seen: ratio.toFixed(1), met: ratio >= wanted }];
    });
}

function loopGoal({ rows }: Findings): readonly Goal[] {
  const workload = 'random_mixed 256';
  const ours = measuredRate(rows, workload, SUBJECT);
  const empty = measuredRate(rows, workload, 'empty');
  if (ours === undefined || empty === undefined) return [];
  const nanoseconds = 1000 / ours;
  const limit = 1.2 * (1000 / empty + LOOP_ALLOWANCE_NS);
  return [
    {
      what: `${workload}: ns per operation, against the empty loop and ${LOOP_ALLOWANCE_NS} ns more, 20 % on top`,
      wanted: `≤ ${limit.toFixed(1)}`,
      seen: nanoseconds.toFixed(1),
      met: nanoseconds <= limit,
    },
    {
      what: `${workload}: empty loop, M ops/s`,
      wanted: '≥ 100',
      seen: empty.toFixed(0),
      met: empty >= 100,
    },
  ];
}

function warmGoals({ counts }: Findings): readonly Goal[] {
  return (counts?.warmPool ?? []).map(({ steps, slots, hitRate }) => ({
    what: `warm-pool hit rate, random_mixed ${slots}, ${steps} operations`,
    wanted: '> 90 %',
    seen: `${(100 * hitRate).toFixed(1)} %`,
    met: hitRate > 0.9,
  }));
}

function superSlabGoal({ counts }: Findings): readonly Goal[] {
  if (counts === undefined) return [];
  const { sharedSlots, oneClass } = counts;
  const saved = 1 - sharedSlots.superSlabsAtPeak / oneClass.superSlabsAtPeak;
  return [
    {
      what: 'SuperSlabs saved by sharing slots among classes',
      wanted: '≥ 90 %',
      seen: `${(100 * saved).toFixed(1)} % (${sharedSlots.superSlabsAtPeak} for ${oneClass.superSlabsAtPeak})`,
      met: saved >= 0.9,
    },
  ];
}

function memoryGoal({ memory }: Findings): readonly Goal[] {
  if (memory === undefined) return [];
  const what = `random_mixed ${memory.slots}: bytes touched per live byte, control included`;
  return [{ what, wanted: '≤ 1.20', seen: memory.ratio.toFixed(3), met: memory.ratio <= 1.2 }];
}
