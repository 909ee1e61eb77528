// What every platform has but neither the ECMAScript library nor @types/node declares. The DOM library has all of it and
// much more that boxes must not use.
//
// A published type should not mention these names: a user's compiler may not know them. Describe what is needed by
// structure instead, for instance `{ readonly buffer: ArrayBufferLike; grow(pages: number): number }`.

declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }

  /** Sizes are in pages of 64 KiB. */
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    grow(delta: number): number;
  }

  class Module {
    constructor(bytes: ArrayBufferLike | ArrayBufferView);
  }

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    // biome-ignore lint/suspicious/noExplicitAny: what a module exports is known to its user alone.
    readonly exports: Record<string, any>;
  }

  function instantiate(
    bytes: ArrayBufferLike | ArrayBufferView,
    imports?: Record<string, Record<string, unknown>>,
  ): Promise<{ module: Module; instance: Instance }>;
}
