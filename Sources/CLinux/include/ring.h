// io_uring through liburing, whose own header Swift cannot import beside another that includes <linux/io_uring.h>.
//
// Results are 0 or a count, and a negative errno on failure. A ring belongs to one thread at a time.
#ifndef SLUICE_RING_H
#define SLUICE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sluice_ring;

/// Makes a ring for so many submissions at a time; NULL and the errno where the kernel refuses.
struct sluice_ring *sluice_ring_create(unsigned entries, int *error);
void sluice_ring_destroy(struct sluice_ring *ring);
/// Can be polled for input: there are completions.
int sluice_ring_descriptor(const struct sluice_ring *ring);
/// Whether the kernel sends without a copy (Linux 6.0).
bool sluice_ring_has_send_zero_copy(void);

/// Pins memory, so that the kernel need not look it up for each operation; `vectors` are struct iovec.
int sluice_ring_register_buffers(struct sluice_ring *ring, const void *vectors, unsigned count);
/// Makes an empty table of files; then puts a descriptor into a slot of it, or -1 to empty the slot.
int sluice_ring_register_files(struct sluice_ring *ring, unsigned count);
int sluice_ring_set_file(struct sluice_ring *ring, unsigned slot, int descriptor);

/// How an operation is prepared.
enum {
    /// The next operation waits for this one, and is cancelled when it fails or is short.
    SLUICE_RING_LINK = 1,
    /// The number of the file is a slot of the table; for a splice that of the input too.
    SLUICE_RING_FIXED_FILE = 2,
    SLUICE_RING_FIXED_INPUT = 4,
    /// More bytes follow on the socket (MSG_MORE).
    SLUICE_RING_MORE = 8,
    /// A read, write, send or splice fails with EAGAIN where it would block.
    SLUICE_RING_NO_WAIT = 16,
    /// A send that takes less than it was given has failed for those that are linked behind it (MSG_WAITALL).
    SLUICE_RING_WHOLE = 32,
};

/// Prepare one operation each; false when the ring has no place for it before the next submission. `buffer` is the
/// number of a registered buffer that the bytes lie in, or -1.
bool sluice_ring_write(
    struct sluice_ring *ring, int file, const void *bytes, size_t count, int64_t position, int buffer, unsigned how,
    uint64_t token);
bool sluice_ring_read(
    struct sluice_ring *ring, int file, void *bytes, size_t count, int64_t position, int buffer, unsigned how,
    uint64_t token);
bool sluice_ring_sync(struct sluice_ring *ring, int file, bool data_only, unsigned how, uint64_t token);
bool sluice_ring_send(
    struct sluice_ring *ring, int socket, const void *bytes, size_t count, unsigned how, uint64_t token);
bool sluice_ring_send_zero_copy(
    struct sluice_ring *ring, int socket, const void *bytes, size_t count, int buffer, unsigned how, uint64_t token);
/// Positions are -1 for pipes and sockets.
bool sluice_ring_splice(
    struct sluice_ring *ring, int input, int64_t input_position, int output, int64_t output_position, size_t count,
    unsigned how, uint64_t token);

/// Operations that are prepared and not submitted.
unsigned sluice_ring_prepared(const struct sluice_ring *ring);
/// One io_uring_enter: submits what is prepared and waits until so many operations have completed.
int sluice_ring_submit(struct sluice_ring *ring, unsigned wait_for);

struct sluice_completion {
    uint64_t token;
    int32_t result;
    /// Another completion of the same operation follows.
    bool has_more;
    /// The kernel needs the memory of a zero-copy send no more; `result` says then whether it was copied after all.
    bool is_notification;
};
/// Takes the next completion, without a call; false when there is none.
bool sluice_ring_next(struct sluice_ring *ring, struct sluice_completion *completion);
/// Completions that can be taken now.
unsigned sluice_ring_ready(const struct sluice_ring *ring);

#endif
