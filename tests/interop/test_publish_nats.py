#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A log in a stream of NATS JetStream, with the server of Debian: each entry once, through kills on both
sides. SPEC: docs/formats/publish.md"""

import base64
import json
import os
import random
import shutil
import socket
import subprocess
import time

from publishing import ORIGIN, PUBLISH, Follower, Source, check_wrong_use, entries_of, free_port, skip, wait_port

SERVER = shutil.which("nats-server", path=os.environ["PATH"] + ":/usr/sbin")
if SERVER is None or not os.path.exists(PUBLISH):
    skip("nats-server and ztauth-publish are needed")

WRITER = os.path.join(os.path.dirname(PUBLISH), "tests/interop/log_writer")
source = Source().start()
port = free_port()
url = f"nats://127.0.0.1:{port}"


def start_nats():
    process = subprocess.Popen([SERVER, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", source.path("jetstream")],
                               stderr=subprocess.DEVNULL)
    wait_port(port)
    return process


def request(subject, body=b""):
    """One request to the server, by its protocol of lines."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
        f = s.makefile("rwb")
        f.readline()
        f.write(b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB answer 1\r\n'
                + f"PUB {subject} answer {len(body)}\r\n".encode() + body + b"\r\n")
        f.flush()
        while True:
            words = f.readline().split()
            if words[0] == b"MSG":
                return json.loads(f.read(int(words[-1])))
            if words[0] == b"PING":
                f.write(b"PONG\r\n")
                f.flush()
            assert words[0] in (b"PING", b"PONG", b"+OK", b"INFO"), words


def api(what, **body):
    for _ in range(100):  # it may be starting
        answer = request("$JS.API." + what, json.dumps(body).encode() if body else b"")
        if "error" not in answer or answer["error"].get("code") != 503:
            break
        time.sleep(0.1)
    assert "error" not in answer, answer
    return answer


def messages(stream):
    """Ids, types and bodies, as they are kept."""
    out = []
    for number in range(1, api("STREAM.INFO." + stream)["state"]["last_seq"] + 1):
        m = api("STREAM.MSG.GET." + stream, seq=number)["message"]
        lines = base64.b64decode(m["hdrs"]).decode().split("\r\n")
        head = dict(line.split(": ", 1) if ": " in line else line.split(":", 1) for line in lines if ":" in line)
        out.append((head["Nats-Msg-Id"], head["Content-Type"], base64.b64decode(m["data"])))
    return out


def test_all_of_it():
    source.decide(30)
    entries = source.wait_covered()
    out = source.publish(url, "log.raw", "--format", "raw")
    assert out.returncode == 0, out.stderr
    assert messages("RAW") == [(f"{ORIGIN}/{i}", "application/octet-stream", e) for i, e in enumerate(entries)]
    assert source.cursor() == len(entries)
    assert source.publish(url, "log.raw", "--format", "raw").returncode == 0
    os.unlink(source.path("cursor"))  # whoever forgets it sends all again: nothing comes twice
    assert source.publish(url, "log.raw", "--format", "raw").returncode == 0
    assert len(messages("RAW")) == len(entries)


def test_records():
    entries = source.wait_covered()
    out = source.publish(url, "log.json", cursor="json")
    assert out.returncode == 0, out.stderr
    told = messages("JSON")
    assert [m[:2] for m in told] == [(f"{ORIGIN}/{i}", "application/json") for i in range(len(entries))]
    assert [json.loads(m[2]) for m in told] == source.log()


def test_no_stream():
    out = subprocess.Popen(source.args(url, "nowhere", cursor="nowhere"), stderr=subprocess.PIPE, text=True)
    time.sleep(3)
    out.terminate()
    said = out.communicate(timeout=60)[1]
    assert "NATS: publish: " in said and source.cursor("nowhere") == 0, said


def test_kills():
    """The program, and the server of the stream, at any moment."""
    global nats
    rng = random.Random(7)
    follower = Follower(source, url, "log.raw", "--format", "raw")
    for i in range(12):
        source.decide(60)
        time.sleep(rng.uniform(0, 0.5))
        if i % 3 == 2:
            nats.kill()
            nats.wait()
            source.decide(20)
            nats = start_nats()
        else:
            follower.kill()
            follower.start()
    entries = source.wait_covered()
    source.wait_cursor(len(entries))
    follower.stop()
    kept = messages("RAW")
    assert len(kept) == len({m[0] for m in kept}) == len(entries)
    assert {m[0]: m[2] for m in kept} == {f"{ORIGIN}/{i}": e for i, e in enumerate(entries)}
    print(f"     {len(entries)} entries, each once")


def test_server_away():
    global nats
    nats.terminate()
    nats.wait()
    follower = Follower(source, url, "log.raw", "--format", "raw")
    source.decide(5)
    entries = source.wait_covered()
    follower.wait_said("NATS: connect: ")
    assert source.cursor() < len(entries)
    nats = start_nats()
    source.wait_cursor(len(entries))
    follower.stop()
    assert len(messages("RAW")) == len(entries_of(source.log_dir))


def test_retained():
    """What retention took before it was published is told, and nothing else has its ids."""
    old = Source()
    subprocess.run([WRITER, old.log_dir, "4000", str(64 << 10)], check=True)
    old.start().wait_covered()
    old.stop()
    first, second = sorted(n for n in os.listdir(old.log_dir) if n.endswith(".seg"))[:2]
    os.unlink(os.path.join(old.log_dir, first))
    out = old.publish(url, "old")
    assert out.returncode == 0 and f"entries 0 to {int(second[:20]) - 1} are no longer" in out.stderr, out.stderr
    told = messages("OLD")
    assert [m[0] for m in told] == [f"{ORIGIN}/{json.loads(m[2])['index']}" for m in told]
    assert len(told) > 512 and old.cursor() == int(second[:20]) + len(told)
    old.close()


nats = start_nats()
try:
    for name, subject in (("RAW", "log.raw"), ("JSON", "log.json"), ("OLD", "old")):
        api("STREAM.CREATE." + name, name=name, subjects=[subject], storage="file", retention="limits",
            num_replicas=1, max_consumers=-1, max_msgs=-1, max_bytes=-1, duplicate_window=120 * 10**9)
    for test in (test_all_of_it, test_records, test_no_stream, test_kills, test_server_away,
                 test_retained):
        test()
        print("ok", test.__name__)
    check_wrong_use(source, url)
    source.stop()
finally:
    nats.kill()
    source.close()
