"""Restarts: the broker is stopped in good order while clients are at work. Nothing is lost or written twice."""
import threading
import time

import confluent_kafka
import kafka
from kafka import errors

from clients import PATIENCE, Confluent, KafkaPython, Kcat, create_topic, every, values
from harness import CODECS, check, equal, eventually, expect, main

# How soon clients look again for a broker that went away; their own defaults are seconds.
SOON = {"reconnect_backoff_ms": 20, "reconnect_backoff_max_ms": 200}


@check("what is stored is there after a restart, with topics, partitions and offsets")
def stored(broker):
    create_topic(broker, "kept", partitions=len(CODECS), segment_bytes=20_000)
    for partition, codec in enumerate(CODECS):
        for client in every(broker):
            client.produce("kept", values(client.name, 200), partition=partition, codec=codec)
    for _ in range(2):
        broker.restart()
        for partition in range(len(CODECS)):
            expected = [record for client in every(broker) for record in values(client.name, 200)]
            for client in every(broker):
                read = client.consume("kept", partition=partition)
                equal(read, expected, f"{client.name} after a restart")
                equal([record.offset for record in read], list(range(600)), "offsets")


class ConfluentWriter:
    def __init__(self, broker, topic):
        self.topic, self.acknowledged, self.failures = topic, [], []
        self.producer = Confluent(broker.address).producer(
            acks="all", enable_idempotence=True, linger_ms=2, **SOON)

    def write(self, value):
        def delivered(error, message):
            if error:
                self.failures.append(error)
            else:
                self.acknowledged.append((message.offset(), message.value()))

        self.producer.produce(self.topic, value, partition=0, on_delivery=delivered)
        self.producer.poll(0)

    def close(self):
        equal(self.producer.flush(PATIENCE), 0, "records that were not acknowledged")


class KafkaPythonWriter:
    def __init__(self, broker, topic):
        self.topic, self.acknowledged, self.failures = topic, [], []
        self.producer = KafkaPython(broker.address).producer(linger_ms=2, **SOON)

    def write(self, value):
        future = self.producer.send(self.topic, value, partition=0)
        future.add_callback(lambda metadata: self.acknowledged.append((metadata.offset, value)))
        future.add_errback(self.failures.append)

    def close(self):
        self.producer.flush(PATIENCE)
        self.producer.close(timeout=5)


def over_restarts(kind):
    @check(f"{kind.__name__}: records that are written during restarts are each there once, in order")
    def holds(broker):
        create_topic(broker, "t")
        writer = kind(broker, "t")
        done = threading.Event()
        written = []

        def write():
            while not done.is_set():
                written.append(f"{len(written)} ".encode() + b"x" * 200)
                writer.write(written[-1])
                time.sleep(0.0005)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            for _ in range(3):
                time.sleep(0.4)
                broker.restart()
        finally:
            time.sleep(0.4)
            done.set()
            thread.join()
        writer.close()
        equal(writer.failures, [], "failures")
        equal(len(writer.acknowledged), len(written), "acknowledged records")
        read = Confluent(broker.address).consume("t")
        equal([record.value for record in read], written, "what was read")
        stored = {record.offset: record.value for record in read}
        for offset, value in writer.acknowledged:
            equal(stored[offset], value, f"the record at the acknowledged offset {offset}")


over_restarts(ConfluentWriter)
over_restarts(KafkaPythonWriter)


@check("consumers that read by assignment find the broker again and miss nothing")
def readers(broker):
    create_topic(broker, "t")
    confluent = Confluent(broker.address).consumer(fetch_wait_max_ms=100, **SOON)
    confluent.assign([confluent_kafka.TopicPartition("t", 0, 0)])
    python = KafkaPython(broker.address).consumer(fetch_max_wait_ms=100, **SOON)
    place = kafka.TopicPartition("t", 0)
    python.assign([place])
    python.seek(place, 0)
    read = {"confluent": [], "kafka-python": []}

    def turn():
        read["confluent"] += [message.value() for message in confluent.consume(1000, 0.02) if not message.error()]
        try:
            for batch in python.poll(timeout_ms=20).values():
                read["kafka-python"] += [message.value for message in batch]
        except errors.KafkaError:
            pass  # It says that the broker went away; a later turn finds it again.

    expected = []
    for number in range(3):
        more = values(f"turn {number}", 100)
        Kcat(broker.address).produce("t", more)
        expected += [record.value for record in more]

        def all_is_read():
            turn()
            return all(len(values) >= len(expected) for values in read.values())

        eventually(all_is_read, f"what was written before restart {number + 1} is read")
        broker.restart()
    for name, values_read in read.items():
        equal(values_read, expected, name)
    confluent.close()
    python.close()


@check("a stop waits for no fetch that waits, and ends at once when nothing is to be done")
def quick_stop(broker):
    create_topic(broker, "t")
    consumer = Confluent(broker.address).consumer(fetch_wait_max_ms=30_000, socket_timeout_ms=60_000)
    consumer.assign([confluent_kafka.TopicPartition("t", 0, 0)])
    consumer.poll(0.5)
    start = time.monotonic()
    broker.stop()
    took = time.monotonic() - start
    expect(took < 8, f"the stop took {took:.1f} s while a fetch waited")
    consumer.close()


main()
