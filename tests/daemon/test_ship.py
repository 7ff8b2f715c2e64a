#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A server that sends its log to another one, and who may. SPEC: docs/formats/ship.md"""

import json
import os
import shutil
import socket
import struct
import threading
import time

from harness import EVALUATION, main, question, ztauth
from shipping import Collector, Node, entries_of, head_of
from sync import FILES, ZONE, Zone, change

first, second = Node("edge-1"), Node("edge.2")
center = Collector(first, second).start()


def ask(node, method="GET", name=None, body=b"", key=None, **how):
    """One signed request about a log."""
    path = f"/zones/{ZONE}/logs/{name or node.name}{'/entries' if method == 'POST' else ''}"
    headers = {} if key is False else Zone.headers(center, key or node.sender, method, path, body, **how)
    c = center.connect()
    c.request(method, path, body or None, headers)
    r = c.getresponse()
    return r.status, json.loads(r.read())


def batch(node, start, count):
    """A batch as a node would send it, of entries that are the last of its log."""
    entries = entries_of(node.log_dir)[start:start + count]
    body = b"".join(struct.pack(">I", len(e)) + e for e in entries)
    with open(os.path.join(node.log_dir, "checkpoint"), "rb") as f:
        note = f.read()
    return b"ZTAS\1" + struct.pack(">QI", start, len(body)) + body + b"\0" + note


def test_nobody_yet():
    code, nodes = center.status()
    assert code == 2 and {n["state"] for n in nodes.values()} == {"never heard of"}, nodes


def test_all_of_two_nodes_arrives():
    for node in (first, second):
        node.ship_to(center.port).start()
        node.decide(100)
    for node in (first, second):
        center.wait_all(node)
        center.assert_same(node)
    code, nodes = center.status()
    assert code == 0, nodes
    for node in (first, second):
        n = nodes[node.name]
        assert n["state"] == "complete" and n["origin"] == f"shop.example/zones/{ZONE}/log", n
        assert n["entries"] == n["covered"] == n["signed"] == head_of(node.log_dir)[0]
        assert n["heard_at"] and n["covered_at"]


def test_follows_along():
    """How long until an entry has arrived, with its checkpoint."""
    times = []
    for _ in range(10):
        first.decide()
        start = time.monotonic()
        center.wait_all(first)
        times.append(time.monotonic() - start)
    print(f"     {sorted(times)[5] * 1000:.0f} ms (median), {max(times) * 1000:.0f} ms at most")
    assert max(times) < 10


def test_who_may():
    stranger = Node("stranger")
    size = head_of(first.log_dir)[0]
    assert ask(first) == (200, {"size": size})
    for answer, code in ((ask(first, key=False), 401), (ask(first, date=1), 401),
                         (ask(first, signed_body=b"x"), 401), (ask(first, key=second.sender), 403),
                         (ask(first, key=stranger.sender), 403), (ask(stranger), 403),
                         (ask(first, name="nodes"), 404), (ask(first, name=".."), 404),
                         (ask(first, name="a/b"), 404), (ask(first, method="PUT"), 405)):
        assert answer[0] == code and answer[1]["error"]["code"], answer
    # A name that there is not and one that is another's look the same.
    assert ask(first, key=stranger.sender)[1] == ask(stranger)[1]
    for key in (False, second.sender):
        assert ask(first, "POST", body=batch(first, size - 1, 1), key=key)[0] in (401, 403)
    assert ask(first)[1]["size"] == size


def test_what_is_no_batch():
    good = batch(second, 0, 1)
    for body, status, code in ((b"", 400, "invalid_request"), (b"x" * 100, 400, "invalid_request"),
                               (good, 400, "invalid_request"),  # no proof
                               (batch(first, 0, 1), 403, "forbidden")):  # another's checkpoint
        answer = ask(second, "POST", body=body)
        assert answer[0] == status and answer[1]["error"]["code"] == code, answer
    answer = ask(second, "POST", body=b"x" * (1 << 20 | 1))
    assert answer[0] == 413, answer
    assert center.status()[0] == 0


def test_list_is_taken_up():
    third = Node("edge-3").ship_to(center.port)
    third.start()
    third.wait_said("sends no log of this name")
    center.know(first, second, third)
    center.wait_all(third)
    center.assert_same(third)
    with open(os.path.join(center.folder, "nodes"), "a", encoding="utf-8") as f:
        f.write("rubbish\n")
    third.decide()
    center.wait_all(third)
    center.wait_said("what was read before stays in force")
    center.know(first, second, third)
    third.stop()
    end = time.time() + 20
    while center.status("--max-age", "0")[1]["edge-3"]["state"] != "silent" and time.time() < end:
        time.sleep(0.1)
    code, nodes = center.status("--max-age", "0")
    assert code == 2 and nodes["edge-3"]["state"] == "silent", nodes
    assert center.status("--max-age", "3600")[0] == 0
    center.know(first, second)


def test_tampering_at_the_center_is_seen():
    """Somebody takes an entry out of the tree of a copy."""
    center.wait_all(second)
    path = os.path.join(center.copy(second), "tree", "0")
    with open(path, "r+b") as f:
        byte = f.read(1)[0]
        f.seek(0)
        f.write(bytes([byte ^ 1]))
    code, nodes = center.status()
    assert code == 2 and nodes[second.name]["state"] == "damaged", nodes
    assert "not those that were signed for" in nodes[second.name]["error"]
    with open(path, "r+b") as f:
        f.write(bytes([byte]))
    assert center.status()[0] == 0


class Center(threading.Thread):
    """A server that takes what it is sent and never answers."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.taken = []
        self.start()

    def run(self):
        while True:
            self.taken.append(self.socket.accept()[0])


def test_decisions_do_not_wait():
    """Whatever the other server does: it hangs, here."""
    hung = Center()
    node = Node("hung").ship_to(hung.port)
    node.start()
    token, c = node.token(), node.connect()
    while not hung.taken:
        time.sleep(0.01)
    start = time.monotonic()
    for _ in range(200):
        assert node.post(EVALUATION, question(token), connection=c)[1]["decision"]
    assert time.monotonic() - start < 10
    start = time.monotonic()
    node.stop()
    assert time.monotonic() - start < 10


class Leader(Collector, Zone):
    """It decides what its followers decide under, and collects their logs."""


def test_who_follows_sends_too():
    """Commits go one way and entries the other, with one key."""
    node = Node("follower")
    leader = Leader(node)
    leader.start()
    leader.keys["follower"] = node.sender
    leader.govern(follower="readers")
    objects, new = change(FILES, None, leader.admin)
    assert leader.push(leader.admin, "main", objects, None, new)[0] == 200
    node.ship_to(leader.port)
    with open(node.path("ztauth.conf"), encoding="utf-8") as f:
        text = f.read().replace("ledger_dir ledger", "data_dir data")
    with open(node.path("ztauth.conf"), "w", encoding="utf-8") as f:
        f.write(text + f"follow http://127.0.0.1:{leader.port}/zones/{ZONE}/ledgers/main\nsigners signers\n")
    with open(leader.admin.path + ".pub", encoding="utf-8") as pub, \
            open(node.path("signers"), "w", encoding="utf-8") as f:
        f.write("admin " + pub.read())
    node.start()
    node.wait_said("in force: " + new)
    body = json.dumps({"subject": {"type": "User", "id": "u"}, "action": {"name": "view"},
                       "resource": {"type": "Doc", "id": "d"}})
    for _ in range(20):
        assert node.post(EVALUATION, body)[1]["decision"]
    leader.wait_all(node)
    leader.assert_same(node)
    record = json.loads(ztauth("log", "tail", "--dir", leader.copy(node), "--last", "1"))
    assert record["commit"] == new and record["follow"] == "confirmed", record
    node.stop()
    leader.stop()


def test_configuration():
    for lines, words in (("ship_to http://127.0.0.1:1/zones/1/logs/a\n", "`ship_to` needs"),
                         ("ship_to http://127.0.0.1:1/zones/1/ledgers/a\nfollow_key sender\n", "the URL of a log"),
                         ("ship_to ftp://127.0.0.1/zones/1/logs/a\nfollow_key sender\n", "the URL of a log"),
                         ("collect nowhere\n", "nowhere/nodes")):
        node = Node("wrong")
        with open(node.path("ztauth.conf"), "a", encoding="utf-8") as f:
            f.write(lines)
        try:
            node.start()
        except AssertionError as e:
            assert words in str(e), e
        else:
            raise AssertionError(f"it has started with {lines}")
        shutil.rmtree(node.path("keys"))


main([test_nobody_yet, test_all_of_two_nodes_arrives, test_follows_along, test_who_may, test_what_is_no_batch,
      test_list_is_taken_up, test_tampering_at_the_center_is_seen, test_decisions_do_not_wait,
      test_who_follows_sends_too, test_configuration])
for server in (first, second, center):
    server.stop()
