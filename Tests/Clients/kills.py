"""Kills: the broker is ended by SIGKILL under load. What was acknowledged survives it, and nothing else is made up.

Each record says its number and has a checksum of its own, so that a record that is torn, misplaced or invented is seen.
A record that was not acknowledged may be there or not.
"""
import random
import threading
import time
import zlib

import confluent_kafka

import harness
from clients import PATIENCE, Confluent, Kcat, create_topic, values
from harness import check, equal, expect, main

PARTITIONS = 3


def payload(number):
    body = f"{number} ".encode() + random.Random(number).randbytes(number % 400) + b"sluice" * (number % 20)
    return zlib.crc32(body).to_bytes(4, "big") + body


def number_of(value, what):
    """The number of a record, after its checksum was seen to be right."""
    expect(value is not None and len(value) > 5, f"{what} is {value!r}")
    expect(int.from_bytes(value[:4], "big") == zlib.crc32(value[4:]), f"{what} is corrupt: {value[:40]!r}")
    return int(value[4:].split(b" ", 1)[0])


class Writer:
    """Writes without pause in a thread of its own, and keeps what was acknowledged: partition and offset to number."""

    def __init__(self, broker, codec, idempotent):
        self.acknowledged = {}
        self.refused = []
        self.written = 0
        self.lock = threading.Lock()
        self.done = threading.Event()
        self.producer = Confluent(broker.address).producer(
            acks="all", compression_type=codec, enable_idempotence=idempotent, linger_ms=1, retry_backoff_ms=20,
            reconnect_backoff_ms=10, reconnect_backoff_max_ms=100, queue_buffering_max_messages=2000)
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.done.is_set():
            number = self.written
            try:
                self.producer.produce(
                    "t", payload(number), key=str(number).encode(), partition=number % PARTITIONS,
                    on_delivery=lambda error, message, number=number: self.delivered(number, error, message))
                self.written += 1
            except BufferError:
                time.sleep(0.001)
            self.producer.poll(0)
            # Enough to be at work whenever the broker is killed, and no more than can be read again and again.
            if self.written % 20 == 0:
                time.sleep(0.002)

    def delivered(self, number, error, message):
        if error:
            self.refused.append((number, error))
            return
        place = message.partition(), message.offset()
        with self.lock:
            expect(place not in self.acknowledged, f"{place} was acknowledged for {number} and for another record")
            self.acknowledged[place] = number

    def count(self):
        with self.lock:
            return len(self.acknowledged)

    def finish(self):
        self.done.set()
        self.thread.join()
        equal(self.producer.flush(PATIENCE), 0, "records that were not acknowledged in the end")
        equal(self.refused, [], "records that were refused")


def verify(broker, writer, idempotent):
    """Reads everything with confluent-kafka, which checks each batch's CRC, and compares."""
    with writer.lock:
        acknowledged = dict(writer.acknowledged)
    seen = {}
    for partition in range(PARTITIONS):
        consumer = Confluent(broker.address).consumer(
            enable_partition_eof=True, fetch_wait_max_ms=10, check_crcs=True)
        consumer.assign([confluent_kafka.TopicPartition("t", partition, 0)])
        expected = 0
        while True:
            message = consumer.poll(PATIENCE)
            expect(message is not None, f"partition {partition} was not read to its end")
            if message.error():
                expect(message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF, str(message.error()))
                break
            equal(message.offset(), expected, f"the offset after {expected - 1} of partition {partition}")
            expected += 1
            what = f"{partition}@{message.offset()}"
            number = number_of(message.value(), what)
            equal(message.value(), payload(number), f"the content of {what}")
            equal(message.key(), str(number).encode(), f"the key of {what}")
            equal(number % PARTITIONS, partition, f"the partition of record {number}")
            expect(number < writer.written, f"record {number} was never written")
            seen[partition, message.offset()] = number
        consumer.close()
    lost = {place: number for place, number in acknowledged.items() if seen.get(place) != number}
    expect(not lost, f"{len(lost)} of {len(acknowledged)} acknowledged records are lost or elsewhere: "
                     f"{sorted(lost.items())[:5]}")
    if idempotent:
        equal(len(set(seen.values())), len(seen), "different records of those stored")
        for partition in range(PARTITIONS):
            numbers = [number for (place, _), number in sorted(seen.items()) if place == partition]
            equal(numbers, sorted(numbers), f"the order of partition {partition}")
    return len(acknowledged), len(seen)


def killed(idempotent):
    kind = "an idempotent producer" if idempotent else "a plain producer"

    codec = "lz4" if idempotent else "none"

    @check(f"no acknowledged record of {kind} is lost when the broker is killed, and none is corrupt or made up")
    def holds(broker):
        create_topic(broker, "t", partitions=PARTITIONS, segment_bytes=200_000)
        dice = random.Random(1)
        kills = harness.options.kills
        writer = Writer(broker, codec, idempotent)
        writer.thread.start()
        try:
            for number in range(kills):
                before = writer.count()
                while writer.count() < before + 50:
                    time.sleep(0.001)
                time.sleep(dice.random() * 0.3)
                broker.kill()
                broker.start()
                if number % 25 == 24:
                    verify(broker, writer, idempotent)
        finally:
            writer.done.set()
        writer.finish()
        acknowledged, stored = verify(broker, writer, idempotent)
        print(f"       {kills} kills, {acknowledged} records acknowledged, {stored} stored")

    return holds


@check("committed offsets survive kills, and groups go on from them", "group.initial.rebalance.delay.ms=0")
def committed(broker):
    create_topic(broker, "t")
    expected = values("v", 200)
    Kcat(broker.address).produce("t", expected)
    read = []
    while len(read) < len(expected):
        # One that cannot say that it leaves, since the broker was just killed, is a member until its session ends.
        consumer = Confluent(broker.address).consumer(group="group", session_timeout_ms=6000)
        consumer.subscribe(["t"])
        for _ in range(50):
            message = consumer.poll(PATIENCE)
            expect(message is not None, f"nothing came after {len(read)} records")
            expect(not message.error(), f"after {len(read)} records: {message.error()}")
            read.append(message.value())
        consumer.commit(asynchronous=False)
        broker.kill()
        broker.start()
        consumer.close()
    equal(read, [record.value for record in expected], "what the group read over kills")


killed(idempotent=True)
killed(idempotent=False)


main()
