/** All workloads by name, in the order of the table. */

import { BenchError } from '../errors.js';
import { sweepShape, sweepWorkload } from '../sweep/workload.js';
import { FILE_PREFIX, TRACE_NAMES } from '../trace.js';
import { pair, tinyHotFifo, tinyHotLifo } from './bursts.js';
import { fixedSize, large, mid, randomMid, randomMixed } from './churn.js';
import { tinyCold } from './cold.js';
import { traceReplay } from './replay.js';
import type { Workload } from './workload.js';

export type { Loop, NativeLoop, Reference, Workload } from './workload.js';

const FIXED_SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];

export const WORKLOADS: readonly Workload[] = [
  ...[256, 400, 4096, 65_536].map(randomMixed),
  ...FIXED_SIZES.map(fixedSize),
  pair(),
  tinyHotLifo(),
  tinyHotFifo(),
  tinyCold(),
  randomMid(),
  mid(),
  large(),
  ...TRACE_NAMES.map(traceReplay),
];

/** A user's own trace, by the path of its file. */
export function traceFile(path: string): Workload {
  return traceReplay(`${FILE_PREFIX}${path}`);
}

/** One of WORKLOADS, the trace of `trace file:<path>`, or `sweep <bytes>x<slots>`. */
export function findWorkload(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  if (name.startsWith(`trace ${FILE_PREFIX}`)) return traceReplay(name.slice('trace '.length));
  const shape = sweepShape(name);
  if (shape !== undefined) return sweepWorkload(shape);
  throw new BenchError(`no workload is called "${name}"`);
}
