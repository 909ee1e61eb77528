/** Runs the probes, each in a process of its own, and puts what they found where the results have it. */

import type { Counts } from './probes/counts.js';
import type { GiveBack } from './probes/give-back.js';
import type { Latency } from './probes/latency.js';
import type { MemoryUse } from './probes/memory.js';
import type { SuperSlabMap } from './probes/superslab-map.js';
import type { Timeline } from './probes/timeline.js';
import { runProgram } from './process.js';
import type { Results } from './results.js';

type Findings = Pick<Results, 'memory' | 'giveBack' | 'counts' | 'latency' | 'timelines' | 'maps'>;

/** Of a probe. */
export const PROBE_TIMEOUT_MS = 120_000;

/** What a probe found, or how it failed. */
export interface ProbeResult<T> {
  readonly found?: T;
  readonly failure?: string;
}

/** Runs one probe, as probe.ts is asked for it. */
export async function runProbe<T>(asked: string): Promise<ProbeResult<T>> {
  try {
    return { found: (await runProgram('probe.js', asked, PROBE_TIMEOUT_MS)) as T };
  } catch (error) {
    return { failure: `probe ${asked}: ${(error as Error).message}` };
  }
}

/** `more`: probes beside the usual ones, as probe.ts is asked for them. `failures` says which did not work, and why. */
export async function runProbes(more: readonly string[]): Promise<{ findings: Findings; failures: readonly string[] }> {
  const failures: string[] = [];
  const probe = async <T>(asked: string): Promise<T | undefined> => {
    const { found, failure } = await runProbe<T>(asked);
    if (failure !== undefined) failures.push(failure);
    return found;
  };
  const all = async <T>(name: string): Promise<readonly T[] | undefined> => {
    const found: T[] = [];
    for (const asked of more.filter((each) => each.startsWith(`${name}:`))) {
      const one = await probe<T | null>(asked);
      if (one !== undefined && one !== null) found.push(one);
    }
    return found.length === 0 ? undefined : found;
  };
  const findings: Findings = {
    ...defined('memory', await probe<MemoryUse>('memory')),
    ...defined('giveBack', await probe<GiveBack>('give-back')),
    ...defined('counts', await probe<Counts>('counts')),
    ...defined('latency', await all<Latency>('latency')),
    ...defined('timelines', await all<Timeline>('timeline')),
    ...defined('maps', await all<SuperSlabMap>('superslab-map')),
  };
  return { findings, failures };
}

function defined<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: T });
}
