#define _GNU_SOURCE
#include "perf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_counter(uint32_t type, uint64_t config) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.type = type;
    attributes.size = sizeof attributes;
    attributes.config = config;
    attributes.inherit = 1;
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int sluice_perf_open_tracepoint(uint64_t identifier) { return open_counter(PERF_TYPE_TRACEPOINT, identifier); }

int sluice_perf_open_instructions(void) { return open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS); }

int sluice_perf_read(int descriptor, uint64_t *count) {
    ssize_t got = read(descriptor, count, sizeof *count);
    if (got == (ssize_t)sizeof *count) return 0;
    if (got >= 0) errno = EIO;
    return -1;
}
