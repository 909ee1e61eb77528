/** The machine and the state of the sources that a result belongs to. No names of hosts or people. */

import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { packagePath } from './paths.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Threads that run at once. */
  readonly parallelism: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** Absent where the sources are no git repository. */
  readonly commit?: string;
  /** Whether tracked files differ from the commit. */
  readonly changed?: boolean;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    parallelism: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${platform()} ${arch()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    ...describeCommit(),
  };
}

function describeCommit(): { commit?: string; changed?: boolean } {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: packagePath('.'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain', '--untracked-files=no') !== '' };
  } catch {
    return {};
  }
}
