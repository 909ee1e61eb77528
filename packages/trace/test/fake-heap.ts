/** A heap that gives out what the test says: the next address is `next`, and frees are written down. */

import type { RecordableHeap, TypedArray, TypedArrayConstructor } from '../src/index.js';

export class FakeHeap implements RecordableHeap {
  /** What the next call that makes or moves a block answers; 0: no memory. */
  next = 0;
  /** Thrown by every call, if set. */
  fault: Error | null = null;
  readonly freed: (number | TypedArray)[] = [];
  readonly buffer = new ArrayBuffer(4_096);

  malloc(_bytes: number): number {
    return this.answer();
  }
  calloc(_count: number, _bytes: number): number {
    return this.answer();
  }
  realloc(_address: number, _bytes: number): number {
    return this.answer();
  }
  alignedAlloc(_alignment: number, _bytes: number): number {
    return this.answer();
  }
  allocArray<T extends TypedArray>(type: TypedArrayConstructor<T>, length: number): T | null {
    const address = this.answer();
    return address === 0 ? null : new type(this.buffer, address, length);
  }
  free(address: number | TypedArray): void {
    this.answer();
    this.freed.push(address);
  }

  private answer(): number {
    if (this.fault !== null) throw this.fault;
    return this.next;
  }
}
