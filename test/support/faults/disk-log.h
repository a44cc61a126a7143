// The two files that disk.c shares with the test process: the log of what was asked of the disk, and the rules of what is to fail.
//
// Log: one record per call, appended by one write(), so that a killed process leaves whole records. All numbers little-endian.
//   u32 bytes of the record   u8 kind   u8 flags   u16 bytes of path   u16 bytes of second path   6 zero bytes
//   u64 CLOCK_MONOTONIC in ns   u64 inode   u64 a   u64 b   path   second path   data
// Rules: a file of 64 KiB, mapped by both sides. u32 generation, u32 zero, then text, one rule a line:
//   operation action number skip count pattern
// and from 32 KiB on two u64 for each rule: how often it matched, how often it acted.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
  CREATED = 1,
  OPENED = 2,
  WRITTEN = 3,
  TRUNCATED = 4,
  RENAMED = 5,
  UNLINKED = 6,
  FOLDER_MADE = 7,
  FOLDER_REMOVED = 8,
  LINKED = 9,
  SYNC_BEGUN = 10,
  SYNC_DONE = 11,
  SYNC_FAILED = 12,
};
enum flag { ZEROS = 1, SYNCED_WRITE = 2, FOLDER = 4 };

struct header {
  uint32_t bytes;
  uint8_t kind, flags;
  uint16_t path_bytes, second_bytes, zero;
  uint32_t pad;
  uint64_t time_ns, inode, a, b;
};

static int log_file = -1;
// One call on the watched folder at a time, so that the order of the log is the order on the disk. Syncs run outside of it.
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;

static void log_record(enum kind kind, int flags, uint64_t inode, uint64_t a, uint64_t b, const char *path, const char *second,
                       const struct iovec *data, int pieces, size_t data_bytes) {
  if (log_file < 0) return;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct header header = {.kind = kind, .flags = flags, .inode = inode, .a = a, .b = b};
  header.time_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  header.path_bytes = path ? strlen(path) : 0;
  header.second_bytes = second ? strlen(second) : 0;
  header.bytes = sizeof header + header.path_bytes + header.second_bytes + data_bytes;
  struct iovec parts[1024 + 3] = {{&header, sizeof header}, {(void *)path, header.path_bytes}, {(void *)second, header.second_bytes}};
  int count = 3;
  for (size_t left = data_bytes; left > 0 && pieces > 0; data++, pieces--) {
    size_t take = data->iov_len < left ? data->iov_len : left;
    parts[count++] = (struct iovec){data->iov_base, take};
    left -= take;
  }
  // The log lies outside of the watched folder; a log that cannot be written would make every later verdict wrong.
  if (syscall(SYS_writev, log_file, parts, count) != (long)header.bytes) {
    fprintf(stderr, "disk.so: the log of the disk cannot be written (errno %d)\n", errno);
    abort();
  }
}

struct rule {
  char operation[16], action[16], pattern[256];
  long number, skip, count;
};
enum { MAX_RULES = 16, RULES_BYTES = 65536, COUNTERS_AT = 32768 };
static struct rule rules[MAX_RULES];
static int rule_count;
static uint32_t rules_generation;
static char *rules_file;

static void read_rules(void) {
  if (!rules_file) return;
  uint32_t generation = __atomic_load_n((uint32_t *)rules_file, __ATOMIC_ACQUIRE);
  if (generation == rules_generation) return;
  rules_generation = generation;
  rule_count = 0;
  for (const char *line = rules_file + 8; *line && rule_count < MAX_RULES; line = strchr(line, '\n') + 1) {
    struct rule *rule = &rules[rule_count];
    if (sscanf(line, "%15s %15s %ld %ld %ld %255s", rule->operation, rule->action, &rule->number, &rule->skip, &rule->count, rule->pattern) == 6)
      rule_count++;
    if (!strchr(line, '\n')) break;
  }
}

// The rule that acts on this call, or NULL. Called with disk_lock held.
static struct rule *matching_rule(const char *operation, const char *path) {
  read_rules();
  for (int i = 0; i < rule_count; i++) {
    struct rule *rule = &rules[i];
    if (strcmp(rule->operation, operation) != 0 && strcmp(rule->operation, "any") != 0) continue;
    if (fnmatch(rule->pattern, path, 0) != 0) continue;
    uint64_t *counters = (uint64_t *)(rules_file + COUNTERS_AT) + 2 * i;
    uint64_t matched = ++counters[0];
    if (matched <= (uint64_t)rule->skip) continue;
    if (rule->count >= 0 && counters[1] >= (uint64_t)rule->count) continue;
    counters[1]++;
    return rule;
  }
  return NULL;
}

static int acts(const struct rule *rule, const char *action) { return rule && strcmp(rule->action, action) == 0; }

// `kill` ends the process before the call; `delay` waits `number` microseconds.
static void act_before(const struct rule *rule) {
  if (acts(rule, "kill")) kill(getpid(), SIGKILL);
  if (acts(rule, "delay")) usleep(rule->number);
}
