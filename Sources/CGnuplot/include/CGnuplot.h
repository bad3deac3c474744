/// gnuplot through gnuplot-iostream, behind a C interface: no C++ type and no exception crosses it.
#ifndef SLUICE_CGNUPLOT_H
#define SLUICE_CGNUPLOT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A gnuplot process that reads commands from a pipe.
typedef struct sluice_gnuplot sluice_gnuplot;

/// How a gnuplot process ended.
typedef struct {
    /// 0, or the errno of the call that failed; `messages` then holds that call's name.
    int error;
    /// The exit status, or -1 if a signal ended the process.
    int status;
    /// The signal that ended the process, or 0.
    int signal;
    /// What the process wrote to its standard output and error, with a zero at the end; never NULL unless memory ran
    /// out. The caller releases it with `free`.
    char *messages;
} sluice_gnuplot_outcome;

/// Starts `program`, which is looked up in PATH, with `directory` as its working directory.
/// Returns NULL and sets `*error` to an errno (ENOENT: there is no such program) if that fails.
sluice_gnuplot *sluice_gnuplot_open(const char *program, const char *directory, int *error);

/// Sends commands or inline data. Returns 0, or EPIPE if gnuplot has ended already: its messages say why.
int sluice_gnuplot_send(sluice_gnuplot *plot, const char *text, size_t length);

/// Ends the input, waits for gnuplot to finish, and releases `plot`.
sluice_gnuplot_outcome sluice_gnuplot_close(sluice_gnuplot *plot);

#ifdef __cplusplus
}
#endif
#endif
