/* Strikes at the N-th call that changes the disk, counted over Python and every git it starts.
 *
 * The control file (environment variable FAULT_CONTROL) is shared memory: five numbers, see struct control. Armed while `at` is
 * not 0. Only calls that touch files count: writing to a pipe or a terminal breaks nothing on the disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum mode { KILL_ALL = 1, KILL_SELF, INTERRUPT, NO_SPACE_ONCE, NO_SPACE_ON, IO_ERROR_ONCE, IO_ERROR_ON };
struct control { long count, at, mode, root, struck; };

static struct control *control;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULT_CONTROL");
  int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (map != MAP_FAILED) control = map;
}

/* 0: go on; otherwise the error that the call is to report */
static int strike(void) {
  if (!control || !control->at) return 0;
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

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define WRAP(type, name, params, args) \
  type name params { REAL(name); int error = strike(); if (error) { errno = error; return -1; } return real args; }

WRAP(int, rename, (const char *a, const char *b), (a, b))
WRAP(int, renameat, (int f, const char *a, int g, const char *b), (f, a, g, b))
WRAP(int, link, (const char *a, const char *b), (a, b))
WRAP(int, linkat, (int f, const char *a, int g, const char *b, int flags), (f, a, g, b, flags))
WRAP(int, unlink, (const char *a), (a))
WRAP(int, unlinkat, (int f, const char *a, int flags), (f, a, flags))
WRAP(int, mkdir, (const char *a, mode_t m), (a, m))
WRAP(int, rmdir, (const char *a), (a))
WRAP(int, fsync, (int f), (f))
WRAP(int, ftruncate, (int f, off_t n), (f, n))
WRAP(int, ftruncate64, (int f, off64_t n), (f, n))

ssize_t write(int f, const void *data, size_t size) {
  REAL(write);
  struct stat info;
  int error = fstat(f, &info) == 0 && S_ISREG(info.st_mode) ? strike() : 0;
  if (error) { errno = error; return -1; }
  return real(f, data, size);
}

#define OPEN(name, params, list, last) \
  int name params { \
    REAL(name); va_list more; mode_t m = 0; \
    if (flags & O_CREAT) { va_start(more, last); m = va_arg(more, mode_t); va_end(more); } \
    int error = flags & O_CREAT ? strike() : 0; \
    if (error) { errno = error; return -1; } \
    return real list; }

OPEN(open, (const char *a, int flags, ...), (a, flags, m), flags)
OPEN(open64, (const char *a, int flags, ...), (a, flags, m), flags)
OPEN(openat, (int f, const char *a, int flags, ...), (f, a, flags, m), flags)
OPEN(openat64, (int f, const char *a, int flags, ...), (f, a, flags, m), flags)
