"""Deletions: topics go away while two clients write and read them. Others are not touched, and the broker stays."""
import logging
import os
import threading
import time

import confluent_kafka
from confluent_kafka import KafkaError
from confluent_kafka.admin import NewTopic
from kafka import errors

from clients import PATIENCE, Confluent, KafkaPython, create_topic, values
from harness import check, equal, eventually, expect, main

GONE = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION,
        KafkaError._MSG_TIMED_OUT, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError._PURGE_QUEUE,
        # What librdkafka says of records that were queued for a partition when it learnt that there is none any more.
        KafkaError._DESTROY}


class Load(threading.Thread):
    """Writes to a topic that stays and to one that comes and goes, until it is told to end."""

    def __init__(self, broker):
        super().__init__()
        self.broker = broker
        self.done = threading.Event()
        self.kept = []
        self.unexpected = []
        self.refused = 0

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.unexpected.append(error)


class ConfluentLoad(Load):
    def work(self):
        # A short time to live, so that records for a topic that is gone are given up soon.
        producer = Confluent(self.broker.address).producer(
            linger_ms=1, message_timeout_ms=PATIENCE * 1000, topic_metadata_propagation_max_ms=100)
        number = 0
        while not self.done.is_set():
            value = f"confluent {number} ".encode() + b"x" * 500
            producer.produce("kept", value, partition=0, on_delivery=self.delivered_to_kept)
            try:
                producer.produce("passing", value, on_delivery=self.delivered_to_passing)
            except confluent_kafka.KafkaException as error:
                self.delivered_to_passing(error.args[0], None)
            producer.poll(0)
            number += 1
            time.sleep(0.0005)
        expect(producer.flush(PATIENCE * 2) == 0, "confluent-kafka still had records in the end")

    def delivered_to_kept(self, error, message):
        self.unexpected.append(error) if error else self.kept.append(message.value())

    def delivered_to_passing(self, error, _):
        if error and error.code() in GONE:
            self.refused += 1
        elif error:
            self.unexpected.append(error)


class KafkaPythonLoad(Load):
    """Reads what the other writes, while it writes to a topic of its own."""

    def work(self):
        reader = KafkaPython(self.broker.address).consumer("passing", metadata_max_age_ms=200)
        writer = KafkaPython(self.broker.address).producer(linger_ms=1)
        number = 0
        while not self.done.is_set():
            value = f"kafka-python {number} ".encode() + b"x" * 500
            writer.send("kept", value, partition=1).add_callback(lambda _, value=value: self.kept.append(value)) \
                .add_errback(self.unexpected.append)
            try:
                reader.poll(timeout_ms=5)
            except (errors.UnknownTopicOrPartitionError, errors.OffsetOutOfRangeError):
                self.refused += 1
            number += 1
        writer.flush(PATIENCE)
        writer.close(timeout=5)
        reader.close()


@check("topics are deleted and made again under load, and what other topics hold is untouched",
       "auto.create.topics.enable=false", "log.segment.bytes=50000")
def under_load(broker):
    client = Confluent(broker.address)
    admin = client.admin()
    create_topic(broker, "kept", partitions=2)
    create_topic(broker, "passing", partitions=4)
    loads = [ConfluentLoad(broker), KafkaPythonLoad(broker)]
    for load in loads:
        load.start()
    try:
        for _ in range(12):
            time.sleep(0.15)
            admin.delete_topics(["passing"])["passing"].result(PATIENCE)
            left = [name for name in os.listdir(broker.data) if name.startswith("passing-") and ".delete" not in name]
            equal(left, [], "partitions of the deleted topic")
            time.sleep(0.05)
            admin.create_topics([NewTopic("passing", 4, 1)])["passing"].result(PATIENCE)
    finally:
        for load in loads:
            load.done.set()
        for load in loads:
            load.join()
    for load in loads:
        equal(load.unexpected[:3], [], f"what went wrong for {type(load).__name__}")
    for partition, load in enumerate(loads):
        expect(len(load.kept) > 50, f"{type(load).__name__} wrote only {len(load.kept)} records")
        read = [record.value for record in client.consume("kept", partition=partition)]
        equal(read, load.kept, f"what {type(load).__name__} wrote to the topic that stayed")
    client.produce("passing", values("after", 20))
    expect(values("after", 1)[0] in client.consume("passing"), "the topic made last does not take records")


class Lines(logging.Handler):
    """What a client logs."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@check("a reader that waits for records of a topic is told at once that the topic was deleted, and its files are gone")
def waiting_reader(broker):
    create_topic(broker, "t")
    client = Confluent(broker.address)
    client.produce("t", values("v", 1000))
    # librdkafka keeps this error to itself and asks for metadata again, so that only its log shows the answer.
    logger, said = logging.Logger("librdkafka"), Lines()
    logger.addHandler(said)
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": broker.address, "group.id": "none", "fetch.wait.max.ms": 20_000,
         "socket.timeout.ms": 60_000, "debug": "fetch"}, logger=logger)
    consumer.assign([confluent_kafka.TopicPartition("t", 0, 1000)])
    consumer.poll(0.5)
    client.admin().delete_topics(["t"])["t"].result(PATIENCE)

    def is_told():
        consumer.poll(0.05)
        return [line for line in said.lines if "FETCHERR" in line and "UNKNOWN_TOPIC_OR_PART" in line]

    eventually(is_told, "the fetch that waited is answered", 5)
    eventually(lambda: not [name for name in os.listdir(broker.data) if name.startswith("t-")], "the files are gone", 5)
    equal([file for file in _open_files(broker.process.pid) if "/t-0" in file], [], "open files of the deleted topic")
    consumer.close()


def _open_files(process):
    directory = f"/proc/{process}/fd"
    for descriptor in os.listdir(directory):
        try:
            yield os.readlink(f"{directory}/{descriptor}")
        except FileNotFoundError:
            pass


main()
