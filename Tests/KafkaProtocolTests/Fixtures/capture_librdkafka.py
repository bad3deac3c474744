"""Writes librdkafka.txt: what kcat and librdkafka's mock cluster really said to each other.

    python3 -m venv venv && venv/bin/pip install confluent-kafka==2.16.1 && sudo venv/bin/python capture_librdkafka.py

Needs kcat (Debian's 1.7.1, with librdkafka 2.0.2) and the right to sniff the loopback interface. Of each API, version and
direction the longest frame is kept. The lines are those of kafka-python.txt.
"""

import pathlib
import socket
import struct
import subprocess
import threading
import time

import confluent_kafka

NAMES = {
    0: "Produce", 1: "Fetch", 2: "ListOffsets", 3: "Metadata", 8: "OffsetCommit", 9: "OffsetFetch", 10: "FindCoordinator",
    11: "JoinGroup", 12: "Heartbeat", 13: "LeaveGroup", 14: "SyncGroup", 18: "ApiVersions", 22: "InitProducerId",
}

# The mock cluster's refusal of ApiVersions 3 has neither the form of version 0, which Kafka prescribes, nor that of version 3.
MALFORMED = {(18, 3, "response")}


class Sniffer(threading.Thread):
    """Collects the bytes of every TCP connection to one port of the loopback interface, one direction apart."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.streams = {}
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(0x0800))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        self.socket.bind(("lo", 0))

    def run(self):
        while True:
            packet, address = self.socket.recvfrom(1 << 17)
            if address[2] == socket.PACKET_OUTGOING:
                continue  # loopback shows every packet twice
            internet = packet[14:]
            if internet[9] != socket.IPPROTO_TCP:
                continue
            total = struct.unpack(">H", internet[2:4])[0]
            segment = internet[(internet[0] & 15) * 4 : total or len(internet)]
            source, target, sequence = struct.unpack(">HHI", segment[:8])
            if self.port not in (source, target):
                continue
            payload = segment[(segment[12] >> 4) * 4 :]
            if payload:
                self.streams.setdefault((source, target), {}).setdefault(sequence, payload)

    def frames(self, source, target):
        """The frames of one direction, without their lengths."""
        segments = self.streams.get((source, target), {})
        stream, expected = b"", None
        for sequence in sorted(segments):
            if expected is not None and sequence != expected:
                raise SystemExit(f"a segment was missed between {expected} and {sequence}: run it again")
            stream += segments[sequence]
            expected = sequence + len(segments[sequence])
        while len(stream) >= 4:
            length = struct.unpack(">i", stream[:4])[0]
            yield stream[4 : 4 + length]
            stream = stream[4 + length :]


def kcat(broker, *arguments, text=b"", seconds=20):
    command = ["kcat", "-b", broker, "-X", "broker.address.family=v4", *arguments]
    subprocess.run(command, input=text, timeout=seconds, check=True, stdout=subprocess.DEVNULL)


cluster = confluent_kafka.Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "client.id": "owner"})
broker = next(iter(cluster.list_topics(timeout=10).brokers.values()))
address = f"127.0.0.1:{broker.port}"
sniffer = Sniffer(broker.port)
sniffer.start()

lines = b"".join(b"key%d:value %d\n" % (i, i) for i in range(20))
kcat(address, "-P", "-t", "plain", "-K", ":", text=lines)
kcat(address, "-P", "-t", "plain", "-K", ":", "-X", "enable.idempotence=true", text=lines)
kcat(address, "-L")
kcat(address, "-C", "-t", "plain", "-o", "beginning", "-e", "-q")
kcat(address, "-Q", "-t", "plain:0:-1")
group = ["kcat", "-b", address, "-X", "broker.address.family=v4", "-X", "auto.offset.reset=earliest",
         "-X", "heartbeat.interval.ms=500", "-X", "group.instance.id=static", "-G", "group", "plain"]
member = subprocess.Popen(group, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
time.sleep(12)
member.terminate()
member.wait(10)
group[group.index("group.instance.id=static")] = "auto.commit.interval.ms=500"
member = subprocess.Popen(group, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
time.sleep(12)
member.terminate()
member.wait(10)
time.sleep(1)

longest = {}


def keep(kind, key, version, frame):
    if (key, version, kind) not in MALFORMED and len(frame) > len(longest.get((key, version, kind), b"")):
        longest[key, version, kind] = frame


for source, target in list(sniffer.streams):
    if target != sniffer.port:
        continue
    asked = {}
    for frame in sniffer.frames(source, target):
        if frame[10:15] == b"owner":
            break  # the connection of the client that the cluster lives in
        key, version, correlation = struct.unpack(">hhi", frame[:8])
        asked[correlation] = (key, version)
        keep("request", key, version, frame)
    for frame in sniffer.frames(target, source) if asked else ():
        keep("response", *asked[struct.unpack(">i", frame[:4])[0]], frame)

text = [f"# kcat 1.7.1 and the mock cluster of librdkafka {confluent_kafka.libversion()[0]}"]
for (key, version, kind), frame in sorted(longest.items()):
    text.append(f"{kind} {NAMES[key]} {version} {frame.hex()}")
(pathlib.Path(__file__).parent / "librdkafka.txt").write_text("\n".join(text) + "\n")
