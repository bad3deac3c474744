#define _GNU_SOURCE
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct sockaddr_in6) <= sizeof(((struct sluice_address *)0)->bytes), "an address fits");

int sluice_resolve(const char *host, uint16_t port, int passive, struct sluice_address *result) {
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : 0)};
    struct addrinfo *found = NULL;
    int code = getaddrinfo(host, service, &hints, &found);
    if (code != 0) return code;
    result->length = found->ai_addrlen;
    memcpy(result->bytes, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return 0;
}

const char *sluice_resolve_message(int code) { return gai_strerror(code); }

int sluice_address_text(const struct sluice_address *address, char *host, uint32_t size) {
    const struct sockaddr *generic = (const struct sockaddr *)address->bytes;
    host[0] = 0;
    if (generic->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)generic;
        inet_ntop(AF_INET6, &six->sin6_addr, host, size);
        return ntohs(six->sin6_port);
    }
    const struct sockaddr_in *four = (const struct sockaddr_in *)generic;
    inet_ntop(AF_INET, &four->sin_addr, host, size);
    return ntohs(four->sin_port);
}

int sluice_socket(const struct sluice_address *address) {
    int family = ((const struct sockaddr *)address->bytes)->sa_family;
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int sluice_bind(int descriptor, const struct sluice_address *address) {
    return bind(descriptor, (const struct sockaddr *)address->bytes, address->length);
}

int sluice_connect(int descriptor, const struct sluice_address *address) {
    return connect(descriptor, (const struct sockaddr *)address->bytes, address->length);
}

int sluice_local_address(int descriptor, struct sluice_address *result) {
    socklen_t length = sizeof result->bytes;
    int code = getsockname(descriptor, (struct sockaddr *)result->bytes, &length);
    result->length = length;
    return code;
}

int sluice_accept(int listener, struct sluice_address *peer) {
    socklen_t length = sizeof peer->bytes;
    int descriptor = accept4(listener, (struct sockaddr *)peer->bytes, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    peer->length = length;
    return descriptor;
}

int sluice_available(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}

int sluice_socket_error(int descriptor) {
    int code = 0;
    socklen_t length = sizeof code;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno;
}

static int set_option(int descriptor, int level, int option, int value) {
    return setsockopt(descriptor, level, option, &value, sizeof value);
}

int sluice_set_no_delay(int descriptor) { return set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1); }

int sluice_set_reuse_address(int descriptor) { return set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1); }

int sluice_set_receive_low_water(int descriptor, int byte_count) {
    return set_option(descriptor, SOL_SOCKET, SO_RCVLOWAT, byte_count);
}

int sluice_set_buffer_sizes(int descriptor, int send, int receive) {
    if (send > 0 && set_option(descriptor, SOL_SOCKET, SO_SNDBUF, send) != 0) return -1;
    if (receive > 0 && set_option(descriptor, SOL_SOCKET, SO_RCVBUF, receive) != 0) return -1;
    return 0;
}

long sluice_send(int descriptor, const void *bytes, size_t count, int more) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
}

long sluice_sendfile(int socket, int file, long position, size_t count) {
    return sendfile(socket, file, &position, count);
}

int sluice_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int sluice_epoll_add(int poll, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u64 = token};
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

int sluice_epoll_add_input(int poll, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

int sluice_epoll_remove(int poll, int descriptor) { return epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, NULL); }

static int take_events(const struct epoll_event *events, int found, uint64_t *tokens, uint32_t *ready) {
    for (int index = 0; index < found; index++) {
        uint32_t bits = events[index].events;
        tokens[index] = events[index].data.u64;
        ready[index] = (bits & EPOLLIN ? 1u : 0) | (bits & EPOLLOUT ? 2u : 0) |
                       (bits & (EPOLLRDHUP | EPOLLHUP) ? 4u : 0) | (bits & EPOLLERR ? 8u : 0);
    }
    return found;
}

int sluice_epoll_wait(int poll, uint64_t *tokens, uint32_t *ready, int count, int milliseconds) {
    struct epoll_event events[128];
    if (count > 128) count = 128;
    return take_events(events, epoll_wait(poll, events, count, milliseconds), tokens, ready);
}

int sluice_epoll_wait_exactly(int poll, uint64_t *tokens, uint32_t *ready, int count, int64_t nanoseconds) {
    struct epoll_event events[128];
    if (count > 128) count = 128;
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return take_events(events, epoll_pwait2(poll, events, count, &time, NULL), tokens, ready);
}

static sigset_t stop_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

int sluice_block_stop_signals(void) {
    sigset_t set = stop_signals();
    int code = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (code == 0) return 0;
    errno = code;
    return -1;
}

int sluice_wait_for_stop_signal(void) {
    sigset_t set = stop_signals();
    int signal = 0;
    int code = sigwait(&set, &signal);
    if (code == 0) return signal;
    errno = code;
    return -1;
}

void sluice_ignore_broken_pipe(void) { signal(SIGPIPE, SIG_IGN); }
