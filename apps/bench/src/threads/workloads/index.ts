/** All workloads for several Workers, and the rows that they make, in the order of the table. */

import { BenchError } from '../../errors.js';
import { mixedRemote } from './mixed.js';
import { pipeline } from './pipeline.js';
import { larson, teamMid } from './replace.js';
import { teamReplay, teamReplayOnce } from './replay.js';
import type { TeamWorkload } from './workload.js';

export type { NativeTeamLoop, Part, Seat, Tally, TeamWorkload } from './workload.js';
export { unitsOf } from './workload.js';

/** A workload with one number of Workers. */
export interface TeamRow {
  readonly name: string;
  readonly workload: TeamWorkload;
  readonly members: number;
}

const WORKLOADS: readonly TeamWorkload[] = [larson(), teamMid(), pipeline(), mixedRemote(), teamReplay('ffmpeg', 3)];

/** For the checker only. */
const RECORDED: readonly TeamWorkload[] = [teamReplayOnce('ffmpeg', 3)];

export const TEAM_ROWS: readonly TeamRow[] = WORKLOADS.flatMap((workload) =>
  workload.sizes.map((members) => ({ name: rowName(workload.name, members), workload, members })),
);

export function rowName(workload: string, members: number): string {
  return `${workload} ×${members}`;
}

export function findTeamWorkload(name: string): TeamWorkload {
  const found = [...WORKLOADS, ...RECORDED].find((workload) => workload.name === name);
  if (found === undefined) throw new BenchError(`no workload for several Workers is called "${name}"`);
  return found;
}
