// The part of the kernel's interface that Swift cannot import by itself: variadic calls, calls younger than the C
// library, macros, and thread-local counters. Only the target LinuxKernel includes this.
#ifndef SLUICE_CLINUX_H
#define SLUICE_CLINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "machine.h"
#include "ring.h"
#include "devices.h"
#include "perf.h"
#include "sockets.h"
#include "transfers.h"

// MARK: Counters

/// Room for every kind of call; LinuxKernel's `CallKind` must stay below it.
#define SLUICE_CALL_KINDS 96

/// Calls and bytes of one thread, by kind. Written by its own thread only, so that counting takes no locked
/// instruction; kept after the thread ends, so that nothing counted is lost.
struct sluice_counters {
    uint64_t calls[SLUICE_CALL_KINDS];
    uint64_t bytes[SLUICE_CALL_KINDS];
    /// What the thread took between its calls, and when the last of them ended; zero in threads that are not timed.
    uint64_t own_ticks;
    uint64_t left_kernel;
    struct sluice_counters *next;
};

extern _Thread_local struct sluice_counters *sluice_thread_counters;

/// Makes and registers the calling thread's counters.
struct sluice_counters *sluice_counters_register(void);

static inline void sluice_count(int kind, uint64_t bytes) {
    struct sluice_counters *counters = sluice_thread_counters;
    if (__builtin_expect(counters == NULL, 0)) counters = sluice_counters_register();
    __atomic_store_n(&counters->calls[kind], counters->calls[kind] + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&counters->bytes[kind], counters->bytes[kind] + bytes, __ATOMIC_RELAXED);
}

/// Adds up the counters of all threads that ever counted; both arrays hold SLUICE_CALL_KINDS elements.
void sluice_counters_sum(uint64_t *calls, uint64_t *bytes);
/// The calling thread's own, in the same way.
void sluice_counters_of_thread(uint64_t *calls, uint64_t *bytes);

/// The processor's own clock, where it has one that always runs at the same speed; reading it converts nothing.
static inline uint64_t sluice_ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
#endif
}

/// Times the calling thread between its calls from now on.
void sluice_time_own_work(void);
/// The nanoseconds that all timed threads took between their calls.
uint64_t sluice_own_nanoseconds(void);
/// The calling thread's part of them.
uint64_t sluice_own_nanoseconds_of_thread(void);

/// To be called right before a kernel call.
static inline void sluice_enter_kernel(void) {
    struct sluice_counters *counters = sluice_thread_counters;
    if (counters == NULL || counters->left_kernel == 0) return;
    uint64_t now = sluice_ticks();
    // Two processors' clocks may be some ticks apart.
    if (now <= counters->left_kernel) return;
    __atomic_store_n(&counters->own_ticks, counters->own_ticks + now - counters->left_kernel, __ATOMIC_RELAXED);
}

/// To be called right after a kernel call.
static inline void sluice_leave_kernel(void) {
    struct sluice_counters *counters = sluice_thread_counters;
    if (counters != NULL && counters->left_kernel != 0) counters->left_kernel = sluice_ticks();
}

// MARK: Calls

/// Raw results: -1 and errno, as the C library has them.
int sluice_open(const char *path, int flags, unsigned mode);
int sluice_fcntl(int descriptor, int command, long argument);
int sluice_fallocate(int descriptor, int mode, long offset, long length);
int sluice_sync_file_range(int descriptor, long offset, long length, unsigned flags);
long sluice_pwritev2(int descriptor, const void *vectors, int count, long offset, int flags);
long sluice_preadv2(int descriptor, const void *vectors, int count, long offset, int flags);
int64_t sluice_gettid(void);

/// Names the calling thread; at most 15 bytes.
int sluice_name_thread(const char *name);

/// A non-blocking eventfd, closed on exec; adding one to it; setting it back to zero.
int sluice_eventfd(void);
int sluice_eventfd_signal(int descriptor);
int sluice_eventfd_clear(int descriptor);

/// Has the kernel send this process a signal when its parent ends.
int sluice_end_with_parent(int signal);

/// Both ends of a pipe, closed on exec.
int sluice_pipe(int *ends);

/// Waits until a descriptor can be read or the time is over; see ppoll(2) for the result.
int sluice_poll_readable(int descriptor, long nanoseconds);

/// Flushes all streams; 0, or the errno where standard output has lost something since the last call (EIO where it is
/// not known).
int sluice_flush_output(void);

/// The errno's symbolic name, for example "ENOSPC".
const char *sluice_errno_name(int code);
/// The errno's text, for example "No space left on device"; `buffer` may be used to hold it.
const char *sluice_errno_message(int code, char *buffer, size_t size);

extern const int sluice_o_direct;
extern const int sluice_o_dsync;
extern const int sluice_rwf_dontcache;
extern const int sluice_rwf_nowait;

/// See cachestat(2), Linux 6.5.
struct sluice_cache_state {
    uint64_t cached_pages, dirty_pages, writeback_pages, evicted_pages, recently_evicted_pages;
};
int sluice_cachestat(int descriptor, long offset, long length, struct sluice_cache_state *result);

/// The alignment that O_DIRECT wants (statx, STATX_DIOALIGN, Linux 6.1); both 0 where the file system does not say.
int sluice_direct_alignment(int descriptor, uint32_t *memory, uint32_t *offset);

/// File system type (statfs f_type) and its block size.
int sluice_statfs(const char *path, int64_t *type, uint64_t *block_size, uint64_t *free_bytes, uint64_t *total_bytes);

#endif
