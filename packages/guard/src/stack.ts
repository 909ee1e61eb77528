/**
 * Where the program is: the stack from the function that called a guard's verb on. V8 (and by now others) leave out
 * what is above a given function; elsewhere the guard's own frames stand in front. Error.stackTraceLimit is set for the moment of
 * the capture and put back; where it cannot be set, it holds. An own Error.prepareStackTrace is respected.
 */

interface StackHost {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above: unknown): void;
}

/** The frames of the caller of `entry`, a line each, innermost first, at most `frames` of them; '' where the engine says nothing. */
export function captureStack(entry: unknown, frames: number): string {
  const host = Error as unknown as StackHost;
  const limit = host.stackTraceLimit;
  const limited = trySetLimit(host, frames);
  try {
    const holder: { stack?: unknown } = {};
    if (host.captureStackTrace === undefined) holder.stack = new Error('site').stack;
    else host.captureStackTrace(holder, entry);
    return tidy(holder.stack, frames);
  } finally {
    if (limited) trySetLimit(host, limit as number);
  }
}

/** False where the limit is no number or cannot be written. */
function trySetLimit(host: StackHost, limit: number): boolean {
  if (typeof host.stackTraceLimit !== 'number') return false;
  return Reflect.set(host, 'stackTraceLimit', limit);
}

/** The lines that are frames of the program: `at f (file:1:2)` in V8, `f@file:1:2` elsewhere. */
function tidy(stack: unknown, frames: number): string {
  if (typeof stack !== 'string') return '';
  const lines = stack.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => (line.startsWith('at ') || line.includes('@')) && !line.includes('node:internal/'))
    .slice(0, frames)
    .join('\n');
}
