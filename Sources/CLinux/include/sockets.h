// Sockets, epoll and signals, as far as Swift cannot import them. Raw results: -1 and errno, unless it says otherwise.
#ifndef SLUICE_SOCKETS_H
#define SLUICE_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

/// An address of the internet families, as bind(2) and connect(2) take it.
struct sluice_address {
    uint32_t length;
    _Alignas(8) uint8_t bytes[28];
};

/// Resolves a host and a port; 0, or the code of getaddrinfo(3).
int sluice_resolve(const char *host, uint16_t port, int passive, struct sluice_address *result);
/// The text of a code of `sluice_resolve`.
const char *sluice_resolve_message(int code);
/// Writes an address without its port as text; the port is returned.
int sluice_address_text(const struct sluice_address *address, char *host, uint32_t size);

/// A TCP socket of the address's family, non-blocking and closed on exec.
int sluice_socket(const struct sluice_address *address);
int sluice_bind(int descriptor, const struct sluice_address *address);
int sluice_connect(int descriptor, const struct sluice_address *address);
int sluice_local_address(int descriptor, struct sluice_address *result);
/// Accepts a connection, non-blocking and closed on exec.
int sluice_accept(int listener, struct sluice_address *peer);
/// Bytes that can be received at once.
int sluice_available(int descriptor);
/// The pending error of a socket, which is cleared (SO_ERROR).
int sluice_socket_error(int descriptor);
int sluice_set_no_delay(int descriptor);
int sluice_set_reuse_address(int descriptor);
int sluice_set_receive_low_water(int descriptor, int byte_count);
int sluice_set_buffer_sizes(int descriptor, int send, int receive);

long sluice_send(int descriptor, const void *bytes, size_t count, int more);
long sluice_sendfile(int socket, int file, long position, size_t count);

/// epoll, edge-triggered, for input, output and the peer's end.
int sluice_epoll_create(void);
int sluice_epoll_add(int poll, int descriptor, uint64_t token);
/// The same, level-triggered and for input only.
int sluice_epoll_add_input(int poll, int descriptor, uint64_t token);
int sluice_epoll_remove(int poll, int descriptor);
/// What is ready, in bits: 1 input, 2 output, 4 the peer has ended or the connection is broken, 8 there is an error or
/// something in the error queue.
int sluice_epoll_wait(int poll, uint64_t *tokens, uint32_t *ready, int count, int milliseconds);
int sluice_epoll_wait_exactly(int poll, uint64_t *tokens, uint32_t *ready, int count, int64_t nanoseconds);

/// Blocks SIGINT and SIGTERM in the calling thread and the threads that it starts from now on.
int sluice_block_stop_signals(void);
/// Waits for one of them and returns its number.
int sluice_wait_for_stop_signal(void);
/// Writing to a closed connection is an error, not a signal.
void sluice_ignore_broken_pipe(void);

#endif
