/*
 * Memory that does not come from the malloc under test, how a program ends that cannot go on, and numbers from a
 * command line.
 */

#ifndef HAKMEM_BENCH_TABLE_H
#define HAKMEM_BENCH_TABLE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Ends the process with 1 and a message. */
#define give_up(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), exit(1))

/* malloc answered NULL. */
_Noreturn static inline void refused(size_t bytes) {
  give_up("a request for %zu bytes was refused", bytes);
}

/* Zeroed room for `count` elements, in whole pages of its own; the process keeps it until it ends. */
static inline void *make_table(size_t count, size_t element_bytes) {
  const size_t bytes = (count == 0 ? 1 : count) * element_bytes;
  void *table = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (table == MAP_FAILED) give_up("no memory for a table of %zu bytes", bytes);
  return table;
}

/* A whole number of `low` … `high` from the command line. */
static inline uint64_t read_number(const char *text, uint64_t low, uint64_t high) {
  char *end;
  errno = 0;
  const unsigned long long value = strtoull(text, &end, 10);
  if (end == text || *end != '\0' || *text == '-' || errno != 0 || value < low || value > high) {
    give_up("\"%s\" is no number of %llu to %llu", text, (unsigned long long)low, (unsigned long long)high);
  }
  return value;
}

#endif
