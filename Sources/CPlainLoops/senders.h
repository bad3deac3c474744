// The ways of a piece of a file into a socket, each with the plainest calls.
#ifndef PLAIN_SENDERS_H
#define PLAIN_SENDERS_H

#include "CPlainLoops.h"

struct plain_sender;

/// NULL and errno when there is none.
struct plain_sender *plain_sender_make(enum plain_send_way way, int file, off_t file_count, int connection);
void plain_sender_free(struct plain_sender *sender);
/// Sends all of a piece; 0 or an errno.
int plain_sender_send(struct plain_sender *sender, off_t position, size_t count);

#endif
