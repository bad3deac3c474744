"""Consumer groups: who reads what, from where, and what happens when members or the broker come and go."""
import queue
import signal
import subprocess
import threading
import time

import confluent_kafka
import kafka

from clients import PATIENCE, Confluent, KafkaPython, Kcat, create_topic, values
from harness import check, equal, eventually, expect, main, start_child

PARTITIONS = 4
QUICK = ("group.initial.rebalance.delay.ms=200", "group.min.session.timeout.ms=500")


class ConfluentMember:
    """A member of a group that keeps what it reads and counts how often it was given partitions."""

    def __init__(self, broker, group, topic, **settings):
        self.read = []
        self.rebalances = 0
        self.errors = []
        self.consumer = Confluent(broker.address).consumer(
            group=group, session_timeout_ms=6000, heartbeat_interval_ms=200, **settings)
        self.consumer.subscribe([topic], on_assign=self.assigned)

    def assigned(self, _, partitions):
        self.rebalances += 1

    def step(self):
        for message in self.consumer.consume(1000, 0.02):
            if message.error():
                self.errors.append(message.error())
            else:
                self.read.append(message.value())

    @property
    def partitions(self):
        return {place.partition for place in self.consumer.assignment()}

    def commit(self):
        self.consumer.commit(asynchronous=False)

    @property
    def turns(self):
        """What changes with each rebalance."""
        return self.rebalances

    def close(self):
        self.consumer.close()


class KafkaPythonMember(threading.Thread):
    """The same with kafka-python, which has to be polled without pause: it joins anew when an answer of the group comes
    between two polls."""

    def __init__(self, broker, group, topic, **settings):
        super().__init__()
        self.read = []
        self.errors = []
        self.partitions = set()
        self.orders = queue.Queue()
        self.consumer = KafkaPython(broker.address).consumer(
            topic, group=group, session_timeout_ms=6000, heartbeat_interval_ms=200, **settings)
        self.start()

    def run(self):
        order = None
        while order != self.consumer.close:
            try:
                for batch in self.consumer.poll(timeout_ms=200).values():
                    self.read += [message.value for message in batch]
                self.partitions = {place.partition for place in self.consumer.assignment()}
            except kafka.errors.KafkaError as error:
                self.errors.append(error)
            if self.orders.empty():
                continue
            order = self.orders.get()
            try:
                order()
            except kafka.errors.KafkaError as error:
                self.errors.append(error)
            self.orders.task_done()

    @property
    def turns(self):
        return self.consumer.group_metadata().generation_id

    def step(self):
        time.sleep(0.02)

    def commit(self):
        self.orders.put(self.consumer.commit)
        self.orders.join()

    def close(self):
        self.orders.put(self.consumer.close)
        self.join(PATIENCE)


def produce(broker, topic, prefix, count=100):
    """Records to every partition; their values in any order."""
    client = Confluent(broker.address)
    records = values(prefix, count)
    for partition in range(PARTITIONS):
        client.produce(topic, records[partition::PARTITIONS], partition=partition)
    return sorted(record.value for record in records)


def run_until(members, question, what, seconds=30):
    def turn():
        for member in members:
            member.step()
        return question()

    eventually(turn, what, seconds)
    for member in members:
        expect(not member.errors, f"{what}: {member.errors}")


def everything(members):
    return sorted(value for member in members for value in member.read)


def shares(members, sizes):
    """Whether the partitions are dealt out in such shares, each to one."""
    held = [member.partitions for member in members]
    return sorted(map(len, held)) == sorted(sizes) and len(set().union(*held)) == PARTITIONS


def life_of_a_group(first_kind, second_kind):
    def holds(broker):
        create_topic(broker, "shared", partitions=PARTITIONS)
        expected = produce(broker, "shared", "first")
        first = first_kind(broker, "group", "shared")
        run_until([first], lambda: len(first.read) >= len(expected), "one member reads all")
        equal(everything([first]), expected, "what one member read")
        equal(first.partitions, set(range(PARTITIONS)), "the partitions of the only member")
        first.commit()

        second = second_kind(broker, "group", "shared")
        members = [first, second]
        run_until(members, lambda: shares(members, [2, 2]), "two members share the partitions")
        more = produce(broker, "shared", "second")
        expected = sorted(expected + more)
        run_until(members, lambda: len(everything(members)) >= len(expected), "two members read what is new")
        equal(everything(members), expected, "what two members read")
        expect(second.read, "the second member read nothing")

        for member in members:
            member.commit()
        read = first.read
        first.close()
        run_until([second], lambda: len(second.partitions) == PARTITIONS, "the one that stays gets all partitions")
        more = produce(broker, "shared", "third")
        run_until([second], lambda: len(read + second.read) >= len(expected + more), "the one that stays reads all")
        equal(sorted(read + second.read), sorted(expected + more), "what was read in the end")
        second.commit()
        second.close()

        # A later member starts where the group ended.
        later = first_kind(broker, "group", "shared")
        more = produce(broker, "shared", "fourth")
        run_until([later], lambda: len(later.read) >= len(more), "a later member reads what is new")
        equal(everything([later]), more, "what a later member read")
        later.close()

    return holds


for one, other in [
        (ConfluentMember, ConfluentMember), (KafkaPythonMember, KafkaPythonMember),
        (ConfluentMember, KafkaPythonMember)]:
    names = f"{one.__name__} and {other.__name__}".replace("Member", "")
    check(f"{names}: members share partitions, hand them over, and go on from committed offsets", *QUICK)(
        life_of_a_group(one, other))


def over_a_restart(kind):
    @check(f"{kind.__name__.replace('Member', '')}: a restart of the broker is no rebalance", *QUICK)
    def holds(broker):
        create_topic(broker, "shared", partitions=PARTITIONS)
        members = [kind(broker, "group", "shared") for _ in range(2)]
        run_until(members, lambda: shares(members, [2, 2]), "two members share the partitions")
        before = [(member.partitions, member.turns) for member in members]
        broker.restart()
        expected = produce(broker, "shared", "after")
        run_until(members, lambda: len(everything(members)) >= len(expected), "the members go on")
        # Three heartbeats more, so that a member that was told to join again would have done so.
        end = time.monotonic() + 1
        run_until(members, lambda: time.monotonic() > end, "they heartbeat")
        equal([(member.partitions, member.turns) for member in members], before, "partitions and turns")
        equal(everything(members), expected, "what they read")
        for member in members:
            member.close()


over_a_restart(ConfluentMember)
over_a_restart(KafkaPythonMember)


@check("kcat -G reads each record once over several runs", *QUICK)
def kcat_runs(broker):
    create_topic(broker, "shared", partitions=PARTITIONS)
    client = Kcat(broker.address)

    def read():
        output = client.must("-G", "group", "-e", "-q", "-f", client.FORMAT, "shared",
                             settings={"auto.offset.reset": "earliest", "session.timeout.ms": 6000})
        return sorted(record.value for record in client.parse(output))

    equal(read(), [], "before there is anything")
    first = produce(broker, "shared", "first")
    equal(read(), first, "the first run")
    equal(read(), [], "a run when there is nothing new")
    second = produce(broker, "shared", "second")
    equal(read(), second, "a run with new records")


@check("what a member held that was killed goes to the others after its session", *QUICK)
def killed_member(broker):
    create_topic(broker, "shared", partitions=PARTITIONS)
    process = start_child(
        ["kcat", "-b", broker.address, "-G", "group", "-q", "-X", "session.timeout.ms=1000",
         "-X", "heartbeat.interval.ms=200", "-X", "auto.offset.reset=earliest", "shared"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    member = ConfluentMember(broker, "group", "shared")
    try:
        run_until([member], lambda: len(member.partitions) == 2, "the two share the partitions")
        process.send_signal(signal.SIGKILL)
        process.wait()
        run_until([member], lambda: len(member.partitions) == PARTITIONS, "the partitions of the killed one", 10)
    finally:
        process.kill()
        process.wait()
        member.close()


@check("a static member that comes back has its partitions again, and nobody else notices", *QUICK)
def static_member(broker):
    create_topic(broker, "shared", partitions=PARTITIONS)
    settings = {"partition_assignment_strategy": "range"}
    steady = ConfluentMember(broker, "group", "shared", group_instance_id="steady", **settings)
    fleeting = ConfluentMember(broker, "group", "shared", group_instance_id="fleeting", **settings)
    members = [steady, fleeting]
    run_until(members, lambda: shares(members, [2, 2]), "two static members share the partitions")
    admin = Confluent(broker.address).admin()
    described = admin.describe_consumer_groups(["group"])["group"].result(10)
    equal({member.group_instance_id for member in described.members}, {"steady", "fleeting"}, "the described members")
    held, before = fleeting.partitions, steady.rebalances
    fleeting.close()
    back = ConfluentMember(broker, "group", "shared", group_instance_id="fleeting", **settings)
    members = [steady, back]
    run_until(members, lambda: back.partitions, "the static member is back")
    equal(back.partitions, held, "the partitions of the static member that came back")
    end = time.monotonic() + 1
    run_until(members, lambda: time.monotonic() > end, "a while of heartbeats")
    equal(steady.rebalances, before, "how often the other was given partitions")
    for member in members:
        member.close()


@check("a second member with the same instance id fences the first", *QUICK)
def fenced_member(broker):
    create_topic(broker, "shared", partitions=PARTITIONS)
    first = ConfluentMember(broker, "group", "shared", group_instance_id="only")
    run_until([first], lambda: len(first.partitions) == PARTITIONS, "the first has all")
    second = ConfluentMember(broker, "group", "shared", group_instance_id="only")
    fatal = []

    def first_is_fenced():
        second.step()
        message = first.consumer.poll(0.02)
        if message is not None and message.error():
            fatal.append(message.error())
        return fatal

    eventually(first_is_fenced, "the first is fenced", 15)
    expect("fenced" in str(fatal[0]).lower(), f"the first got {fatal[0]}")
    run_until([second], lambda: len(second.partitions) == PARTITIONS, "the second has all")
    second.close()
    first.close()


@check("a group goes on where it was after a restart of the broker, its members without a word from anyone", *QUICK)
def restart(broker):
    create_topic(broker, "shared", partitions=PARTITIONS)
    members = [ConfluentMember(broker, "group", "shared"), KafkaPythonMember(broker, "group", "shared")]
    run_until(members, lambda: shares(members, [2, 2]), "two members share the partitions")
    expected = produce(broker, "shared", "first")
    run_until(members, lambda: len(everything(members)) >= len(expected), "two members read all")
    for member in members:
        member.commit()
    broker.restart()
    more = produce(broker, "shared", "second")

    def all_is_read():
        for member in members:
            member.step()
            # Both tell of the broker that went away, and find it again.
            member.errors.clear()
        return set(everything(members)) >= set(expected + more)

    eventually(all_is_read, "the members read what is new after the restart", 40)
    for member in members:
        member.close()
    consumer = Confluent(broker.address).consumer(group="group")
    places = [confluent_kafka.TopicPartition("shared", number) for number in range(PARTITIONS)]
    expect(all(place.offset >= 25 for place in consumer.committed(places, 10)), "committed offsets were lost")
    consumer.close()


main()
