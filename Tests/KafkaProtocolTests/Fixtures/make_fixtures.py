"""Writes kafka-python.txt: messages as kafka-python encodes them, which shares no code with Sluice.

    python3 -m venv venv && venv/bin/pip install kafka-python==3.0.12 && venv/bin/python make_fixtures.py

Every message gets different values throughout, in wire order from a counter, so that two fields that change places are
noticed. The same rules are in MessageSample.swift:
- a number is the counter, in one byte modulo 100, as an error code 1 + counter mod 98; a boolean is whether it is odd;
- a topic's id is the counter, as a number of 128 bits;
- a string is "s" and the counter; bytes are the counter modulo 250 and the two values after it;
- an array has two elements, but one of 64-bit numbers, one;
- what can be null is null in the second element of the innermost array, and does not count.

A line: kind, message, version, the frame without its length, in hexadecimal. Kinds: `request`, `response`; `extended`: parts
that Sluice reads over and never writes are filled in, too.
"""

import importlib
import pathlib
import uuid

import kafka
from kafka.protocol import admin, consumer, metadata, producer
from kafka.protocol.old import types as old

SERVED = {
    "Produce": (3, 9), "Fetch": (4, 12), "ListOffsets": (0, 7), "Metadata": (0, 12), "OffsetCommit": (0, 8),
    "OffsetFetch": (0, 8), "FindCoordinator": (0, 3), "JoinGroup": (0, 7), "Heartbeat": (0, 4), "LeaveGroup": (0, 4),
    "SyncGroup": (0, 5), "DescribeGroups": (0, 5), "ListGroups": (0, 5), "ApiVersions": (0, 4), "CreateTopics": (0, 6),
    "DeleteTopics": (0, 6), "DeleteRecords": (0, 2), "InitProducerId": (0, 4), "OffsetForLeaderEpoch": (0, 4),
    "DescribeConfigs": (0, 4), "AlterConfigs": (0, 2), "CreatePartitions": (0, 3), "DeleteGroups": (0, 2),
    "IncrementalAlterConfigs": (0, 1), "DescribeCluster": (0, 1), "DescribeLogDirs": (0, 4), "OffsetDelete": (0, 0),
}
# The definitions that kafka-python reads no longer have the first versions of these; its older classes do.
OLDER = {
    "ListOffsets": ("list_offsets", 0), "CreateTopics": ("admin", 1), "DeleteTopics": ("admin", 0),
    "DescribeConfigs": ("admin", 0), "OffsetCommit": ("commit", 1), "OffsetFetch": ("commit", 0),
    "OffsetForLeaderEpoch": ("offset_for_leader_epoch", 1),
}
OLDER_NULLABLE = {"error_message", "value", "metadata", "committed_metadata", "configuration_keys", "config_names"}
NEVER_WRITTEN = {
    "ProduceResponse": {"record_errors": []},
    "FetchRequest": {"forgotten_topics_data": []},
    "FetchResponse": {"aborted_transactions": None},
}
NUMBERS = {"int8", "int16", "int32", "int64"}
CORRELATION_ID = 7
CLIENT_ID = "sluice"


class Counter:
    def __init__(self, fixed):
        self.count = 0
        self.fixed = fixed

    def scalar(self, name, kind):
        self.count += 1
        n = self.count
        if name.endswith("error_code"):
            return 1 + n % 98
        if kind == "int8":
            return n % 100
        if kind in NUMBERS:
            return n
        if kind == "bitfield":  # a 32-bit number, which kafka-python takes as the set of its bits
            return {bit for bit in range(31) if n >> bit & 1}
        if kind == "bool":
            return n % 2 == 1
        if kind == "uuid":
            return uuid.UUID(int=n)
        if kind == "string":
            return f"s{n}"
        if kind in ("bytes", "records"):
            return bytes([n % 250, n % 250 + 1, n % 250 + 2])
        raise ValueError(f"{name}: no rule for {kind}")

    def structure(self, field, version, index):
        values = {}
        for inner in field.untagged_fields(version):
            values[inner.name] = self.value(inner, version, index)
        return field.data_class(version=version, **values)

    def value(self, field, version, index):
        if field.name in self.fixed:
            return self.fixed[field.name]
        if field.nullable_for_version_q(version) and index == 1:
            return None
        if field.is_struct_array():
            return [self.structure(field.array_of, version, i) for i in range(2)]
        if field.is_array():
            kind = field._type_str[2:]
            return [self.scalar(field.name, kind) for _ in range(1 if kind == "int64" else 2)]
        return self.scalar(field.name, field._type_str)

    def older(self, name, kind, index):
        if name in OLDER_NULLABLE and index == 1:
            return None
        if isinstance(kind, old.Array):
            if isinstance(kind.array_of, old.Schema):
                return [self.schema(kind.array_of, i) for i in range(2)]
            return [self.older("", kind.array_of, 0) for _ in range(1 if kind.array_of is old.Int64 else 2)]
        names = {old.Int8: "int8", old.Int16: "int16", old.Int32: "int32", old.Int64: "int64", old.Boolean: "bool"}
        return self.scalar(name, names.get(kind, "string"))

    def schema(self, schema, index):
        return tuple(self.older(n, k, index) for n, k in zip(schema.names, schema.fields))


def frame(name, direction, version, fixed):
    message = name + direction
    if name in OLDER and version <= OLDER[name][1]:
        module = importlib.import_module("kafka.protocol.old." + OLDER[name][0])
        kind = getattr(module, f"{message}_v{version}")
        body = kind(*Counter(fixed).schema(kind.SCHEMA, 0)).encode()
        header = CORRELATION_ID.to_bytes(4, "big")
        if direction == "Request":
            client = CLIENT_ID.encode()
            header = (kind.API_KEY.to_bytes(2, "big") + version.to_bytes(2, "big") + header
                      + len(client).to_bytes(2, "big") + client)
        return header + body
    kind = next(getattr(m, message) for m in (admin, consumer, metadata, producer) if hasattr(m, message))
    counter = Counter(fixed)
    values = {f.name: counter.value(f, version, 0) for f in kind._struct.untagged_fields(version)}
    value = kind(version=version, **values)
    if direction == "Request":
        value.with_header(CORRELATION_ID, CLIENT_ID)
    else:
        value.with_header(CORRELATION_ID)
    return value.encode(header=True)


lines = [f"# kafka-python {kafka.__version__}"]
for name, (first, last) in SERVED.items():
    for version in range(first, last + 1):
        for direction in ("Request", "Response"):
            fixed = NEVER_WRITTEN.get(name + direction, {})
            lines.append(f"{direction.lower()} {name} {version} {frame(name, direction, version, fixed).hex()}")
            if fixed:
                lines.append(f"extended {name}{direction} {version} {frame(name, direction, version, {}).hex()}")
(pathlib.Path(__file__).parent / "kafka-python.txt").write_text("\n".join(lines) + "\n")
