#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A log that gives up its oldest entries, by hand and by a server: what was proved stays so."""

import datetime
import os
import re
import socket
import subprocess
import time

from harness import EVALUATION, ROOT, ZTAUTH, Server, main, question, ztauth
from shipping import Collector, Node, entries_of

WRITER = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")),
                      "tests/interop/log_writer")
ZONE = "/zones/100000000001"
ENTRIES = 140000
TOMORROW = (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(days=1)).date().isoformat()
server = Server(extra="serve_entries yes\nrecord_requests yes\n")
subprocess.run([WRITER, server.log_dir, str(ENTRIES), str(4 << 20)], check=True)


def key():
    return re.search(r"log key: (\S+)", server.said()).group(1)


def retain(*args):
    return subprocess.run([ZTAUTH, "log", "retain", "--dir", server.log_dir, "--key", key(), *args],
                          capture_output=True, text=True, check=False)


def get(path):
    c = server.connect()
    c.request("GET", ZONE + path)
    answer = c.getresponse()
    return answer.status, answer.read()


def entry(index):
    return get(f"/log/tile/entries/{index // 256:03}")[0]


def receipt(number):
    """Of a record of the writer: its id follows from its number."""
    first = ((number + 1) * 0x9E3779B97F4A7C15) % (1 << 64)
    return get("/receipts/" + (first.to_bytes(8, "little") + bytes(8)).hex())


def verify():
    return ztauth("log", "verify", "--dir", server.log_dir, "--key", key())


def test_a_server_is_not_disturbed():
    server.start()
    status, proof = receipt(5)
    assert status == 200, proof
    assert entry(0) == entry(100000) == 200
    with open(server.path("old.tlog-proof"), "wb") as f:
        f.write(proof)
    server.post(EVALUATION, question(server.token()))
    ran = retain("--before", TOMORROW)
    assert ran.returncode == 1 and "another process" in ran.stderr, ran
    server.stop()


def test_what_is_new_stays():
    segments = sorted(n for n in os.listdir(server.log_dir) if n.endswith(".seg"))
    assert len(segments) > 5
    ran = retain("--keep-days", "1")
    assert ran.returncode == 0 and "nothing may go" in ran.stdout, ran
    assert segments == sorted(n for n in os.listdir(server.log_dir) if n.endswith(".seg"))
    assert os.listdir(os.path.join(server.log_dir, "requests"))
    for args in ((), ("--before", "tomorrow"), ("--before", TOMORROW, "--keep-days", "1"),
                 ("--keep-days", "-1"), ("--keep-days", "99999999999")):
        assert retain(*args).returncode == 64, args


def test_what_is_old_goes():
    ran = retain("--before", TOMORROW)
    assert ran.returncode == 0, ran
    first = int(re.search(r"begins with entry (\d+)", ran.stdout).group(1))
    assert 0 < first <= 131072, first
    records = server.log()
    assert records[0]["index"] == first and records[-1]["action"] == "retain", records[-1]
    minimum = records[-1]["minimum"]
    assert first <= minimum < first + 256 and minimum % 256 == 0, minimum
    assert not os.listdir(os.path.join(server.log_dir, "requests"))
    openings = sorted(os.listdir(os.path.join(server.log_dir, "openings")))
    assert int(openings[0][:20]) == first, openings
    assert f"entries below {first} are no longer kept" in verify()
    server.start()
    assert server.post(EVALUATION, question(server.token()))[0] == 200
    assert entry(minimum) == 200 and entry(0) == entry(minimum - 512) == 404
    assert get("/log/tile/0/000")[0] == get("/log/tile/1/000")[0] == 200
    assert receipt(5)[0] == 404 and receipt(ENTRIES - 1)[0] == 200
    ztauth("receipt", "verify", server.path("old.tlog-proof"), "--key", key())
    verify()
    server.stop()


def test_a_server_does_it():
    for days, goes in ((1, False), (5, True)):
        other = Server(extra="log_keep_days 3\n")
        subprocess.run([WRITER, other.log_dir, str(ENTRIES), str(4 << 20), str(days)], check=True)
        try:
            other.start()
            if goes:
                other.wait_said("log: begins with entry")
                assert other.log()[0]["index"] > 0
                assert "retain" in [r.get("action") for r in other.log()[-10:]]
            else:
                time.sleep(2.5)
                assert other.log()[0]["index"] == 0
            other.stop()
        finally:
            other.close()


class Old(Node):
    """Its log is older than it shall be kept."""

    def learn(self):
        subprocess.run([WRITER, self.log_dir, str(ENTRIES), str(4 << 20), "5"], check=True)
        super().learn()


def test_what_has_not_arrived_stays():
    node = Old("edge-1")
    with open(node.path("ztauth.conf"), "a", encoding="utf-8") as f:
        f.write("log_keep_days 3\n")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        node.ship_to(nobody.getsockname()[1]).start()
        node.wait_said("are kept until http://127.0.0.1")
        time.sleep(2.5)
        assert node.log()[0]["index"] == 0
        node.stop()
    center = Collector(node).start()
    node.ship_to(center.port).start()
    node.wait_said("log: begins with entry", 60)
    assert node.log()[0]["index"] > 0
    copied = entries_of(center.copy(node))
    assert len(copied) >= node.log()[0]["index"], len(copied)
    node.stop()
    center.stop()


def test_configuration():
    for text in ("log_keep_days 0", "log_keep_days never", "log_keep_days 99999"):
        with open(server.path("wrong.conf"), "w", encoding="utf-8") as f:
            f.write(f"zone 100000000001\ntrust_domain shop.example\nledger_dir ledger\n"
                    f"log_dir log2\nsigning_key zone.pem\nlog_key log.pem\n{text}\n")
        ran = subprocess.run([ZTAUTH, "serve", "--config", server.path("wrong.conf")],
                             capture_output=True, text=True, check=False)
        assert ran.returncode != 0 and "log_keep_days" in ran.stderr, ran


try:
    main([test_a_server_is_not_disturbed, test_what_is_new_stays, test_what_is_old_goes,
          test_a_server_does_it, test_what_has_not_arrived_stays, test_configuration])
finally:
    server.close()
