// Where and how this process runs: processors, timers, memory.
#ifndef SLUICE_MACHINE_H
#define SLUICE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/// Room for this many processors.
#define SLUICE_PROCESSORS 1024

/// Whether each processor may be used by the calling thread; `allowed` holds SLUICE_PROCESSORS elements.
int sluice_get_processors(unsigned char *allowed);
/// Has the calling thread, and what it starts from now on, use only these.
int sluice_set_processors(const unsigned char *allowed);

/// How much later than asked the kernel may wake the calling thread.
int sluice_set_timer_slack(unsigned long nanoseconds);

/// Gives the calling thread the least share of the processors that an ordinary thread can have (nice 19).
int sluice_give_way(void);

/// Maps memory that nothing is kept in, of huge pages or of small ones, and that no child shares; NULL with errno where
/// there is none. It is there once its pages are touched.
void *sluice_hold_memory(size_t bytes, int huge);
void sluice_touch_pages(void *memory, size_t bytes);
int sluice_let_go(void *memory, size_t bytes);

/// Bytes of memory that nothing uses, not even the page cache: what the zones have free, and what each processor keeps at
/// hand of it, which can be gigabytes and is no part of MemFree. -1 with errno.
int64_t sluice_free_memory(void);

/// Chooses a TCP socket's congestion control; a listener's connections take it over.
int sluice_set_congestion_control(int descriptor, const char *name);

#endif
