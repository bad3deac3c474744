#ifndef CPLAINLOOPS_H
#define CPLAINLOOPS_H

/// The plainest loops that do the work of Sluice's own code: system calls and library calls straight
/// from C, with nothing counted, nothing checked beyond what correctness needs, and no seams. `limits`
/// sets Sluice's code beside them.
///
/// Loops over files return 0 or an errno; EINTR is retried and short transfers are continued.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Files.

/// Bytes in memory and where they belong in a file.
struct plain_piece {
    void *start;
    size_t count;
    off_t position;
};

/// Opens a file for reading and writing, making it if need be; a descriptor, or a negative errno.
int plain_open(const char *path, bool direct);
void plain_close(int descriptor);
/// Allocates blocks so that the file is that long.
int plain_allocate(int descriptor, off_t length);
int plain_write(int descriptor, const struct plain_piece *pieces, size_t count);

/// How `plain_append` writes a piece, one behind the other and `group` pieces at a time.
enum plain_way {
    /// pwrite of each; the descriptor decides what that means (O_DSYNC).
    PLAIN_PWRITE,
    /// One pwritev of a group.
    PLAIN_PWRITEV,
    /// pwritev2 of each with RWF_DONTCACHE.
    PLAIN_DONTCACHE,
    /// memcpy into a mapping of the file, which is allocated.
    PLAIN_MMAP,
    /// memcpy into aligned memory and pwrite of whole blocks, with the last one padded and written again.
    PLAIN_DIRECT,
    /// One submission of a group to io_uring, from where the pieces are, to a registered file.
    PLAIN_URING,
    /// The same in whole blocks from registered aligned memory.
    PLAIN_URING_DIRECT,
};
/// Opens a file for `plain_append`; with O_DIRECT or O_DSYNC where asked.
int plain_open_for(const char *path, bool direct, bool synchronous);
int plain_append(
    int descriptor, const struct plain_piece *pieces, size_t count, enum plain_way way, size_t group, off_t length);
int plain_read(int descriptor, const struct plain_piece *pieces, size_t count);
/// Reads one byte at the start of the file, `repetitions` times.
int plain_read_byte(int descriptor, size_t repetitions);
/// Reads the bytes from `start` up to `length` through `buffer` and checks the CRC of each record batch in them.
/// `valid` is where the last valid batch ends. No batch may be larger than the buffer.
int plain_check_batches(
    int descriptor, void *buffer, size_t buffer_count, off_t start, off_t length, off_t *valid);
/// Opens each file, asks for its length, reads up to 4 KiB, and closes it unless it is to be kept: then `descriptors`
/// gets its descriptor, for the caller to close, and otherwise -1.
int plain_open_and_read(const char *const *paths, const bool *kept, int *descriptors, size_t count);

// Memory and numbers.

void plain_copy(void *target, const void *source, size_t count, size_t repetitions);
/// The CRC-32C of `bytes` by ISA-L; `count` is below 2 GiB.
uint32_t plain_crc32c(const void *bytes, size_t count, size_t repetitions);
/// Reads the monotonic clock; the sum of all readings, so that none is left out.
uint64_t plain_read_clock(size_t repetitions);
/// Calls `body` with `context` from a place that lies `byte_count` bytes deeper in the stack.
void plain_call_deeper(size_t byte_count, void (*body)(void *), void *context);
/// The CPU time of this thread in nanoseconds.
int64_t plain_thread_time(void);

/// Counts of values below 2^42, in 1,024 buckets of equal width for each power of two: three significant digits.
struct plain_histogram;
struct plain_histogram *plain_histogram_make(void);
void plain_histogram_free(struct plain_histogram *histogram);
/// Records 0, `step`, 2 `step`, … below `limit`, and again from 0.
void plain_histogram_record(struct plain_histogram *histogram, uint64_t step, uint64_t limit, size_t repetitions);

// Codecs. The context is reused where the library has one.

struct plain_codec;
/// - number: Kafka's: 1 gzip, 2 snappy, 3 lz4, 4 zstd. NULL for another, or when the library makes no context.
struct plain_codec *plain_codec_make(int number, int level);
void plain_codec_free(struct plain_codec *codec);
/// The most bytes that `count` bytes become.
size_t plain_codec_bound(struct plain_codec *codec, size_t count);
/// The bytes written to `room`; 0 on failure. They are compressed anew `repetitions` times.
size_t plain_compress(
    struct plain_codec *codec, const void *source, size_t count, void *room, size_t room_count, size_t repetitions);
size_t plain_decompress(
    struct plain_codec *codec, const void *source, size_t count, void *room, size_t room_count, size_t repetitions);

// Record batches.

/// Writes a Kafka record batch (version 2) of `record_count` records without keys and headers, all with the same
/// timestamp and value, and returns its size. There is room for it.
size_t plain_encode_batch(
    void *room, const void *value, size_t value_count, int64_t timestamp, size_t record_count, size_t repetitions);
/// Checks the batch's CRC and reads every record, checking its lengths and offsets. The number of records of all
/// repetitions; -1 when something is wrong.
int64_t plain_iterate_batch(const void *batch, size_t count, size_t repetitions);

// Sockets: TCP over loopback, blocking, one thread on each side.
//
// A request or response is a frame: a 32-bit length, big-endian, and as many bytes. Servers know how
// long the requests are.

/// Listens at a port that the kernel chooses; a descriptor, or a negative errno.
int plain_listen(uint16_t *port);
/// Lets the connections of a listener send as fast as they can, whatever congestion control the machine has; an errno.
int plain_send_unpaced(int listener);
/// Connects, to wait for the peer for half a minute at most (ETIMEDOUT); a descriptor, or a negative errno.
int plain_connect(uint16_t port);

/// Requests that are appended to a file and then answered.
struct plain_append {
    size_t request_count;
    /// Where in a request the record batch begins, which is the rest of it.
    size_t batch_at;
    /// Where batches go, one behind the other, when their CRC is right (otherwise EBADMSG). -1: they go nowhere and are
    /// not looked at.
    int file;
    /// Only a batch's header is received; the rest goes through a pipe of 1 MiB, and its CRC is not looked at.
    bool splices;
    const void *response;
    size_t response_count;
};
/// Takes one connection and serves it until its peer closes it.
int plain_serve_appends(int listener, const struct plain_append *append);

/// How a piece of a file gets into a socket.
enum plain_send_way {
    PLAIN_SEND_FILE,
    /// pread into a buffer of 256 KiB, and send.
    PLAIN_SEND_READ_WRITE,
    /// send from the mapped file.
    PLAIN_SEND_MMAP,
    /// Through a pipe of 1 MiB.
    PLAIN_SEND_SPLICE,
    /// MSG_ZEROCOPY from the mapped file.
    PLAIN_SEND_ZEROCOPY,
    /// Reads into four registered buffers of 256 KiB and sends, linked.
    PLAIN_SEND_RING,
    /// SEND_ZC from the mapped file.
    PLAIN_SEND_RING_ZEROCOPY,
    /// Through a pipe of 1 MiB, both moves linked.
    PLAIN_SEND_RING_SPLICE,
};

/// Requests that are answered with the next piece of a file, and behind its end with the first again.
struct plain_reading {
    enum plain_send_way way;
    size_t request_count;
    int file;
    off_t file_count;
    size_t piece_count;
    /// What precedes each piece.
    const void *head;
    size_t head_count;
};
/// Takes one connection and serves it until its peer closes it.
int plain_serve_reads(int listener, const struct plain_reading *reading);

/// Answers whatever arrives on any number of connections, until all of them have been closed.
int plain_serve_many(int listener, const void *response, size_t response_count);

/// Sends `count` requests, at most `in_flight` of them ahead of the responses, and receives those through `buffer`.
///
/// - latencies: NULL, or room for the nanoseconds of each exchange; with one request in flight.
/// - received: The bytes of all responses.
int plain_exchange(
    int connection, const struct plain_piece *requests, size_t count, size_t in_flight, void *buffer,
    size_t buffer_count, int64_t *latencies, size_t *received);

/// Restricts this thread, and those that it starts, to the first CPU that it may use, or to all but that one; where
/// there is only one, nothing changes. `plain_restore_processors`, in the same thread, takes it back.
int plain_restrict_processors(bool to_first);
int plain_restore_processors(void);

/// The CPU time of all threads of this process in nanoseconds.
int64_t plain_process_time(void);
/// Bytes that the process has from malloc and has not given back.
size_t plain_heap_in_use(void);
/// Raises the soft limit of open descriptors; EMFILE where the hard limit is lower.
int plain_allow_descriptors(size_t count);

#endif
