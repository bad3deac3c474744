#!/usr/bin/env python3
"""Writes the fixtures of this folder: record batches as real Kafka clients put them on a socket.

    python3 -m venv venv
    venv/bin/pip install confluent-kafka kafka-python python-snappy lz4 zstandard crc32c
    venv/bin/python generate.py

A broker that knows just enough of the protocol runs in this process on loopback. Each client produces the same records
to it; the bytes of the one batch in its Produce request become `<fixture>.bin`, untouched, and `manifest.json` says
which client wrote them and what they hold. What differs from run to run is in the clients: gzip notes the time.
"""

import json
import pathlib
import socket
import struct
import threading
from functools import partial

import confluent_kafka
import kafka

FOLDER = pathlib.Path(__file__).parent
TOPIC = "fixtures"
PRODUCER_ID, PRODUCER_EPOCH = 4711, 3
BASE_TIMESTAMP = 1_700_000_000_000

# API key -> highest version spoken; all below the flexible versions, so one request header serves all.
PRODUCE, METADATA, FIND_COORDINATOR, API_VERSIONS = 0, 3, 10, 18
INIT_PRODUCER_ID, ADD_PARTITIONS_TO_TXN, END_TXN = 22, 24, 26
VERSIONS = {
    PRODUCE: 7, 1: 10, 2: 2, METADATA: 1, FIND_COORDINATOR: 1, API_VERSIONS: 0,
    INIT_PRODUCER_ID: 1, ADD_PARTITIONS_TO_TXN: 0, END_TXN: 0,
}
UNSUPPORTED_VERSION = 35


def text(value):
    if value is None:
        return struct.pack(">h", -1)
    return struct.pack(">h", len(value)) + value.encode()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, format):
        (value,) = struct.unpack_from(">" + format, self.data, self.at)
        self.at += struct.calcsize(format)
        return value

    def take(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def text(self):
        count = self.number("h")
        return None if count < 0 else self.take(count).decode()


class Broker:
    """Accepts any number of connections and keeps the record bytes of every Produce request."""

    def __init__(self):
        self.batches = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection.makefile("rwb"),), daemon=True).start()

    def serve(self, stream):
        while len(prefix := stream.read(4)) == 4:
            request = Reader(stream.read(*struct.unpack(">i", prefix)))
            key, version, correlation = request.number("h"), request.number("h"), request.number("i")
            request.text()
            body = struct.pack(">i", correlation) + self.answer(key, version, request)
            stream.write(struct.pack(">i", len(body)) + body)
            stream.flush()

    def answer(self, key, version, request):
        if key == API_VERSIONS:
            error = 0 if version <= VERSIONS[API_VERSIONS] else UNSUPPORTED_VERSION
            ranges = b"".join(struct.pack(">hhh", api, 0, highest) for api, highest in VERSIONS.items())
            return struct.pack(">hi", error, len(VERSIONS)) + ranges
        if key == METADATA:
            broker = struct.pack(">ii", 1, 0) + text("127.0.0.1") + struct.pack(">i", self.port) + text(None)
            partition = struct.pack(">hii", 0, 0, 0) + struct.pack(">ii", 1, 0) * 2
            topic = struct.pack(">h", 0) + text(TOPIC) + struct.pack(">?i", False, 1) + partition
            return broker + struct.pack(">ii", 0, 1) + topic
        if key == INIT_PRODUCER_ID:
            return struct.pack(">ihqh", 0, 0, PRODUCER_ID, PRODUCER_EPOCH)
        if key == FIND_COORDINATOR:
            return struct.pack(">ih", 0, 0) + text(None) + struct.pack(">i", 0) + text("127.0.0.1") + struct.pack(
                ">i", self.port)
        if key == ADD_PARTITIONS_TO_TXN:
            return struct.pack(">ii", 0, 1) + text(TOPIC) + struct.pack(">iih", 1, 0, 0)
        if key == END_TXN:
            return struct.pack(">ih", 0, 0)
        if key == PRODUCE:
            return self.produce(version, request)
        raise ValueError(f"a request of API {key}, which this broker does not know")

    def produce(self, version, request):
        request.text(), request.number("h"), request.number("i")
        assert request.number("i") == 1 and request.text() == TOPIC and request.number("i") == 1
        partition = request.number("i")
        self.batches.append(request.take(request.number("i")))
        answer = struct.pack(">ihqq", partition, 0, 0, -1) + (struct.pack(">q", 0) if version >= 5 else b"")
        return struct.pack(">i", 1) + text(TOPIC) + struct.pack(">i", 1) + answer + struct.pack(">i", 0)


def repeated(piece, times=1):
    return {"text": piece, "times": times}


def record(delta, key, value, headers=()):
    return {"timestamp": BASE_TIMESTAMP + delta, "key": key, "value": value,
            "headers": [{"key": name, "value": content} for name, content in headers]}


# Everything that a record can be: null and empty keys and values, headers of all kinds, a timestamp before the first.
VARIED = [
    record(0, repeated("alpha"), repeated("first value")),
    record(1, None, repeated("no key")),
    record(2, repeated("tombstone"), None),
    record(3, repeated(""), repeated("")),
    record(250, repeated("headers"), repeated("four headers"), [
        ("trace", repeated("0123456789abcdef")), ("empty", repeated("")), ("null", None), ("trace", repeated("again"))]),
    record(-5_000, repeated("early"), repeated("ä€😀 ", 100)),
    record(90_000_000, repeated("late"), repeated("compress me ", 400)),
]
RECORD_SETS = {
    "varied": VARIED,
    # kafka-python refuses a header whose value is null.
    "varied-without-null-header": [
        {**each, "headers": [header for header in each["headers"] if header["value"]]} for each in VARIED],
    # More than a block of every codec's framing.
    "many": [record(i * 7, repeated(f"key-{i}"), repeated(f"record {i} ", 120)) for i in range(100)],
}


def content(part):
    return None if part is None else (part["text"] * part["times"]).encode()


def with_librdkafka(address, records, transactional=False, **settings):
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": address, "linger.ms": 2000, "batch.num.messages": 10_000, "batch.size": 1_000_000,
         "partitioner": "consistent", **settings})
    if transactional:
        producer.init_transactions()
        producer.begin_transaction()
    for each in records:
        producer.produce(
            TOPIC, value=content(each["value"]), key=content(each["key"]), partition=0, timestamp=each["timestamp"],
            headers=[(header["key"], content(header["value"])) for header in each["headers"]])
    assert producer.flush(30) == 0
    if transactional:
        producer.abort_transaction()


def with_kafka_python(address, records, **settings):
    producer = kafka.KafkaProducer(
        bootstrap_servers=address, linger_ms=2000, batch_size=1_000_000, max_request_size=2_000_000, **settings)
    for each in records:
        producer.send(
            TOPIC, value=content(each["value"]), key=content(each["key"]), partition=0, timestamp_ms=each["timestamp"],
            headers=[(header["key"], content(header["value"])) for header in each["headers"]])
    producer.flush(30)
    producer.close()


def main():
    librdkafka = f"librdkafka {confluent_kafka.libversion()[0]} (confluent-kafka {confluent_kafka.__version__})"
    kafka_python = f"kafka-python {kafka.__version__}"
    fixtures = []

    def capture(name, client, produce, records, codec, idempotent=False, transactional=False):
        broker = Broker()
        produce(broker.address, RECORD_SETS[records])
        assert len(broker.batches) == 1, f"{name}: {len(broker.batches)} batches instead of one"
        (FOLDER / f"{name}.bin").write_bytes(broker.batches[0])
        fixtures.append({
            "name": name, "client": client, "codec": codec,
            "producerId": PRODUCER_ID if idempotent else -1, "producerEpoch": PRODUCER_EPOCH if idempotent else -1,
            "baseSequence": 0 if idempotent else -1, "transactional": transactional, "records": records})

    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        for records in ["varied"] if codec == "none" else ["varied", "many"]:
            capture(f"librdkafka-{codec}-{records}", librdkafka,
                    partial(with_librdkafka, **{"compression.type": codec}), records, codec)
            capture(f"kafka-python-{codec}-{records}", kafka_python,
                    partial(with_kafka_python, enable_idempotence=False,
                            compression_type=None if codec == "none" else codec),
                    "varied-without-null-header" if records == "varied" else records, codec)

    capture("librdkafka-idempotent", librdkafka,
            partial(with_librdkafka, **{"enable.idempotence": True}), "varied", "none", idempotent=True)
    capture("librdkafka-transactional", librdkafka,
            partial(with_librdkafka, transactional=True, **{"transactional.id": "fixtures"}), "varied", "none",
            idempotent=True, transactional=True)
    capture("kafka-python-idempotent", kafka_python,
            partial(with_kafka_python, enable_idempotence=True), "varied-without-null-header", "none",
            idempotent=True)

    manifest = {"recordSets": RECORD_SETS, "fixtures": fixtures}
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
