import { describe, expect, it, vi } from 'vitest';
import { type Check, checkTeams, teamChecks } from '../../src/threads/check.js';

/** Whether the check was passed, and the line that it printed. */
async function run(check: Check): Promise<[boolean, string]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const sound = await checkTeams([check]);
  expect(log).toHaveBeenCalledTimes(1);
  return [sound, log.mock.calls[0][0] as string];
}

describe('the check of several Workers', () => {
  it('has the trace with threads, alone when it is asked for, and every workload', () => {
    const trace = { workload: 'trace ffmpeg, once', members: 3, calls: 54_258 };
    expect(teamChecks('ffmpeg')).toEqual([trace]);
    expect(teamChecks('sqlite')).toEqual([]);
    expect(teamChecks()).toContainEqual(trace);
    expect(teamChecks()).toContainEqual({ workload: 'larson', members: 4 });
    expect(teamChecks()).toHaveLength(1 + 4 * 2);
  });

  it.each([
    { workload: 'larson', members: 2 },
    { workload: 'mixed 10% remote', members: 3 },
  ])('is content with $workload ×$members', async (check) => {
    const [sound, line] = await run(check);
    expect(line).toMatch(/^ok {4}.* ×\d: \d+ calls, 12 pauses, \d+ blocks held in the end/);
    expect(sound).toBe(true);
  });

  it.each([
    ['loses-a-block', 'ShadowError: the block at \\d+ is live, but nobody holds it'],
    ['frees-twice', 'DoubleFreeError: free'],
    ['gives-up', 'ShadowError: block at 0: \\d+ bytes were refused'],
    ['gives-one-twice', 'ShadowError: block at \\d+: \\d+ bytes overlap block \\d+'],
    ['writes-into-blocks', 'ShadowError: block at \\d+: byte 0 of \\d+ is \\d+, \\d+ was written, before it was freed'],
  ])('finds an allocator that %s', async (name, fault) => {
    const allocator = new URL(`./allocators/${name}.mjs`, import.meta.url).href;
    const [sound, line] = await run({ workload: 'larson', members: 2, allocator });
    expect(line).toMatch(new RegExp(`^FAIL  larson ×2: ${fault}`));
    expect(sound).toBe(false);
  });
});
