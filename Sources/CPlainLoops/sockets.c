#define _GNU_SOURCE
#include "CPlainLoops.h"
#include "senders.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <isa-l/crc.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Connections.

static struct sockaddr_in loopback(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// Closes the descriptor, and keeps what errno says.
static int fail(int descriptor) {
    int error = errno;
    close(descriptor);
    return -error;
}

static int send_at_once(int descriptor) {
    int on = 1;
    return setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int plain_listen(uint16_t *port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (bind(descriptor, (struct sockaddr *)&address, length) != 0 || listen(descriptor, 1024) != 0 ||
        getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) {
        return fail(descriptor);
    }
    *port = ntohs(address.sin_port);
    return descriptor;
}

/// Makes connections alike. The kernel's own tuning of buffers finds another size for each of them, and speed goes with
/// it by a factor of two; this size is the most that a kernel allows by default. And a congestion control that paces,
/// as BBR does, sends by timers, whose work the kernel charges to whoever runs; Reno does not, and every kernel has it.
static int make_alike(int descriptor) {
    int count = 212992;
    if (setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, "reno", 4) != 0) return -1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &count, sizeof count) != 0) return -1;
    return setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &count, sizeof count);
}

int plain_send_unpaced(int listener) {
    return setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, "reno", 4) == 0 ? 0 : errno;
}

int plain_connect(uint16_t port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    struct sockaddr_in address = loopback(port);
    struct timeval patience = {.tv_sec = 30};
    if (make_alike(descriptor) != 0 ||
        connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0 ||
        send_at_once(descriptor) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) {
        return fail(descriptor);
    }
    return descriptor;
}

/// A connection of a listener; a negative errno on failure.
static int take_connection(int listener, int flags) {
    int descriptor;
    do {
        descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC | flags);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) return -errno;
    return send_at_once(descriptor) == 0 ? descriptor : fail(descriptor);
}

static int send_all(int descriptor, const char *start, size_t count, int flags) {
    while (count > 0) {
        ssize_t sent = send(descriptor, start, count, flags | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        start += sent;
        count -= (size_t)sent;
    }
    return 0;
}

/// Receives a whole request; `ended` when the peer has gone before it.
static int receive_all(int descriptor, char *start, size_t count, bool *ended) {
    size_t received = 0;
    *ended = false;
    while (received < count) {
        ssize_t got = recv(descriptor, start + received, count - received, MSG_WAITALL);
        if (got < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        if (got == 0) {
            *ended = received == 0;
            return *ended ? 0 : EPIPE;
        }
        received += (size_t)got;
    }
    return 0;
}

int64_t plain_process_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

size_t plain_heap_in_use(void) {
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

int plain_allow_descriptors(size_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return errno;
    if (limit.rlim_cur >= count) return 0;
    if (limit.rlim_max < count) return EMFILE;
    limit.rlim_cur = count;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : errno;
}

static _Thread_local cpu_set_t allowed_processors;

int plain_restrict_processors(bool to_first) {
    if (sched_getaffinity(0, sizeof allowed_processors, &allowed_processors) != 0) return errno;
    if (CPU_COUNT(&allowed_processors) == 1) return 0;
    int first = 0;
    while (!CPU_ISSET(first, &allowed_processors)) first++;
    cpu_set_t chosen = allowed_processors;
    if (to_first) {
        CPU_ZERO(&chosen);
        CPU_SET(first, &chosen);
    } else {
        CPU_CLR(first, &chosen);
    }
    return sched_setaffinity(0, sizeof chosen, &chosen) == 0 ? 0 : errno;
}

int plain_restore_processors(void) {
    return sched_setaffinity(0, sizeof allowed_processors, &allowed_processors) == 0 ? 0 : errno;
}

// Servers.

/// Moves what is next on the connection through the pipe to the file.
static int splice_to_file(int connection, const int *ends, int file, off_t position, size_t count) {
    while (count > 0) {
        ssize_t held = splice(connection, NULL, ends[1], NULL, count, SPLICE_F_MOVE);
        if (held < 0 && errno == EINTR) continue;
        if (held <= 0) return held < 0 ? errno : EPIPE;
        count -= (size_t)held;
        while (held > 0) {
            ssize_t moved = splice(ends[0], NULL, file, &position, (size_t)held, SPLICE_F_MOVE);
            if (moved < 0 && errno == EINTR) continue;
            if (moved <= 0) return moved < 0 ? errno : EIO;
            held -= moved;
        }
    }
    return 0;
}

static int splice_requests(int connection, const struct plain_append *append, char *buffer, const int *ends) {
    const size_t header_count = 61;
    off_t position = 0;
    for (;;) {
        bool ended;
        int error = receive_all(connection, buffer, append->batch_at + header_count, &ended);
        if (error != 0 || ended) return error;
        struct plain_piece piece = {.start = buffer + append->batch_at, .count = header_count, .position = position};
        error = plain_write(append->file, &piece, 1);
        if (error != 0) return error;
        size_t count = append->request_count - append->batch_at;
        error = splice_to_file(
            connection, ends, append->file, position + (off_t)header_count, count - header_count);
        if (error != 0) return error;
        position += (off_t)count;
        error = send_all(connection, append->response, append->response_count, 0);
        if (error != 0) return error;
    }
}

static int append_spliced(int connection, const struct plain_append *append, char *buffer) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    int error = fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) < 0 ? errno : splice_requests(connection, append, buffer, ends);
    close(ends[0]);
    close(ends[1]);
    return error;
}

static int append_requests(int connection, const struct plain_append *append, char *buffer) {
    off_t position = 0;
    for (;;) {
        bool ended;
        int error = receive_all(connection, buffer, append->request_count, &ended);
        if (error != 0 || ended) return error;
        if (append->file >= 0) {
            const char *batch = buffer + append->batch_at;
            size_t count = append->request_count - append->batch_at;
            uint32_t stated;
            memcpy(&stated, batch + 17, sizeof stated);
            if (~crc32_iscsi((unsigned char *)batch + 21, (int)count - 21, ~0u) != be32toh(stated)) return EBADMSG;
            struct plain_piece piece = {.start = (void *)batch, .count = count, .position = position};
            error = plain_write(append->file, &piece, 1);
            if (error != 0) return error;
            position += (off_t)count;
        }
        error = send_all(connection, append->response, append->response_count, 0);
        if (error != 0) return error;
    }
}

int plain_serve_appends(int listener, const struct plain_append *append) {
    char *buffer = aligned_alloc(4096, (append->request_count + 4095) / 4096 * 4096);
    if (buffer == NULL) return ENOMEM;
    int connection = take_connection(listener, 0);
    int error = connection < 0    ? -connection
                : append->splices ? append_spliced(connection, append, buffer)
                                  : append_requests(connection, append, buffer);
    if (connection >= 0) close(connection);
    free(buffer);
    return error;
}

static int send_pieces(int connection, const struct plain_reading *reading, struct plain_sender *sender) {
    char request[4096];
    off_t position = 0;
    if (reading->request_count > sizeof request) return EMSGSIZE;
    for (;;) {
        bool ended;
        int error = receive_all(connection, request, reading->request_count, &ended);
        if (error != 0 || ended) return error;
        error = send_all(connection, reading->head, reading->head_count, MSG_MORE);
        if (error != 0) return error;
        if (position + (off_t)reading->piece_count > reading->file_count) position = 0;
        error = plain_sender_send(sender, position, reading->piece_count);
        if (error != 0) return error;
        position += (off_t)reading->piece_count;
    }
}

int plain_serve_reads(int listener, const struct plain_reading *reading) {
    int connection = take_connection(listener, 0);
    if (connection < 0) return -connection;
    struct plain_sender *sender = plain_sender_make(reading->way, reading->file, reading->file_count, connection);
    int error = sender == NULL ? errno : send_pieces(connection, reading, sender);
    if (sender != NULL) plain_sender_free(sender);
    close(connection);
    return error;
}

/// What the plain server keeps of a connection.
struct kept_connection {
    int descriptor;
    char input[256];
    char output[256];
};

static int take_many(int listener, int poll, size_t *open) {
    int descriptor = take_connection(listener, SOCK_NONBLOCK);
    if (descriptor < 0) return -descriptor;
    struct kept_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) return -fail(descriptor);
    connection->descriptor = descriptor;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        free(connection);
        return -fail(descriptor);
    }
    *open += 1;
    return 0;
}

/// Answers what has arrived; `ended` when the peer has gone.
static int answer(struct kept_connection *connection, const void *response, size_t count, bool *ended) {
    ssize_t got = recv(connection->descriptor, connection->input, sizeof connection->input, 0);
    *ended = got == 0;
    if (got <= 0) return got == 0 || errno == EAGAIN || errno == EINTR ? 0 : errno;
    memcpy(connection->output, response, count);
    return send_all(connection->descriptor, connection->output, count, 0);
}

int plain_serve_many(int listener, const void *response, size_t response_count) {
    if (response_count > sizeof ((struct kept_connection *)NULL)->output) return EMSGSIZE;
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0) return errno;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) != 0) return -fail(poll);
    int error = 0;
    size_t open = 0;
    bool begun = false;
    while (error == 0 && (!begun || open > 0)) {
        int ready = epoll_wait(poll, &event, 1, -1);
        if (ready < 0 && errno != EINTR) error = errno;
        if (ready <= 0) continue;
        struct kept_connection *connection = event.data.ptr;
        if (connection == NULL) {
            error = take_many(listener, poll, &open);
            begun = true;
            continue;
        }
        bool ended;
        error = answer(connection, response, response_count, &ended);
        if (!ended) continue;
        // Closing alone does not end the events while a process that was just forked holds the socket too.
        epoll_ctl(poll, EPOLL_CTL_DEL, connection->descriptor, NULL);
        close(connection->descriptor);
        free(connection);
        open -= 1;
    }
    close(poll);
    return error;
}

// The client.

/// What was received and is not looked at.
struct input {
    char *bytes;
    size_t capacity;
    size_t start;
    size_t end;
};

static int receive_some(int descriptor, struct input *input) {
    if (input->start == input->end) {
        input->start = input->end = 0;
    } else if (input->start > 0) {
        memmove(input->bytes, input->bytes + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
    }
    ssize_t got;
    do {
        got = recv(descriptor, input->bytes + input->end, input->capacity - input->end, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return errno == EAGAIN ? ETIMEDOUT : errno;
    if (got == 0) return ECONNRESET;
    input->end += (size_t)got;
    return 0;
}

/// Takes one response: its length, and as many bytes.
static int take_response(int descriptor, struct input *input, size_t *received) {
    while (input->end - input->start < 4) {
        int error = receive_some(descriptor, input);
        if (error != 0) return error;
    }
    uint32_t length;
    memcpy(&length, input->bytes + input->start, sizeof length);
    size_t left = 4 + (size_t)be32toh(length);
    *received += left;
    for (;;) {
        size_t here = input->end - input->start;
        size_t taken = here < left ? here : left;
        input->start += taken;
        left -= taken;
        if (left == 0) return 0;
        int error = receive_some(descriptor, input);
        if (error != 0) return error;
    }
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int plain_exchange(
    int connection, const struct plain_piece *requests, size_t count, size_t in_flight, void *buffer,
    size_t buffer_count, int64_t *latencies, size_t *received) {
    struct input input = {.bytes = buffer, .capacity = buffer_count};
    size_t answered = 0;
    *received = 0;
    for (size_t sent = 0; answered < count;) {
        int error;
        int64_t start = latencies != NULL ? now() : 0;
        if (sent < count && sent - answered < in_flight) {
            error = send_all(connection, requests[sent].start, requests[sent].count, 0);
            if (error != 0) return error == EAGAIN ? ETIMEDOUT : error;
            sent += 1;
            if (sent < count && sent - answered < in_flight) continue;
        }
        error = take_response(connection, &input, received);
        if (error != 0) return error;
        if (latencies != NULL) latencies[answered] = now() - start;
        answered += 1;
    }
    return 0;
}
