#include <zstd.h>
#include <zstd_errors.h>

/// The two special answers of ZSTD_getFrameContentSize; the library's macros wrap around and are not imported by Swift.
static inline unsigned long long sluice_zstd_content_size_unknown(void) { return ZSTD_CONTENTSIZE_UNKNOWN; }
static inline unsigned long long sluice_zstd_content_size_error(void) { return ZSTD_CONTENTSIZE_ERROR; }
