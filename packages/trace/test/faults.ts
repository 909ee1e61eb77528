import { TraceError } from '../src/index.js';

/** The code of the TraceError that `call` throws; 'none' when it throws nothing. */
export function faultOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof TraceError) return error.code;
    throw error;
  }
  return 'none';
}
