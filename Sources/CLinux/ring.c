#define _GNU_SOURCE
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

// Linux 6.2; younger than many installed headers.
#ifndef IORING_SEND_ZC_REPORT_USAGE
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3)
#endif

struct sluice_ring {
    struct io_uring ring;
};

struct sluice_ring *sluice_ring_create(unsigned entries, int *error) {
    struct sluice_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL) {
        *error = ENOMEM;
        return NULL;
    }
    // Completions need not interrupt the thread: it looks for them when it enters the kernel anyway.
    struct io_uring_params params = {.flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL};
    int code = io_uring_queue_init_params(entries, &ring->ring, &params);
    if (code == 0) return ring;
    *error = -code;
    free(ring);
    return NULL;
}

void sluice_ring_destroy(struct sluice_ring *ring) {
    // The ring itself is taken down later, by a thread of the kernel; its files are closed at once.
    io_uring_unregister_files(&ring->ring);
    io_uring_queue_exit(&ring->ring);
    free(ring);
}

int sluice_ring_descriptor(const struct sluice_ring *ring) { return ring->ring.ring_fd; }

bool sluice_ring_has_send_zero_copy(void) {
    struct io_uring_probe *probe = io_uring_get_probe();
    if (probe == NULL) return false;
    bool has = io_uring_opcode_supported(probe, IORING_OP_SEND_ZC);
    io_uring_free_probe(probe);
    return has;
}

int sluice_ring_register_buffers(struct sluice_ring *ring, const void *vectors, unsigned count) {
    return io_uring_register_buffers(&ring->ring, vectors, count);
}

int sluice_ring_register_files(struct sluice_ring *ring, unsigned count) {
    return io_uring_register_files_sparse(&ring->ring, count);
}

int sluice_ring_set_file(struct sluice_ring *ring, unsigned slot, int descriptor) {
    int code = io_uring_register_files_update(&ring->ring, slot, &descriptor, 1);
    return code < 0 ? code : 0;
}

static bool finish(struct io_uring_sqe *entry, unsigned how, uint64_t token) {
    if (how & SLUICE_RING_LINK) entry->flags |= IOSQE_IO_LINK;
    if (how & SLUICE_RING_FIXED_FILE) entry->flags |= IOSQE_FIXED_FILE;
    entry->user_data = token;
    return true;
}

bool sluice_ring_write(
    struct sluice_ring *ring, int file, const void *bytes, size_t count, int64_t position, int buffer, unsigned how,
    uint64_t token) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return false;
    if (buffer >= 0) {
        io_uring_prep_write_fixed(entry, file, bytes, (unsigned)count, (uint64_t)position, buffer);
    } else {
        io_uring_prep_write(entry, file, bytes, (unsigned)count, (uint64_t)position);
    }
    if (how & SLUICE_RING_NO_WAIT) entry->rw_flags = RWF_NOWAIT;
    return finish(entry, how, token);
}

bool sluice_ring_read(
    struct sluice_ring *ring, int file, void *bytes, size_t count, int64_t position, int buffer, unsigned how,
    uint64_t token) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return false;
    if (buffer >= 0) {
        io_uring_prep_read_fixed(entry, file, bytes, (unsigned)count, (uint64_t)position, buffer);
    } else {
        io_uring_prep_read(entry, file, bytes, (unsigned)count, (uint64_t)position);
    }
    if (how & SLUICE_RING_NO_WAIT) entry->rw_flags = RWF_NOWAIT;
    return finish(entry, how, token);
}

bool sluice_ring_sync(struct sluice_ring *ring, int file, bool data_only, unsigned how, uint64_t token) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return false;
    io_uring_prep_fsync(entry, file, data_only ? IORING_FSYNC_DATASYNC : 0);
    return finish(entry, how, token);
}

static int send_flags(unsigned how) {
    return MSG_NOSIGNAL | (how & SLUICE_RING_MORE ? MSG_MORE : 0) | (how & SLUICE_RING_NO_WAIT ? MSG_DONTWAIT : 0) |
           (how & SLUICE_RING_WHOLE ? MSG_WAITALL : 0);
}

bool sluice_ring_send(
    struct sluice_ring *ring, int socket, const void *bytes, size_t count, unsigned how, uint64_t token) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return false;
    io_uring_prep_send(entry, socket, bytes, count, send_flags(how));
    return finish(entry, how, token);
}

bool sluice_ring_send_zero_copy(
    struct sluice_ring *ring, int socket, const void *bytes, size_t count, int buffer, unsigned how, uint64_t token) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return false;
    if (buffer >= 0) {
        io_uring_prep_send_zc_fixed(
            entry, socket, bytes, count, send_flags(how), IORING_SEND_ZC_REPORT_USAGE, (unsigned)buffer);
    } else {
        io_uring_prep_send_zc(entry, socket, bytes, count, send_flags(how), IORING_SEND_ZC_REPORT_USAGE);
    }
    return finish(entry, how, token);
}

bool sluice_ring_splice(
    struct sluice_ring *ring, int input, int64_t input_position, int output, int64_t output_position, size_t count,
    unsigned how, uint64_t token) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring->ring);
    if (entry == NULL) return false;
    io_uring_prep_splice(
        entry, input, input_position, output, output_position, (unsigned)count,
        (how & SLUICE_RING_FIXED_INPUT ? SPLICE_F_FD_IN_FIXED : 0) |
            (how & SLUICE_RING_NO_WAIT ? SPLICE_F_NONBLOCK : 0) | (how & SLUICE_RING_MORE ? SPLICE_F_MORE : 0) |
            SPLICE_F_MOVE);
    return finish(entry, how, token);
}

unsigned sluice_ring_prepared(const struct sluice_ring *ring) { return io_uring_sq_ready(&ring->ring); }

int sluice_ring_submit(struct sluice_ring *ring, unsigned wait_for) {
    return io_uring_submit_and_wait(&ring->ring, wait_for);
}

bool sluice_ring_next(struct sluice_ring *ring, struct sluice_completion *completion) {
    unsigned head;
    struct io_uring_cqe *entry;
    io_uring_for_each_cqe(&ring->ring, head, entry) {
        completion->token = entry->user_data;
        completion->result = entry->res;
        completion->has_more = (entry->flags & IORING_CQE_F_MORE) != 0;
        completion->is_notification = (entry->flags & IORING_CQE_F_NOTIF) != 0;
        io_uring_cq_advance(&ring->ring, 1);
        return true;
    }
    return false;
}

unsigned sluice_ring_ready(const struct sluice_ring *ring) { return io_uring_cq_ready(&ring->ring); }
