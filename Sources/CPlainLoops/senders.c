#define _GNU_SOURCE
#include "senders.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_COUNT = 256 << 10, BUFFERS = 4, PIPE_COUNT = 1 << 20 };

struct plain_sender {
    enum plain_send_way way;
    int file, connection;
    off_t file_count;
    char *buffer;
    char *mapped;
    int pipe[2];
    struct io_uring ring;
    bool has_ring;
};

static bool uses_map(enum plain_send_way way) {
    return way == PLAIN_SEND_MMAP || way == PLAIN_SEND_ZEROCOPY || way == PLAIN_SEND_RING_ZEROCOPY;
}

static bool uses_pipe(enum plain_send_way way) { return way == PLAIN_SEND_SPLICE || way == PLAIN_SEND_RING_SPLICE; }

static bool uses_ring(enum plain_send_way way) {
    return way == PLAIN_SEND_RING || way == PLAIN_SEND_RING_ZEROCOPY || way == PLAIN_SEND_RING_SPLICE;
}

static int prepare_ring(struct plain_sender *sender) {
    struct io_uring_params params = {.flags = IORING_SETUP_COOP_TASKRUN};
    int code = io_uring_queue_init_params(2 * BUFFERS, &sender->ring, &params);
    if (code < 0) return -code;
    sender->has_ring = true;
    if (sender->way != PLAIN_SEND_RING) return 0;
    struct iovec vectors[BUFFERS];
    for (int index = 0; index < BUFFERS; index++) {
        vectors[index] = (struct iovec){sender->buffer + index * BUFFER_COUNT, BUFFER_COUNT};
    }
    return -io_uring_register_buffers(&sender->ring, vectors, BUFFERS);
}

static int prepare(struct plain_sender *sender) {
    sender->buffer = aligned_alloc(4096, BUFFERS * BUFFER_COUNT);
    if (sender->buffer == NULL) return ENOMEM;
    if (uses_map(sender->way)) {
        void *mapped = mmap(NULL, (size_t)sender->file_count, PROT_READ, MAP_SHARED, sender->file, 0);
        if (mapped == MAP_FAILED) return errno;
        sender->mapped = mapped;
    }
    if (uses_pipe(sender->way)) {
        if (pipe2(sender->pipe, O_CLOEXEC) != 0) return errno;
        if (fcntl(sender->pipe[1], F_SETPIPE_SZ, PIPE_COUNT) < 0) return errno;
    }
    int on = 1;
    if (sender->way == PLAIN_SEND_ZEROCOPY &&
        setsockopt(sender->connection, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on) != 0) return errno;
    return uses_ring(sender->way) ? prepare_ring(sender) : 0;
}

struct plain_sender *plain_sender_make(enum plain_send_way way, int file, off_t file_count, int connection) {
    struct plain_sender *sender = calloc(1, sizeof *sender);
    if (sender == NULL) return NULL;
    *sender = (struct plain_sender){
        .way = way, .file = file, .connection = connection, .file_count = file_count, .pipe = {-1, -1}};
    int error = prepare(sender);
    if (error == 0) return sender;
    plain_sender_free(sender);
    errno = error;
    return NULL;
}

void plain_sender_free(struct plain_sender *sender) {
    if (sender->has_ring) io_uring_queue_exit(&sender->ring);
    if (sender->mapped != NULL) munmap(sender->mapped, (size_t)sender->file_count);
    for (int end = 0; end < 2; end++) {
        if (sender->pipe[end] >= 0) close(sender->pipe[end]);
    }
    free(sender->buffer);
    free(sender);
}

static int send_bytes(int connection, const char *bytes, size_t count, int flags) {
    while (count > 0) {
        ssize_t sent = send(connection, bytes, count, MSG_NOSIGNAL | flags);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return errno;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

static int send_file(struct plain_sender *sender, off_t position, size_t count) {
    while (count > 0) {
        ssize_t sent = sendfile(sender->connection, sender->file, &position, count);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return sent == 0 ? EIO : errno;
        count -= (size_t)sent;
    }
    return 0;
}

static int send_read(struct plain_sender *sender, off_t position, size_t count) {
    while (count > 0) {
        size_t wanted = count < BUFFER_COUNT ? count : BUFFER_COUNT;
        ssize_t got = pread(sender->file, sender->buffer, wanted, position);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0 ? EIO : errno;
        int error = send_bytes(sender->connection, sender->buffer, (size_t)got, 0);
        if (error != 0) return error;
        position += got;
        count -= (size_t)got;
    }
    return 0;
}

static int send_spliced(struct plain_sender *sender, off_t position, size_t count) {
    while (count > 0) {
        ssize_t held = splice(sender->file, &position, sender->pipe[1], NULL, count, SPLICE_F_MOVE);
        if (held < 0 && errno == EINTR) continue;
        if (held <= 0) return held == 0 ? EIO : errno;
        count -= (size_t)held;
        while (held > 0) {
            ssize_t sent = splice(sender->pipe[0], NULL, sender->connection, NULL, (size_t)held, SPLICE_F_MOVE);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0) return errno;
            held -= sent;
        }
    }
    return 0;
}

/// Takes the completions that there are; what they say is of no use here.
static void take_completions(int connection) {
    char control[128];
    struct msghdr message;
    do {
        message = (struct msghdr){.msg_control = control, .msg_controllen = sizeof control};
    } while (recvmsg(connection, &message, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0);
}

static int send_without_copy(struct plain_sender *sender, off_t position, size_t count) {
    int error = send_bytes(sender->connection, sender->mapped + position, count, MSG_ZEROCOPY);
    take_completions(sender->connection);
    return error;
}

/// Hands the operations over, waits for as many completions, and tells of the first that failed.
static int run_ring(struct plain_sender *sender, unsigned operations, int results[]) {
    int code = io_uring_submit_and_wait(&sender->ring, operations);
    if (code < 0) return -code;
    int error = 0;
    while (operations > 0) {
        struct io_uring_cqe *entry;
        code = io_uring_wait_cqe(&sender->ring, &entry);
        if (code < 0) return -code;
        if ((entry->flags & IORING_CQE_F_NOTIF) == 0) {
            results[entry->user_data] = entry->res;
            if (entry->res < 0 && entry->res != -ECANCELED && error == 0) error = -entry->res;
            operations--;
        }
        io_uring_cqe_seen(&sender->ring, entry);
    }
    return error;
}

static int send_ring(struct plain_sender *sender, off_t position, size_t count) {
    while (count > 0) {
        unsigned pieces = 0;
        size_t planned = 0;
        while (pieces < BUFFERS && planned < count) {
            size_t wanted = count - planned < BUFFER_COUNT ? count - planned : BUFFER_COUNT;
            char *room = sender->buffer + pieces * BUFFER_COUNT;
            struct io_uring_sqe *entry = io_uring_get_sqe(&sender->ring);
            io_uring_prep_read_fixed(
                entry, sender->file, room, (unsigned)wanted, (uint64_t)(position + (off_t)planned), (int)pieces);
            entry->flags |= IOSQE_IO_LINK;
            entry->user_data = 2 * pieces;
            planned += wanted;
            entry = io_uring_get_sqe(&sender->ring);
            io_uring_prep_send(entry, sender->connection, room, wanted, MSG_NOSIGNAL | MSG_WAITALL);
            if (pieces + 1 < BUFFERS && planned < count) entry->flags |= IOSQE_IO_LINK;
            entry->user_data = 2 * pieces + 1;
            pieces++;
        }
        int results[2 * BUFFERS];
        int error = run_ring(sender, 2 * pieces, results);
        if (error != 0) return error;
        size_t sent = 0;
        for (unsigned piece = 0; piece < pieces; piece++) {
            if (results[2 * piece + 1] > 0) sent += (size_t)results[2 * piece + 1];
        }
        if (sent == 0) return EIO;
        position += (off_t)sent;
        count -= sent;
    }
    return 0;
}

static int send_ring_without_copy(struct plain_sender *sender, off_t position, size_t count) {
    while (count > 0) {
        struct io_uring_sqe *entry = io_uring_get_sqe(&sender->ring);
        io_uring_prep_send_zc(
            entry, sender->connection, sender->mapped + position, count, MSG_NOSIGNAL | MSG_WAITALL, 0);
        entry->user_data = 0;
        int sent;
        int error = run_ring(sender, 1, &sent);
        if (error != 0) return error;
        position += sent;
        count -= (size_t)sent;
    }
    return 0;
}

static int send_ring_spliced(struct plain_sender *sender, off_t position, size_t count) {
    while (count > 0) {
        size_t room = PIPE_COUNT - (size_t)(position % 4096);
        size_t wanted = count < room ? count : room;
        struct io_uring_sqe *entry = io_uring_get_sqe(&sender->ring);
        io_uring_prep_splice(entry, sender->file, position, sender->pipe[1], -1, (unsigned)wanted, SPLICE_F_MOVE);
        entry->flags |= IOSQE_IO_LINK;
        entry->user_data = 0;
        entry = io_uring_get_sqe(&sender->ring);
        io_uring_prep_splice(entry, sender->pipe[0], -1, sender->connection, -1, (unsigned)wanted, SPLICE_F_MOVE);
        entry->user_data = 1;
        int results[2];
        int error = run_ring(sender, 2, results);
        if (error != 0) return error;
        if (results[0] <= 0) return EIO;
        int held = results[0] - (results[1] > 0 ? results[1] : 0);
        while (held > 0) {
            ssize_t sent = splice(sender->pipe[0], NULL, sender->connection, NULL, (size_t)held, SPLICE_F_MOVE);
            if (sent < 0 && errno != EINTR) return errno;
            if (sent > 0) held -= (int)sent;
        }
        position += results[0];
        count -= (size_t)results[0];
    }
    return 0;
}

int plain_sender_send(struct plain_sender *sender, off_t position, size_t count) {
    switch (sender->way) {
    case PLAIN_SEND_FILE: return send_file(sender, position, count);
    case PLAIN_SEND_READ_WRITE: return send_read(sender, position, count);
    case PLAIN_SEND_MMAP: return send_bytes(sender->connection, sender->mapped + position, count, 0);
    case PLAIN_SEND_SPLICE: return send_spliced(sender, position, count);
    case PLAIN_SEND_ZEROCOPY: return send_without_copy(sender, position, count);
    case PLAIN_SEND_RING: return send_ring(sender, position, count);
    case PLAIN_SEND_RING_ZEROCOPY: return send_ring_without_copy(sender, position, count);
    case PLAIN_SEND_RING_SPLICE: return send_ring_spliced(sender, position, count);
    }
    return EINVAL;
}
