/*
 * The ring through which one thread passes addresses to one other: src/threads/ring.ts in C, with the same layout,
 * batches and moments of publishing. Addresses take eight bytes here, so a line has half as many.
 *
 *   ┌ line ┌ tail ┐ line ┌ head ┐ line ┌ entries: capacity × pointer ┐ line ┐
 *
 * The release of `tail` pairs with the acquire in `ring_ready`: the entries before it are visible. The release of
 * `head` pairs with the acquire in `ring_room`: the entries before it have been read and may be overwritten.
 */

#ifndef HAKMEM_BENCH_TEAM_RING_H
#define HAKMEM_BENCH_TEAM_RING_H

#include "team.h"

#include <stdatomic.h>

/* A power of two. */
#define RING_BATCH 128u
#define RING_ENTRIES_PER_LINE ((uint32_t)(64 / sizeof(void *)))
#define RING_ENTRIES_OFFSET (3 * LINE_BYTES)

/* The side that writes. */
typedef struct {
  uint32_t tail;
  uint32_t published;
  uint32_t head_seen;
  uint32_t mask;
  void **entries;
  _Atomic uint32_t *shared_tail;
  const _Atomic uint32_t *shared_head;
} RingWriter;

/* The side that reads. */
typedef struct {
  uint32_t head;
  uint32_t published;
  uint32_t tail_seen;
  uint32_t mask;
  void **entries;
  const _Atomic uint32_t *shared_tail;
  _Atomic uint32_t *shared_head;
} RingReader;

/* Bytes of a ring of `capacity` entries, a power of two from RING_BATCH on; a multiple of a line. */
static inline size_t ring_bytes(uint32_t capacity) {
  return RING_ENTRIES_OFFSET + padded(sizeof(void *) * capacity);
}

/* The ring's memory is zero. */
static inline RingWriter ring_writer(unsigned char *ring, uint32_t capacity) {
  return (RingWriter){
    .mask = capacity - 1,
    .entries = (void **)(ring + RING_ENTRIES_OFFSET),
    .shared_tail = (_Atomic uint32_t *)(ring + LINE_BYTES),
    .shared_head = (_Atomic uint32_t *)(ring + 2 * LINE_BYTES),
  };
}

static inline RingReader ring_reader(unsigned char *ring, uint32_t capacity) {
  return (RingReader){
    .mask = capacity - 1,
    .entries = (void **)(ring + RING_ENTRIES_OFFSET),
    .shared_tail = (_Atomic uint32_t *)(ring + LINE_BYTES),
    .shared_head = (_Atomic uint32_t *)(ring + 2 * LINE_BYTES),
  };
}

/* Lets the reader see all that was pushed. */
static inline void ring_publish(RingWriter *ring) {
  if (ring->published == ring->tail) return;
  ring->published = ring->tail;
  atomic_store_explicit(ring->shared_tail, ring->tail, memory_order_release);
}

/* Writes into each line that the next entries begin, so that the reader's processor hands them over all at once. */
static inline void ring_claim_lines(RingWriter *ring, uint32_t entries) {
  uint32_t first = RING_ENTRIES_PER_LINE - (ring->tail & (RING_ENTRIES_PER_LINE - 1));
  for (uint32_t i = first; i < entries; i += RING_ENTRIES_PER_LINE) ring->entries[(ring->tail + i) & ring->mask] = NULL;
}

/* How many entries may be pushed now, at most `wanted`. */
static inline uint32_t ring_room(RingWriter *ring, uint32_t wanted) {
  uint32_t room = ring->mask + 1 - (ring->tail - ring->head_seen);
  if (room < wanted) {
    ring->head_seen = atomic_load_explicit(ring->shared_head, memory_order_acquire);
    room = ring->mask + 1 - (ring->tail - ring->head_seen);
    if (room == 0) ring_publish(ring);
  }
  if (room > wanted) room = wanted;
  ring_claim_lines(ring, room);
  return room;
}

/* There must be room. */
static inline void ring_push(RingWriter *ring, void *block) {
  ring->entries[ring->tail & ring->mask] = block;
  ring->tail++;
  if ((ring->tail & (RING_BATCH - 1)) == 0) ring_publish(ring);
}

static inline void ring_publish_head(RingReader *ring) {
  if (ring->published == ring->head) return;
  ring->published = ring->head;
  atomic_store_explicit(ring->shared_head, ring->head, memory_order_release);
}

/* How many entries may be popped now, at most `wanted`. */
static inline uint32_t ring_ready(RingReader *ring, uint32_t wanted) {
  uint32_t ready = ring->tail_seen - ring->head;
  if (ready < wanted) {
    ring->tail_seen = atomic_load_explicit(ring->shared_tail, memory_order_acquire);
    ready = ring->tail_seen - ring->head;
    if (ready == 0) ring_publish_head(ring);
  }
  return ready < wanted ? ready : wanted;
}

/* There must be one ready. */
static inline void *ring_pop(RingReader *ring) {
  void *block = ring->entries[ring->head & ring->mask];
  ring->head++;
  if ((ring->head & (RING_BATCH - 1)) == 0) ring_publish_head(ring);
  return block;
}

#endif
