"""What confluent-kafka (librdkafka) does with a broker. Usage: confluent_client.py HOST:PORT STEP; exit 0 when all held."""
import sys
import time
import uuid

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec)

SERVERS = sys.argv[1]
COUNT = 500


def producer(**settings):
    return Producer({"bootstrap.servers": SERVERS, "linger.ms": 5, **settings})


def admin():
    return AdminClient({"bootstrap.servers": SERVERS})


def produce(topic, values, timestamp=0, **settings):
    failures = []
    sender = producer(**settings)
    for value in values:
        sender.produce(topic, value=value, key=value, timestamp=timestamp,
                       on_delivery=lambda error, _: failures.append(error) if error else None)
        sender.poll(0)
    assert sender.flush(20) == 0, "not everything was acknowledged"
    assert not failures, failures[:3]


def consume(consumer, count, seconds=20):
    values, end = [], time.time() + seconds
    while len(values) < count and time.time() < end:
        message = consumer.poll(0.2)
        if message is None:
            continue
        assert not message.error(), message.error()
        values.append(message.value())
    return values


def consume_assigned(topic, count, offset=0):
    consumer = Consumer({"bootstrap.servers": SERVERS, "group.id": "none", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, offset)])
    values = consume(consumer, count)
    consumer.close()
    return values


def values(prefix):
    return [f"{prefix}-{number}".encode() + b"." * (number % 200) for number in range(COUNT)]


def codecs():
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        produce(f"cc-{codec}", values(codec), **{"compression.type": codec})
        assert consume_assigned(f"cc-{codec}", COUNT) == values(codec), codec


def idempotence():
    produce("cc-idempotent", values("i"), **{"enable.idempotence": True})
    assert consume_assigned("cc-idempotent", COUNT) == values("i")


def acks():
    for level in ["0", "1", "all"]:
        produce(f"cc-acks-{level}", values(level), acks=level)
        assert consume_assigned(f"cc-acks-{level}", COUNT) == values(level), level


def group():
    topic = "cc-group"
    client = admin()
    client.create_topics([NewTopic(topic, num_partitions=4)])[topic].result(10)
    produce(topic, values("g"))
    settings = {"bootstrap.servers": SERVERS, "group.id": "cc-g", "auto.offset.reset": "earliest",
                "session.timeout.ms": 6000, "enable.auto.commit": False}
    consumers = [Consumer(settings), Consumer(settings)]
    for consumer in consumers:
        consumer.subscribe([topic])
    seen, end = [], time.time() + 30
    while time.time() < end and (len(seen) < COUNT or not all(c.assignment() for c in consumers)):
        for consumer in consumers:
            message = consumer.poll(0.05)
            if message is not None and not message.error():
                seen.append(message.value())
    assert sorted(set(seen)) == sorted(values("g")), f"{len(set(seen))} of {COUNT}"
    assert sorted(len(c.assignment()) for c in consumers) == [2, 2]
    for consumer in consumers:
        try:
            consumer.commit(asynchronous=False)
        except Exception as error:
            assert "NO_OFFSET" in str(error), error
    for consumer in consumers:
        consumer.close()
    # Nothing is left to read for the next member of the group.
    later = Consumer(settings)
    positions = later.committed([TopicPartition(topic, number) for number in range(4)], 10)
    assert sum(max(0, position.offset) for position in positions) <= COUNT
    later.close()


def times():
    topic = "cc-times"
    for time_of in [1_000_000, 2_000_000, 3_000_000]:
        produce(topic, [str(time_of).encode()], timestamp=time_of)
    consumer = Consumer({"bootstrap.servers": SERVERS, "group.id": "none"})
    found = consumer.offsets_for_times([TopicPartition(topic, 0, 1_500_000)], 10)
    assert found[0].offset == 1, found
    assert consumer.get_watermark_offsets(TopicPartition(topic, 0), 10) == (0, 3)
    consumer.close()


def administration():
    client, topic = admin(), f"cc-admin-{uuid.uuid4().hex[:8]}"
    client.create_topics([NewTopic(topic, num_partitions=2, config={"retention.ms": "3600000"})])[topic].result(10)
    assert len(client.list_topics(topic, 10).topics[topic].partitions) == 2
    client.create_partitions([NewPartitions(topic, 3)])[topic].result(10)
    assert len(client.list_topics(topic, 10).topics[topic].partitions) == 3
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)

    def configuration():
        return {name: entry.value for name, entry in client.describe_configs([resource])[resource].result(10).items()}

    assert configuration()["retention.ms"] == "3600000"
    change = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[
        ConfigEntry("retention.ms", "7200000", incremental_operation=AlterConfigOpType.SET)])
    client.incremental_alter_configs([change])[change].result(10)
    assert configuration()["retention.ms"] == "7200000"
    broker = ConfigResource(ConfigResource.Type.BROKER, "1")
    assert "log.dirs" in client.describe_configs([broker])[broker].result(10)
    produce(topic, [b"a", b"b", b"c"], partitioner="consistent")
    offsets = client.list_offsets({TopicPartition(topic, n): OffsetSpec.latest() for n in range(3)})
    assert sum(future.result(10).offset for future in offsets.values()) == 3
    assert client.describe_cluster().result(10).controller.id == 1
    assert client.list_consumer_groups().result(10).errors == []
    client.delete_topics([topic])[topic].result(10)
    assert topic not in client.list_topics(timeout=10).topics


def before_restart():
    produce("cc-restart", values("r"), **{"enable.idempotence": True})
    consumer = Consumer({"bootstrap.servers": SERVERS, "group.id": "cc-restart", "auto.offset.reset": "earliest",
                         "enable.auto.commit": False})
    consumer.subscribe(["cc-restart"])
    assert len(consume(consumer, 100)) == 100
    consumer.commit(offsets=[TopicPartition("cc-restart", 0, 100)], asynchronous=False)
    consumer.close()


def after_restart():
    consumer = Consumer({"bootstrap.servers": SERVERS, "group.id": "cc-restart", "auto.offset.reset": "error"})
    consumer.subscribe(["cc-restart"])
    assert consume(consumer, COUNT - 100) == values("r")[100:]
    consumer.close()


for step in sys.argv[2:]:
    globals()[step]()
    print(step, "held")
