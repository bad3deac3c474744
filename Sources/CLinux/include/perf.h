// Counts that the kernel keeps of a process by itself (perf_event_open). Raw results: -1 and errno.
#ifndef SLUICE_PERF_H
#define SLUICE_PERF_H

#include <stdint.h>

/// Counts how often this thread, and those that it starts from now on, pass a tracepoint.
int sluice_perf_open_tracepoint(uint64_t identifier);
/// Counts the instructions that this thread, and those that it starts from now on, retire in user and kernel mode.
int sluice_perf_open_instructions(void);
/// The count so far, of all those threads.
int sluice_perf_read(int descriptor, uint64_t *count);

#endif
