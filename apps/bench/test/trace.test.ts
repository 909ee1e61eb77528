import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../src/errors.js';
import { FILE_PREFIX, MALLOC, readTrace, TRACE_NAMES } from '../src/trace.js';
import { encodeTrace } from './trace-file.js';

describe('the recorded traces', () => {
  it.each([
    ['sqlite', 93_424, 1, 46_679],
    ['ffmpeg', 54_258, 3, 26_903],
    ['jq', 378_267, 1, 189_133],
    ['php', 412_771, 1, 205_452],
    ['gcc', 1_000_000, 1, 484_228],
    ['perl', 1_000_000, 1, 753_143],
    ['python', 749_533, 1, 366_025],
  ])('%s has %i events', (name, events, threads, objects) => {
    expect(TRACE_NAMES).toContain(name);
    expect(readTrace(name)).toMatchObject({ events, threads, objects });
  });
});

describe('a trace by its file', () => {
  const file = join(tmpdir(), `hakmem-${process.pid}.trace`);

  it('is read', () => {
    writeFileSync(file, encodeTrace([{ op: MALLOC, size: 3 }]));
    expect(readTrace(`${FILE_PREFIX}${file}`)).toMatchObject({ events: 1, objects: 1 });
    rmSync(file);
  });

  it('that is none, or not there, is a BenchError that says so', () => {
    writeFileSync(file, encodeTrace([{ op: MALLOC, size: 3 }]).subarray(0, -1));
    expect(() => readTrace(`${FILE_PREFIX}${file}`)).toThrow(/26 bytes; 1 events take 27 \(length\)$/);
    rmSync(file);
    expect(() => readTrace(`${FILE_PREFIX}${file}`)).toThrow(/ENOENT/);
    expect(() => readTrace(`${FILE_PREFIX}${file}`)).toThrow(BenchError);
  });
});
