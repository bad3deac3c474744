"""In the place of aiokafka's own conftest.py, which starts Kafka in a container: its tests go to the broker at BROKER.

What a container would give beside a broker (TLS, SASL, access lists) is not there; tests that need it fail and stand in
declared-out.txt.
"""
import asyncio
import gc
import os
import types

import pytest

HOST, PORT = os.environ["BROKER"].rsplit(":", 1)
# The newest behaviour that the tests distinguish.
KAFKA_VERSION = "3.9.0"


@pytest.fixture(scope="session")
def kafka_server():
    return types.SimpleNamespace(host=HOST, port=int(PORT), hosts=[f"{HOST}:{PORT}"])


@pytest.fixture(scope="class")
def loop():
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield made
    if not made.is_closed():
        made.call_soon(made.stop)
        made.run_forever()
        made.close()
    asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def collect_garbage():
    yield
    gc.collect()


@pytest.fixture(scope="class")
def setup_test_class_serverless(request, loop):
    request.cls.loop = loop


@pytest.fixture(scope="class")
def setup_test_class(request, loop, kafka_server):
    given = request.cls
    given.loop = loop
    given.kafka_host, given.kafka_port, given.hosts = kafka_server.host, kafka_server.port, kafka_server.hosts
    given.kafka_version = KAFKA_VERSION
