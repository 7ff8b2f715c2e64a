#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_ship.py [ROUNDS [SEED]]: two nodes send their logs to a server while everything goes wrong in
between. At the end it has their entries, byte for byte, under the root that they signed."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import ZTAUTH  # noqa: E402
from shipping import Collector, Node, entries_of, head_of  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 8
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
rng = random.Random(SEED)


class Wire:
    """Between the nodes and the center: it may cut a request anywhere, keeps what it has seen, and
    sends that again."""

    def __init__(self, center):
        self.center, self.cut, self.seen = center, False, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.cuts = self.repeated = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near = self.socket.accept()[0]
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        with contextlib.suppress(OSError), near, socket.create_connection(
                ("127.0.0.1", self.center.port), timeout=30) as far:
            threading.Thread(target=self.back, args=(far, near), daemon=True).start()
            request, left = b"", rng.randrange(1, 60000) if self.cut else 1 << 60
            while True:
                piece = near.recv(65536)
                if not piece:
                    return
                far.sendall(piece[:left])
                left -= len(piece)
                if left <= 0:
                    self.cuts += 1
                    return
                request = piece if piece.startswith((b"GET ", b"POST ")) else request + piece
                self.note(request)

    @staticmethod
    def back(far, near):
        with contextlib.suppress(OSError):
            while True:
                piece = far.recv(65536)
                if not piece:
                    break
                near.sendall(piece)

    def note(self, request):
        """Keep a whole batch, as it was signed."""
        head, _, body = request.partition(b"\r\n\r\n")
        length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        if head.startswith(b"POST ") and length and int(length[0].split(b":")[1]) == len(body):
            self.seen.append(request)

    def repeat(self, count):
        """Batches that came before, in any order, several at a time."""
        for request in rng.choices(self.seen, k=count) if self.seen else []:
            with contextlib.suppress(OSError), socket.create_connection(
                    ("127.0.0.1", self.center.port), timeout=30) as s:
                s.sendall(request)
                answer = s.recv(4096)
                assert answer[9:12] in (b"200", b"400", b"401", b"403", b"409", b"503"), answer
                self.repeated += answer[9:12] == b"200"


class Load(threading.Thread):
    """Decisions at a node, until it is stopped; the node may be killed meanwhile."""

    def __init__(self, node, each=20):
        super().__init__(daemon=True)
        self.node, self.each, self.done, self.count = node, each, False, 0
        self.start()

    def run(self):
        while not self.done:
            with contextlib.suppress(Exception):
                self.node.decide(self.each)
                self.count += self.each

    def stop(self):
        self.done = True
        self.join()


def settle(center, *nodes):
    for node in nodes:
        center.wait_all(node)
        center.assert_same(node)
        assert not os.path.exists(os.path.join(center.copy(node), "forked"))
    code, said = center.status()
    assert code == 0, said


def test_anything(first, second, center, wire):
    """Kills on both sides, cuts, repetitions, all at once."""
    loads = [Load(first), Load(second)]
    kills = 0
    for _ in range(ROUNDS):
        wire.cut = rng.random() < 0.6
        time.sleep(rng.uniform(0.1, 0.8))
        victim = rng.choice((center, first, second))
        victim.kill()
        kills += 1
        time.sleep(rng.uniform(0, 0.5))
        victim.start()
        wire.repeat(5)
    wire.cut = False
    for load in loads:
        load.stop()
    settle(center, first, second)
    wire.repeat(30)
    settle(center, first, second)
    print(f"     {kills} kills, {wire.cuts} cuts, {wire.repeated} batches taken again, "
          f"{len(entries_of(center.copy(first)))} and {len(entries_of(center.copy(second)))} entries")
    assert wire.repeated > 0


def test_center_away_for_long(first, center, wire):
    """What gathers goes in many batches, on a line that is cut all the time."""
    center.kill()
    load = Load(first, 1000)
    while load.count < 4000:
        time.sleep(0.05)
    load.stop()
    first.kill()  # it remembers nothing
    first.start()
    wire.cut, before = True, wire.cuts
    center.start()
    end = time.time() + 120
    while wire.cuts < before + 3 and time.time() < end:
        time.sleep(0.05)
    wire.cut = False
    assert wire.cuts >= before + 3
    settle(center, first)


def test_restored_from_a_backup(first, center):
    """The node goes on under the same key from an older state: two logs, which is told for good."""
    first.stop()
    backup = first.path("backup")
    shutil.copytree(first.log_dir, backup)
    first.start()
    first.decide(30)
    center.wait_all(first)
    first.stop()
    held = entries_of(center.copy(first))
    shutil.rmtree(first.log_dir)
    os.rename(backup, first.log_dir)
    first.start()
    first.decide(5)
    first.wait_said("two logs under this key")
    center.wait_said("FORK")
    first.decide(60)  # and when it has more than the center
    time.sleep(1.5)
    assert entries_of(center.copy(first)) == held
    code, nodes = center.status()
    n = nodes[first.name]
    assert code == 2 and n["state"] == "forked" and n["entries"] == len(held) and n["other_log"] > 0, n
    first.stop()
    first.start()  # longer than what the center has now
    first.wait_said("two logs under this key")
    assert entries_of(center.copy(first)) == held
    center.stop()
    center.start()
    assert center.status()[1][first.name]["state"] == "forked"
    subprocess.run([ZTAUTH, "log", "verify", "--dir", center.copy(first), "--key", first.vkey],
                   check=True, capture_output=True)


def test_full_disk():
    """Refused, nothing half-written; once there is room it goes on."""
    with tempfile.TemporaryDirectory() as disk:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", disk],
                          capture_output=True, check=False).returncode != 0:
            print("     a small file system cannot be mounted here (needs root)")
            return
        node = Node("full")
        center = Collector(node, folder=os.path.join(disk, "nodes")).start()
        try:
            node.ship_to(center.port).start()
            node.decide(5)
            center.wait_all(node)
            ballast = os.path.join(disk, "ballast")
            with open(ballast, "wb", buffering=0) as f, contextlib.suppress(OSError):
                while True:
                    f.write(b"x" * 4096)
            node.decide(200)
            center.wait_said("collect: full: ")
            held = entries_of(center.copy(node))  # whole frames alone
            assert held == entries_of(node.log_dir)[:len(held)]
            assert center.status()[0] == 2 or head_of(center.copy(node))[0] == len(held)
            node.wait_said("the server answers 503")
            os.unlink(ballast)
            center.wait_all(node)
            center.assert_same(node)
            assert center.status()[0] == 0
        finally:
            center.close()
            node.close()
            subprocess.run(["umount", "-l", disk], check=False)


def main():
    print(f"seed {SEED}")
    first, second = Node("first"), Node("second")
    center = Collector(first, second).start()
    wire = Wire(center)
    for node in (first, second):
        node.ship_to(wire.port).start()
    for test, args in ((test_anything, (first, second, center, wire)),
                       (test_center_away_for_long, (first, center, wire)),
                       (test_restored_from_a_backup, (first, center)), (test_full_disk, ())):
        test(*args)
        print("ok", test.__name__)
    for server in (first, second, center):
        server.stop()


main()
