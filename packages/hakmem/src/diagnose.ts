/** What is wrong with an address at which no live block starts: the typed error that says so. Cold; changes nothing. */

import {
  type Address,
  ArgumentError,
  DoubleFreeError,
  ForeignAddressError,
  GRANULE_BYTES,
  headOf,
  InteriorAddressError,
  kindOf,
  MAX_BYTES,
  MisalignedAddressError,
  NotLiveError,
  ownerOf,
  PAGE_BYTES,
  PAGE_SHIFT,
  PageKind,
  type Records,
  SlotState,
  stateOf,
} from '@hakmem/contracts';
import { blockAround } from './survey.js';

const STATES = ['not in use', 'in use', 'empty', 'reserved'] as const;

/** The error for `operation` (free, realloc, usableSize, view) on an address at which no live block starts. */
export function diagnose(records: Records, operation: string, address: unknown): Error {
  if (typeof address !== 'number' || !Number.isInteger(address) || address < 0 || address >= MAX_BYTES) {
    return new ArgumentError('address', address, `an integer from 0 to ${MAX_BYTES - 1}, as malloc returns it`);
  }
  if (address % GRANULE_BYTES !== 0) return new MisalignedAddressError(operation, address);
  const block = blockAround(records, address);
  if (block === null) {
    const page = address >>> PAGE_SHIFT;
    const state = STATES[stateOf(records.words[page])] ?? STATES[SlotState.UNUSED];
    const why = page >= records.pageLimit ? 'it lies behind the end of the heap' : `page ${page} is ${state}`;
    return new ForeignAddressError(operation, address, why);
  }
  if (block.start !== address && !mayStart(records, address)) {
    return new InteriorAddressError(operation, address, block.start);
  }
  const frees = operation === 'free' || operation === 'realloc';
  return frees ? new DoubleFreeError(operation, address) : new NotLiveError(operation, address);
}

/** Whether a large block may have started at an address: at a page of a run that a thread keeps for blocks to come. */
function mayStart({ words }: Records, address: Address): boolean {
  if (address % PAGE_BYTES !== 0) return false;
  const word = words[headOf(words, address >>> PAGE_SHIFT)];
  return kindOf(word) === PageKind.LARGE && ownerOf(word) !== 0;
}
