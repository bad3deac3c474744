"""Producers: idempotence, sizes, refusals."""

import confluent_kafka
from kafka import errors

from clients import Confluent, KafkaPython, Kcat, Record, create_topic, every, values
from harness import CODECS, check, equal, expect, fails, main, within

TOO_LARGE = confluent_kafka.KafkaError.MSG_SIZE_TOO_LARGE


@check("idempotent producers write each record once and in order, with many requests in flight")
def idempotence(broker):
    create_topic(broker, "once")
    client = Confluent(broker.address)
    written = values("confluent", 5000)
    client.produce("once", written, enable_idempotence=True, max_in_flight=5, linger_ms=0, batch_num_messages=20)
    more = values("kafka-python", 1000)
    KafkaPython(broker.address).produce("once", more, enable_idempotence=True, linger_ms=0, batch_size=1000)
    last = values("kcat", 1000)
    Kcat(broker.address).produce("once", last, settings={"enable.idempotence": "true", "batch.num.messages": 50})
    equal(client.consume("once"), written + more + last, "what three idempotent producers wrote")


@check("an idempotent producer goes on over a restart of the broker without a duplicate or a gap")
def idempotence_over_restart(broker):
    create_topic(broker, "once")
    client = Confluent(broker.address)
    producer = client.producer(
        enable_idempotence=True, linger_ms=1, reconnect_backoff_max_ms=200, retry_backoff_ms=50, batch_num_messages=20)
    failures = []
    written = values("v", 3000)
    for number, record in enumerate(written):
        producer.produce("once", record.value, partition=0,
                         on_delivery=lambda error, _: failures.append(error) if error else None)
        producer.poll(0)
        if number in (1000, 2000):
            broker.restart()
    equal(producer.flush(30), 0, "records that were not acknowledged")
    equal(failures, [], "failures")
    equal(client.consume("once"), written, "what was written over two restarts")


@check("transactions are refused with an error that says so, and soon")
def transactions(broker):
    create_topic(broker, "plain")
    with within(10, "confluent-kafka's refusal"):
        producer = Confluent(broker.address).producer(transactional_id="t")
        error = fails(lambda: producer.init_transactions(8), confluent_kafka.KafkaException).args[0]
        expect(error.code() != confluent_kafka.KafkaError._TIMED_OUT, f"confluent-kafka timed out: {error}")
        print(f"       confluent-kafka was told: {error}")
    with within(15, "kafka-python's refusal"):
        producer = KafkaPython(broker.address).producer(transactional_id="t", max_block_ms=8000)
        error = fails(producer.init_transactions, errors.KafkaError)
        expect(not isinstance(error, errors.KafkaTimeoutError), f"kafka-python timed out: {error!r}")
        print(f"       kafka-python was told: {error!r}")
        producer.close(timeout=1)
    with within(10, "kcat's refusal"):
        code, _, said = Kcat(broker.address).run(
            "-P", "-t", "plain", input=b"v\n", settings={"transactional.id": "t"}, seconds=10)
        expect(code != 0, f"kcat's transaction went through: {said}")
    equal(Confluent(broker.address).consume("plain"), [], "what transactions wrote")


@check("a record may be as large as the topic allows, and one that is larger is refused by name; others go on")
def sizes(broker):
    create_topic(broker, "small", max_message_bytes=20_000)
    create_topic(broker, "large", max_message_bytes=20_000_000)
    large = Record(bytes(range(256)) * 40_000, b"key")
    confluent = Confluent(broker.address)
    confluent.produce("large", [large], message_max_bytes=20_000_000)
    KafkaPython(broker.address).produce("large", [large], max_request_size=20_000_000)
    for reader in every(broker):
        equal(reader.consume("large"), [large, large], f"large records read by {reader.name}")

    refused = []
    producer = confluent.producer(message_max_bytes=20_000_000)
    for value in [b"before", b"x" * 30_000, b"after"]:
        producer.produce("small", value, on_delivery=lambda error, _: refused.append(error and error.code()))
        producer.flush(10)
    equal(refused, [None, TOO_LARGE, None], "confluent-kafka's deliveries")
    # kafka-python's idempotent producer gives up for good after a refused record; that is its own doing.
    producer = KafkaPython(broker.address).producer(enable_idempotence=False)
    fails(lambda: producer.send("small", b"x" * 30_000).get(10), errors.MessageSizeTooLargeError)
    producer.send("small", b"again").get(10)
    producer.close()
    equal([record.value for record in confluent.consume("small")], [b"before", b"after", b"again"], "what was taken")


@check("the broker's own bound on messages is that of its topics", "message.max.bytes=5000")
def bound_of_the_broker(broker):
    refused = []
    create_topic(broker, "bounded")
    producer = Confluent(broker.address).producer()
    for size in [4000, 6000]:
        producer.produce("bounded", b"x" * size, on_delivery=lambda error, _: refused.append(error and error.code()))
        producer.flush(10)
    equal(refused, [None, TOO_LARGE], "deliveries")


@check("batches of thousands of records arrive whole with each codec")
def large_batches(broker):
    client = Confluent(broker.address)
    create_topic(broker, "batches", partitions=len(CODECS))
    written = values("v", 20_000)
    for partition, codec in enumerate(CODECS):
        client.produce("batches", written, partition=partition, codec=codec,
                       batch_num_messages=10_000, batch_size=1_000_000, linger_ms=100)
        equal(client.consume("batches", partition=partition), written, codec)


@check("keys go to the same partitions with every client that hashes them as Java does")
def partitioners(broker):
    create_topic(broker, "keyed", partitions=7)
    producer = Confluent(broker.address).producer(partitioner="murmur2_random")
    other = KafkaPython(broker.address).producer()
    for number in range(200):
        producer.produce("keyed", b"confluent", key=str(number).encode())
        other.send("keyed", b"kafka-python", key=str(number).encode())
    producer.flush(10)
    other.close()
    places = {b"confluent": {}, b"kafka-python": {}}
    for partition in range(7):
        for record in Confluent(broker.address).consume("keyed", partition=partition):
            places[record.value][record.key] = partition
    equal(len(places[b"confluent"]), 200, "keys")
    equal(places[b"confluent"], places[b"kafka-python"], "the partitions of keys")


main()
