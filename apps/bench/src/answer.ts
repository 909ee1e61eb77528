/** What the process of a cell answers. */

import { isUnsupported } from './errors.js';
import type { Measurement } from './measure.js';

export interface Measured {
  readonly outcome: 'measured';
  readonly measurement: Measurement;
}

export interface NotMeasured {
  /** `unsupported` says that the workload asks for something that the allocator lacks. */
  readonly outcome: 'unsupported' | 'failed';
  readonly reason: string;
}

export type Answer = Measured | NotMeasured;

/** What `measure` answers. Whatever it throws becomes `failed` with its message. */
export async function answerWith<T extends Measured>(measure: () => Promise<T>): Promise<T | NotMeasured> {
  try {
    return await measure();
  } catch (error) {
    if (isUnsupported(error)) return { outcome: 'unsupported', reason: error.reason };
    return { outcome: 'failed', reason: reasonOf(error) };
  }
}

/** By the name, as an error that comes from a Worker has lost its class. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'BenchError' ? error.message : `${error.name}: ${error.message}`;
}
