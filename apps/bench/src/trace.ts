/** The recorded traces of ../traces by name, and any other by its file, as @hakmem/trace reads them. */

import { type Trace, TraceError } from '@hakmem/trace';
import { readTraceFile } from '@hakmem/trace/node';
import { BenchError } from './errors.js';
import { packagePath } from './paths.js';

export { CALLOC, decodeTrace, FREE, MALLOC, MEMALIGN, REALLOC, type Trace } from '@hakmem/trace';

/** The traces in ../traces, smallest first. */
export const TRACE_NAMES = ['sqlite', 'ffmpeg', 'jq', 'php', 'gcc', 'perl', 'python'] as const;

/** What the name of a trace that is not in ../traces begins with; the path of its file follows. */
export const FILE_PREFIX = 'file:';

/**
 * Reads a trace of ../traces by its name, or any other by `file:` and its path. Throws a BenchError when there is no such file or
 * what it has is no trace.
 */
export function readTrace(name: string): Trace {
  const path = name.startsWith(FILE_PREFIX) ? name.slice(FILE_PREFIX.length) : packagePath(`traces/${name}.trace.br`);
  try {
    return readTraceFile(path);
  } catch (error) {
    const fault = error instanceof TraceError ? ` (${error.code})` : '';
    throw new BenchError(`the trace ${name} cannot be read: ${(error as Error).message}${fault}`);
  }
}
