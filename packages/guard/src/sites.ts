/**
 * Sites: where in the program blocks are made and freed. The stack of each sampled block's malloc is kept, and that of
 * its free while a quarantine keeps it; each distinct stack is stored once.
 *
 *   block → { stamp, allocated, freed }      allocated, freed: numbers of stacks      stacks: number ↔ text
 *
 * The table belongs to the thread, in JavaScript's memory: O(sampled live blocks) and the distinct stacks. A block that
 * another thread frees leaves its entry behind; the stamp (redzones) tells that it is stale, and the table is swept when it has
 * doubled. Without redzones an entry lives until its address is handed out to this thread again.
 *
 * Cost of a sample: a stack, some microseconds; the others cost a comparison and a look into the table.
 */

import { integerOption, OptionError } from '@hakmem/contracts';
import type { BlockSites } from './errors.js';
import { FREED } from './head.js';
import { type Ground, type Layer, Link, type RetireCall, type TakeCall } from './link.js';
import { type Sampler, sampler } from './sampler.js';
import { captureStack } from './stack.js';

/** Options of {@link sites}. */
export interface SiteOptions {
  /** Sample each nth block, 1 … 2³⁰ (default 1: all). */
  readonly every?: number | undefined;
  /** In place of `every`: sample a block for each so many bytes, 1 … 2³⁰, so that larger ones are likelier. */
  readonly everyBytes?: number | undefined;
  /**
   * Draw the distances between samples from 1 to twice the mean, from this seed, 0 … 2³²-1, so that no rhythm of the program escapes
   * (default: all distances are equal). Equal seeds sample equal runs equally.
   */
  readonly seed?: number | undefined;
  /** Frames of a stack, 1 … 100 (default 8). */
  readonly frames?: number | undefined;
}

/** The layer of allocation sites. Throws an OptionError for an option out of its range. */
export function sites(options: SiteOptions = {}): Layer {
  const { every, everyBytes, seed } = options;
  if (every !== undefined && everyBytes !== undefined) throw new OptionError('every', every, 'none beside everyBytes');
  const mean = integerOption(everyBytes === undefined ? 'every' : 'everyBytes', everyBytes ?? every, 1, 2 ** 30, 1);
  const start = seed === undefined ? null : integerOption('seed', seed, 0, 2 ** 32 - 1);
  const frames = integerOption('frames', options.frames, 1, 100, 8);
  const build = (ground: Ground, parent: Link): Link =>
    new Sites(ground, parent, sampler(mean, start), everyBytes !== undefined, frames);
  return { name: 'sites', build };
}

interface Entry {
  /** The block's stamp without the bit FREED; 0 without redzones. */
  readonly stamp: number;
  readonly allocated: string;
  freed: string | null;
}

class Sites extends Link {
  readonly #ground: Ground;
  readonly #sample: Sampler;
  readonly #byBytes: boolean;
  readonly #frames: number;
  readonly #entries = new Map<number, Entry>();
  /** Each distinct stack, once: equal ones share their text. */
  readonly #stacks = new Map<string, string>();
  /** Entries at which the table is swept. */
  #sweepAt = 1_024;

  constructor(ground: Ground, parent: Link, sample: Sampler, byBytes: boolean, frames: number) {
    super(parent);
    this.#ground = ground;
    this.#sample = sample;
    this.#byBytes = byBytes;
    this.#frames = frames;
  }

  override take(bytes: number, alignment: number, call: TakeCall): number {
    const address = this.parent.take(bytes, alignment, call);
    if (address === 0) return 0;
    if (!this.#sample(this.#byBytes ? bytes : 1)) {
      this.#entries.delete(address);
      return address;
    }
    const stamp = this.parent.stamp(address);
    this.#entries.set(address, { stamp, allocated: this.#stack(call), freed: null });
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    return address;
  }

  override retire(address: number, bytes: number, call: RetireCall): boolean {
    const kept = this.parent.retire(address, bytes, call);
    const entry = this.#entry(address);
    if (entry !== null) entry.freed = this.#stack(call);
    return kept;
  }

  override give(address: number, bytes: number, operation: string): void {
    try {
      this.parent.give(address, bytes, operation);
    } finally {
      this.#entries.delete(address);
    }
  }

  override sites(address: number): BlockSites {
    return this.#entry(address) ?? this.parent.sites(address);
  }

  #stack(call: TakeCall | RetireCall): string {
    const text = captureStack(this.#ground.entry(call), this.#frames);
    const known = this.#stacks.get(text);
    if (known !== undefined) return known;
    this.#stacks.set(text, text);
    return text;
  }

  /** The block's entry; null when it has none, or that of a block that was there before. */
  #entry(address: number): Entry | null {
    const entry = this.#entries.get(address);
    if (entry === undefined) return null;
    const stamp = this.parent.stamp(address) % FREED;
    return stamp === 0 || entry.stamp === 0 || stamp === entry.stamp ? entry : null;
  }

  /** Forgets blocks that another thread has freed. O(entries), once in as many samples. */
  #sweep(): void {
    for (const [address, { stamp, freed }] of this.#entries) {
      const now = this.parent.stamp(address);
      const gone = now === 0 ? stamp !== 0 : now % FREED !== stamp || (now >= FREED && freed === null);
      if (gone) this.#entries.delete(address);
    }
    this.#sweepAt = Math.max(1_024, 2 * this.#entries.size);
  }
}
