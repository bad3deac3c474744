"""Offsets: by time, from the ends, beyond the ends, and while waiting for what is not written yet."""
import threading
import time

import confluent_kafka
import kafka
from confluent_kafka.admin import OffsetSpec

from clients import Confluent, KafkaPython, Kcat, Record, create_topic, values
from harness import CODECS, check, equal, expect, main, within

START = 1_700_000_000_000


@check("every client finds the first record that is as late as a time, with each codec and over segments")
def by_time(broker):
    create_topic(broker, "times", partitions=len(CODECS), segment_bytes=20_000, index_interval_bytes=500)
    client = Confluent(broker.address)
    written = [Record(b"x" * 300, timestamp=START + number * 1000) for number in range(300)]
    for partition, codec in enumerate(CODECS):
        client.produce("times", written, partition=partition, codec=codec, batch_num_messages=7)
    consumer, other = client.consumer(), KafkaPython(broker.address).consumer()
    # A time before all, of a record, between two, of the last; then a time after all, which no record has.
    wanted = {START - 5000: 0, START + 123_000: 123, START + 123_001: 124, START + 299_000: 299, START + 300_000: None}
    for partition, codec in enumerate(CODECS):
        place = kafka.TopicPartition("times", partition)
        for moment, offset in wanted.items():
            what = f"the offset at {moment - START:+} ms, {codec}"
            found, = consumer.offsets_for_times([confluent_kafka.TopicPartition("times", partition, moment)], 10)
            equal(found.offset, confluent_kafka.OFFSET_END if offset is None else offset, f"{what}, confluent-kafka")
            found = other.offsets_for_times({place: moment})[place]
            equal(found and found.offset, offset, f"{what}, kafka-python")
            if found:
                equal(found.timestamp, START + offset * 1000, f"the timestamp of {what}")
            said = Kcat(broker.address).must("-Q", "-t", f"times:{partition}:{moment}").decode()
            equal(int(said.split("offset")[1]), -1 if offset is None else offset, f"{what}, kcat: {said}")
    consumer.close()
    other.close()


@check("kcat reads from a time up to a time")
def between_times(broker):
    written = [Record(str(number).encode(), timestamp=START + number * 1000) for number in range(100)]
    create_topic(broker, "times")
    Confluent(broker.address).produce("times", written, batch_num_messages=9)
    client = Kcat(broker.address)
    output = client.must("-C", "-t", "times", "-p", "0", "-o", f"s@{START + 20_000}", "-o", f"e@{START + 30_000}", "-e",
                         "-q", "-f", client.FORMAT)
    equal([record.offset for record in client.parse(output)], list(range(20, 30)), "offsets")


@check("the ends of a partition and the latest timestamp are what was written")
def ends(broker):
    create_topic(broker, "ends")
    client = Confluent(broker.address)
    order = [5, 9, 2, 7]
    client.produce("ends", [Record(b"v", timestamp=START + number) for number in order])
    admin = client.admin()
    place = confluent_kafka.TopicPartition("ends", 0)
    for spec, offset in [(OffsetSpec.earliest(), 0), (OffsetSpec.latest(), 4),
                         (OffsetSpec.for_timestamp(START + 6), 1)]:
        equal(admin.list_offsets({place: spec})[place].result(10).offset, offset, f"confluent-kafka, {spec}")
    other = KafkaPython(broker.address).admin()
    place = kafka.TopicPartition("ends", 0)
    for spec, offset in [(kafka.OffsetSpec.EARLIEST, 0), (kafka.OffsetSpec.LATEST, 4)]:
        equal(other.list_partition_offsets({place: spec})[place].offset, offset, f"kafka-python, {spec}")
    other.close()


@check("a consumer that is beyond the end is told so, and starts again where it was told to")
def out_of_range(broker):
    create_topic(broker, "short")
    client = Confluent(broker.address)
    client.produce("short", values("v", 10))
    consumer = client.consumer(auto_offset_reset="error")
    consumer.assign([confluent_kafka.TopicPartition("short", 0, 1000)])
    message = consumer.poll(10)
    expect(message is not None and message.error(), "no error came from beyond the end")
    expect("out of range" in str(message.error()).lower(), str(message.error()))
    consumer.close()
    other = KafkaPython(broker.address).consumer(auto_offset_reset="earliest")
    place = kafka.TopicPartition("short", 0)
    other.assign([place])
    other.seek(place, 1000)
    read = []
    with within(15, "kafka-python's new start"):
        while len(read) < 10:
            read += [message.offset for batch in other.poll(timeout_ms=500).values() for message in batch]
    equal(read, list(range(10)), "offsets after the new start")
    other.close()


@check("records reach a consumer that waits for them at once, long before its wait is over")
def waiting(broker):
    create_topic(broker, "tail")
    producer = Confluent(broker.address).producer(linger_ms=0)
    consumer = Confluent(broker.address).consumer(fetch_wait_max_ms=10_000, socket_timeout_ms=60_000)
    consumer.assign([confluent_kafka.TopicPartition("tail", 0, 0)])
    consumer.poll(0.5)
    delays = []
    for number in range(20):
        time.sleep(0.02)
        written = time.monotonic()
        producer.produce("tail", str(number).encode())
        producer.flush(10)
        message = consumer.poll(9)
        expect(message is not None and message.value() == str(number).encode(), f"record {number} did not come")
        delays.append(time.monotonic() - written)
    expect(sorted(delays)[10] < 1, f"a record took {sorted(delays)[10]:.2f} s in the median")
    consumer.close()


@check("a reader that follows a writer through many segments misses nothing and sees nothing twice")
def following(broker):
    create_topic(broker, "tail", segment_bytes=30_000)
    written = values("v", 8000)
    read = []

    def follow():
        consumer = KafkaPython(broker.address).consumer()
        place = kafka.TopicPartition("tail", 0)
        consumer.assign([place])
        consumer.seek(place, 0)
        end = time.monotonic() + 30
        while len(read) < len(written) and time.monotonic() < end:
            for batch in consumer.poll(timeout_ms=200).values():
                read.extend(message.value for message in batch)
        consumer.close()

    reader = threading.Thread(target=follow)
    reader.start()
    Confluent(broker.address).produce("tail", written, batch_num_messages=50, linger_ms=2)
    reader.join()
    equal(read, [record.value for record in written], "what the follower read")


main()
