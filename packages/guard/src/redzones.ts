/**
 * Redzones: canary bytes before and behind each block, right up to the bytes that were asked for, and a record of the block
 * (head.ts) between them.
 *
 *   ◄──────────────── front ────────────────►◄─ bytes ─►◄─ width ─►
 *   ┌ head ┬ canary … ┬ head ┬ canary of 16 ┬───────────┬ canary ──┬ rest ┐
 *   base              -32    -16            address     end        what the heap gave more
 *
 *   front = frontOf(width, alignment) · for 16 and 16 it is 32, and both heads are one
 *
 * From an address the head at -32 is read, from the start of the heap's block (in a walk) the head at base. So any
 * thread's guard can free any block. The head at -32 says whether it is freed, for all threads.
 *
 * Cost of a malloc or free: front + width bytes written or read. It allocates nothing.
 */

import { InteriorAddressError, integerOption, MAX_BYTES, OptionError } from '@hakmem/contracts';
import { plant } from './canary.js';
import { DamageReader } from './damage.js';
import { FREED, frontOf, Heads, REACH } from './head.js';
import { type Ground, type Layer, Link, type RetireCall, type TakeCall } from './link.js';
import { notLive, reword } from './root.js';

/** Options of {@link redzones}. */
export interface RedzoneOptions {
  /** Width of the canary behind each block and, at least, before it: a multiple of 16, 16 … 4,096 (default 16). */
  readonly bytes?: number | undefined;
}

/**
 * The layer of redzones; it stands first in the list. Throws an OptionError for a width out of its range. Guards of several threads
 * may have different widths, but all of them have redzones, or none.
 */
export function redzones(options: RedzoneOptions = {}): Layer {
  const width = integerOption('bytes', options.bytes, 16, 4_096, 16);
  if (width % 16 !== 0) throw new OptionError('bytes', width, 'a multiple of 16');
  return { name: 'redzones', place: 'first', build: (ground, parent) => new Redzones(ground, parent, width) };
}

class Redzones extends Link {
  readonly #ground: Ground;
  readonly #heads: Heads;
  readonly #damage: DamageReader;
  readonly #width: number;
  /** Blocks that this thread has made: the lower 23 bits of a stamp. */
  #made = 0;

  constructor(ground: Ground, parent: Link, width: number) {
    super(parent);
    this.#ground = ground;
    this.#heads = new Heads(ground.memory);
    this.#damage = new DamageReader(ground, this.#heads);
    this.#width = width;
  }

  override take(bytes: number, alignment: number, call: TakeCall): number {
    const front = frontOf(this.#width, alignment);
    const total = front + bytes + this.#width;
    const base = total > MAX_BYTES ? 0 : this.parent.take(total, alignment, call);
    if (base === 0) return 0;
    const address = base + front;
    this.#made = (this.#made + 1) & 0x7f_ffff;
    plant(this.#ground.memory.bytes, base, address);
    this.#seal(address, front, bytes, this.#width, alignment, (this.#ground.thread << 23) | this.#made);
    return address;
  }

  override size(operation: string, address: number): number {
    const near = this.#near(address);
    if (near === 0) throw this.#diagnose(operation, address);
    const bytes = this.#heads.bytes(near);
    this.#heapSize(operation, address, address - this.#heads.front(near));
    if (this.#heads.stamp(near) >= FREED) throw notLive(operation, address);
    return bytes;
  }

  override check(operation: string, address: number): void {
    this.size(operation, address);
    const fault = this.#damage.of(operation, address);
    if (fault !== null) throw fault;
  }

  override retire(address: number, bytes: number, call: RetireCall): boolean {
    const fault = this.#damage.of(call, address);
    if (fault !== null) throw fault;
    const near = address - REACH;
    const kept = this.parent.retire(address - this.#heads.front(near), bytes, call);
    if (!this.#heads.retire(near)) throw notLive(call, address);
    return kept;
  }

  override give(address: number, bytes: number, operation: string): void {
    const near = this.#near(address);
    const fault =
      near === 0 ? this.#damage.head(operation, address, bytes, REACH) : this.#damage.of(operation, address);
    const base = near === 0 ? this.parent.around(operation, address) : address - this.#heads.front(near);
    this.parent.give(base, bytes, operation);
    if (fault !== null) throw fault;
  }

  override shrink(address: number, bytes: number): void {
    const near = address - REACH;
    const stamp = this.#heads.stamp(near);
    this.#seal(address, this.#heads.front(near), bytes, this.#heads.width(near), this.#heads.alignment(near), stamp);
  }

  override walk(visit: (address: number, bytes: number) => unknown): void {
    this.parent.walk((base, room) => {
      const front = this.#frontAt(base);
      const address = base + front;
      const near = this.#near(address);
      if (near === 0) return visit(address, Math.max(0, room - front));
      return this.#heads.stamp(near) >= FREED || visit(address, this.#heads.bytes(near));
    });
  }

  override around(operation: string, address: number): number {
    if (this.#near(address) !== 0) return address;
    const base = this.parent.around(operation, address);
    return base + this.#frontAt(base);
  }

  override stamp(address: number): number {
    return this.#near(address) === 0 ? 0 : this.#heads.stamp(address - REACH);
  }

  /** Writes the heads of a block and the canary behind it. */
  #seal(address: number, front: number, bytes: number, width: number, alignment: number, stamp: number): void {
    const end = address + bytes;
    plant(this.#ground.memory.bytes, end, end + width);
    this.#heads.write(address - front, stamp, bytes, width, alignment);
    if (front > REACH) this.#heads.write(address - REACH, stamp, bytes, width, alignment);
  }

  /** Where the head is that is read first; 0 when none is there. */
  #near(address: number): number {
    if (typeof address !== 'number' || (address & 15) !== 0) return 0;
    const near = address - REACH;
    return near > 0 && this.#heads.valid(near) ? near : 0;
  }

  /** Bytes before the block in the heap's block at `base`, by its head; without one, as most blocks of this guard have. */
  #frontAt(base: number): number {
    return this.#heads.valid(base) ? this.#heads.front(base) : frontOf(this.#width, 16);
  }

  /** The size that the heap says; its error, about the user's address, when no live block starts at `base`. */
  #heapSize(operation: string, address: number, base: number): number {
    try {
      return this.parent.size(operation, base);
    } catch (error) {
      throw reword(error, operation, address);
    }
  }

  /** What is wrong with an address before which there is no head. */
  #diagnose(operation: string, address: number): unknown {
    try {
      const base = this.parent.around(operation, address);
      const front = this.#frontAt(base);
      if (!this.#heads.valid(base) || address === base + front) {
        // Whatever a head said is lost: an address at which a block of some alignment may start is taken for one.
        const distance = address - base;
        const starts = distance === front || (distance > front && (distance & (distance - 1)) === 0);
        if (starts) this.#heapSize(operation, address, base);
        if (starts) return this.#damage.head(operation, address, null, REACH);
      }
      return new InteriorAddressError(operation, address, base + front);
    } catch (error) {
      return error;
    }
  }
}
