#define _GNU_SOURCE
#include "CPlainLoops.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096
#define PART (256 * 1024)
#define ENTRIES 32

int plain_open_for(const char *path, bool direct, bool synchronous) {
    int flags = O_RDWR | O_CREAT | O_CLOEXEC | (direct ? O_DIRECT : 0) | (synchronous ? O_DSYNC : 0);
    int descriptor = open(path, flags, 0644);
    return descriptor < 0 ? -errno : descriptor;
}

static int write_vectors(int descriptor, const struct plain_piece *pieces, size_t count, int flags) {
    struct iovec vectors[64];
    ssize_t whole = 0;
    for (size_t index = 0; index < count; index++) {
        vectors[index] = (struct iovec){pieces[index].start, pieces[index].count};
        whole += (ssize_t)pieces[index].count;
    }
    ssize_t written = pwritev2(descriptor, vectors, (int)count, pieces[0].position, flags);
    if (written < 0) return errno;
    return written == whole ? 0 : EIO;
}

/// Submits the parts of all pieces and waits for them.
static int submit(
    struct io_uring *ring, const struct plain_piece *pieces, size_t count, bool registered) {
    unsigned prepared = 0;
    size_t expected = 0;
    for (size_t index = 0; index < count; index++) {
        for (size_t from = 0; from < pieces[index].count; from += PART) {
            size_t part = pieces[index].count - from < PART ? pieces[index].count - from : PART;
            struct io_uring_sqe *entry = io_uring_get_sqe(ring);
            if (entry == NULL) return EBUSY;
            const char *start = (const char *)pieces[index].start + from;
            off_t position = pieces[index].position + (off_t)from;
            if (registered) {
                io_uring_prep_write_fixed(entry, 0, start, (unsigned)part, (uint64_t)position, 0);
            } else {
                io_uring_prep_write(entry, 0, start, (unsigned)part, (uint64_t)position);
            }
            entry->flags |= IOSQE_FIXED_FILE;
            expected += part;
            prepared++;
        }
    }
    int code = io_uring_submit_and_wait(ring, prepared);
    if (code < 0) return -code;
    size_t written = 0;
    for (unsigned index = 0; index < prepared; index++) {
        struct io_uring_cqe *completion;
        code = io_uring_wait_cqe(ring, &completion);
        if (code < 0) return -code;
        int result = completion->res;
        io_uring_cqe_seen(ring, completion);
        if (result < 0) return -result;
        written += (size_t)result;
    }
    return written == expected ? 0 : EIO;
}

/// Whole blocks through aligned memory: gathers `group` pieces, pads, writes, and keeps the last block.
static int append_blocks(
    int descriptor, const struct plain_piece *pieces, size_t count, size_t group, struct io_uring *ring) {
    size_t room = BLOCK * 2;
    for (size_t index = 0; index < group && index < count; index++) room += pieces[index].count + BLOCK;
    char *memory = aligned_alloc(BLOCK, (room + BLOCK - 1) / BLOCK * BLOCK);
    if (memory == NULL) return ENOMEM;
    int code = 0;
    if (ring != NULL) {
        struct iovec vector = {memory, room / BLOCK * BLOCK};
        code = -io_uring_register_buffers(ring, &vector, 1);
    }
    size_t filled = 0;
    off_t position = 0;
    for (size_t index = 0; index < count && code == 0;) {
        for (size_t member = 0; member < group && index < count; member++, index++) {
            memcpy(memory + filled, pieces[index].start, pieces[index].count);
            filled += pieces[index].count;
        }
        size_t padded = (filled + BLOCK - 1) / BLOCK * BLOCK;
        memset(memory + filled, 0, padded - filled);
        if (ring != NULL) {
            struct plain_piece all = {memory, padded, position};
            code = submit(ring, &all, 1, true);
        } else {
            ssize_t written = pwrite(descriptor, memory, padded, position);
            code = written < 0 ? errno : written == (ssize_t)padded ? 0 : EIO;
        }
        size_t whole = filled / BLOCK * BLOCK;
        memmove(memory, memory + whole, filled - whole);
        position += (off_t)whole;
        filled -= whole;
    }
    if (ring != NULL) io_uring_unregister_buffers(ring);
    free(memory);
    return code;
}

static int append_mapped(int descriptor, const struct plain_piece *pieces, size_t count, off_t length) {
    int code = plain_allocate(descriptor, length);
    if (code != 0) return code;
    char *start = mmap(NULL, (size_t)length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (start == MAP_FAILED) return errno;
    for (size_t index = 0; index < count; index++) {
        memcpy(start + pieces[index].position, pieces[index].start, pieces[index].count);
    }
    munmap(start, (size_t)length);
    return 0;
}

static int append_ring(
    int descriptor, const struct plain_piece *pieces, size_t count, size_t group, bool blocks) {
    struct io_uring ring;
    struct io_uring_params params = {.flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL};
    int code = -io_uring_queue_init_params(ENTRIES, &ring, &params);
    if (code != 0) return code;
    code = -io_uring_register_files(&ring, &descriptor, 1);
    if (code == 0 && blocks) code = append_blocks(descriptor, pieces, count, group, &ring);
    for (size_t index = 0; index < count && code == 0 && !blocks; index += group) {
        code = submit(&ring, pieces + index, count - index < group ? count - index : group, false);
    }
    io_uring_unregister_files(&ring);
    io_uring_queue_exit(&ring);
    return code;
}

int plain_append(
    int descriptor, const struct plain_piece *pieces, size_t count, enum plain_way way, size_t group, off_t length) {
    if (group == 0 || group > 64) return EINVAL;
    int code = 0;
    switch (way) {
    case PLAIN_PWRITE: return plain_write(descriptor, pieces, count);
    case PLAIN_MMAP: return append_mapped(descriptor, pieces, count, length);
    case PLAIN_DIRECT: return append_blocks(descriptor, pieces, count, group, NULL);
    case PLAIN_URING: return append_ring(descriptor, pieces, count, group, false);
    case PLAIN_URING_DIRECT: return append_ring(descriptor, pieces, count, group, true);
    case PLAIN_PWRITEV:
        for (size_t index = 0; index < count && code == 0; index += group) {
            code = write_vectors(descriptor, pieces + index, count - index < group ? count - index : group, 0);
        }
        return code;
    case PLAIN_DONTCACHE:
        for (size_t index = 0; index < count && code == 0; index++) {
            // RWF_DONTCACHE, younger than many installed headers.
            code = write_vectors(descriptor, pieces + index, 1, 0x80);
        }
        return code;
    }
    return EINVAL;
}
