"""A broker to test and the words to test it with.

Each script beside this one is a set of checks of one area. It is run as

    python SCRIPT.py PROGRAM [--only TEXT] [--kills N] [--keep]

PROGRAM is the `sluice` that serves. Every check gets a broker of its own, or several nodes of a cluster, in a new
folder, on ports that the kernel chose; nothing of them is left when the script ends. The exit code is 0 when every
check held.
"""
import argparse
import contextlib
import ctypes
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

HOST = "127.0.0.1"
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
LIBC = ctypes.CDLL(None)

_checks = []
options = None


def expect(condition, said):
    if not condition:
        raise AssertionError(said)


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: expected {_short(expected)}, found {_short(found)}")


def fails(action, *accepted):
    """Whether an action ends with one of the exceptions; the exception is returned."""
    try:
        action()
    except accepted as error:
        return error
    raise AssertionError(f"it should have failed with {' or '.join(kind.__name__ for kind in accepted)}")


def eventually(question, what, seconds=20):
    """The first answer that is true; a question that has none in time is a failure."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        expect(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.02)


@contextlib.contextmanager
def within(seconds, what):
    """Fails when the body took longer. It does not interrupt the body: clients have time-outs of their own."""
    start = time.monotonic()
    yield
    took = time.monotonic() - start
    expect(took <= seconds, f"{what} took {took:.1f} s, and at most {seconds} s are allowed")


def _short(value):
    text = repr(value)
    return text if len(text) < 600 else f"{text[:400]} … {text[-150:]} ({len(text)} characters)"


def _end_with_parent():
    LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)


def start_child(arguments, **streams):
    """A child that the kernel ends when this process ends, however that ends."""
    return subprocess.Popen(arguments, preexec_fn=_end_with_parent, **streams)


class Broker:
    """A `sluice broker` in a folder of its own. It keeps its port when it is started again, so that clients find it."""

    def __init__(self, folder, settings=(), node=None):
        """`node` is the broker's id, port and cluster file, where it is not alone."""
        self.folder = folder
        self.settings = list(settings)
        self.node, self.port, self._cluster = node or (1, 0, None)
        self.process = None
        self._log = os.path.join(folder, "stderr")
        self.data = os.path.join(folder, "data")

    @property
    def address(self):
        return f"{HOST}:{self.port}"

    def start(self):
        expect(self.process is None, "the broker runs already")
        arguments = [options.program, "broker", "--log-dirs", self.data]
        if self._cluster:
            arguments += ["--node-id", str(self.node), "--cluster", self._cluster]
        else:
            arguments += ["--listen", self.address]
        for setting in self.settings:
            arguments += ["--set", setting]
        with open(self._log, "ab") as log:
            self.process = start_child(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        line = self._ready_line(seconds=30)
        expect(line.startswith("sluice broker ready: "), f"the ready line is {line!r}; log: {self.log()}")
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def _ready_line(self, seconds):
        line, end = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                break
            piece = os.read(self.process.stdout.fileno(), 4096)
            if not piece:
                break
            line += piece
        return line.decode()

    def stop(self, seconds=20):
        """Ends it as an administrator does, and sees that it ended in good order."""
        expect(self.process.poll() is None, f"the broker had ended by itself with {self.process.poll()}")
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the broker had not ended {seconds} s after SIGTERM") from None
        finally:
            self._reap()
        equal(code, 0, "the broker's exit code after SIGTERM")

    def kill(self):
        expect(self.process.poll() is None, f"the broker had ended by itself with {self.process.poll()}")
        self._reap()

    def restart(self):
        self.stop()
        return self.start()

    def _reap(self):
        process, self.process = self.process, None
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()

    def close(self):
        if self.process is not None:
            self._reap()

    def log(self):
        with open(self._log, errors="replace") as log:
            return log.read()[-4000:]

    def codecs_of(self, topic, partition=0):
        """The codecs of the stored batches, read from the segments themselves: no client has a say in it."""
        found = set()
        directory = os.path.join(self.data, f"{topic}-{partition}")
        for name in sorted(os.listdir(directory)):
            if not name.endswith(".log"):
                continue
            with open(os.path.join(directory, name), "rb") as segment:
                content = segment.read()
            position = 0
            while position + 61 <= len(content):
                length, = struct.unpack_from(">i", content, position + 8)
                if length <= 0:
                    break
                attributes, = struct.unpack_from(">h", content, position + 21)
                found.add(CODECS[attributes & 7])
                position += 12 + length
        return found


class Cluster:
    """Several nodes, all of one file that names them."""

    def __init__(self, folder, settings, count):
        # Bound and not listening, the ports are nobody else's, and the nodes can listen there all the same.
        self._ports = [socket.socket() for _ in range(count)]
        for held in self._ports:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((HOST, 0))
        ports = [held.getsockname()[1] for held in self._ports]
        file = os.path.join(folder, "cluster")
        with open(file, "w") as text:
            text.write("# the nodes of this cluster\n")
            text.writelines(f"{number}@{HOST}:{port}\n" for number, port in enumerate(ports, 1))
        self.nodes = []
        for number, port in enumerate(ports, 1):
            node_folder = os.path.join(folder, f"node-{number}")
            os.mkdir(node_folder)
            self.nodes.append(Broker(node_folder, settings, node=(number, port, file)))

    @property
    def address(self):
        return ",".join(node.address for node in self.nodes)

    def start(self):
        for node in self.nodes:
            if node.process is None:
                node.start()
        return self

    def stop(self):
        for node in self.nodes:
            if node.process is not None:
                node.stop()

    def close(self):
        for node in self.nodes:
            node.close()
        for held in self._ports:
            held.close()

    def log(self):
        return "".join(f"node {node.node}:\n{node.log()}" for node in self.nodes)


def check(what, *settings, nodes=1):
    """Registers a check; `what` says in words what holds. With more nodes than one it gets a `Cluster`."""

    def register(function):
        _checks.append((what, settings, nodes, function))
        return function

    return register


def _run(what, settings, nodes, function):
    folder = tempfile.mkdtemp(prefix="sluice-clients-")
    broker = Broker(folder, settings) if nodes == 1 else Cluster(folder, settings, nodes)
    start = time.monotonic()
    failure = None
    try:
        broker.start()
        function(broker)
        if nodes > 1 or broker.process is not None:
            broker.stop()
    except Exception as error:
        failure = f"{what}: {type(error).__name__}: {error}"
        print(f"FAILED {failure}")
        traceback.print_exc(file=sys.stdout)
        print(f"the broker's log:\n{broker.log()}")
    else:
        print(f"held   {what} ({time.monotonic() - start:.1f} s)")
    finally:
        broker.close()
        if options.keep:
            print(f"its folder: {folder}")
        else:
            shutil.rmtree(folder)
    sys.stdout.flush()
    return failure


def main():
    global options
    parser = argparse.ArgumentParser()
    parser.add_argument("program", help="the sluice that serves")
    parser.add_argument("--only", default="", help="run the checks that have this in their text")
    parser.add_argument("--kills", type=int, default=5, help="how often the broker is killed under load")
    parser.add_argument("--keep", action="store_true", help="keep the brokers' folders")
    options = parser.parse_args()
    # Whoever ends this script has its brokers ended and its folders removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    chosen = [check for check in _checks if options.only in check[0]]
    if not chosen:
        parser.error(f"no check has '{options.only}' in its text")
    failures = [failure for failure in (_run(*check) for check in chosen) if failure]
    print(f"{len(chosen) - len(failures)} of {len(chosen)} checks held")
    # Straight out: a client's background thread must not keep a finished script alive.
    sys.stdout.flush()
    os._exit(1 if failures else 0)
