#include "CPlainLoops.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { GZIP = 1, SNAPPY = 2, LZ4 = 3, ZSTD = 4 };

struct plain_codec {
    int number;
    z_stream deflater;
    z_stream inflater;
    LZ4F_preferences_t preferences;
    LZ4F_cctx *lz4_compressor;
    LZ4F_dctx *lz4_decompressor;
    ZSTD_CCtx *zstd_compressor;
    ZSTD_DCtx *zstd_decompressor;
};

static bool make_contexts(struct plain_codec *codec, int level) {
    switch (codec->number) {
    case GZIP:
        // 16 asks for the gzip wrapper around the largest window, 8 is zlib's usual memory.
        return deflateInit2(&codec->deflater, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK
            && inflateInit2(&codec->inflater, 15 + 16) == Z_OK;
    case SNAPPY:
        return true;
    case LZ4:
        codec->preferences.frameInfo.blockMode = LZ4F_blockIndependent;
        codec->preferences.frameInfo.blockSizeID = LZ4F_max64KB;
        codec->preferences.compressionLevel = level;
        codec->preferences.autoFlush = 1;
        return !LZ4F_isError(LZ4F_createCompressionContext(&codec->lz4_compressor, LZ4F_VERSION))
            && !LZ4F_isError(LZ4F_createDecompressionContext(&codec->lz4_decompressor, LZ4F_VERSION));
    case ZSTD:
        codec->zstd_compressor = ZSTD_createCCtx();
        codec->zstd_decompressor = ZSTD_createDCtx();
        return codec->zstd_compressor != NULL && codec->zstd_decompressor != NULL
            && !ZSTD_isError(ZSTD_CCtx_setParameter(codec->zstd_compressor, ZSTD_c_compressionLevel, level));
    default:
        return false;
    }
}

struct plain_codec *plain_codec_make(int number, int level) {
    struct plain_codec *codec = calloc(1, sizeof *codec);
    if (codec == NULL) return NULL;
    codec->number = number;
    if (make_contexts(codec, level)) return codec;
    plain_codec_free(codec);
    return NULL;
}

void plain_codec_free(struct plain_codec *codec) {
    // All of them accept what was never made.
    deflateEnd(&codec->deflater);
    inflateEnd(&codec->inflater);
    LZ4F_freeCompressionContext(codec->lz4_compressor);
    LZ4F_freeDecompressionContext(codec->lz4_decompressor);
    ZSTD_freeCCtx(codec->zstd_compressor);
    ZSTD_freeDCtx(codec->zstd_decompressor);
    free(codec);
}

size_t plain_codec_bound(struct plain_codec *codec, size_t count) {
    switch (codec->number) {
    case GZIP: return deflateBound(&codec->deflater, count);
    case SNAPPY: return snappy_max_compressed_length(count);
    case LZ4: return LZ4F_compressFrameBound(count, &codec->preferences);
    default: return ZSTD_compressBound(count);
    }
}

static size_t compress_gzip(z_stream *stream, const void *source, size_t count, void *room, size_t room_count) {
    deflateReset(stream);
    stream->next_in = (Bytef *)source;
    stream->avail_in = (uInt)count;
    stream->next_out = room;
    stream->avail_out = (uInt)room_count;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? stream->total_out : 0;
}

static size_t decompress_gzip(z_stream *stream, const void *source, size_t count, void *room, size_t room_count) {
    inflateReset(stream);
    stream->next_in = (Bytef *)source;
    stream->avail_in = (uInt)count;
    stream->next_out = room;
    stream->avail_out = (uInt)room_count;
    return inflate(stream, Z_NO_FLUSH) == Z_STREAM_END ? stream->total_out : 0;
}

static size_t compress_lz4(struct plain_codec *codec, const void *source, size_t count, char *room, size_t room_count) {
    size_t head = LZ4F_compressBegin(codec->lz4_compressor, room, room_count, &codec->preferences);
    if (LZ4F_isError(head)) return 0;
    size_t body = LZ4F_compressUpdate(codec->lz4_compressor, room + head, room_count - head, source, count, NULL);
    if (LZ4F_isError(body)) return 0;
    size_t written = head + body;
    size_t tail = LZ4F_compressEnd(codec->lz4_compressor, room + written, room_count - written, NULL);
    return LZ4F_isError(tail) ? 0 : written + tail;
}

static size_t decompress_lz4(LZ4F_dctx *context, const char *source, size_t count, char *room, size_t room_count) {
    LZ4F_resetDecompressionContext(context);
    size_t read = 0;
    size_t written = 0;
    while (true) {
        size_t consumed = count - read;
        size_t produced = room_count - written;
        size_t hint = LZ4F_decompress(context, room + written, &produced, source + read, &consumed, NULL);
        if (LZ4F_isError(hint)) return 0;
        read += consumed;
        written += produced;
        if (hint == 0) return written;
        if (consumed == 0 && produced == 0) return 0;
    }
}

static size_t compress_once(
    struct plain_codec *codec, const void *source, size_t count, void *room, size_t room_count) {
    switch (codec->number) {
    case GZIP: return compress_gzip(&codec->deflater, source, count, room, room_count);
    case SNAPPY: return snappy_compress(source, count, room, &room_count) == SNAPPY_OK ? room_count : 0;
    case LZ4: return compress_lz4(codec, source, count, room, room_count);
    default: {
        size_t written = ZSTD_compress2(codec->zstd_compressor, room, room_count, source, count);
        return ZSTD_isError(written) ? 0 : written;
    }
    }
}

static size_t decompress_once(
    struct plain_codec *codec, const void *source, size_t count, void *room, size_t room_count) {
    switch (codec->number) {
    case GZIP: return decompress_gzip(&codec->inflater, source, count, room, room_count);
    case SNAPPY: return snappy_uncompress(source, count, room, &room_count) == SNAPPY_OK ? room_count : 0;
    case LZ4: return decompress_lz4(codec->lz4_decompressor, source, count, room, room_count);
    default: {
        size_t written = ZSTD_decompressDCtx(codec->zstd_decompressor, room, room_count, source, count);
        return ZSTD_isError(written) ? 0 : written;
    }
    }
}

size_t plain_compress(
    struct plain_codec *codec, const void *source, size_t count, void *room, size_t room_count, size_t repetitions) {
    size_t written = 0;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        written = compress_once(codec, source, count, room, room_count);
        if (written == 0) return 0;
    }
    return written;
}

size_t plain_decompress(
    struct plain_codec *codec, const void *source, size_t count, void *room, size_t room_count, size_t repetitions) {
    size_t written = 0;
    for (size_t repetition = 0; repetition < repetitions; repetition++) {
        written = decompress_once(codec, source, count, room, room_count);
        if (written == 0) return 0;
    }
    return written;
}
