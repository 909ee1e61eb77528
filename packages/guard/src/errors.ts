/**
 * The faults that guards find: bytes of a block that were written by someone who had no right to. The heap's own errors (a double
 * free, a foreign address …) stay those of `@hakmem/contracts`. A fault says which block, how many bytes were asked for, which
 * offset holds what, and, where the block was sampled, the stacks of its malloc and its free.
 */

/** The codes of all faults. */
export type GuardCode = 'HAKMEM_GUARD_REDZONE' | 'HAKMEM_GUARD_HEAD' | 'HAKMEM_GUARD_USE_AFTER_FREE';

/** Where a block was made and freed: stacks, outermost call last; null where it was not sampled, or has not happened. */
export interface BlockSites {
  readonly allocated: string | null;
  readonly freed: string | null;
}

/** What a guard found, in numbers. */
export interface Damage {
  /** The call that found it: free, realloc, malloc, check … It is not always the call that is to blame. */
  readonly operation: string;
  /** The block's address, as malloc returned it. */
  readonly address: number;
  /** Bytes that were asked for; null when the record of it was overwritten. */
  readonly bytes: number | null;
  /** First overwritten byte, from the address on: below 0 before the block, `bytes` and above behind it. */
  readonly offset: number;
  /** What was found there, byte by byte, from `offset` on; at most 16. */
  readonly found: readonly number[];
  /** Where the block was made and freed. */
  readonly sites: BlockSites;
}

/** Bytes were overwritten that were not the writer's. The call that throws it has not been made. */
export abstract class GuardError extends Error implements Damage {
  abstract readonly code: GuardCode;
  readonly operation: string;
  readonly address: number;
  readonly bytes: number | null;
  readonly offset: number;
  readonly found: readonly number[];
  readonly sites: BlockSites;

  constructor(damage: Damage, what: string) {
    super(`${damage.operation}: ${what}${sitesText(damage.sites)}`);
    this.operation = damage.operation;
    this.address = damage.address;
    this.bytes = damage.bytes;
    this.offset = damage.offset;
    this.found = damage.found;
    this.sites = damage.sites;
  }
}

/** A canary before or behind a block was overwritten: an underrun, an overrun, or a wild write. */
export class RedzoneError extends GuardError {
  readonly code: GuardCode = 'HAKMEM_GUARD_REDZONE';

  /** `damaged` bytes of the canary of `zone` bytes differ; the first should be `expected`. */
  constructor(damage: Damage, expected: number, damaged: number, zone: number) {
    const side = damage.offset < 0 ? 'before' : 'behind';
    const first = `the first at offset ${damage.offset}: ${hex(damage.found[0])} in place of ${hex(expected)}`;
    super(damage, `${damaged} of ${zone} canary bytes ${side} ${named(damage)} were overwritten, ${first}`);
    this.name = 'RedzoneError';
  }
}

/** The record before a block, which says how many bytes were asked for, was overwritten, or a guard never wrote it. */
export class HeadError extends GuardError {
  readonly code: GuardCode = 'HAKMEM_GUARD_HEAD';

  constructor(damage: Damage) {
    const bytes = damage.found.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const why = 'it was overwritten, or the block was made past the guard';
    super(damage, `the record at offset ${damage.offset} of ${named(damage)} is none: ${why}. It reads ${bytes}`);
    this.name = 'HeadError';
  }
}

/** A block was written to after it was freed. Found when it leaves the quarantine: its sites tell more than the call. */
export class UseAfterFreeError extends GuardError {
  readonly code: GuardCode = 'HAKMEM_GUARD_USE_AFTER_FREE';

  /** `damaged` bytes are no longer `poison`. */
  constructor(damage: Damage, poison: number, damaged: number) {
    const bytes = damaged === 1 ? '1 byte was' : `${damaged} bytes were`;
    const first = `the first at offset ${damage.offset}: ${hex(damage.found[0])} in place of ${hex(poison)}`;
    super(damage, `${bytes} written after ${named(damage)} was freed, ${first}`);
    this.name = 'UseAfterFreeError';
  }
}

/** The first 16 of `bytes` from `start` to `end`, for {@link Damage.found}. */
export function excerpt(bytes: Uint8Array, start: number, end: number): number[] {
  return [...bytes.subarray(start, Math.min(end, start + 16))];
}

function named({ address, bytes }: Damage): string {
  return bytes === null ? `the block at ${address}` : `the block of ${bytes} bytes at ${address}`;
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

function sitesText({ allocated, freed }: BlockSites): string {
  const text = (what: string, stack: string | null): string =>
    stack === null ? '' : `\n  ${what}\n${stack.replaceAll(/^/gm, '    ')}`;
  return text('allocated', allocated) + text('freed', freed);
}
