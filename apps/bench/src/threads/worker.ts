/**
 * The program of one Worker of a team: it attaches to the allocator, then does what the gate orders, and answers each order
 * with a Report. What goes wrong ends it, and the team with it.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { CALL_STEPS } from '../measure.js';
import { loadSharing } from './allocators/index.js';
import { GateKeeper, Order } from './gate.js';
import { Patience } from './patience.js';
import { CheckedBlocks } from './shadow.js';
import type { Assignment, Report } from './team.js';
import { findTeamWorkload, type Part } from './workloads/index.js';

const { allocator, handle, shadow, workload, member, members, shared, gate } = workerData as Assignment;
const keeper = new GateKeeper(gate);
const attached = (await loadSharing(allocator)).attach(handle);
answer({ tally: { made: 0, freed: 0, changed: 0 }, startMs: 0, endMs: 0 });

keeper.next();
const blocks = shadow === undefined ? attached.blocks : new CheckedBlocks(attached, shadow, member);
const part = findTeamWorkload(workload).join({ member, members, blocks, shared });
answer({ tally: part.tally, startMs: 0, endMs: 0 });

for (let order = keeper.next(); order !== Order.LEAVE; order = keeper.next()) {
  const startMs = now();
  if (order === Order.RUN) work(part);
  else part.drain();
  const endMs = now();
  part.rest();
  answer({ tally: part.tally, startMs, endMs });
}
attached.leave?.();
answer({ tally: part.tally, startMs: 0, endMs: 0 });

/** Runs the part, in short calls (see ../measure.ts), until the gate says stop; once at least, however late it is. */
function work(part: Part): void {
  const patience = new Patience(members);
  do {
    if (part.run(CALL_STEPS) === 0) patience.pause();
    else patience.reset();
  } while (!keeper.stopped);
}

/** Milliseconds on a clock that all threads of the process share. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function answer(report: Report): void {
  parentPort!.postMessage(report);
}
