/** All workloads by name, in the order of the table. */

import { BenchError } from '../errors.js';
import { TRACE_NAMES } from '../trace.js';
import { pair, tinyHotFifo, tinyHotLifo } from './bursts.js';
import { fixedSize, large, mid, randomMixed } from './churn.js';
import { traceReplay } from './replay.js';
import type { Workload } from './workload.js';

export type { Loop, Reference, Workload } from './workload.js';

const FIXED_SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];

export const WORKLOADS: readonly Workload[] = [
  ...[256, 400, 4096, 65_536].map(randomMixed),
  ...FIXED_SIZES.map(fixedSize),
  pair(),
  tinyHotLifo(),
  tinyHotFifo(),
  mid(),
  large(),
  ...TRACE_NAMES.map(traceReplay),
];

export function findWorkload(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found === undefined) throw new BenchError(`no workload is called "${name}"`);
  return found;
}
