#ifndef CPLAINLOOPS_H
#define CPLAINLOOPS_H

/// The plainest loops that do the work of Sluice's own code: system calls and library calls straight from C, with nothing
/// counted, nothing checked beyond what correctness needs, and no seams. `limits` sets Sluice's code beside them.
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
int plain_read(int descriptor, const struct plain_piece *pieces, size_t count);
/// Reads one byte at the start of the file, `repetitions` times.
int plain_read_byte(int descriptor, size_t repetitions);
/// Reads `length` bytes through `buffer` and checks the CRC of each record batch in them. `valid` is how many bytes of
/// valid batches there were from the start on. No batch may be larger than the buffer.
int plain_check_batches(int descriptor, void *buffer, size_t buffer_count, off_t length, off_t *valid);
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

/// Writes a Kafka record batch (version 2) of `record_count` records without keys and headers, all with the same timestamp
/// and value, and returns its size. There is room for it.
size_t plain_encode_batch(
    void *room, const void *value, size_t value_count, int64_t timestamp, size_t record_count, size_t repetitions);
/// Checks the batch's CRC and reads every record, checking its lengths and offsets. The number of records of all
/// repetitions; -1 when something is wrong.
int64_t plain_iterate_batch(const void *batch, size_t count, size_t repetitions);

#endif
