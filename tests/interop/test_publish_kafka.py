#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A log in a topic of a real broker of Kafka, from Maven Central: each entry at least once, in order but for
what comes again, through kills on both sides. SPEC: docs/formats/publish.md"""

import json
import os
import random
import shutil
import subprocess
import time

from packages import OUTSIDE
from publishing import ORIGIN, PUBLISH, Follower, Source, check_wrong_use, free_port, skip, wait_port

VERSION = "3.7.1"
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>%s</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
""" % VERSION
LIBS = os.path.join(OUTSIDE, "kafka-" + VERSION)

for program in ("java", "mvn", "kcat"):
    if shutil.which(program) is None:
        skip(program + " is not installed")
if not os.path.exists(PUBLISH):
    skip("ztauth-publish was not built")
if not os.path.isdir(os.path.join(LIBS, "libs")):
    os.makedirs(LIBS, exist_ok=True)
    with open(os.path.join(LIBS, "pom.xml"), "w", encoding="utf-8") as f:
        f.write(POM)
    if subprocess.run(["mvn", "-q", "-B", "-f", os.path.join(LIBS, "pom.xml"), "dependency:copy-dependencies",
                       "-DoutputDirectory=libs.new"], capture_output=True, check=False).returncode != 0:
        skip("Maven Central cannot be reached")
    os.rename(os.path.join(LIBS, "libs.new"), os.path.join(LIBS, "libs"))

source = Source().start()
port, control = free_port(), free_port()
broker = f"127.0.0.1:{port}"
JAVA = ["java", "-Xmx384m", "-cp", os.path.join(LIBS, "libs", "*")]


def format_storage():
    with open(source.path("kafka.conf"), "w", encoding="utf-8") as f:
        f.write(f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{control}
listeners=PLAINTEXT://{broker},CONTROLLER://127.0.0.1:{control}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={source.path("kafka")}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
auto.create.topics.enable=true
num.partitions=3
""")
    subprocess.run([*JAVA, "kafka.tools.StorageTool", "format", "-t", "Cz0qrrQKQZu7uhuKXlxKeQ", "-c",
                    source.path("kafka.conf")], capture_output=True, check=True)


def start_kafka():
    with open(source.path("kafka.log"), "ab") as log:
        process = subprocess.Popen([*JAVA, "kafka.Kafka", source.path("kafka.conf")], stdout=log, stderr=log)
    wait_port(port)
    return process


def records(topic):
    """Key, headers and body, as another client reads them."""
    out = subprocess.run(["kcat", "-C", "-b", broker, "-t", topic, "-o", "beginning", "-e", "-q", "-f",
                          "%p\t%k\t%h\t%S\t%s\n"], capture_output=True, text=True, timeout=120, check=True).stdout
    told = []
    for line in out.splitlines():
        partition, key, headers, size, body = line.split("\t", 4)
        assert int(size) == len(body.encode())
        told.append((partition, key, dict(h.split("=", 1) for h in headers.split(",")), json.loads(body)))
    return told


def check(topic, at_most_twice):
    """All is there, under the right names, in one partition, in order but for what comes again."""
    source.wait_covered()
    log, told = source.log(), records(topic)
    assert len({t[0] for t in told}) == 1 and {t[1] for t in told} == {ORIGIN}
    next_index = 0
    for _, _, headers, body in told:
        index = body["index"]
        assert headers == {"ztauth-id": f"{ORIGIN}/{index}", "content-type": "application/json"}
        assert index <= next_index, "one was left out"
        assert body == log[index]
        next_index = max(next_index, index + 1)
    assert next_index == len(log), (next_index, len(log))
    assert at_most_twice or len(told) == len(log)
    return len(log), len(told)


def test_all_of_it():
    source.decide(600)
    source.wait_covered()
    out = source.publish("kafka://" + broker, "ztauth")
    assert out.returncode == 0, out.stderr
    entries, _ = check("ztauth", False)
    assert source.cursor() == entries
    assert source.publish("kafka://" + broker, "ztauth").returncode == 0
    check("ztauth", False)


def test_kills():
    global kafka
    rng = random.Random(3)
    follower = Follower(source, "kafka://" + broker, "ztauth")
    for i in range(6):
        source.decide(100)
        time.sleep(rng.uniform(0, 1))
        if i == 3:
            kafka.kill()
            kafka.wait()
            source.decide(50)
            kafka = start_kafka()
        else:
            follower.kill()
            follower.start()
    entries = source.wait_covered()
    source.wait_cursor(len(entries))
    follower.stop()
    print("     %d entries, %d records" % check("ztauth", True))


format_storage()
kafka = start_kafka()
try:
    for test in (test_all_of_it, test_kills):
        test()
        print("ok", test.__name__)
    check_wrong_use(source, "kafka://" + broker)
    source.stop()
finally:
    kafka.kill()
    source.close()
