/**
 * The peers that hand out objects and leave the freeing to the garbage collector: Buffer.allocUnsafe and new Uint8Array.
 * What the collector spends on dropped handles falls into the measured time, as it falls into a program's.
 *
 * Both have no realloc and no calloc of their own; these are composed of the verbs that a program would use: a new handle
 * and `set` of what both sizes share, and the variant that zeroes. Neither can align a block.
 */

import { type Blocks, handleSlots, type Subject } from './subject.js';

type Handle = Uint8Array | undefined;

class NodeBuffers implements Blocks<Handle> {
  malloc(bytes: number): Handle {
    return Buffer.allocUnsafe(bytes);
  }

  calloc(count: number, bytes: number): Handle {
    return Buffer.alloc(count * bytes);
  }

  realloc(block: Handle, bytes: number): Handle {
    return moved(block as Uint8Array, Buffer.allocUnsafe(bytes));
  }

  free(_block: Handle): void {}
}

class TypedArrays implements Blocks<Handle> {
  malloc(bytes: number): Handle {
    return new Uint8Array(bytes);
  }

  calloc(count: number, bytes: number): Handle {
    return new Uint8Array(count * bytes);
  }

  realloc(block: Handle, bytes: number): Handle {
    return moved(block as Uint8Array, new Uint8Array(bytes));
  }

  free(_block: Handle): void {}
}

function moved(from: Uint8Array, to: Uint8Array): Uint8Array {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from);
  return to;
}

export function bufferSubject(): Subject<Handle> {
  return { blocks: new NodeBuffers(), none: undefined, slots: handleSlots };
}

export function uint8ArraySubject(): Subject<Handle> {
  return { blocks: new TypedArrays(), none: undefined, slots: handleSlots };
}
