import { describe, expect, it, vi } from 'vitest';
import { findCompiler, NO_COMPILER } from '../../src/native/compile.js';
import { availableRivals } from '../../src/native/rivals.js';
import { countNative, nativeTeam } from '../../src/native/team.js';
import { checkNativeTeams, compareTeam } from '../../src/native/team-check.js';
import { countInTurns, stepsOf } from '../../src/threads/counted.js';
import { findTeamWorkload, TEAM_ROWS, type TeamWorkload } from '../../src/threads/workloads/index.js';
import { divideTrace, encodeDivided } from '../../src/threads/workloads/program.js';
import { replayPart } from '../../src/threads/workloads/replay.js';
import { CALLOC, decodeTrace, FREE, MALLOC, MEMALIGN, REALLOC } from '../../src/trace.js';
import { type EventRecord, encodeTrace } from '../trace-file.js';

const compiled = findCompiler() !== null;
const skipped = compiled ? '' : ` [skipped: ${NO_COMPILER}]`;
const rivals = availableRivals().available.map(({ name }) => name);

/** Three threads that use one another's objects; every verb, sizes from one byte on. */
const TANGLED: readonly EventRecord[] = [
  { op: MALLOC, tid: 0, size: 1 },
  { op: CALLOC, tid: 1, size: 3 },
  { op: REALLOC, tid: 2, age: 1, size: 700 },
  { op: FREE, tid: 1, age: 1 },
  { op: MEMALIGN, tid: 0, alignLog2: 6, size: 50 },
  { op: REALLOC, tid: 2, age: 1, size: 2 },
  { op: REALLOC, tid: 2, age: 0, size: 90 },
  { op: FREE, tid: 1, age: 0 },
  { op: FREE, tid: 0, age: 1 },
];

describe('a run by numbers', () => {
  it('has the steps that were asked for, and whole passes of a trace', () => {
    expect(stepsOf(findTeamWorkload('larson'), 2, 1_000)).toEqual([1_000, 1_000]);
    const trace = findTeamWorkload('trace ffmpeg');
    const once = stepsOf(trace, 3, 1);
    expect(once.reduce((sum, steps) => sum + steps, 0)).toBe(54_258 + 4);
    expect(stepsOf(trace, 3, Math.max(...once) + 1)).toEqual(once.map((steps) => 2 * steps));
  });

  it.each(TEAM_ROWS.map(({ name, workload, members }) => [name, workload, members] as const))(
    'of %s does just these',
    (_, workload, members) => {
      const steps = stepsOf(workload, members, 20_032);
      const counts = countInTurns(workload, steps);
      expect(counts).toHaveLength(members);
      const filled = workload.name === 'larson' ? 1_024 : workload.name === 'mid 8-32K' ? 64 : 0;
      const { made, freed, changed } = counts.reduce((sum, one) => ({
        made: sum.made + one.made,
        freed: sum.freed + one.freed,
        changed: sum.changed + one.changed,
        asked: 0,
        returned: 0,
      }));
      // What is passed on in the mixed workload is a step of one and a free of the other.
      const passed = workload.name.startsWith('mixed') && members > 1 ? 0.06 * 20_032 * members : 0;
      const done = made + freed + changed - filled * members;
      const wanted = steps.reduce((sum, one) => sum + one, 0);
      expect(done).toBeLessThanOrEqual(wanted);
      expect(done).toBeGreaterThanOrEqual(wanted - passed);
    },
  );

  it('adds up the sizes as 32 bits', () => {
    const [{ made, asked, returned }] = countInTurns(findTeamWorkload('mid 8-32K'), [640_000]);
    expect(made).toBe(320_064);
    const excess = (asked - 20_480 * made) % 2 ** 32;
    expect(Math.min(Math.abs(excess), 2 ** 32 - Math.abs(excess)) / made).toBeLessThan(0.01 * 20_480);
    const held = (asked - returned) | 0;
    expect(held).toBeGreaterThan(64 * 8_192);
    expect(held).toBeLessThan(64 * 32_768);
  });
});

describe.runIf(compiled)(`the native program for several threads${skipped}`, () => {
  it.each(TEAM_ROWS.map((row) => [row.name, row] as const))('does the work of the Workers in %s', async (_, row) => {
    const { calls, differences } = await compareTeam(row);
    expect(differences).toEqual([]);
    expect(calls).toBeGreaterThan(600_000);
  });

  it('replays a trace whose threads wait for one another all the time', async () => {
    const divided = divideTrace(decodeTrace(encodeTrace(TANGLED, 3)));
    const workload: TeamWorkload = {
      ...findTeamWorkload('trace ffmpeg'),
      sharedBytes: () => 4 * (divided.boxes + 1),
      join: (seat) => replayPart(seat, divided, Number.POSITIVE_INFINITY),
      passSteps: (member) => divided.threads[member].length,
      native: { words: ['replay'], input: () => encodeDivided(divided) },
    };
    const { calls, differences } = await compareTeam({ name: 'tangled', workload, members: 3 }, 3_000);
    expect(differences).toEqual([]);
    expect(calls).toBe(1_000 * 9);
  });

  it.each(rivals)('measures every row under %s', async (allocator) => {
    for (const { workload, members } of TEAM_ROWS) {
      const answer = await nativeTeam({ workload: workload.name, members, allocator, reps: 3, budgetMs: 160 });
      expect(answer).toMatchObject({ outcome: 'measured', measurement: { reduced: false } });
      if (answer.outcome !== 'measured') return;
      const { repetitions, totalSteps, warmUp } = answer.measurement;
      expect(repetitions.length).toBeGreaterThanOrEqual(2);
      expect(repetitions.length).toBeLessThanOrEqual(3);
      const timed = repetitions.reduce((sum, { steps }) => sum + steps, 0);
      expect(timed).toBeGreaterThan(0);
      for (const { ms } of repetitions) expect(ms).toBeGreaterThan(0);
      const units = timed + warmUp!.steps;
      if (workload.unit === 'calls') expect(totalSteps).toBe(units);
      else {
        const onTheirWay = totalSteps - 2 * units;
        expect(onTheirWay).toBeGreaterThanOrEqual(0);
        expect(onTheirWay).toBeLessThanOrEqual(4_096 * members);
      }
    }
  });

  it('says why it fails', async () => {
    const request = { workload: 'larson', members: 1, allocator: 'system', reps: 2, budgetMs: 160 };
    expect(await nativeTeam({ ...request, members: 65 })).toEqual({
      outcome: 'failed',
      reason: 'ended with 1: "65" is no number of 1 to 64',
    });
    expect(await nativeTeam({ ...request, workload: 'trace ffmpeg', members: 2 })).toEqual({
      outcome: 'failed',
      reason: 'ended with 1: the trace has 3 threads, the team 2 members',
    });
    expect(await nativeTeam({ ...request, workload: 'trace ffmpeg, once', members: 3 })).toEqual({
      outcome: 'failed',
      reason: '"trace ffmpeg, once" is for Workers only',
    });
    expect(await nativeTeam({ ...request, allocator: 'empty' })).toEqual({
      outcome: 'failed',
      reason: 'empty: no native rival is called that',
    });
  });

  it('notices when all wait for one another', async () => {
    await expect(countNative(findTeamWorkload('producer → consumer'), [64, 128], 'turns')).rejects.toThrow(
      'all wait for one another, 64 steps before the end',
    );
    expect(() => countInTurns(findTeamWorkload('producer → consumer'), [64, 128])).toThrow(
      'all wait for one another, 64 steps before the end',
    );
  });

  it('is part of the check', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const [larson] = TEAM_ROWS;
    const native = { words: ['replace', 1_024, 8, 120, 102_400] };
    const other = { ...larson, name: 'larson with one size less', workload: { ...larson.workload, native } };
    expect(await checkNativeTeams([larson])).toBe(true);
    expect(await checkNativeTeams([other])).toBe(false);
    expect(log.mock.calls).toEqual([
      [expect.stringMatching(/^ok {4}larson ×1, native: 641054 calls as in Workers, \d/)],
      [
        expect.stringMatching(
          /^FAIL {2}larson with one size less, native: by turns, member 0: asked is -?\d+, -?\d+ in/,
        ),
      ],
    ]);
    log.mockRestore();
  });
});
