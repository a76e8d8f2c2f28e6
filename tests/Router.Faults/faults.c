// Loaded into the host by LD_PRELOAD: fails fsync and moves the wall clock as the test asks, by a file that both have mapped. Everything else is the system's own.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
    volatile int32_t fsync_fails;   // not 0: every fsync answers EIO and writes nothing out
    volatile int32_t fsyncs_failed; // how many did
    volatile int64_t clock_offset;  // seconds added to the wall clock
};

static struct control nothing;
static struct control *control = &nothing;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_gettimeofday)(struct timeval *, void *);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

static void resolve(void) {
    real_gettimeofday = dlsym(RTLD_NEXT, "gettimeofday");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

__attribute__((constructor)) static void begin(void) {
    resolve();
    const char *path = getenv("ROUTER_FAULTS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *at = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) control = at;
    close(file);
}

static int failed(void) {
    if (!control->fsync_fails) return 0;
    __atomic_add_fetch(&control->fsyncs_failed, 1, __ATOMIC_RELAXED);
    errno = EIO;
    return 1;
}

int fsync(int file) {
    if (!real_fsync) resolve();
    return failed() ? -1 : real_fsync(file);
}

int fdatasync(int file) {
    if (!real_fdatasync) resolve();
    return failed() ? -1 : real_fdatasync(file);
}

int clock_gettime(clockid_t clock, struct timespec *to) {
    if (!real_clock_gettime) resolve();
    int result = real_clock_gettime(clock, to);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) to->tv_sec += control->clock_offset;
    return result;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone) {
    if (!real_gettimeofday) resolve();
    int result = real_gettimeofday(to, zone);
    if (result == 0) to->tv_sec += control->clock_offset;
    return result;
}

time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
