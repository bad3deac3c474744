#ifndef CALLOCATION_COUNTER_H
#define CALLOCATION_COUNTER_H

#include <stdint.h>

/// The heap allocations of the calling thread since it began: every malloc, calloc, realloc and aligned allocation of
/// Swift, C and C++ code in the process.
uint64_t sluice_thread_allocations(void);

/// The same of all threads that the process ever had.
uint64_t sluice_process_allocations(void);

#endif
