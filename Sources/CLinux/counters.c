#include "CLinux.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

_Thread_local struct sluice_counters *sluice_thread_counters;

static struct sluice_counters *all_threads;

struct sluice_counters *sluice_counters_register(void) {
    struct sluice_counters *counters = calloc(1, sizeof *counters);
    if (counters == NULL) abort();
    struct sluice_counters *head = __atomic_load_n(&all_threads, __ATOMIC_RELAXED);
    do {
        counters->next = head;
    } while (!__atomic_compare_exchange_n(&all_threads, &head, counters, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    sluice_thread_counters = counters;
    return counters;
}

void sluice_counters_of_thread(uint64_t *calls, uint64_t *bytes) {
    memset(calls, 0, SLUICE_CALL_KINDS * sizeof *calls);
    memset(bytes, 0, SLUICE_CALL_KINDS * sizeof *bytes);
    if (sluice_thread_counters == NULL) return;
    memcpy(calls, sluice_thread_counters->calls, sizeof sluice_thread_counters->calls);
    memcpy(bytes, sluice_thread_counters->bytes, sizeof sluice_thread_counters->bytes);
}

void sluice_counters_sum(uint64_t *calls, uint64_t *bytes) {
    memset(calls, 0, SLUICE_CALL_KINDS * sizeof *calls);
    memset(bytes, 0, SLUICE_CALL_KINDS * sizeof *bytes);
    for (struct sluice_counters *one = __atomic_load_n(&all_threads, __ATOMIC_ACQUIRE); one != NULL; one = one->next) {
        for (int kind = 0; kind < SLUICE_CALL_KINDS; kind++) {
            calls[kind] += __atomic_load_n(&one->calls[kind], __ATOMIC_RELAXED);
            bytes[kind] += __atomic_load_n(&one->bytes[kind], __ATOMIC_RELAXED);
        }
    }
}

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Both clocks when the program began, by which ticks become nanoseconds.
static uint64_t first_ticks;
static uint64_t first_nanoseconds;

__attribute__((constructor)) static void read_both_clocks(void) {
    first_ticks = sluice_ticks();
    first_nanoseconds = nanoseconds();
}

void sluice_time_own_work(void) {
    struct sluice_counters *counters = sluice_thread_counters;
    if (counters == NULL) counters = sluice_counters_register();
    counters->left_kernel = sluice_ticks();
}

static uint64_t nanoseconds_of(uint64_t ticks) {
    uint64_t passed = sluice_ticks() - first_ticks;
    return passed == 0 ? 0 : (uint64_t)((double)ticks * (double)(nanoseconds() - first_nanoseconds) / (double)passed);
}

uint64_t sluice_own_nanoseconds_of_thread(void) {
    return sluice_thread_counters == NULL ? 0 : nanoseconds_of(sluice_thread_counters->own_ticks);
}

uint64_t sluice_own_nanoseconds(void) {
    uint64_t ticks = 0;
    for (struct sluice_counters *one = __atomic_load_n(&all_threads, __ATOMIC_ACQUIRE); one != NULL; one = one->next) {
        ticks += __atomic_load_n(&one->own_ticks, __ATOMIC_RELAXED);
    }
    return nanoseconds_of(ticks);
}
