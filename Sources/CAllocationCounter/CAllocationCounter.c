// A program's own malloc takes precedence over libc's for every library it loads, so a program that contains this file
// has all its allocations counted. The memory still comes from glibc, through the names it keeps for this purpose.
//
// An allocation costs an addition in the thread's own memory more, without a locked instruction; what allocates
// nothing, as the path of a batch through the broker, pays nothing.

#include "CAllocationCounter.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/// The count of one thread. Written by that thread only; kept after it ends, so that nothing counted is lost.
struct thread_count {
    uint64_t allocations;
    struct thread_count *next;
};

static struct thread_count *all_threads;
static _Thread_local struct thread_count *own;

static struct thread_count *register_thread(void) {
    struct thread_count *count = __libc_calloc(1, sizeof *count);
    if (count == NULL) abort();
    struct thread_count *head = __atomic_load_n(&all_threads, __ATOMIC_RELAXED);
    do {
        count->next = head;
    } while (!__atomic_compare_exchange_n(&all_threads, &head, count, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    own = count;
    return count;
}

static inline void count_one(void) {
    struct thread_count *count = own;
    if (__builtin_expect(count == NULL, 0)) count = register_thread();
    __atomic_store_n(&count->allocations, count->allocations + 1, __ATOMIC_RELAXED);
}

uint64_t sluice_thread_allocations(void) { return own == NULL ? 0 : own->allocations; }

uint64_t sluice_process_allocations(void) {
    uint64_t sum = 0;
    for (struct thread_count *one = __atomic_load_n(&all_threads, __ATOMIC_ACQUIRE); one != NULL; one = one->next) {
        sum += __atomic_load_n(&one->allocations, __ATOMIC_RELAXED);
    }
    return sum;
}

void *malloc(size_t size) {
    count_one();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    count_one();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    count_one();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count_one();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *allocated = memalign(alignment, size);
    if (!allocated) return ENOMEM;
    *memory = allocated;
    return 0;
}
