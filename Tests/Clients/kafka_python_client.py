"""What kafka-python does with a broker. Usage: kafka_python_client.py HOST:PORT STEP…; exit 0 when all held."""
import sys
import time
import uuid

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewPartitions, NewTopic

SERVERS = sys.argv[1]
COUNT = 300


def values(prefix):
    return [f"{prefix}-{number}".encode() + b"." * (number % 200) for number in range(COUNT)]


def produce(topic, items, **settings):
    producer = KafkaProducer(bootstrap_servers=SERVERS, linger_ms=5, **settings)
    futures = [producer.send(topic, value=item) for item in items]
    producer.flush(20)
    for future in futures:
        future.get(10)
    producer.close()


def consume(consumer, count, seconds=20):
    items, end = [], time.time() + seconds
    while len(items) < count and time.time() < end:
        for records in consumer.poll(timeout_ms=200).values():
            items += [record.value for record in records]
    return items


def consume_assigned(topic, count):
    consumer = KafkaConsumer(bootstrap_servers=SERVERS, group_id=None, enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    items = consume(consumer, count)
    consumer.close()
    return items


def codecs():
    for codec in [None, "gzip", "snappy", "lz4", "zstd"]:
        topic = f"kp-{codec or 'none'}"
        produce(topic, values(topic), compression_type=codec)
        assert consume_assigned(topic, COUNT) == values(topic), codec


def idempotence():
    produce("kp-idempotent", values("i"), enable_idempotence=True)
    assert consume_assigned("kp-idempotent", COUNT) == values("i")


def acks():
    for level in [0, 1, "all"]:
        settings = {} if level == "all" else {"enable_idempotence": False}
        produce(f"kp-acks-{level}", values(str(level)), acks=level, **settings)
        assert consume_assigned(f"kp-acks-{level}", COUNT) == values(str(level)), level


def group():
    topic = f"kp-group-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=SERVERS)
    admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
    produce(topic, values("g"))
    settings = dict(bootstrap_servers=SERVERS, group_id="kp-g", auto_offset_reset="earliest",
                    enable_auto_commit=False)
    consumer = KafkaConsumer(topic, **settings)
    assert sorted(consume(consumer, COUNT)) == sorted(values("g"))
    consumer.commit()
    consumer.close()
    later = KafkaConsumer(topic, **settings)
    assert consume(later, 1, seconds=2) == []
    total = sum(later.committed(TopicPartition(topic, number)) or 0 for number in range(2))
    assert total == COUNT, total
    later.close()
    admin.close()


def administration():
    admin, topic = KafkaAdminClient(bootstrap_servers=SERVERS), f"kp-admin-{uuid.uuid4().hex[:8]}"
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    assert topic in admin.list_topics()
    admin.create_partitions({topic: NewPartitions(total_count=3)})
    produce(topic, [b"a", b"b"])
    consumer = KafkaConsumer(bootstrap_servers=SERVERS)
    assert len(consumer.partitions_for_topic(topic)) == 3
    consumer.close()
    admin.delete_topics([topic])
    assert topic not in admin.list_topics()
    admin.close()


for step in sys.argv[2:]:
    globals()[step]()
    print(step, "held")
