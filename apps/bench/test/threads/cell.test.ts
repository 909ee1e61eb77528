import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/answer.js';
import { packagePath } from '../../src/paths.js';
import { TEAM_ROWS } from '../../src/threads/workloads/index.js';

function runCell(workload: string, members: number, allocator: string): Answer {
  // Windows of 40 ms: in shorter ones a Worker on a busy machine may not get round to its work.
  const request = { workload, members, allocator, reps: 2, budgetMs: 640 };
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [packagePath('dist/thread-cell.js'), JSON.stringify(request)],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Answer;
}

function faulty(name: string): string {
  return new URL(`./allocators/${name}.mjs`, import.meta.url).href;
}

describe('a cell for several Workers', () => {
  it.each(TEAM_ROWS.map(({ name, workload, members }) => [name, workload.name, members] as const))(
    'measures %s on hakmem, and nothing is left',
    (_, workload, members) => {
      const answer = runCell(workload, members, 'hakmem-shared');
      expect(answer).toMatchObject({ outcome: 'measured', measurement: { reduced: false } });
      if (answer.outcome !== 'measured') return;
      const { repetitions, totalSteps } = answer.measurement;
      expect(repetitions).toHaveLength(2);
      const timed = repetitions[0].steps + repetitions[1].steps;
      expect(timed).toBeGreaterThan(0);
      expect(totalSteps).toBeGreaterThan(timed);
    },
  );

  it.each(['empty', 'hakmem-locked', 'tlsf-locked', 'thing-locked'])('measures %s', (allocator) => {
    expect(runCell('mixed 10% remote', 3, allocator)).toMatchObject({ outcome: 'measured' });
  });

  it('says what an allocator lacks', () => {
    expect(runCell('trace ffmpeg', 3, 'tlsf-locked')).toEqual({ outcome: 'unsupported', reason: 'n/a: no memalign' });
  });

  it.each([
    ['loses-a-block', /^after the run: 2 blocks are live$/],
    ['frees-twice', /^DoubleFreeError: free\(/],
    ['gives-up', /^malloc\(\d+\) was refused$/],
  ])('fails with an allocator that %s', (name, reason) => {
    expect(runCell('larson', 2, faulty(name))).toEqual({ outcome: 'failed', reason: expect.stringMatching(reason) });
  });

  it('fails when there is no such allocator or workload', () => {
    expect(runCell('larson', 1, 'glibc')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('glibc'),
    });
    expect(runCell('nothing', 1, 'empty')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('nothing'),
    });
  });
});
