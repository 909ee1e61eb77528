export { decodeTrace } from './decode.js';
export { encodeTrace } from './encode.js';
export { TraceError, type TraceFault } from './errors.js';
export {
  type RecordableHeap,
  type Recorder,
  type RecordOptions,
  recordTrace,
  type TypedArray,
  type TypedArrayConstructor,
} from './recorder.js';
export { CALLOC, FREE, MALLOC, MEMALIGN, REALLOC, type Trace } from './trace.js';
