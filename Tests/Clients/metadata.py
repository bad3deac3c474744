"""Metadata: what clients learn of the node, of topics, and of what is not there."""
import json

import confluent_kafka
import kafka
from kafka import errors

from clients import Confluent, KafkaPython, Kcat, create_topic, values
from harness import check, equal, expect, fails, main, within


@check("every client sees the node, the topics and their partitions")
def node(broker):
    create_topic(broker, "one")
    create_topic(broker, "three", partitions=3)
    code, output, errors_said = Kcat(broker.address).run("-L", "-J")
    equal(code, 0, errors_said)
    seen = json.loads(output)
    equal([(each["id"], each["name"]) for each in seen["brokers"]], [(1, broker.address)], "kcat's brokers")
    partitions = {topic["topic"]: len(topic["partitions"]) for topic in seen["topics"]}
    equal((partitions["one"], partitions["three"]), (1, 3), "kcat's partitions")

    cluster = Confluent(broker.address).admin().list_topics(timeout=10)
    equal([(each.id, each.host, each.port) for each in cluster.brokers.values()], [(1, "127.0.0.1", broker.port)],
          "confluent-kafka's brokers")
    equal(cluster.controller_id, 1, "confluent-kafka's controller")
    expect(cluster.cluster_id, "confluent-kafka has no cluster id")
    three = cluster.topics["three"].partitions
    equal([(each.id, each.leader, each.replicas, each.isrs) for each in three.values()],
          [(number, 1, [1], [1]) for number in range(3)], "confluent-kafka's partitions")

    consumer = KafkaPython(broker.address).consumer()
    expect({"one", "three"} <= set(consumer.topics()), f"kafka-python's topics are {consumer.topics()}")
    equal(consumer.partitions_for_topic("three"), {0, 1, 2}, "kafka-python's partitions")
    consumer.close()
    admin = KafkaPython(broker.address).admin()
    described = admin.describe_cluster()
    equal((described["cluster_id"], described["controller_id"]), (cluster.cluster_id, 1), "kafka-python's cluster")
    admin.close()


@check("a topic that is not there is made when a producer names it, with the configured number of partitions",
       "num.partitions=4")
def automatic(broker):
    for client in [Kcat(broker.address), Confluent(broker.address), KafkaPython(broker.address)]:
        topic = f"automatic-{client.name}"
        client.produce(topic, values("v", 3), partition=2)
        equal(client.consume(topic, partition=2), values("v", 3), topic)
        equal(len(Confluent(broker.address).admin().list_topics(topic, 10).topics[topic].partitions), 4, topic)


@check("where topics are not made by naming them, every client is told so soon", "auto.create.topics.enable=false")
def unknown(broker):
    unknown_topic = confluent_kafka.KafkaError.UNKNOWN_TOPIC_OR_PART
    with within(10, "kcat's refusal"):
        code, _, said = Kcat(broker.address).run("-C", "-t", "nowhere", "-p", "0", "-e")
        expect(code != 0 and "Unknown topic or partition" in said, f"kcat ended with {code}: {said}")
    topics = Confluent(broker.address).admin().list_topics("nowhere", 10).topics
    equal(topics["nowhere"].error.code(), unknown_topic, "confluent-kafka's error in metadata")
    refused = []
    producer = Confluent(broker.address).producer(topic_metadata_propagation_max_ms=200)
    with within(15, "confluent-kafka's refusal"):
        producer.produce("nowhere", b"v", on_delivery=lambda error, _: refused.append(error and error.code()))
        producer.flush(15)
    expect(refused in ([unknown_topic], [confluent_kafka.KafkaError._UNKNOWN_TOPIC]), f"confluent-kafka got {refused}")
    admin = KafkaPython(broker.address).admin()
    fails(lambda: admin.list_partition_offsets({kafka.TopicPartition("nowhere", 0): kafka.OffsetSpec.LATEST}),
          errors.UnknownTopicOrPartitionError)
    admin.close()
    equal(Confluent(broker.address).admin().list_topics(timeout=10).topics.keys() - {"__consumer_offsets"}, set(),
          "topics after all that")


@check("a partition that a topic does not have is refused, and the connection goes on")
def unknown_partition(broker):
    create_topic(broker, "one")
    client = Confluent(broker.address)
    consumer = client.consumer()
    error = fails(lambda: consumer.get_watermark_offsets(confluent_kafka.TopicPartition("one", 7), 5, cached=False),
                  confluent_kafka.KafkaException)
    expect(error.args[0].code() in (confluent_kafka.KafkaError.UNKNOWN_TOPIC_OR_PART,
                                    confluent_kafka.KafkaError._UNKNOWN_PARTITION), str(error))
    equal(consumer.get_watermark_offsets(confluent_kafka.TopicPartition("one", 0), 5, cached=False), (0, 0), "offsets")
    consumer.close()


@check("topic names that are paths, empty or too long are refused by name")
def bad_names(broker):
    admin = Confluent(broker.address).admin()
    for name in ["../../outside", "a/b", ".", "..", "n" * 250, "white space", "null\x01"]:
        future = admin.create_topics([confluent_kafka.admin.NewTopic(name, 1, 1)])[name]
        error = fails(lambda: future.result(10), confluent_kafka.KafkaException).args[0]
        equal(error.code(), confluent_kafka.KafkaError.TOPIC_EXCEPTION, f"the error of {name[:20]!r}")
    longest = "n" * 249
    create_topic(broker, longest)
    Kcat(broker.address).produce(longest, values("v", 2))
    equal(Kcat(broker.address).consume(longest), values("v", 2), "the topic with the longest name")


main()
