/* Strikes at the N-th call that changes the disk, counted over Python and every git it starts.
 *
 * The control file (environment variable FAULT_CONTROL) is shared memory: five numbers, see struct control. Armed while `at` is
 * not 0. Only calls that touch files count: writing to a pipe or a terminal breaks nothing on the disk. With FAULT_TRACE each call
 * that counts leaves a line in that file: its name and the paths it is about, separated by tabulators.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { KILL_ALL = 1, KILL_SELF, INTERRUPT, NO_SPACE_ONCE, NO_SPACE_ON, IO_ERROR_ONCE, IO_ERROR_ON };
struct control { long count, at, mode, root, struck; };

static struct control *control;
static const char *trace_file;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULT_CONTROL");
  trace_file = getenv("FAULT_TRACE");
  int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (map != MAP_FAILED) control = map;
}

/* The path as the kernel sees it: of an open file, or of a name seen from an open folder. */
static void resolve(char *out, size_t size, int fd, const char *name) {
  char link[64], base[PATH_MAX] = "";
  if (name && name[0] == '/') { snprintf(out, size, "%s", name); return; }
  if (fd == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
  else snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, base, sizeof base - 1);
  base[length > 0 ? length : 0] = 0;
  if (name) snprintf(out, size, "%s/%s", base, name);
  else snprintf(out, size, "%s", base);
}

static void trace(const char *call, int f, const char *a, int g, const char *b) {
  char line[3 * PATH_MAX], one[PATH_MAX + 300], two[PATH_MAX + 300] = "";
  int before = errno;
  resolve(one, sizeof one, f, a);
  if (b) resolve(two, sizeof two, g, b);
  int length = snprintf(line, sizeof line, "%s\t%s\t%s\n", call, one, two);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, trace_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) { if (syscall(SYS_write, fd, line, (size_t)length) < 0) abort(); close(fd); }
  errno = before;
}

/* 0: go on; otherwise the error that the call is to report */
static int strike(const char *call, int f, const char *a, int g, const char *b) {
  if (!control || !control->at) return 0;
  if (trace_file) trace(call, f, a, g, b);
  long now = __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST);
  long mode = control->mode;
  if (now < control->at || (now > control->at && mode != NO_SPACE_ON && mode != IO_ERROR_ON)) return 0;
  control->struck = now;
  switch (mode) {
    case KILL_ALL: kill((pid_t)control->root, SIGKILL); kill(getpid(), SIGKILL); return 0;
    case KILL_SELF: kill(getpid(), SIGKILL); return 0;
    case INTERRUPT: kill((pid_t)control->root, SIGINT); return 0;
    case NO_SPACE_ONCE: case NO_SPACE_ON: return ENOSPC;
    default: return EIO;
  }
}

static int on_disk(int f) {
  struct stat info;
  return fstat(f, &info) == 0 && S_ISREG(info.st_mode);
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define WRAP(type, name, params, args, counts, f, a, g, b) \
  type name params { \
    REAL(name); int error = (counts) ? strike(#name, f, a, g, b) : 0; \
    if (error) { errno = error; return -1; } \
    return real args; }
#define ONE(name, params, args, a) WRAP(int, name, params, args, 1, AT_FDCWD, a, 0, NULL)
#define ONE_AT(name, params, args, f, a) WRAP(int, name, params, args, 1, f, a, 0, NULL)
#define TWO(name, params, args, a, b) WRAP(int, name, params, args, 1, AT_FDCWD, a, AT_FDCWD, b)
#define OF_FILE(type, name, params, args, f) WRAP(type, name, params, args, on_disk(f), f, NULL, 0, NULL)

TWO(rename, (const char *a, const char *b), (a, b), a, b)
WRAP(int, renameat, (int f, const char *a, int g, const char *b), (f, a, g, b), 1, f, a, g, b)
WRAP(int, renameat2, (int f, const char *a, int g, const char *b, unsigned n), (f, a, g, b, n), 1, f, a, g, b)
TWO(link, (const char *a, const char *b), (a, b), a, b)
WRAP(int, linkat, (int f, const char *a, int g, const char *b, int n), (f, a, g, b, n), 1, f, a, g, b)
WRAP(int, symlink, (const char *to, const char *a), (to, a), 1, AT_FDCWD, a, 0, NULL)
WRAP(int, symlinkat, (const char *to, int f, const char *a), (to, f, a), 1, f, a, 0, NULL)
ONE(unlink, (const char *a), (a), a)
ONE_AT(unlinkat, (int f, const char *a, int n), (f, a, n), f, a)
ONE(mkdir, (const char *a, mode_t m), (a, m), a)
ONE_AT(mkdirat, (int f, const char *a, mode_t m), (f, a, m), f, a)
ONE(rmdir, (const char *a), (a), a)
ONE(chmod, (const char *a, mode_t m), (a, m), a)
ONE_AT(fchmod, (int f, mode_t m), (f, m), f, NULL)
ONE_AT(fchown, (int f, uid_t u, gid_t g), (f, u, g), f, NULL)
ONE_AT(fchmodat, (int f, const char *a, mode_t m, int n), (f, a, m, n), f, a)
ONE_AT(utimensat, (int f, const char *a, const struct timespec t[2], int n), (f, a, t, n), f, a)
ONE(truncate, (const char *a, off_t n), (a, n), a)
ONE_AT(ftruncate, (int f, off_t n), (f, n), f, NULL)
ONE_AT(ftruncate64, (int f, off64_t n), (f, n), f, NULL)
ONE_AT(fsync, (int f), (f), f, NULL)
ONE_AT(fdatasync, (int f), (f), f, NULL)
OF_FILE(ssize_t, write, (int f, const void *data, size_t size), (f, data, size), f)
OF_FILE(ssize_t, writev, (int f, const struct iovec *v, int n), (f, v, n), f)
OF_FILE(ssize_t, pwrite, (int f, const void *data, size_t size, off_t at), (f, data, size, at), f)
OF_FILE(ssize_t, pwrite64, (int f, const void *data, size_t size, off64_t at), (f, data, size, at), f)
OF_FILE(ssize_t, sendfile, (int f, int from, off_t *at, size_t size), (f, from, at, size), f)
OF_FILE(ssize_t, sendfile64, (int f, int from, off64_t *at, size_t size), (f, from, at, size), f)
OF_FILE(ssize_t, copy_file_range, (int from, off64_t *p, int f, off64_t *q, size_t size, unsigned n), (from, p, f, q, size, n), f)
ONE(creat, (const char *a, mode_t m), (a, m), a)
ONE(mkstemp, (char *a), (a), a)
ONE(mkstemp64, (char *a), (a), a)
ONE(mkostemp, (char *a, int n), (a, n), a)

#define OPEN(name, params, list, last, f) \
  int name params { \
    REAL(name); va_list more; mode_t m = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { va_start(more, last); m = va_arg(more, mode_t); va_end(more); } \
    int error = flags & (O_CREAT | O_TRUNC) ? strike(#name, f, a, 0, NULL) : 0; \
    if (error) { errno = error; return -1; } \
    return real list; }

OPEN(open, (const char *a, int flags, ...), (a, flags, m), flags, AT_FDCWD)
OPEN(open64, (const char *a, int flags, ...), (a, flags, m), flags, AT_FDCWD)
OPEN(openat, (int f, const char *a, int flags, ...), (f, a, flags, m), flags, f)
OPEN(openat64, (int f, const char *a, int flags, ...), (f, a, flags, m), flags, f)
