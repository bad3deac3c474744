// Ways of bytes that Swift cannot import: pipes and splice, mappings, sends without a copy. Raw results: -1 and errno,
// unless it says otherwise.
#ifndef SLUICE_TRANSFERS_H
#define SLUICE_TRANSFERS_H

#include <stddef.h>
#include <stdint.h>

/// Both ends of a pipe, non-blocking and closed on exec.
int sluice_pipe_nonblocking(int *ends);
/// Asks for room for that many bytes; the room that there is then.
int sluice_pipe_set_size(int descriptor, int byte_count);
/// Moves bytes; one of the ends is a pipe. A negative position means that the end has none.
long sluice_splice(int from, long from_position, int to, long to_position, size_t count, int more);

/// Maps the first bytes of a file, shared; NULL on failure.
void *sluice_map_file(int descriptor, size_t byte_count, int writable);

/// Lets a socket send from where the bytes are (SO_ZEROCOPY).
int sluice_set_zerocopy(int descriptor);
long sluice_send_zerocopy(int descriptor, const void *bytes, size_t count, int more);
/// Takes a completion from the socket's error queue: sends `first` to `last` are done. 1 for one, 0 for none, 2 for a
/// message that is no completion.
int sluice_zerocopy_completion(int descriptor, uint32_t *first, uint32_t *last, int *copied);

#endif
