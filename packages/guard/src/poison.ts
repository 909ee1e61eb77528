/**
 * Poison: a freed block is filled with one byte, and when it goes back to the heap every byte must still be it. Who reads after a
 * free reads poison; who writes is found, if a quarantine keeps the block for a while. On wish fresh blocks are filled, too,
 * with another byte: who reads before writing reads that.
 *
 * Cost: O(bytes) at free, when the block leaves the quarantine and, with `fresh`, at malloc. It allocates nothing.
 */

import { integerOption } from '@hakmem/contracts';
import { excerpt, UseAfterFreeError } from './errors.js';
import { type Ground, type Layer, Link, type RetireCall, type TakeCall } from './link.js';

/** Options of {@link poison}. */
export interface PoisonOptions {
  /** The byte in freed blocks, 0 … 255 (default 0xdf). A write of the same byte cannot be found. */
  readonly byte?: number | undefined;
  /** The byte in fresh blocks, 0 … 255 (default: they are left as they come). */
  readonly fresh?: number | undefined;
}

/** The layer of poison. Throws an OptionError for a byte out of its range. */
export function poison(options: PoisonOptions = {}): Layer {
  const byte = integerOption('byte', options.byte, 0, 255, 0xdf);
  const fresh = options.fresh === undefined ? null : integerOption('fresh', options.fresh, 0, 255);
  return { name: 'poison', build: (ground, parent) => new Poison(ground, parent, byte, fresh) };
}

class Poison extends Link {
  readonly #ground: Ground;
  readonly #byte: number;
  readonly #fresh: number | null;

  constructor(ground: Ground, parent: Link, byte: number, fresh: number | null) {
    super(parent);
    this.#ground = ground;
    this.#byte = byte;
    this.#fresh = fresh;
  }

  override take(bytes: number, alignment: number, call: TakeCall): number {
    const address = this.parent.take(bytes, alignment, call);
    if (address !== 0 && this.#fresh !== null) this.#ground.memory.bytes.fill(this.#fresh, address, address + bytes);
    return address;
  }

  override retire(address: number, bytes: number, call: RetireCall): boolean {
    const kept = this.parent.retire(address, bytes, call);
    this.#ground.memory.bytes.fill(this.#byte, address, address + bytes);
    return kept;
  }

  override give(address: number, bytes: number, operation: string): void {
    const fault = this.#damage(address, bytes, operation);
    this.parent.give(address, bytes, operation);
    if (fault !== null) throw fault;
  }

  #damage(address: number, bytes: number, operation: string): UseAfterFreeError | null {
    const all = this.#ground.memory.bytes;
    const poison = this.#byte;
    const end = address + bytes;
    const { words } = this.#ground.memory;
    const four = Math.imul(poison, 0x0101_0101);
    let first = address;
    while (first + 4 <= end && words[first >>> 2] === four) first += 4;
    while (first < end && all[first] === poison) first++;
    if (first === end) return null;
    let damaged = 0;
    for (let at = first; at < end; at++) if (all[at] !== poison) damaged++;
    const found = excerpt(all, first, end);
    const sites = this.#ground.top.sites(address);
    return new UseAfterFreeError({ operation, address, bytes, offset: first - address, found, sites }, poison, damaged);
  }
}
