"""The three clients behind one small interface, so that a check can be made of each, and of each against each other."""
import re
import subprocess
import time
from dataclasses import dataclass, field
from typing import Optional

import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka.admin

from harness import expect, start_child

# How long anything may take, in seconds.
PATIENCE = 20
# How long a fetch at a partition's end may wait, in milliseconds; a reader learns of the end only then.
EMPTY_FETCH = 10


@dataclass(frozen=True)
class Record:
    """What a client says of a record. Headers are pairs of a name and bytes; the timestamp is in milliseconds."""

    value: Optional[bytes]
    key: Optional[bytes] = None
    headers: tuple = ()
    timestamp: Optional[int] = field(default=None, compare=False)
    offset: Optional[int] = field(default=None, compare=False)
    partition: int = field(default=0, compare=False)


class Kcat:
    name = "kcat"
    # kcat writes no timestamp of one's own, and puts the same headers on all records of a run.
    sets_timestamps = False
    # partition, offset, timestamp, length of the key and of the value (-1 is null), headers; then key and value.
    FORMAT = r"%p %o %T %K %S %h\n%k%s\n"
    LINE = re.compile(rb"(\d+) (\d+) (-?\d+) (-?\d+) (-?\d+) ([^\n]*)\n")

    def __init__(self, address):
        self.address = address

    def run(self, *arguments, input=b"", settings=None, seconds=PATIENCE):
        """The exit code, standard output and standard error of one run."""
        words = ["kcat", "-b", self.address]
        for name, value in (settings or {}).items():
            words += ["-X", f"{name}={value}"]
        process = start_child(
            [*words, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            output, errors = process.communicate(input, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError(f"kcat {' '.join(arguments)} took longer than {seconds} s") from None
        return process.returncode, output, errors.decode(errors="replace")

    def must(self, *arguments, **others):
        code, output, errors = self.run(*arguments, **others)
        expect(code == 0, f"kcat {' '.join(arguments)} ended with {code}: {errors}")
        return output

    def produce(self, topic, records, partition=0, codec="none", acks="all", settings=None):
        headers = {record.headers for record in records}
        expect(len(headers) == 1, "kcat puts the same headers on all records of a run")
        arguments = ["-P", "-t", topic, "-p", str(partition), "-K", r"\t", "-Z", "-z", codec]
        for name, value in headers.pop():
            arguments += ["-H", f"{name}={value.decode()}"]
        lines = b"".join((record.key or b"") + b"\t" + (record.value or b"") + b"\n" for record in records)
        self.must(*arguments, input=lines, settings={"acks": acks, "linger.ms": 20, **(settings or {})})

    def consume(self, topic, partition=0):
        output = self.must("-C", "-t", topic, "-p", str(partition), "-o", "beginning", "-e", "-q", "-f", self.FORMAT,
                           settings={"fetch.wait.max.ms": EMPTY_FETCH})
        return self.parse(output)

    @classmethod
    def parse(cls, output):
        records, position = [], 0
        while position < len(output):
            line = cls.LINE.match(output, position)
            expect(line is not None, f"kcat said {output[position:position + 80]!r}")
            partition, offset, timestamp, key_length, value_length = (int(line[number]) for number in range(1, 6))
            position = line.end()
            key = output[position:position + key_length] if key_length >= 0 else None
            position += max(0, key_length)
            value = output[position:position + value_length] if value_length >= 0 else None
            position += max(0, value_length) + 1
            headers = tuple(
                (name.decode(), value) for name, _, value in
                (header.partition(b"=") for header in line[6].split(b",") if header))
            records.append(Record(value, key, headers, timestamp, offset, partition))
        return records


class Confluent:
    name = "confluent-kafka"
    sets_timestamps = True

    def __init__(self, address):
        self.address = address
        # Its calls fail when nobody holds it until they are answered.
        self._admin = None

    def producer(self, **settings):
        named = {name.replace("_", "."): value for name, value in settings.items()}
        return confluent_kafka.Producer({"bootstrap.servers": self.address, "linger.ms": 20, "log_level": 0, **named})

    def consumer(self, group="none", **settings):
        named = {name.replace("_", "."): value for name, value in settings.items()}
        return confluent_kafka.Consumer({
            "bootstrap.servers": self.address, "group.id": group, "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "log_level": 0, **named})

    def admin(self):
        if self._admin is None:
            self._admin = confluent_kafka.admin.AdminClient(
                {"bootstrap.servers": self.address, "log_level": 0, "reconnect.backoff.max.ms": 200})
        return self._admin

    def produce(self, topic, records, partition=0, codec="none", acks="all", **settings):
        producer = self.producer(compression_type=codec, acks=acks, **settings)
        failures = []
        for record in records:
            producer.produce(
                topic, value=record.value, key=record.key, headers=list(record.headers), partition=partition,
                timestamp=record.timestamp or 0,
                on_delivery=lambda error, _: failures.append(error) if error else None)
            producer.poll(0)
        left = producer.flush(PATIENCE)
        expect(left == 0, f"{left} of {len(records)} records were not acknowledged within {PATIENCE} s")
        expect(not failures, f"{len(failures)} of {len(records)} records were refused: {failures[:1]}")

    def consume(self, topic, partition=0):
        consumer = self.consumer(enable_partition_eof=True, fetch_wait_max_ms=EMPTY_FETCH)
        try:
            consumer.assign([confluent_kafka.TopicPartition(topic, partition, 0)])
            records, end = [], time.monotonic() + PATIENCE
            while time.monotonic() < end:
                message = consumer.poll(0.5)
                if message is None:
                    continue
                if message.error():
                    expect(message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF, str(message.error()))
                    return records
                records.append(self.record(message))
            raise AssertionError(f"{topic}-{partition} was not read to its end; {len(records)} records were")
        finally:
            consumer.close()

    @staticmethod
    def record(message):
        return Record(
            message.value(), message.key(), tuple((name, value) for name, value in message.headers() or ()),
            message.timestamp()[1], message.offset(), message.partition())


class KafkaPython:
    name = "kafka-python"
    sets_timestamps = True

    def __init__(self, address):
        self.address = address

    def producer(self, **settings):
        return kafka.KafkaProducer(bootstrap_servers=self.address, **{"linger_ms": 20, **settings})

    def consumer(self, *topics, group=None, **settings):
        return kafka.KafkaConsumer(
            *topics, bootstrap_servers=self.address, group_id=group,
            **{"auto_offset_reset": "earliest", "enable_auto_commit": False, **settings})

    def admin(self):
        return kafka.admin.KafkaAdminClient(bootstrap_servers=self.address)

    def produce(self, topic, records, partition=0, codec="none", acks="all", **settings):
        if acks != "all":
            settings["enable_idempotence"] = False
        producer = self.producer(
            compression_type=None if codec == "none" else codec, acks=acks if acks == "all" else int(acks), **settings)
        try:
            futures = [
                producer.send(
                    topic, value=record.value, key=record.key, headers=list(record.headers), partition=partition,
                    timestamp_ms=record.timestamp)
                for record in records]
            producer.flush(PATIENCE)
            for future in futures:
                future.get(PATIENCE)
        finally:
            producer.close(timeout=5)

    def consume(self, topic, partition=0):
        consumer = self.consumer(fetch_max_wait_ms=EMPTY_FETCH)
        try:
            place = kafka.TopicPartition(topic, partition)
            consumer.assign([place])
            consumer.seek(place, 0)
            last = consumer.end_offsets([place])[place]
            records, end = [], time.monotonic() + PATIENCE
            while consumer.position(place) < last:
                expect(time.monotonic() < end, f"{topic}-{partition} was not read to its end: {len(records)} of {last}")
                for batch in consumer.poll(timeout_ms=500).values():
                    records += [self.record(message) for message in batch]
            return records
        finally:
            consumer.close()

    @staticmethod
    def record(message):
        return Record(
            message.value, message.key, tuple((name, value) for name, value in message.headers or ()),
            message.timestamp, message.offset, message.partition)


ALL = [Kcat, Confluent, KafkaPython]


def every(broker):
    """The three clients of a broker."""
    return [client(broker.address) for client in ALL]


def values(prefix, count):
    """Records that differ in length and content, and that compress."""
    return [Record(f"{prefix} {number} ".encode() + b"sluice " * (number % 30)) for number in range(count)]


def create_topic(broker, name, partitions=1, **configuration):
    client = Confluent(broker.address)
    topic = confluent_kafka.admin.NewTopic(
        name, num_partitions=partitions, replication_factor=1,
        config={key.replace("_", "."): str(value) for key, value in configuration.items()})
    client.admin().create_topics([topic])[name].result(PATIENCE)
