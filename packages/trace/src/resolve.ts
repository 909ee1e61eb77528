/**
 * Makes a trace of a log: addresses become objects. An address means an object from the entry that made it to the one
 * that ended it; between the two entries of a realloc its object has no address, since others may already get the old
 * one.
 *
 *   live: address → object      moving: entry of the REALLOC → object      every object is in at most one of them
 */

import { ENTRY, HEADER, type Log, MOVE } from './log.js';
import { FREE, MALLOC, REALLOC, type Trace } from './trace.js';

/** What has been resolved so far, with room for every entry and a free in front of it. */
class Events {
  length = 0;
  objects = 0;
  readonly op: Uint8Array;
  /** As in the log; `finish` numbers them. */
  readonly tid: Uint8Array;
  readonly alignLog2: Uint8Array;
  readonly object: Uint32Array;
  readonly size: Uint32Array;

  constructor(entries: number) {
    const most = 2 * entries;
    this.op = new Uint8Array(most);
    this.tid = new Uint8Array(most);
    this.alignLog2 = new Uint8Array(most);
    this.object = new Uint32Array(most);
    this.size = new Uint32Array(most);
  }

  add(head: number, op: number, object: number, size: number): void {
    const i = this.length++;
    this.op[i] = op;
    this.tid[i] = head >>> 8;
    this.alignLog2[i] = (head >>> 3) & 31;
    this.object[i] = object;
    this.size[i] = size;
  }

  /** Cut to length, the threads numbered without gaps. */
  finish(): Trace {
    const { length, objects } = this;
    const tid = this.tid.slice(0, length);
    const used = [...new Set(tid)].sort((a, b) => a - b);
    const number = new Uint8Array(256);
    used.forEach((thread, i) => {
      number[thread] = i;
    });
    return {
      events: length,
      threads: Math.max(1, used.length),
      objects,
      op: this.op.slice(0, length),
      tid: tid.map((thread) => number[thread]),
      alignLog2: this.alignLog2.slice(0, length),
      object: this.object.slice(0, length),
      size: this.size.slice(0, length),
    };
  }
}

/** The trace of what the log has now. */
export function resolveLog(log: Log): Trace {
  const { words, end } = log;
  const events = new Events((end - HEADER) / ENTRY);
  const live = new Map<number, number>();
  const moving = new Map<number, number>();
  for (let at = HEADER; at < end; at += ENTRY) {
    const head = Atomics.load(words, at);
    if (head === 0) continue;
    const op = head & 7;
    const address = words[at + 1];
    const size = words[at + 2];
    const there = live.get(address);
    if (op === MOVE || op === FREE) {
      if (there === undefined) continue;
      live.delete(address);
      if (op === MOVE) moving.set(size, there);
      else events.add(head, FREE, there, 0);
      continue;
    }
    if (there !== undefined) events.add((head >>> 8) << 8, FREE, there, 0);
    const moved = moving.get(at);
    const object = moved ?? ++events.objects;
    live.set(address, object);
    events.add(head, op === REALLOC && moved === undefined ? MALLOC : op, object, size);
    moving.delete(at);
  }
  return events.finish();
}
