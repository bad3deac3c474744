// gnuplot-iostream starts gnuplot with popen(3), which cannot tell a missing program from a failing one and shares the
// terminal's standard error. So the process is started here, and gnuplot-iostream writes to the pipe it is given.

#include "CGnuplot.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include <gnuplot-iostream.h>
#pragma GCC diagnostic pop

extern char **environ;

namespace {

/// A descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    ~Descriptor() { reset(-1); }

    int get() const { return number_; }
    void reset(int number) {
        if (number_ >= 0) close(number_);
        number_ = number;
    }
    int release() {
        int number = number_;
        number_ = -1;
        return number;
    }

private:
    int number_;
};

/// Keeps SIGPIPE from this thread while it writes to a gnuplot that may have ended: the write then fails with EPIPE,
/// and the rest of the process keeps its own handling of the signal.
class PipeSignalBlock {
public:
    PipeSignalBlock() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    PipeSignalBlock(const PipeSignalBlock &) = delete;
    PipeSignalBlock &operator=(const PipeSignalBlock &) = delete;
    ~PipeSignalBlock() {
        if (!was_pending_) {
            const timespec now = {0, 0};
            while (sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {}
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t pipe_;
    sigset_t before_;
    bool was_pending_;
};

/// Starts `program` with `input` as its standard input and `messages` as its output and error. Returns 0 or an errno.
int start(const char *program, const char *directory, int input, int messages, pid_t *process) {
    posix_spawn_file_actions_t actions;
    if (int error = posix_spawn_file_actions_init(&actions)) return error;
    posix_spawnattr_t attributes;
    if (int error = posix_spawnattr_init(&attributes)) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    int error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, messages, STDOUT_FILENO);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    if (!error) error = posix_spawn_file_actions_addchdir_np(&actions, directory);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (!error) error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    char *const arguments[] = {const_cast<char *>(program), nullptr};
    if (!error) error = posix_spawnp(process, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/// Everything in `file`, with a zero at the end; NULL if memory ran out.
char *contents(int file) {
    struct stat status;
    const size_t size = fstat(file, &status) == 0 ? static_cast<size_t>(status.st_size) : 0;
    char *text = static_cast<char *>(std::malloc(size + 1));
    if (!text) return nullptr;
    size_t length = 0;
    while (length < size) {
        const ssize_t count = pread(file, text + length, size - length, static_cast<off_t>(length));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        length += static_cast<size_t>(count);
    }
    text[length] = 0;
    return text;
}

}  // namespace

struct sluice_gnuplot {
    pid_t process = -1;
    Descriptor messages;
    /// Owns the pipe to gnuplot: its destructor flushes and closes it.
    std::unique_ptr<Gnuplot> stream;
};

sluice_gnuplot *sluice_gnuplot_open(const char *program, const char *directory, int *error) {
    *error = 0;
    try {
        auto plot = std::make_unique<sluice_gnuplot>();
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
            *error = errno;
            return nullptr;
        }
        Descriptor reading(ends[0]), writing(ends[1]);
        plot->messages.reset(memfd_create("gnuplot messages", MFD_CLOEXEC));
        if (plot->messages.get() < 0) {
            *error = errno;
            return nullptr;
        }
        FILE *input = fdopen(writing.get(), "w");
        if (!input) {
            *error = errno;
            return nullptr;
        }
        writing.release();
        plot->stream = std::make_unique<Gnuplot>(input);
        // The stream still holds the only writing end: if the start fails, it is closed with `plot`.
        *error = start(program, directory, reading.get(), plot->messages.get(), &plot->process);
        if (*error) {
            return nullptr;
        }
        return plot.release();
    } catch (const std::bad_alloc &) {
        *error = ENOMEM;
    } catch (...) {
        *error = EIO;
    }
    return nullptr;
}

int sluice_gnuplot_send(sluice_gnuplot *plot, const char *text, size_t length) {
    PipeSignalBlock block;
    try {
        plot->stream->write(text, static_cast<std::streamsize>(length));
        plot->stream->flush();
        return plot->stream->good() ? 0 : EPIPE;
    } catch (...) {
        return EPIPE;
    }
}

sluice_gnuplot_outcome sluice_gnuplot_close(sluice_gnuplot *plot) {
    sluice_gnuplot_outcome outcome = {0, -1, 0, nullptr};
    std::unique_ptr<sluice_gnuplot> owner(plot);
    {
        PipeSignalBlock block;
        try {
            plot->stream.reset();
        } catch (...) {
            // Only the last flush can fail here, because gnuplot has ended; its status and messages say why.
        }
    }
    int status = 0;
    while (waitpid(plot->process, &status, 0) < 0) {
        if (errno == EINTR) continue;
        outcome.error = errno;
        break;
    }
    if (!outcome.error) {
        if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
        if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    }
    outcome.messages = contents(plot->messages.get());
    return outcome;
}
