#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

const int sluice_o_direct = O_DIRECT;
const int sluice_o_dsync = O_DSYNC;
// Linux 6.14; younger than many installed headers.
const int sluice_rwf_dontcache = 0x80;
const int sluice_rwf_nowait = RWF_NOWAIT;

int sluice_open(const char *path, int flags, unsigned mode) { return open(path, flags | O_CLOEXEC, mode); }

int sluice_fcntl(int descriptor, int command, long argument) { return fcntl(descriptor, command, argument); }

int sluice_fallocate(int descriptor, int mode, long offset, long length) {
    return fallocate(descriptor, mode, offset, length);
}

int sluice_sync_file_range(int descriptor, long offset, long length, unsigned flags) {
    return sync_file_range(descriptor, offset, length, flags);
}

long sluice_pwritev2(int descriptor, const void *vectors, int count, long offset, int flags) {
    return pwritev2(descriptor, vectors, count, offset, flags);
}

long sluice_preadv2(int descriptor, const void *vectors, int count, long offset, int flags) {
    return preadv2(descriptor, vectors, count, offset, flags);
}

int64_t sluice_gettid(void) { return syscall(SYS_gettid); }

int sluice_flush_output(void) {
    errno = 0;
    // A stream that could not write drops what it had, and only its flag tells of it afterwards.
    int is_lost = fflush(NULL) != 0;
    int code = errno;
    is_lost |= ferror(stdout);
    clearerr(stdout);
    return !is_lost ? 0 : code != 0 ? code : EIO;
}

const char *sluice_errno_name(int code) {
    const char *name = strerrorname_np(code);
    return name != NULL ? name : "unknown errno";
}

int sluice_cachestat(int descriptor, long offset, long length, struct sluice_cache_state *result) {
    struct { uint64_t offset, length; } range = {(uint64_t)offset, (uint64_t)length};
    return (int)syscall(SYS_cachestat, descriptor, &range, result, 0);
}

int sluice_direct_alignment(int descriptor, uint32_t *memory, uint32_t *offset) {
    struct statx status;
    memset(&status, 0, sizeof status);
    if (syscall(SYS_statx, descriptor, "", 0x1000 /* AT_EMPTY_PATH */, STATX_DIOALIGN, &status) != 0) return -1;
    bool told = (status.stx_mask & STATX_DIOALIGN) != 0;
    *memory = told ? status.stx_dio_mem_align : 0;
    *offset = told ? status.stx_dio_offset_align : 0;
    return 0;
}

int sluice_statfs(const char *path, int64_t *type, uint64_t *block_size, uint64_t *free_bytes, uint64_t *total_bytes) {
    struct statfs status;
    if (statfs(path, &status) != 0) return -1;
    *type = status.f_type;
    *block_size = (uint64_t)status.f_bsize;
    *free_bytes = (uint64_t)status.f_bavail * (uint64_t)status.f_bsize;
    *total_bytes = (uint64_t)status.f_blocks * (uint64_t)status.f_bsize;
    return 0;
}

const char *sluice_errno_message(int code, char *buffer, size_t size) { return strerror_r(code, buffer, size); }

int sluice_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

int sluice_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int sluice_eventfd_signal(int descriptor) { return eventfd_write(descriptor, 1); }

int sluice_eventfd_clear(int descriptor) {
    eventfd_t value;
    return eventfd_read(descriptor, &value);
}

int sluice_poll_readable(int descriptor, long nanoseconds) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    struct timespec timeout = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return ppoll(&entry, 1, &timeout, NULL);
}

int sluice_end_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

int sluice_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }
