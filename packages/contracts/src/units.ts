/**
 * Units and words of the heap: what an address, a page, a SuperSlab and a size class are, and how they divide.
 *
 * The numbers carry brands so that a byte address, a page index and a size class cannot be mixed up at compile time;
 * at run time they are plain integers. Every address is an unsigned 32-bit byte offset into the data buffer.
 *
 *   address  = page << 16 | offset          page      64 KiB, the unit that a size class owns (also called slot)
 *   page     = superSlab << 5 | slot        SuperSlab  2 MiB, 32 slots
 *   granule  = address >>> 4                granule   16 bytes, the unit of alignment and of the live bytes
 */

declare const brand: unique symbol;

/** A plain integer that the compiler keeps apart from other integers. */
export type Branded<Name extends string> = number & { readonly [brand]?: Name };

/** Unsigned 32-bit byte offset into the data buffer, a multiple of 16; 0 is never an allocation. */
export type Address = Branded<'Address'>;
/** Index of a 64 KiB page: `address >>> 16`, 0 … 65,535. 0 also says "none". */
export type PageIndex = Branded<'PageIndex'>;
/** Index of a 2 MiB SuperSlab: `address >>> 21`, 0 … 2,047. */
export type SuperSlabIndex = Branded<'SuperSlabIndex'>;
/** Index into the table of size classes, 0 … `CLASS_COUNT - 1`. */
export type SizeClass = Branded<'SizeClass'>;
/** A thread of the heap, 1 … 255; 0 is nobody. */
export type ThreadId = Branded<'ThreadId'>;

/** log2 of the bytes in a granule. */
export const GRANULE_SHIFT = 4;
/** Bytes in a granule: every address is a multiple of this. */
export const GRANULE_BYTES = 16;
/** log2 of the bytes in a page. */
export const PAGE_SHIFT = 16;
/** Bytes in a page. */
export const PAGE_BYTES = 65_536;
/** `page << PAGE_GRANULE_SHIFT` is the page's first granule. */
export const PAGE_GRANULE_SHIFT = 12;
/** log2 of the bytes in a SuperSlab. */
export const SUPERSLAB_SHIFT = 21;
/** Bytes in a SuperSlab. */
export const SUPERSLAB_BYTES = 2_097_152;
/** `page >>> SLOT_SHIFT` is the SuperSlab of a page. */
export const SLOT_SHIFT = 5;
/** Pages in a SuperSlab. */
export const SLOTS_PER_SUPERSLAB = 32;
/** Pages that a 32-bit address can name. Page words exist for all of them, so any 32-bit number can be looked up. */
export const MAX_PAGES = 65_536;
/** Bytes that a 32-bit address can name. */
export const MAX_BYTES = 4_294_967_296;
/** Threads that a heap can have at once: the numbers 1 … 255 that fit into a page word. */
export const MAX_THREADS = 255;
/** Largest tiny block in bytes. */
export const TINY_MAX_BYTES = 1_024;
/** Largest mid block in bytes; above it blocks are large. */
export const MID_MAX_BYTES = 262_144;
