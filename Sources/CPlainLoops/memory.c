#define _GNU_SOURCE
#include "CPlainLoops.h"

#include <alloca.h>
#include <isa-l/crc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// Keeps the compiler from doing repeated work once.
#define BARRIER() __asm__ volatile("" ::: "memory")

void plain_copy(void *target, const void *source, size_t count, size_t repetitions) {
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        memcpy(target, source, count);
        BARRIER();
    }
}

uint32_t plain_crc32c(const void *bytes, size_t count, size_t repetitions) {
    uint32_t checksum = 0;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        checksum = ~crc32_iscsi((unsigned char *)bytes, (int)count, ~0u);
        BARRIER();
    }
    return checksum;
}

uint64_t plain_read_clock(size_t repetitions) {
    uint64_t sum = 0;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        struct timespec time;
        clock_gettime(CLOCK_MONOTONIC, &time);
        sum += (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
    }
    return sum;
}

void plain_call_deeper(size_t byte_count, void (*body)(void *), void *context) {
    volatile char *hole = alloca(byte_count + 1);
    hole[0] = 0;
    body(context);
    // Used after the call too, so that it is no tail call which gives the memory back before.
    hole[0] = 1;
}

int64_t plain_thread_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

enum { HALF_BITS = 10, HALF = 1 << HALF_BITS, VALUE_BITS = 42 };

struct plain_histogram {
    uint64_t total;
    uint64_t counts[(VALUE_BITS - HALF_BITS + 1) * HALF];
};

struct plain_histogram *plain_histogram_make(void) { return calloc(1, sizeof(struct plain_histogram)); }

void plain_histogram_free(struct plain_histogram *histogram) { free(histogram); }

void plain_histogram_record(struct plain_histogram *histogram, uint64_t step, uint64_t limit, size_t repetitions) {
    uint64_t value = 0;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        unsigned shift = (unsigned)(63 - __builtin_clzll(value | (2 * HALF - 1))) - HALF_BITS;
        histogram->counts[shift * HALF + (value >> shift)]++;
        histogram->total++;
        BARRIER();
        value += step;
        if (value >= limit) value = 0;
    }
}
