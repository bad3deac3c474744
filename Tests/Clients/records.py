"""Records: what one client writes, every client reads, whatever the codec and the acknowledgement."""
import random
import time

import confluent_kafka

from clients import ALL, Confluent, Record, create_topic, every, values
from harness import CODECS, check, equal, eventually, expect, main

COUNT = 120


def sample(client, codec):
    """Records with all that a record may have, as far as a client can write it."""
    random.seed(codec)
    records = []
    for number in range(COUNT):
        value = f"{codec} {number} ".encode() + b"sluice" * random.randrange(60)
        key = f"key {number}".encode()
        if number % 10 == 3:
            value = None
        if number % 10 == 5:
            key = None
        if client.sets_timestamps:
            headers = (("number", str(number).encode()), ("codec", codec.encode()), ("number", b"again"))
            # kcat prints headers as text, so that only the others are given all bytes.
            if number % 10 == 7:
                value, key = bytes(range(256)) * 3, bytes(range(255, -1, -1))
            if number % 10 == 9:
                value, key, headers = b"", b"", (("empty", b""),)
            records.append(Record(value, key, headers, timestamp=1_700_000_000_000 + number))
        else:
            records.append(Record(value, key, (("codec", codec.encode()), ("from", b"kcat"))))
    return records


def written_by(name):
    client_type = next(client for client in ALL if client.name == name)

    @check(f"what {name} writes with each codec is stored with it and read by every client")
    def holds(broker):
        create_topic(broker, "codecs", partitions=len(CODECS))
        writer = client_type(broker.address)
        written = {codec: sample(writer, codec) for codec in CODECS}
        for partition, codec in enumerate(CODECS):
            writer.produce("codecs", written[codec], partition=partition, codec=codec)
            equal(broker.codecs_of("codecs", partition), {codec}, "the codecs of the stored batches")
        for reader in every(broker):
            for partition, codec in enumerate(CODECS):
                read = reader.consume("codecs", partition=partition)
                what = f"{codec} from {name}, read by {reader.name}"
                equal(len(read), COUNT, f"the number of records of {what}")
                for expected, found in zip(written[codec], read):
                    equal(found, expected, f"offset {found.offset} of {what}")
                equal([record.offset for record in read], list(range(COUNT)), f"the offsets of {what}")
                if writer.sets_timestamps:
                    times = [record.timestamp for record in written[codec]]
                    equal([record.timestamp for record in read], times, f"the timestamps of {what}")


for each in ALL:
    written_by(each.name)


@check("every client's records are there with acks 0, 1 and all")
def acks(broker):
    for client in every(broker):
        for level in ["0", "1", "all"]:
            topic = f"{client.name}-acks-{level}"
            create_topic(broker, topic)
            written = values(topic, 200)
            client.produce(topic, written, acks=level)
            # Without acknowledgements the client may have ended before the broker has stored all.
            reader = Confluent(broker.address)
            eventually(lambda: len(reader.consume(topic)) >= len(written), f"all records with acks {level}")
            equal(reader.consume(topic), written, f"what {client.name} wrote with acks {level}")


@check("a topic that has a codec of its own stores every record with it, and clients read what was written")
def recompression(broker):
    for codec in ["uncompressed", "gzip", "snappy", "lz4", "zstd"]:
        for client in every(broker):
            topic = f"to-{codec}-{client.name}"
            create_topic(broker, topic, compression_type=codec)
            written = sample(client, "gzip")
            client.produce(topic, written, codec="gzip")
            stored = "none" if codec == "uncompressed" else codec
            equal(broker.codecs_of(topic), {stored}, f"the codecs stored in {topic}")
            for reader in every(broker):
                equal(reader.consume(topic), written, f"{topic} read by {reader.name}")


@check("a topic with the broker's clock replaces the producer's timestamps, and says so")
def broker_clock(broker):
    before = int(time.time() * 1000) - 1000
    for codec in CODECS:
        topic = f"clock-{codec}"
        create_topic(broker, topic, message_timestamp_type="LogAppendTime")
        Confluent(broker.address).produce(
            topic, [Record(b"1", timestamp=1_000_000), Record(b"2", timestamp=2_000_000)], codec=codec)
        after = int(time.time() * 1000) + 1000
        for reader in every(broker):
            for record in reader.consume(topic):
                expect(
                    before <= record.timestamp <= after,
                    f"{reader.name} read {record.timestamp} from {topic}; it was written from {before} to {after}")
        consumer = Confluent(broker.address).consumer()
        consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
        message = consumer.poll(10)
        equal(message.timestamp()[0], confluent_kafka.TIMESTAMP_LOG_APPEND_TIME, f"the type of timestamp in {topic}")
        consumer.close()


main()
