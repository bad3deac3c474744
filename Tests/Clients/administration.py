"""Administration: topics, configuration, partitions, groups and records, with both clients that can."""
import os

import confluent_kafka
import kafka
from confluent_kafka import ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource, NewPartitions, NewTopic, OffsetSpec, ResourceType)
from kafka import errors

from clients import PATIENCE, Confluent, KafkaPython, Kcat, create_topic, every, values
from harness import check, equal, eventually, expect, fails, main


def code_of(future):
    """The code of the error that a call of confluent-kafka ends with."""
    return fails(lambda: future.result(PATIENCE), KafkaException).args[0].code()


def topics_of(broker):
    return set(Confluent(broker.address).admin().list_topics(timeout=10).topics) - {"__consumer_offsets"}


def configuration(broker, topic):
    resource = ConfigResource(ResourceType.TOPIC, topic)
    client = Confluent(broker.address)
    return client.admin().describe_configs([resource])[resource].result(PATIENCE)


@check("confluent-kafka: topics are made, described and deleted, and what cannot be is refused by name")
def topics_confluent(broker):
    client = Confluent(broker.address)
    admin = client.admin()
    wanted = [NewTopic("one", 1, 1), NewTopic("five", 5, 1, config={"retention.ms": "3600000"}), NewTopic("any", -1)]
    for future in admin.create_topics(wanted).values():
        future.result(PATIENCE)
    equal(topics_of(broker), {"one", "five", "any"}, "topics")
    refusals = [
        (NewTopic("one", 1, 1), KafkaError.TOPIC_ALREADY_EXISTS),
        (NewTopic("none", 0, 1), KafkaError.INVALID_PARTITIONS),
        (NewTopic("copies", 1, 3), KafkaError.INVALID_REPLICATION_FACTOR),
        (NewTopic("odd", 1, 1, config={"no.such.setting": "1"}), KafkaError.INVALID_CONFIG),
        (NewTopic("odd", 1, 1, config={"retention.ms": "soon"}), KafkaError.INVALID_CONFIG),
        (NewTopic("odd", 1, 1, config={"cleanup.policy": "compact"}), KafkaError.INVALID_CONFIG),
    ]
    for topic, expected in refusals:
        equal(code_of(admin.create_topics([topic])[topic.topic]), expected, f"the error of {topic}")
    admin.create_topics([NewTopic("only-asked", 1, 1)], validate_only=True)["only-asked"].result(PATIENCE)
    equal(topics_of(broker), {"one", "five", "any"}, "topics after refusals and validation")

    described = admin.describe_topics(confluent_kafka.TopicCollection(["five"]))["five"].result(PATIENCE)
    equal([(each.id, each.leader.id) for each in described.partitions], [(number, 1) for number in range(5)],
          "the described partitions")
    admin.delete_topics(["five"])["five"].result(PATIENCE)
    equal(code_of(admin.delete_topics(["five"])["five"]), KafkaError.UNKNOWN_TOPIC_OR_PART, "a second deletion")
    equal(topics_of(broker), {"one", "any"}, "topics after the deletion")
    left = [name for name in os.listdir(broker.data) if name.startswith("five")]
    equal(left, [], "what is left of the deleted topic")
    broker.restart()
    equal(topics_of(broker), {"one", "any"}, "topics after a restart")


@check("kafka-python: topics are made, described and deleted, and what cannot be is refused by name")
def topics_kafka_python(broker):
    admin = KafkaPython(broker.address).admin()
    admin.create_topics({"one": {"num_partitions": 1, "replication_factor": 1},
                         "five": {"num_partitions": 5, "configs": {"retention.ms": "3600000"}}})
    expect({"one", "five"} <= set(admin.list_topics()), f"topics are {admin.list_topics()}")
    described, = admin.describe_topics(["five"])
    equal(sorted(each["partition_index"] for each in described["partitions"]), list(range(5)), "described partitions")
    fails(lambda: admin.create_topics({"one": {"num_partitions": 1}}), errors.TopicAlreadyExistsError)
    fails(lambda: admin.create_topics({"copies": {"replication_factor": 2}}), errors.InvalidReplicationFactorError)
    fails(lambda: admin.create_topics({"a/b": {}}), errors.InvalidTopicError)
    admin.delete_topics(["five"])
    fails(lambda: admin.delete_topics(["five"]), errors.UnknownTopicOrPartitionError)
    expect("five" not in admin.list_topics(), "the deleted topic is listed")
    admin.close()


@check("a topic that is made again under a deleted one's name is empty and takes records")
def made_again(broker):
    client = Confluent(broker.address)
    for turn in range(5):
        create_topic(broker, "again", partitions=turn + 1)
        equal(client.consume("again", partition=turn), [], "what a new topic has")
        client.produce("again", values(f"turn {turn}", 50), partition=turn)
        for reader in every(broker):
            equal(reader.consume("again", partition=turn), values(f"turn {turn}", 50), reader.name)
        client.admin().delete_topics(["again"])["again"].result(PATIENCE)


@check("a topic's configuration is described with where each value comes from, changed, and kept over a restart",
       "log.retention.ms=86400000")
def configs(broker):
    create_topic(broker, "t", segment_bytes=1_000_000)
    client = Confluent(broker.address)
    admin = client.admin()

    def seen(name):
        entry = configuration(broker, "t")[name]
        return entry.value, ConfigSource(entry.source)

    own, default = ConfigSource.DYNAMIC_TOPIC_CONFIG, ConfigSource.DEFAULT_CONFIG
    equal(seen("segment.bytes"), ("1000000", own), "segment.bytes")
    equal(seen("compression.type"), ("producer", default), "compression.type")
    value, source = seen("retention.ms")
    equal(value, "86400000", "retention.ms")
    expect(source not in (own, default), f"retention.ms of the broker's configuration comes from {source}")

    def incremental(name, value, operation):
        change = ConfigResource(ResourceType.TOPIC, "t", incremental_configs=[
            ConfigEntry(name, value, incremental_operation=operation)])
        return admin.incremental_alter_configs([change])[change]

    incremental("retention.ms", "1000000", AlterConfigOpType.SET).result(PATIENCE)
    equal((seen("retention.ms"), seen("segment.bytes")), (("1000000", own), ("1000000", own)), "one more is set")
    equal(code_of(incremental("retention.ms", "never", AlterConfigOpType.SET)), KafkaError.INVALID_CONFIG, "bad value")
    equal(code_of(incremental("no.such", "1", AlterConfigOpType.SET)), KafkaError.INVALID_CONFIG, "an unknown name")
    broker.restart()
    equal((seen("retention.ms"), seen("segment.bytes")), (("1000000", own), ("1000000", own)), "after a restart")
    incremental("segment.bytes", None, AlterConfigOpType.DELETE).result(PATIENCE)
    equal(seen("segment.bytes")[1], default, "where segment.bytes comes from after it was deleted")

    # The old call replaces all: what it does not name goes back to its default.
    change = ConfigResource(ResourceType.TOPIC, "t", set_config={"max.message.bytes": "5000"})
    admin.alter_configs([change])[change].result(PATIENCE)
    equal((seen("max.message.bytes"), seen("retention.ms")[0]), (("5000", own), "86400000"), "after alter_configs")
    refused = []
    producer = Confluent(broker.address).producer()
    producer.produce("t", b"x" * 6000, on_delivery=lambda error, _: refused.append(error and error.code()))
    producer.flush(10)
    equal(refused, [KafkaError.MSG_SIZE_TOO_LARGE], "a changed setting's effect")

    missing = ConfigResource(ResourceType.TOPIC, "missing")
    equal(code_of(admin.describe_configs([missing])[missing]), KafkaError.UNKNOWN_TOPIC_OR_PART, "a missing topic")
    node = ConfigResource(ResourceType.BROKER, "1")
    equal(admin.describe_configs([node])[node].result(PATIENCE)["log.dirs"].value, broker.data, "log.dirs")

    other = KafkaPython(broker.address).admin()
    resource = kafka.admin.ConfigResource("TOPIC", "t", {"compression.type": "zstd"})
    other.alter_configs([resource])
    equal(seen("compression.type"), ("zstd", own), "compression.type, set by kafka-python")
    equal(seen("max.message.bytes"), ("5000", own), "what kafka-python did not name")
    described = other.describe_configs([kafka.admin.ConfigResource("TOPIC", "t")])["topic"]["t"]
    equal(described["compression.type"]["value"], "zstd", "kafka-python's description")
    other.close()
    Confluent(broker.address).produce("t", values("v", 10))
    equal(broker.codecs_of("t"), {"zstd"}, "the codec of a topic whose compression.type was changed")


@check("partitions are added and used, and never taken away")
def partitions(broker):
    create_topic(broker, "t", partitions=2)
    client = Confluent(broker.address)
    client.produce("t", values("before", 20), partition=1)
    client.admin().create_partitions([NewPartitions("t", 4)])["t"].result(PATIENCE)
    for each in every(broker):
        each.produce("t", values(each.name, 20), partition=3)
    equal(client.consume("t", partition=1), values("before", 20), "an old partition")
    equal(client.consume("t", partition=3), [record for each in every(broker) for record in values(each.name, 20)],
          "a new partition")
    for count in [4, 1]:
        equal(code_of(client.admin().create_partitions([NewPartitions("t", count)])["t"]),
              KafkaError.INVALID_PARTITIONS, f"{count} partitions of 4")
    equal(code_of(client.admin().create_partitions([NewPartitions("missing", 3)])["missing"]),
          KafkaError.UNKNOWN_TOPIC_OR_PART, "partitions of a missing topic")
    admin = KafkaPython(broker.address).admin()
    admin.create_partitions({"t": 6})
    admin.close()
    broker.restart()
    equal(len(client.admin().list_topics("t", 10).topics["t"].partitions), 6, "partitions after a restart")


@check("records are deleted up to an offset, and stay deleted over a restart")
def delete_records(broker):
    create_topic(broker, "t", segment_bytes=5000)
    client = Confluent(broker.address)
    written = values("v", 500)
    client.produce("t", written, batch_num_messages=10)
    deleted = client.admin().delete_records([TopicPartition("t", 0, 123)])
    for place, future in deleted.items():
        equal(future.result(PATIENCE).low_watermark, 123, f"the low watermark of {place}")
    equal(client.consumer().get_watermark_offsets(TopicPartition("t", 0), 10), (123, 500), "the ends")
    for reader in every(broker):
        first = [record.offset for record in reader.consume("t")][:1]
        equal(first, [123], f"the first offset that {reader.name} reads")
    broker.restart()
    equal(client.consumer().get_watermark_offsets(TopicPartition("t", 0), 10), (123, 500), "the ends after a restart")
    admin = KafkaPython(broker.address).admin()
    place = kafka.TopicPartition("t", 0)
    equal(admin.delete_records({place: 200})[place]["low_watermark"], 200, "kafka-python's low watermark")
    fails(lambda: admin.delete_records({place: 501}), errors.OffsetOutOfRangeError)
    admin.delete_records({place: -1})
    admin.close()
    equal(client.consumer().get_watermark_offsets(TopicPartition("t", 0), 10), (500, 500), "the ends without records")
    Kcat(broker.address).produce("t", values("new", 5))
    equal([record.offset for record in client.consume("t")], list(range(500, 505)), "offsets after the deletion")


@check("groups are listed, described, their offsets altered, and deleted when nobody is in them",
       "group.initial.rebalance.delay.ms=0")
def groups(broker):
    create_topic(broker, "t", partitions=2)
    client = Confluent(broker.address)
    admin = client.admin()
    client.produce("t", values("v", 10))
    consumer = client.consumer(group="living", client_id="reader")
    consumer.subscribe(["t"])
    eventually(lambda: consumer.poll(0.2), "the first record")
    consumer.commit(asynchronous=False)
    past = client.consumer(group="past")
    past.commit(offsets=[TopicPartition("t", 0, 7)], asynchronous=False)
    past.close()

    listed = {each.group_id: each.state for each in admin.list_consumer_groups().result(PATIENCE).valid}
    equal(listed, {"living": ConsumerGroupState.STABLE, "past": ConsumerGroupState.EMPTY}, "groups")
    stable = admin.list_consumer_groups(states={ConsumerGroupState.STABLE}).result(PATIENCE).valid
    equal([each.group_id for each in stable], ["living"], "groups that are stable")
    living = admin.describe_consumer_groups(["living"])["living"].result(PATIENCE)
    equal((living.state, living.coordinator.id, [member.client_id for member in living.members]),
          (ConsumerGroupState.STABLE, 1, ["reader"]), "the group with a member")
    equal(len(living.members[0].assignment.topic_partitions), 2, "its member's partitions")
    expect(living.partition_assignor in ("range", "roundrobin"), f"its assignor is {living.partition_assignor}")
    past_places = [ConsumerGroupTopicPartitions("past")]
    offsets = admin.list_consumer_group_offsets(past_places)["past"].result(PATIENCE).topic_partitions
    equal([(place.partition, place.offset) for place in offsets], [(0, 7)], "the offsets of the group without members")
    change = ConsumerGroupTopicPartitions("past", [TopicPartition("t", 0, 3)])
    admin.alter_consumer_group_offsets([change])["past"].result(PATIENCE)

    other = KafkaPython(broker.address).admin()
    equal({each["group_id"] for each in other.list_groups()}, {"living", "past"}, "kafka-python's groups")
    equal(other.describe_groups(["living"])["living"]["group_state"], "Stable", "kafka-python's state of the group")
    place = kafka.TopicPartition("t", 0)
    equal(other.list_group_offsets("past")["past"][place].offset, 3, "kafka-python's offset of the group")

    equal(code_of(admin.delete_consumer_groups(["living"])["living"]), KafkaError.NON_EMPTY_GROUP, "a group in use")
    consumer.close()
    admin.delete_consumer_groups(["living"])["living"].result(PATIENCE)
    equal(code_of(admin.delete_consumer_groups(["living"])["living"]), KafkaError.GROUP_ID_NOT_FOUND, "a second time")
    broker.restart()
    equal([each.group_id for each in admin.list_consumer_groups().result(PATIENCE).valid], ["past"], "after a restart")
    other.close()
    other = KafkaPython(broker.address).admin()
    equal(other.delete_groups(["past"]), {"past": "OK"}, "kafka-python's deletion")
    equal(admin.list_consumer_groups().result(PATIENCE).valid, [], "groups in the end")
    other.close()


@check("the cluster is described")
def cluster(broker):
    client = Confluent(broker.address)
    described = client.admin().describe_cluster().result(PATIENCE)
    equal((described.controller.id, [(node.id, node.port) for node in described.nodes]), (1, [(1, broker.port)]),
          "the described cluster")


@check("offsets are listed for many partitions at a time")
def many_offsets(broker):
    create_topic(broker, "t", partitions=50)
    client = Confluent(broker.address)
    for partition in range(0, 50, 7):
        client.produce("t", values("v", partition + 1), partition=partition)
    found = client.admin().list_offsets({TopicPartition("t", number): OffsetSpec.latest() for number in range(50)})
    equal({place.partition: future.result(PATIENCE).offset for place, future in found.items()},
          {number: number + 1 if number % 7 == 0 else 0 for number in range(50)}, "the ends")


main()
