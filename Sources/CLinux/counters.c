#include "CLinux.h"

#include <stdlib.h>
#include <string.h>

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
