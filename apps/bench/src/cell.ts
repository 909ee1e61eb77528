/**
 * One cell of the table in a process of its own: one workload on one allocator, and nothing else in the isolate that could
 * make a call site see a second shape.
 *
 *   node cell.js '<CellRequest as JSON>'        prints one line, the CellAnswer as JSON
 *
 * `unsupported` says that the workload asks for something that the allocator lacks. Whatever is thrown becomes `failed`
 * with its message; a process that dies otherwise is the runner's business.
 */

import { findAllocator } from './allocators/index.js';
import { UnsupportedError } from './errors.js';
import { type Measurement, measure } from './measure.js';
import { findWorkload } from './workloads/index.js';

export interface CellRequest {
  readonly workload: string;
  readonly allocator: string;
  readonly reps: number;
  readonly budgetMs: number;
}

export type CellAnswer =
  | { readonly outcome: 'measured'; readonly measurement: Measurement; readonly checksum: number }
  | { readonly outcome: 'unsupported'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string };

async function measureCell(request: CellRequest): Promise<CellAnswer> {
  const workload = findWorkload(request.workload);
  const subject = await findAllocator(request.allocator).create();
  const loop = workload.prepare(subject);
  const { steps, unit, settling } = workload;
  const measurement = measure(loop, { steps, unit, settling, reps: request.reps, budgetMs: request.budgetMs });
  const { checksum } = loop;
  if (subject.audit !== undefined) {
    loop.drain();
    const faults = subject.audit();
    if (faults.length > 0) return { outcome: 'failed', reason: `after the run: ${faults.join('; ')}` };
  }
  return { outcome: 'measured', measurement, checksum };
}

async function answer(request: CellRequest): Promise<CellAnswer> {
  try {
    return await measureCell(request);
  } catch (error) {
    if (error instanceof UnsupportedError) return { outcome: 'unsupported', reason: error.reason };
    return { outcome: 'failed', reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

process.stdout.write(`${JSON.stringify(await answer(JSON.parse(process.argv[2]) as CellRequest))}\n`);
