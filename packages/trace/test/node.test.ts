/** Traces in files, compressed and not. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeTrace, FREE, MALLOC } from '../src/index.js';
import { readTraceFile, writeTraceFile } from '../src/node.js';
import { faultOf } from './faults.js';

const TRACE = {
  events: 3,
  threads: 2,
  objects: 2,
  op: Uint8Array.of(MALLOC, MALLOC, FREE),
  tid: Uint8Array.of(0, 1, 0),
  alignLog2: new Uint8Array(3),
  object: Uint32Array.of(1, 2, 1),
  size: Uint32Array.of(100, 70_000, 0),
};

let folder = '';
const file = (): string => join(folder, 'my.trace.br');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakmem-trace-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('reads what it has written, which is brotli', () => {
  writeTraceFile(file(), TRACE);
  expect(readTraceFile(file())).toEqual(TRACE);
  expect(new Uint8Array(brotliDecompressSync(readFileSync(file())))).toEqual(encodeTrace(TRACE));
});

test('reads a trace that is not compressed', () => {
  writeFileSync(file(), encodeTrace(TRACE));
  expect(readTraceFile(file())).toEqual(TRACE);
});

test('refuses what is neither, and half a stream', () => {
  writeFileSync(file(), 'no trace at all, but some text');
  expect(faultOf(() => readTraceFile(file()))).toBe('compression');
  writeFileSync(file(), '');
  expect(faultOf(() => readTraceFile(file()))).toBe('compression');
  writeTraceFile(file(), TRACE);
  writeFileSync(file(), readFileSync(file()).subarray(0, -4));
  expect(faultOf(() => readTraceFile(file()))).toBe('compression');
});

test('refuses to write a trace that could not be read, and leaves the file alone', () => {
  writeTraceFile(file(), TRACE);
  expect(faultOf(() => writeTraceFile(file(), { ...TRACE, objects: 3 }))).toBe('object');
  expect(readTraceFile(file())).toEqual(TRACE);
});

test('lets through what the system says of a file that is not there', () => {
  expect(() => readTraceFile(file())).toThrow(/ENOENT/);
});
