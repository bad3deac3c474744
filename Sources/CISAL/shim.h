#include <isa-l.h>
#include <isa-l/crc.h>

/// The version of the headers that this program was built with; the library itself does not tell its own.
static inline int sluice_isal_version_major(void) { return ISAL_MAJOR_VERSION; }
static inline int sluice_isal_version_minor(void) { return ISAL_MINOR_VERSION; }
static inline int sluice_isal_version_patch(void) { return ISAL_PATCH_VERSION; }
