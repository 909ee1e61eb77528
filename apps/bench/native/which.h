/*
 * Says whose malloc this process has: the file that the dynamic linker took `malloc` from, and what the library in
 * that file calls itself. A preload that did not take effect shows here.
 *
 *   {"library":"jemalloc","version":"5.3.0"}       glibc, mimalloc, jemalloc, tcmalloc or unknown
 */

#ifndef HAKMEM_BENCH_WHICH_H
#define HAKMEM_BENCH_WHICH_H

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "table.h"

typedef void (*Function)(void);
typedef struct {
  const char *library;
  char version[64];
} Malloc;

static inline Function find_function(void *library, const char *name) {
  void *found = dlsym(library, name);
  Function function;
  memcpy(&function, &found, sizeof function);
  return function;
}

/* The library that has the `malloc` of this process. */
static inline void *library_of_malloc(void) {
  Dl_info info;
  void *address = dlsym(RTLD_DEFAULT, "malloc");
  void *library = NULL;
  if (address != NULL && dladdr(address, &info) != 0) library = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  return library != NULL ? library : RTLD_DEFAULT;
}

/* Three digits up to some release, five from there on: 209 is 2.0.9, 20401 is 2.4.1. */
static inline Malloc describe_mimalloc(Function version) {
  Malloc found = {.library = "mimalloc"};
  const int number = ((int (*)(void))version)();
  const int base = number < 10000 ? 10 : 100;
  const int major = number / (base * base), minor = number / base % base, patch = number % base;
  snprintf(found.version, sizeof found.version, "%d.%d.%d", major, minor, patch);
  return found;
}

static inline Malloc describe_jemalloc(Function mallctl) {
  Malloc found = {.library = "jemalloc"};
  const char *version = "";
  size_t bytes = sizeof version;
  ((int (*)(const char *, void *, size_t *, void *, size_t))mallctl)("version", &version, &bytes, NULL, 0);
  snprintf(found.version, sizeof found.version, "%.*s", (int)strcspn(version, "-"), version);
  return found;
}

static inline Malloc describe_tcmalloc(Function version) {
  Malloc found = {.library = "tcmalloc"};
  int major, minor;
  const char *patch;
  const char *text = ((const char *(*)(int *, int *, const char **))version)(&major, &minor, &patch);
  snprintf(found.version, sizeof found.version, "%s", text);
  return found;
}

static inline Malloc describe_glibc(Function version) {
  Malloc found = {.library = "glibc"};
  snprintf(found.version, sizeof found.version, "%s", ((const char *(*)(void))version)());
  return found;
}

/* The C library last: the others depend on it, so its names are found in them, too. */
static inline Malloc describe_malloc(void) {
  static const struct {
    const char *name;
    Malloc (*describe)(Function);
  } known[] = {
      {"mi_version", describe_mimalloc},
      {"tc_version", describe_tcmalloc},
      {"mallctl", describe_jemalloc},
      {"gnu_get_libc_version", describe_glibc},
  };
  void *const library = library_of_malloc();
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    const Function function = find_function(library, known[i].name);
    if (function != NULL) return known[i].describe(function);
  }
  return (Malloc){.library = "unknown"};
}

static inline void print_malloc(void) {
  const Malloc found = describe_malloc();
  printf("{\"library\":\"%s\",\"version\":\"%s\"}\n", found.library, found.version);
}

#endif
