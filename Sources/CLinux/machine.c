#define _GNU_SOURCE
#include "machine.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(CPU_SETSIZE == SLUICE_PROCESSORS, "the C library's set of processors");

int sluice_get_processors(unsigned char *allowed) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
    for (int number = 0; number < CPU_SETSIZE; number++) allowed[number] = CPU_ISSET(number, &set) ? 1 : 0;
    return 0;
}

int sluice_set_processors(const unsigned char *allowed) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int number = 0; number < CPU_SETSIZE; number++) {
        if (allowed[number]) CPU_SET(number, &set);
    }
    return sched_setaffinity(0, sizeof set, &set);
}

int sluice_set_timer_slack(unsigned long nanoseconds) { return prctl(PR_SET_TIMERSLACK, nanoseconds); }

// The kernel's "process" of this call is a thread; 0 is the calling one.
int sluice_give_way(void) { return setpriority(PRIO_PROCESS, 0, 19); }

void *sluice_hold_memory(size_t bytes, int huge) {
    const size_t page = 2UL << 20;
    char *memory = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    // Only what lies on whole huge pages is made of them.
    size_t before = (page - (uintptr_t)memory % page) % page;
    if (before > 0) munmap(memory, before);
    memory += before;
    munmap(memory + bytes, page - before);
    // Refusals only make it slower, but for children: they must not share what is let go.
    (void)madvise(memory, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    if (madvise(memory, bytes, MADV_DONTFORK) < 0) {
        int code = errno;
        munmap(memory, bytes);
        errno = code;
        return NULL;
    }
    return memory;
}

void sluice_touch_pages(void *memory, size_t bytes) {
    for (size_t position = 0; position < bytes; position += 4096) ((volatile char *)memory)[position] = 1;
}

int sluice_let_go(void *memory, size_t bytes) { return munmap(memory, bytes); }

int64_t sluice_free_memory(void) {
    FILE *zones = fopen("/proc/zoneinfo", "re");
    if (zones == NULL) return -1;
    char line[256];
    int64_t pages = 0;
    while (fgets(line, sizeof line, zones) != NULL) {
        const char *word = line + strspn(line, " ");
        if (strncmp(word, "pages free ", 11) == 0) pages += atoll(word + 11);
        if (strncmp(word, "count: ", 7) == 0) pages += atoll(word + 7);
    }
    fclose(zones);
    return pages * sysconf(_SC_PAGESIZE);
}

int sluice_set_congestion_control(int descriptor, const char *name) {
    return setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name));
}
