// Recorder and injector of disk faults for one process, loaded with LD_PRELOAD (see disk-log.h for the log and the rules).
// HOLDFAST_DISK_FOLDER: the watched folder, an absolute path without links. HOLDFAST_DISK_LOG: the log (absent: none).
// HOLDFAST_DISK_RULES: the rules (absent: none). Actions: `fail` (errno = number), `short` (half of the bytes are written), `lie` (a sync
// or a write answers success and does nothing), `kill`, `torn` (half of the bytes up to a whole sector, then SIGKILL), `delay` (number = microseconds).
// Not seen: writes through a memory map (LMDB writes its data with pwrite and writev; only its lock file is mapped writable) and io_uring.
#include "disk-log.h"
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/stat.h>

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

enum { MAX_FILES = 65536 };
struct watched {
  char *path;
  uint64_t inode;
  int is_folder, syncs_writes, appends;
};
static struct watched files[MAX_FILES];
static char folder[4096];
static size_t folder_bytes;

__attribute__((constructor)) static void start(void) {
  const char *root = getenv("HOLDFAST_DISK_FOLDER"), *log = getenv("HOLDFAST_DISK_LOG"), *control = getenv("HOLDFAST_DISK_RULES");
  if (!root) return;
  snprintf(folder, sizeof folder, "%s", root);
  folder_bytes = strlen(folder);
  if (log) log_file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (!control) return;
  int file = syscall(SYS_openat, AT_FDCWD, control, O_RDWR | O_CLOEXEC);
  void *mapped = mmap(NULL, RULES_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  syscall(SYS_close, file);
  rules_file = mapped;
}

// Puts the absolute path into `out` and says whether it is watched. Links inside of the folder are not followed.
static int is_watched(int at, const char *path, char out[4096]) {
  if (!folder_bytes || !path) return 0;
  if (path[0] == '/') snprintf(out, 4096, "%s", path);
  else {
    char base[4096], link[64];
    snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
    ssize_t bytes = readlink(link, base, sizeof base - 1);
    if (bytes < 0) return 0;
    base[bytes] = 0;
    if (snprintf(out, 4096, "%s/%s", base, path) >= 4096) return 0;
  }
  return strncmp(out, folder, folder_bytes) == 0 && (out[folder_bytes] == '/' || out[folder_bytes] == 0);
}

static struct watched *watched_file(int fd) { return fd >= 0 && fd < MAX_FILES && files[fd].path ? &files[fd] : NULL; }

static void forget(int fd) {
  if (fd < 0 || fd >= MAX_FILES || !files[fd].path) return;
  free(files[fd].path);
  files[fd].path = NULL;
}

// The rule for a call that changes names. -1 with errno when the call is to fail.
static int rule_for_names(const char *operation, const char *path) {
  struct rule *rule = matching_rule(operation, path);
  act_before(rule);
  if (!acts(rule, "fail")) return 0;
  errno = rule->number;
  return -1;
}

static int open_watched(int at, const char *path, int flags, mode_t mode) {
  char full[4096];
  int watched = is_watched(at, path, full);
  if (!watched) return syscall(SYS_openat, at, path, flags, mode);
  pthread_mutex_lock(&disk_lock);
  int existed = access(full, F_OK) == 0;
  int fd = rule_for_names(existed ? "open" : "create", full) < 0 ? -1 : (int)syscall(SYS_openat, at, path, flags, mode);
  struct stat facts;
  if (fd >= 0 && fd < MAX_FILES && fstat(fd, &facts) == 0) {
    forget(fd);
    files[fd] = (struct watched){strdup(full), facts.st_ino, S_ISDIR(facts.st_mode), (flags & O_DSYNC) != 0, (flags & O_APPEND) != 0};
    if (S_ISREG(facts.st_mode)) {
      log_record(existed ? OPENED : CREATED, 0, facts.st_ino, flags, 0, full, NULL, NULL, 0, 0);
      if (existed && (flags & O_TRUNC)) log_record(TRUNCATED, 0, facts.st_ino, 0, 0, NULL, NULL, NULL, 0, 0);
    }
  }
  pthread_mutex_unlock(&disk_lock);
  return fd;
}

static mode_t mode_of(int flags, va_list list) { return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(list, mode_t) : 0; }
#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = mode_of(flags, list); \
    va_end(list); \
    return open_watched(AT_FDCWD, path, flags, mode); \
  }
#define OPENAT(name) \
  int name(int at, const char *path, int flags, ...) { \
    va_list list; \
    va_start(list, flags); \
    mode_t mode = mode_of(flags, list); \
    va_end(list); \
    return open_watched(at, path, flags, mode); \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
int creat(const char *path, mode_t mode) { return open_watched(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) { return syscall(SYS_close, fd); }

static size_t bytes_of(const struct iovec *parts, int count) {
  size_t bytes = 0;
  for (int i = 0; i < count; i++) bytes += parts[i].iov_len;
  return bytes;
}

static int all_zero(const struct iovec *parts, int count) {
  static const char zeros[4096];
  for (int i = 0; i < count; i++)
    for (size_t at = 0; at < parts[i].iov_len; at += sizeof zeros) {
      size_t left = parts[i].iov_len - at;
      if (memcmp((char *)parts[i].iov_base + at, zeros, left < sizeof zeros ? left : sizeof zeros) != 0) return 0;
    }
  return 1;
}

// Writes at most `bytes` at `offset` (-1: at the file's position).
static ssize_t really_write(int fd, const struct iovec *parts, int count, size_t bytes, off_t offset) {
  struct iovec taken[1024];
  int pieces = 0;
  for (size_t left = bytes; left > 0 && pieces < count && pieces < 1024; pieces++) {
    taken[pieces] = parts[pieces];
    if (taken[pieces].iov_len > left) taken[pieces].iov_len = left;
    left -= taken[pieces].iov_len;
  }
  if (offset < 0) return syscall(SYS_writev, fd, taken, pieces);
  return syscall(SYS_pwritev, fd, taken, pieces, (long)offset, 0L);
}

// A disk writes a sector whole or not at all, and LMDB relies on that for its headers (Pillai et al., OSDI 2014).
static size_t whole_sectors(size_t bytes, off_t offset) {
  size_t beyond = (size_t)((offset < 0 ? 0 : offset) + (off_t)bytes) % 512;
  return beyond > bytes ? 0 : bytes - beyond;
}

static ssize_t write_watched(int fd, const struct iovec *parts, int count, off_t offset) {
  size_t bytes = bytes_of(parts, count);
  struct watched *file = watched_file(fd);
  if (!file) return really_write(fd, parts, count, bytes, offset);
  pthread_mutex_lock(&disk_lock);
  struct rule *rule = matching_rule("write", file->path);
  act_before(rule);
  ssize_t written = -1;
  if (acts(rule, "fail")) errno = rule->number;
  else if (acts(rule, "lie")) {
    pthread_mutex_unlock(&disk_lock);
    return bytes;
  } else written = really_write(fd, parts, count, acts(rule, "short") ? (bytes + 1) / 2 : acts(rule, "torn") ? whole_sectors(bytes / 2, offset) : bytes, offset);
  int failure = errno;
  if (written > 0) {
    off_t at = offset >= 0 ? offset : syscall(SYS_lseek, fd, 0L, SEEK_CUR) - written;
    int zeros = (size_t)written == bytes && all_zero(parts, count);
    log_record(WRITTEN, (zeros ? ZEROS : 0) | (file->syncs_writes ? SYNCED_WRITE : 0), file->inode, at, written, NULL, NULL, parts, count,
               zeros ? 0 : written);
  }
  if (acts(rule, "torn")) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&disk_lock);
  errno = failure;
  return written;
}

ssize_t write(int fd, const void *data, size_t bytes) { return write_watched(fd, &(struct iovec){(void *)data, bytes}, 1, -1); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return write_watched(fd, parts, count, -1); }
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at) { return write_watched(fd, &(struct iovec){(void *)data, bytes}, 1, at); }
ssize_t pwrite64(int fd, const void *data, size_t bytes, off_t at) { return pwrite(fd, data, bytes, at); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return write_watched(fd, parts, count, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) { return write_watched(fd, parts, count, at); }
ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t at, int flags) {
  return watched_file(fd) ? write_watched(fd, parts, count, at) : syscall(SYS_pwritev2, fd, parts, count, (long)at, 0L, flags);
}

// Copies inside of the kernel would pass unseen: refused, so that the caller falls back to reading and writing.
long syscall(long number, ...) {
  long a[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  // libuv comes this way for both.
  if (number == SYS_copy_file_range && watched_file(a[2])) return errno = ENOSYS, -1;
  if (number == SYS_close && watched_file(a[0])) {
    // Before the close: afterwards the number may be given to another file at once.
    pthread_mutex_lock(&disk_lock);
    forget(a[0]);
    pthread_mutex_unlock(&disk_lock);
  }
  REAL(syscall);
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t bytes, unsigned flags) {
  return syscall(SYS_copy_file_range, in, in_at, out, out_at, bytes, flags);
}
ssize_t sendfile(int out, int in, off_t *at, size_t bytes) {
  if (watched_file(out)) return errno = EINVAL, -1;
  return syscall(SYS_sendfile, out, in, at, bytes);
}
ssize_t sendfile64(int out, int in, off_t *at, size_t bytes) { return sendfile(out, in, at, bytes); }
int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  const unsigned long clone_file = 0x40049409;
  if (request == clone_file && watched_file(fd)) return errno = ENOTTY, -1;
  return syscall(SYS_ioctl, fd, request, argument);
}

int ftruncate(int fd, off_t bytes) {
  struct watched *file = watched_file(fd);
  if (!file) return syscall(SYS_ftruncate, fd, bytes);
  pthread_mutex_lock(&disk_lock);
  int result = rule_for_names("truncate", file->path);
  if (result == 0) result = syscall(SYS_ftruncate, fd, bytes);
  if (result == 0) log_record(TRUNCATED, 0, file->inode, bytes, 0, NULL, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&disk_lock);
  return result;
}
int ftruncate64(int fd, off_t bytes) { return ftruncate(fd, bytes); }

int fallocate(int fd, int mode, off_t at, off_t bytes) {
  // Nothing here is to rely on it: Node has no such call (CORRECTNESS.md JN5).
  if (watched_file(fd)) return errno = EOPNOTSUPP, -1;
  return syscall(SYS_fallocate, fd, mode, at, bytes);
}
int posix_fallocate(int fd, off_t at, off_t bytes) {
  if (watched_file(fd)) return EOPNOTSUPP;
  REAL(posix_fallocate);
  return real(fd, at, bytes);
}

static int sync_watched(int fd, long number) {
  struct watched *known = watched_file(fd);
  if (!known) return syscall(number, fd);
  pthread_mutex_lock(&disk_lock);
  struct watched file = *known;
  char *path = strdup(file.path);
  struct rule *rule = matching_rule(file.is_folder ? "sync-folder" : "sync", path);
  struct rule copy = rule ? *rule : (struct rule){0};
  static uint64_t last_sync;
  uint64_t sync = ++last_sync;
  if (!acts(&copy, "lie")) log_record(SYNC_BEGUN, file.is_folder ? FOLDER : 0, file.inode, sync, 0, path, NULL, NULL, 0, 0);
  if (acts(&copy, "kill")) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&disk_lock);
  if (acts(&copy, "delay")) usleep(copy.number);
  int result = acts(&copy, "lie") ? 0 : acts(&copy, "fail") ? (errno = copy.number, -1) : (int)syscall(number, fd);
  int failure = errno;
  if (!acts(&copy, "lie")) {
    pthread_mutex_lock(&disk_lock);
    log_record(result == 0 ? SYNC_DONE : SYNC_FAILED, 0, file.inode, sync, 0, NULL, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&disk_lock);
  }
  free(path);
  errno = failure;
  return result;
}
int fsync(int fd) { return sync_watched(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_watched(fd, SYS_fdatasync); }

// A call that changes one name. `kind` 0: nothing to record.
#define NAME_CALL(name, operation, kind, parameters, at, path, ...) \
  int name parameters { \
    char full[4096]; \
    if (!is_watched(at, path, full)) return syscall(__VA_ARGS__); \
    pthread_mutex_lock(&disk_lock); \
    int result = rule_for_names(operation, full); \
    if (result == 0) result = syscall(__VA_ARGS__); \
    if (result == 0) log_record(kind, 0, 0, 0, 0, full, NULL, NULL, 0, 0); \
    pthread_mutex_unlock(&disk_lock); \
    return result; \
  }
NAME_CALL(unlink, "unlink", UNLINKED, (const char *path), AT_FDCWD, path, SYS_unlink, path)
NAME_CALL(rmdir, "unlink", FOLDER_REMOVED, (const char *path), AT_FDCWD, path, SYS_rmdir, path)
NAME_CALL(mkdir, "mkdir", FOLDER_MADE, (const char *path, mode_t mode), AT_FDCWD, path, SYS_mkdir, path, mode)
NAME_CALL(unlinkat, "unlink", (flags & AT_REMOVEDIR) ? FOLDER_REMOVED : UNLINKED, (int at, const char *path, int flags), at, path, SYS_unlinkat, at,
          path, flags)
int remove(const char *path) {
  if (unlink(path) == 0) return 0;
  return errno == EISDIR || errno == EPERM ? rmdir(path) : -1;
}

static int two_names(const char *operation, enum kind kind, const char *from, const char *to, long number) {
  char full[4096], second[4096];
  int watched = is_watched(AT_FDCWD, from, full) | is_watched(AT_FDCWD, to, second);
  if (!watched) return syscall(number, from, to);
  pthread_mutex_lock(&disk_lock);
  int result = rule_for_names(operation, second);
  if (result == 0) result = syscall(number, from, to);
  if (result == 0) log_record(kind, 0, 0, 0, 0, full, second, NULL, 0, 0);
  pthread_mutex_unlock(&disk_lock);
  return result;
}
int rename(const char *from, const char *to) { return two_names("rename", RENAMED, from, to, SYS_rename); }
int link(const char *from, const char *to) { return two_names("link", LINKED, from, to, SYS_link); }
