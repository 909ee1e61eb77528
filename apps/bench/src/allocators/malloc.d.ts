/** The part of `malloc` (codemix) that the bench uses; the package ships no types. */
declare module 'malloc' {
  export default class Allocator {
    constructor(buffer: ArrayBuffer);
    /** 0 when memory is exhausted. */
    alloc(bytes: number): number;
    calloc(bytes: number): number;
    /** Returns the bytes freed. */
    free(address: number): number;
    sizeOf(address: number): number;
  }
}
