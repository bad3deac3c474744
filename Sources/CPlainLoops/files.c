#define _GNU_SOURCE
#include "CPlainLoops.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <isa-l/crc.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int plain_open(const char *path, bool direct) {
    int descriptor;
    do {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (direct ? O_DIRECT : 0), 0644);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor < 0 ? -errno : descriptor;
}

void plain_close(int descriptor) { close(descriptor); }

int plain_allocate(int descriptor, off_t length) {
    while (fallocate(descriptor, 0, 0, length) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

static int write_all(int descriptor, const char *start, size_t count, off_t position) {
    while (count > 0) {
        ssize_t written = pwrite(descriptor, start, count, position);
        if (written < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        start += written;
        position += written;
        count -= (size_t)written;
    }
    return 0;
}

/// EIO when the file ends before.
static int read_all(int descriptor, char *start, size_t count, off_t position) {
    while (count > 0) {
        ssize_t got = pread(descriptor, start, count, position);
        if (got < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        if (got == 0) return EIO;
        start += got;
        position += got;
        count -= (size_t)got;
    }
    return 0;
}

int plain_write(int descriptor, const struct plain_piece *pieces, size_t count) {
    for (size_t index = 0; index < count; index++) {
        int error = write_all(descriptor, pieces[index].start, pieces[index].count, pieces[index].position);
        if (error != 0) return error;
    }
    return 0;
}

int plain_read(int descriptor, const struct plain_piece *pieces, size_t count) {
    for (size_t index = 0; index < count; index++) {
        int error = read_all(descriptor, pieces[index].start, pieces[index].count, pieces[index].position);
        if (error != 0) return error;
    }
    return 0;
}

int plain_read_byte(int descriptor, size_t repetitions) {
    char byte;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        if (pread(descriptor, &byte, 1, 0) != 1) return errno != 0 ? errno : EIO;
    }
    return 0;
}

int plain_check_batches(
    int descriptor, void *buffer, size_t buffer_count, off_t start, off_t length, off_t *valid) {
    off_t position = start;
    size_t loaded = 0;
    size_t offset = 0;
    *valid = start;
    while (position < length) {
        const unsigned char *batch = (const unsigned char *)buffer + offset;
        size_t needed = 12;
        if (loaded - offset >= needed) {
            uint32_t batch_length;
            memcpy(&batch_length, batch + 8, sizeof batch_length);
            needed += be32toh(batch_length);
            if (needed < 61 || needed > buffer_count) return 0;
        }
        if (loaded - offset < needed) {
            if ((off_t)needed > length - position) return 0;
            loaded = buffer_count < (size_t)(length - position) ? buffer_count : (size_t)(length - position);
            int error = read_all(descriptor, buffer, loaded, position);
            if (error != 0) return error;
            offset = 0;
            continue;
        }
        uint32_t stated;
        memcpy(&stated, batch + 17, sizeof stated);
        if (~crc32_iscsi((unsigned char *)batch + 21, (int)needed - 21, ~0u) != be32toh(stated)) return 0;
        offset += needed;
        position += (off_t)needed;
        *valid = position;
    }
    return 0;
}

int plain_open_and_read(const char *const *paths, const bool *kept, int *descriptors, size_t count) {
    char buffer[4096];
    for (size_t index = 0; index < count; index++) descriptors[index] = -1;
    for (size_t index = 0; index < count; index++) {
        int descriptor = open(paths[index], O_RDWR | O_CLOEXEC);
        if (descriptor < 0) return errno;
        descriptors[index] = descriptor;
        struct stat status;
        if (fstat(descriptor, &status) != 0) return errno;
        size_t wanted = status.st_size < (off_t)sizeof buffer ? (size_t)status.st_size : sizeof buffer;
        int error = read_all(descriptor, buffer, wanted, 0);
        if (error != 0) return error;
        if (kept[index]) continue;
        descriptors[index] = -1;
        close(descriptor);
    }
    return 0;
}
