/* A disk that fails: the n-th call that changes a file below FAILING_FOLDER ends with FAILING_ERROR, and so do all after it.
   LD_PRELOAD it. With FAILING_AT=0 nothing fails. With LYING_LOCKS every lock is given, to all who ask. At the end the number of such calls is written to FAILING_COUNT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static const char *folder(void) { return getenv("FAILING_FOLDER"); }

static int below(const char *path) {
    const char *root = folder();
    if (!root || !path) return 0;
    char whole[PATH_MAX * 2];
    if (path[0] != '/') {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return 0;
        snprintf(whole, sizeof whole, "%s/%s", here, path);
        path = whole;
    }
    return strncmp(path, root, strlen(root)) == 0;
}

static int open_below(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    /* Pipes and sockets have names like `pipe:[12]`. */
    return path[0] == '/' && below(path);
}

/* Whether this call fails. */
static int fails(void) {
    const char *at = getenv("FAILING_AT"), *error = getenv("FAILING_ERROR");
    long now = atomic_fetch_add(&calls, 1) + 1, limit = at ? atol(at) : 0;
    if (limit == 0 || now < limit) return 0;
    errno = error ? atoi(error) : EIO;
    return 1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(write);
    return open_below(file) && fails() ? -1 : real(file, bytes, count);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    return open_below(file) && fails() ? -1 : real(file, parts, count);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    REAL(pwrite64);
    return open_below(file) && fails() ? -1 : real(file, bytes, count, at);
}
int fsync(int file) {
    REAL(fsync);
    return open_below(file) && fails() ? -1 : real(file);
}
int fdatasync(int file) {
    REAL(fdatasync);
    return open_below(file) && fails() ? -1 : real(file);
}
int ftruncate64(int file, off64_t length) {
    REAL(ftruncate64);
    return open_below(file) && fails() ? -1 : real(file, length);
}
int rename(const char *from, const char *to) {
    REAL(rename);
    return below(to) && fails() ? -1 : real(from, to);
}
/* A full disk lets files go, a broken one does not. */
int unlink(const char *path) {
    REAL(unlink);
    const char *error = getenv("FAILING_ERROR");
    int full = error && atoi(error) == ENOSPC;
    return !full && below(path) && fails() ? -1 : real(path);
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return below(path) && fails() ? -1 : real(path, mode);
}
int open64(const char *path, int flags, ...) {
    REAL(open64);
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return (flags & O_CREAT) && below(path) && fails() ? -1 : real(path, flags, mode);
}

/* Some network file systems say yes to every lock. */
int flock(int file, int operation) {
    REAL(flock);
    return getenv("LYING_LOCKS") ? 0 : real(file, operation);
}

__attribute__((destructor)) static void count(void) {
    const char *path = getenv("FAILING_COUNT");
    if (!path) return;
    FILE *file = fopen(path, "w");
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&calls));
    fclose(file);
}
