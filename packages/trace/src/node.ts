/**
 * The entry for Node: traces in files. A file is one brotli stream, or the bytes of a trace as encodeTrace gives them,
 * for instance from a browser. The two cannot be confused: a stream of this package or of Node's begins with another
 * byte than 'H', which would announce a window of 64 KiB.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { decodeTrace, MAGIC } from './decode.js';
import { encodeTrace } from './encode.js';
import { TraceError } from './errors.js';
import type { Trace } from './trace.js';

export type { Trace } from './trace.js';

/** A good deal faster than the highest, for files a few percent longer. */
const QUALITY = 9;

/**
 * Reads a trace from a file, compressed or not. Throws a TraceError when it is none or a broken one, with the code
 * `compression` when it is neither a trace nor one whole brotli stream; what the system says of a missing file comes
 * through.
 */
export function readTraceFile(path: string): Trace {
  const file = readFileSync(path);
  return decodeTrace(file.length >= 4 && file.readUInt32LE(0) === MAGIC ? file : decompress(file));
}

/**
 * Writes a trace to a file, compressed, over whatever it held. Throws a TraceError, as encodeTrace, before it writes.
 */
export function writeTraceFile(path: string, trace: Trace): void {
  const bytes = encodeTrace(trace);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  writeFileSync(path, brotliCompressSync(bytes, { params }));
}

function decompress(file: Uint8Array): Uint8Array {
  try {
    return brotliDecompressSync(file);
  } catch (cause) {
    throw new TraceError('compression', `neither a trace nor one whole brotli stream: ${(cause as Error).message}`);
  }
}
