/**
 * One cell of the table in a process of its own: one workload on one allocator, and nothing else in the isolate that could
 * make a call site see a second shape.
 *
 *   node cell.js '<CellRequest as JSON>'        prints one line, the CellAnswer as JSON
 *
 * A process that dies without an answer is the runner's business.
 */

import { makeSubject } from './allocators/index.js';
import { answerWith, type Measured, type NotMeasured } from './answer.js';
import { BenchError } from './errors.js';
import { measure } from './measure.js';
import { findWorkload } from './workloads/index.js';

export interface CellRequest {
  readonly workload: string;
  readonly allocator: string;
  readonly reps: number;
  readonly budgetMs: number;
}

export type CellAnswer = MeasuredCell | NotMeasured;

export interface MeasuredCell extends Measured {
  readonly checksum: number;
}

async function measureCell(request: CellRequest): Promise<MeasuredCell> {
  const workload = findWorkload(request.workload);
  const subject = await makeSubject(request.allocator);
  const loop = workload.prepare(subject);
  const { steps, unit, settling } = workload;
  const measurement = measure(loop, { steps, unit, settling, reps: request.reps, budgetMs: request.budgetMs });
  const { checksum } = loop;
  if (subject.audit !== undefined) {
    loop.drain();
    const faults = subject.audit();
    if (faults.length > 0) throw new BenchError(`after the run: ${faults.join('; ')}`);
  }
  return { outcome: 'measured', measurement, checksum };
}

const request = JSON.parse(process.argv[2]) as CellRequest;
process.stdout.write(`${JSON.stringify(await answerWith(() => measureCell(request)))}\n`);
