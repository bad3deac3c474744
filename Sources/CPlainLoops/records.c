#define _GNU_SOURCE
#include "CPlainLoops.h"

#include <endian.h>
#include <isa-l/crc.h>
#include <string.h>

// Kafka's record batch, version 2: big-endian numbers in a header of 61 bytes, zigzag varints in the records.
enum { HEADER = 61, CRC = 17, ATTRIBUTES = 21, LAST_OFFSET_DELTA = 23, RECORD_COUNT = 57 };

static uint64_t zigzag(int64_t number) { return ((uint64_t)number << 1) ^ (uint64_t)(number >> 63); }

static size_t varint_count(int64_t number) {
    uint64_t rest = zigzag(number);
    size_t count = 1;
    while (rest > 0x7F) {
        rest >>= 7;
        count++;
    }
    return count;
}

static unsigned char *write_varint(unsigned char *place, int64_t number) {
    uint64_t rest = zigzag(number);
    while (rest > 0x7F) {
        *place++ = (unsigned char)(rest | 0x80);
        rest >>= 7;
    }
    *place++ = (unsigned char)rest;
    return place;
}

static unsigned char *write_16(unsigned char *place, uint16_t number) {
    number = htobe16(number);
    return (unsigned char *)memcpy(place, &number, sizeof number) + sizeof number;
}

static unsigned char *write_32(unsigned char *place, uint32_t number) {
    number = htobe32(number);
    return (unsigned char *)memcpy(place, &number, sizeof number) + sizeof number;
}

static unsigned char *write_64(unsigned char *place, uint64_t number) {
    number = htobe64(number);
    return (unsigned char *)memcpy(place, &number, sizeof number) + sizeof number;
}

static size_t encode_once(
    unsigned char *room, const void *value, size_t value_count, int64_t timestamp, size_t record_count) {
    unsigned char *place = room + HEADER;
    for (size_t index = 0; index < record_count; index++) {
        // Attributes, a timestamp delta of 0, a null key (-1) and no headers take one byte each.
        size_t count = 4 + varint_count((int64_t)index) + varint_count((int64_t)value_count) + value_count;
        place = write_varint(place, (int64_t)count);
        *place++ = 0;
        place = write_varint(place, 0);
        place = write_varint(place, (int64_t)index);
        place = write_varint(place, -1);
        place = write_varint(place, (int64_t)value_count);
        memcpy(place, value, value_count);
        place += value_count;
        place = write_varint(place, 0);
    }
    size_t total = (size_t)(place - room);

    unsigned char *field = room;
    field = write_64(field, 0);                             // base offset
    field = write_32(field, (uint32_t)(total - 12));        // batch length
    field = write_32(field, UINT32_MAX);                    // partition leader epoch: none
    *field++ = 2;                                           // magic
    field += 4;                                             // CRC, below
    field = write_16(field, 0);                             // attributes
    field = write_32(field, (uint32_t)record_count - 1);    // last offset delta
    field = write_64(field, (uint64_t)timestamp);           // base timestamp
    field = write_64(field, (uint64_t)timestamp);           // max timestamp
    field = write_64(field, UINT64_MAX);                    // producer: none
    field = write_16(field, UINT16_MAX);                    // producer epoch: none
    field = write_32(field, UINT32_MAX);                    // base sequence: none
    write_32(field, (uint32_t)record_count);
    write_32(room + CRC, ~crc32_iscsi(room + ATTRIBUTES, (int)(total - ATTRIBUTES), ~0u));
    return total;
}

size_t plain_encode_batch(
    void *room, const void *value, size_t value_count, int64_t timestamp, size_t record_count, size_t repetitions) {
    size_t total = 0;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        total = encode_once(room, value, value_count, timestamp, record_count);
        __asm__ volatile("" ::: "memory");
    }
    return total;
}

static uint32_t read_32(const unsigned char *place) {
    uint32_t number;
    memcpy(&number, place, sizeof number);
    return be32toh(number);
}

/// Moves behind the number; false when it is cut off or longer than ten bytes.
static bool read_varint(const unsigned char **place, const unsigned char *end, int64_t *number) {
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (*place == end) return false;
        unsigned char byte = *(*place)++;
        bits |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *number = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return true;
        }
    }
    return false;
}

/// Moves behind a length and that many bytes; a length of -1 is null.
static bool skip_field(const unsigned char **place, const unsigned char *end) {
    int64_t count;
    if (!read_varint(place, end, &count)) return false;
    if (count == -1) return true;
    if (count < 0 || count > end - *place) return false;
    *place += count;
    return true;
}

static int64_t iterate_once(const unsigned char *batch, size_t count) {
    if (count < HEADER || read_32(batch + 8) != count - 12) return -1;
    if (~crc32_iscsi((unsigned char *)batch + ATTRIBUTES, (int)(count - ATTRIBUTES), ~0u) != read_32(batch + CRC)) {
        return -1;
    }
    int64_t record_count = read_32(batch + RECORD_COUNT);
    int64_t last_offset_delta = read_32(batch + LAST_OFFSET_DELTA);
    int64_t previous_offset_delta = -1;
    const unsigned char *place = batch + HEADER;
    const unsigned char *end = batch + count;
    for (int64_t index = 0; index < record_count; index++) {
        int64_t length, timestamp_delta, offset_delta, header_count;
        if (!read_varint(&place, end, &length) || length < 1 || length > end - place) return -1;
        const unsigned char *record_end = place + length;
        place++;
        if (!read_varint(&place, record_end, &timestamp_delta)) return -1;
        if (!read_varint(&place, record_end, &offset_delta)) return -1;
        if (offset_delta <= previous_offset_delta || offset_delta > last_offset_delta) return -1;
        previous_offset_delta = offset_delta;
        if (!skip_field(&place, record_end) || !skip_field(&place, record_end)) return -1;
        if (!read_varint(&place, record_end, &header_count) || header_count < 0) return -1;
        for (int64_t header = 0; header < header_count; header++) {
            if (!skip_field(&place, record_end) || !skip_field(&place, record_end)) return -1;
        }
        if (place != record_end) return -1;
    }
    return place == end ? record_count : -1;
}

int64_t plain_iterate_batch(const void *batch, size_t count, size_t repetitions) {
    int64_t total = 0;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        int64_t found = iterate_once(batch, count);
        if (found < 0) return -1;
        total += found;
        __asm__ volatile("" ::: "memory");
    }
    return total;
}
