#define _GNU_SOURCE
#include "transfers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int sluice_pipe_nonblocking(int *ends) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK); }

int sluice_pipe_set_size(int descriptor, int byte_count) { return fcntl(descriptor, F_SETPIPE_SZ, byte_count); }

long sluice_splice(int from, long from_position, int to, long to_position, size_t count, int more) {
    unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0);
    return splice(
        from, from_position < 0 ? NULL : &from_position, to, to_position < 0 ? NULL : &to_position, count, flags);
}

void *sluice_map_file(int descriptor, size_t byte_count, int writable) {
    void *bytes = mmap(NULL, byte_count, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, descriptor, 0);
    return bytes == MAP_FAILED ? NULL : bytes;
}

int sluice_set_zerocopy(int descriptor) {
    int one = 1;
    return setsockopt(descriptor, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof one);
}

long sluice_send_zerocopy(int descriptor, const void *bytes, size_t count, int more) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_ZEROCOPY | (more ? MSG_MORE : 0));
}

int sluice_zerocopy_completion(int descriptor, uint32_t *first, uint32_t *last, int *copied) {
    _Alignas(struct cmsghdr) char control[128];
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return errno == EAGAIN ? 0 : -1;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part)) {
        int is_error = (part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR) ||
                       (part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR);
        if (!is_error) continue;
        struct sock_extended_err found;
        memcpy(&found, CMSG_DATA(part), sizeof found);
        if (found.ee_errno != 0 || found.ee_origin != SO_EE_ORIGIN_ZEROCOPY) continue;
        *first = found.ee_info;
        *last = found.ee_data;
        *copied = (found.ee_code & SO_EE_CODE_ZEROCOPY_COPIED) != 0;
        return 1;
    }
    return 2;
}
