"""Several nodes: clients find their way over all of them, whichever they ask first, also while one is away."""
import json
import threading
import time

import confluent_kafka
import kafka
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, ResourceType
from kafka import errors

from clients import ALL, PATIENCE, Confluent, KafkaPython, Kcat, create_topic, every, values
from harness import check, equal, eventually, expect, fails, main

NODES = 3
PARTITIONS = 6
# How soon clients look again for a node that went away; their own defaults are seconds.
SOON = {"reconnect_backoff_ms": 20, "reconnect_backoff_max_ms": 200}


def leaders(broker, topic):
    """The node of each partition, as a node says it."""
    described = Confluent(broker.address).admin().list_topics(topic, 10).topics[topic]
    return {number: partition.leader for number, partition in described.partitions.items()}


@check("every client sees the same nodes and leaders, whichever node it asks, and the leaders are spread", nodes=NODES)
def metadata(cluster):
    create_topic(cluster, "t", partitions=PARTITIONS)
    expected = leaders(cluster.nodes[0], "t")
    equal(sorted(expected.values()), [1, 1, 2, 2, 3, 3], "the leaders")
    places = {node.node: node.port for node in cluster.nodes}
    ids = set()
    for node in cluster.nodes:
        seen = json.loads(Kcat(node.address).must("-L", "-J", "-t", "t"))
        equal({each["id"]: int(each["name"].rsplit(":", 1)[1]) for each in seen["brokers"]}, places, "kcat's nodes")
        equal({each["partition"]: each["leader"] for each in seen["topics"][0]["partitions"]}, expected, "kcat")
        described = Confluent(node.address).admin().list_topics("t", 10)
        equal(described.controller_id, 1, "the controller")
        ids.add(described.cluster_id)
        equal(leaders(node, "t"), expected, "confluent-kafka's leaders")
        admin = KafkaPython(node.address).admin()
        partitions = admin.describe_topics(["t"])[0]["partitions"]
        equal({each["partition_index"]: each["leader_id"] for each in partitions}, expected, "kafka-python's leaders")
        admin.close()
    equal(len(ids), 1, f"the number of cluster ids {ids}")


@check("what each client writes to each partition through one node is read by every client through another",
       nodes=NODES)
def records(cluster):
    for turn, kind in enumerate(ALL):
        topic = f"from-{kind.name}"
        create_topic(cluster.nodes[turn], topic, partitions=NODES)
        writer = kind(cluster.nodes[turn].address)
        for partition in range(NODES):
            writer.produce(topic, values(f"{partition}", 50), partition=partition)
        for reader in every(cluster.nodes[(turn + 1) % NODES]):
            for partition in range(NODES):
                what = f"{topic}-{partition} read by {reader.name}"
                equal(reader.consume(topic, partition=partition), values(f"{partition}", 50), what)


@check("a topic that a client makes by naming it is there for all of them", "num.partitions=3", nodes=NODES)
def automatic(cluster):
    for turn, client in enumerate([Kcat, Confluent, KafkaPython]):
        topic = f"automatic-{client.name}"
        client(cluster.nodes[turn].address).produce(topic, values("v", 3), partition=2)
        for node in cluster.nodes:
            equal(Confluent(node.address).consume(topic, partition=2), values("v", 3), topic)


@check("groups of all coordinators read all partitions and go on from their offsets through any node",
       "group.min.session.timeout.ms=500", nodes=NODES)
def groups(cluster):
    create_topic(cluster, "t", partitions=PARTITIONS)
    expected = []
    for turn in range(NODES):
        node = cluster.nodes[turn]
        for partition in range(PARTITIONS):
            more = values(f"turn {turn} partition {partition}", 20)
            Confluent(node.address).produce("t", more, partition=partition)
            expected += [record.value for record in more]
        for number in range(4):
            consumer = Confluent(node.address).consumer(group=f"confluent-{number}", session_timeout_ms=6000)
            taken = take(consumer, 20 * PARTITIONS)
            equal(sorted(taken), sorted(expected[-20 * PARTITIONS:]), "confluent-kafka's group")
            consumer.commit(asynchronous=False)
            consumer.close()
        consumer = KafkaPython(node.address).consumer(
            "t", group="kafka-python", session_timeout_ms=6000, heartbeat_interval_ms=200)
        read, end = [], time.monotonic() + PATIENCE
        while len(read) < 20 * PARTITIONS:
            expect(time.monotonic() < end, f"kafka-python's group has read {len(read)} records")
            for batch in consumer.poll(timeout_ms=200).values():
                read += [message.value for message in batch]
        equal(sorted(read), sorted(expected[-20 * PARTITIONS:]), "kafka-python's group")
        consumer.commit()
        consumer.close()
    admin = Confluent(cluster.address).admin()
    found = {group.group_id for group in admin.list_consumer_groups().result(PATIENCE).valid}
    equal(found, {f"confluent-{number}" for number in range(4)} | {"kafka-python"}, "the groups of all nodes")


def take(consumer, count):
    """That many values, of all partitions of the group's topic."""
    consumer.subscribe(["t"])
    read, end = [], time.monotonic() + PATIENCE
    while len(read) < count:
        expect(time.monotonic() < end, f"{len(read)} of {count} records were read")
        for message in consumer.consume(1000, 0.1):
            expect(not message.error(), f"{message.error()}")
            read.append(message.value())
    return read


@check("confluent-kafka: what an administrator asks of any node holds on all of them", nodes=NODES)
def administration_confluent(cluster):
    for turn, node in enumerate(cluster.nodes):
        admin, topic = Confluent(node.address).admin(), f"t{turn}"
        admin.create_topics([NewTopic(topic, 2, 1, config={"retention.ms": "3600000"})])[topic].result(PATIENCE)
        error = fails(lambda: admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(PATIENCE), KafkaException)
        equal(error.args[0].code(), KafkaError.TOPIC_ALREADY_EXISTS, "the error of a second creation")
        admin.create_partitions([NewPartitions(topic, 5)])[topic].result(PATIENCE)
        change = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[
            ConfigEntry("segment.bytes", "123456", incremental_operation=AlterConfigOpType.SET)])
        admin.incremental_alter_configs([change])[change].result(PATIENCE)
        for other in cluster.nodes:
            equal(len(leaders(other, topic)), 5, f"partitions of {topic} at node {other.node}")
            resource = ConfigResource(ResourceType.TOPIC, topic)
            client = Confluent(other.address)
            seen = client.admin().describe_configs([resource])[resource].result(PATIENCE)
            equal((seen["retention.ms"].value, seen["segment.bytes"].value), ("3600000", "123456"), "configuration")
        for partition in range(5):
            Confluent(node.address).produce(topic, values("v", 3), partition=partition)
        admin.delete_topics([topic])[topic].result(PATIENCE)
        for other in cluster.nodes:
            expect(topic not in Confluent(other.address).admin().list_topics(timeout=10).topics, f"{topic} is there")


@check("kafka-python: what an administrator asks of any node holds on all of them", nodes=NODES)
def administration_kafka_python(cluster):
    for turn, node in enumerate(cluster.nodes):
        admin, topic = KafkaPython(node.address).admin(), f"t{turn}"
        admin.create_topics({topic: {"num_partitions": 2, "configs": {"retention.ms": "3600000"}}})
        fails(lambda: admin.create_topics({topic: {"num_partitions": 2}}), errors.TopicAlreadyExistsError)
        admin.create_partitions({topic: kafka.admin.NewPartitions(5)})
        for other in cluster.nodes:
            equal(len(leaders(other, topic)), 5, f"partitions of {topic} at node {other.node}")
        admin.delete_topics([topic])
        for other in cluster.nodes:
            expect(topic not in Confluent(other.address).admin().list_topics(timeout=10).topics, f"{topic} is there")
        admin.close()


@check("a node that is killed leaves the others serving, and serves again when it is back", nodes=NODES)
def killed(cluster):
    create_topic(cluster, "t", partitions=PARTITIONS)
    led = leaders(cluster, "t")
    for partition in range(PARTITIONS):
        Confluent(cluster.address).produce("t", values("before", 50), partition=partition)
    for gone in cluster.nodes:
        gone.kill()
        left = next(node for node in cluster.nodes if node is not gone)
        # All nodes but the dead one are known, and the dead one is asked first.
        for client in ALL:
            several = client(f"{gone.address},{left.address}")
            topic_partition = next(number for number, node in led.items() if node == left.node)
            before = several.consume("t", partition=topic_partition)
            several.produce("t", values(client.name, 10), partition=topic_partition)
            equal(several.consume("t", partition=topic_partition), before + values(client.name, 10), client.name)
        if gone.node != 1:
            client = Confluent(left.address)
            change = client.admin().create_topics([NewTopic("new", 1, 1)])["new"]
            said = str(fails(lambda: change.result(PATIENCE), KafkaException))
            expect(f"node {gone.node} cannot be asked" in said, f"the refusal says {said}")
        gone.start()
        for partition in range(PARTITIONS):
            read = Confluent(cluster.address).consume("t", partition=partition)
            equal(read[:50], values("before", 50), f"partition {partition} after node {gone.node} was killed")
            expect(led == leaders(gone, "t"), "the leaders are others now")
    create_topic(cluster, "new")


@check("records that are written over all partitions while nodes are restarted are each there once, in order",
       nodes=NODES)
def restarted(cluster):
    create_topic(cluster, "t", partitions=PARTITIONS)
    producer = Confluent(cluster.address).producer(acks="all", enable_idempotence=True, linger_ms=2, **SOON)
    done, written, failures = threading.Event(), [[] for _ in range(PARTITIONS)], []

    def write():
        number = 0
        while not done.is_set():
            value = f"{number} ".encode() + b"x" * 200
            written[number % PARTITIONS].append(value)
            producer.produce("t", value, partition=number % PARTITIONS,
                             on_delivery=lambda error, _: failures.append(error) if error else None)
            producer.poll(0)
            number += 1
            time.sleep(0.0005)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for node in cluster.nodes:
            time.sleep(0.3)
            node.restart()
    finally:
        time.sleep(0.3)
        done.set()
        thread.join()
    equal(producer.flush(PATIENCE), 0, "records that were not acknowledged")
    equal(failures, [], "failures")
    for partition in range(PARTITIONS):
        read = Confluent(cluster.address).consume("t", partition=partition)
        equal([record.value for record in read], written[partition], f"partition {partition}")


@check("consumers follow all partitions over the restart of a node and miss nothing", nodes=NODES)
def followed(cluster):
    create_topic(cluster, "t", partitions=PARTITIONS)
    consumer = Confluent(cluster.address).consumer(fetch_wait_max_ms=100, **SOON)
    consumer.assign([confluent_kafka.TopicPartition("t", partition, 0) for partition in range(PARTITIONS)])
    read, expected = [], []
    for turn, node in enumerate(cluster.nodes):
        for partition in range(PARTITIONS):
            more = values(f"turn {turn} partition {partition}", 20)
            Kcat(cluster.address).produce("t", more, partition=partition)
            expected += [record.value for record in more]

        def all_is_read():
            read.extend(message.value() for message in consumer.consume(1000, 0.02) if not message.error())
            return len(read) >= len(expected)

        eventually(all_is_read, f"what was written before node {node.node} was restarted is read")
        node.restart()
    equal(sorted(read), sorted(expected), "what was read")
    consumer.close()


main()
