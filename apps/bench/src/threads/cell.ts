/**
 * One cell of the table for several Workers, in a process of its own.
 *
 *   node thread-cell.js '<TeamRequest as JSON>'        prints one line, the Answer as JSON
 *
 * After the windows all blocks are freed and all Workers leave. Then as many blocks must have been freed as were allocated,
 * and the allocator must find nothing wrong with itself.
 */

import { answerWith, type Measured } from '../answer.js';
import { BenchError } from '../errors.js';
import { Team } from './team.js';
import { measureWindows, type WindowOptions } from './windows.js';

export interface TeamRequest extends WindowOptions {
  readonly workload: string;
  readonly members: number;
  readonly allocator: string;
}

async function measureTeam(request: TeamRequest): Promise<Measured> {
  const team = await Team.assemble(request, request.members);
  try {
    await team.prepare();
    const repetitions = await measureWindows((ms) => team.window(ms), request);
    const { calls } = team;
    const faults = await team.finish();
    if (faults.length > 0) throw new BenchError(`after the run: ${faults.join('; ')}`);
    return { outcome: 'measured', measurement: { reduced: false, repetitions, totalSteps: calls } };
  } finally {
    await team.dismiss();
  }
}

const request = JSON.parse(process.argv[2]) as TeamRequest;
process.stdout.write(`${JSON.stringify(await answerWith(() => measureTeam(request)))}\n`);
