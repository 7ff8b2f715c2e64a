#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_partition.py [ROUNDS [SEED]]: a server and who follows it in two network namespaces, and the
wire between them is taken away, or comes and goes. The follower keeps deciding under its last good
commit, catches up, and never goes back, not with a server that was restored either."""

import atexit
import contextlib
import ctypes
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, Server  # noqa: E402
from sync import ZONE, Zone, change, version  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20261125
QUESTION = json.dumps({"subject": {"type": "User", "id": "u"}, "action": {"name": "view"},
                       "resource": {"type": "Doc", "id": "d"}})
HOME = f"zt{os.getpid()}a"
AWAY = f"zt{os.getpid()}b"
libc = ctypes.CDLL(None, use_errno=True)


def run(*args):
    return subprocess.run(args, capture_output=True, text=True, check=True).stdout


def make_networks():
    """HOME, where the server is, and AWAY, with a wire between them."""
    for name in (HOME, AWAY):
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", HOME, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", AWAY)
    for name, address in ((HOME, "10.77.0.1"), (AWAY, "10.77.0.2")):
        run("ip", "-n", name, "address", "add", address + "/24", "dev", "wire")
        run("ip", "-n", name, "link", "set", "wire", "up")


def remove_networks():
    for name in (HOME, AWAY):
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


@contextlib.contextmanager
def inside(name):
    """This thread, and what it starts, is in that network meanwhile."""
    with open("/proc/thread-self/ns/net", "rb") as before, open(f"/run/netns/{name}", "rb") as there:
        assert libc.setns(there.fileno(), 0x40000000) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(before.fileno(), 0x40000000) == 0


def plug(state):
    run("ip", "-n", HOME, "link", "set", "wire", state)


class Flapping(threading.Thread):
    """The wire comes and goes, until it is stopped."""

    def __init__(self, rng):
        super().__init__(daemon=True)
        self.rng, self.done = random.Random(rng.random()), False
        self.start()

    def run(self):
        while not self.done:
            for state in ("down", "up"):
                plug(state)
                time.sleep(self.rng.uniform(0, 0.15))

    def stop(self):
        self.done = True
        self.join()


class Follower(Server):
    def __init__(self, leader):
        super().__init__(extra=f"follow http://10.77.0.1:{leader.port}/zones/{ZONE}/ledgers/main\n"
                               f"signers {leader.key('writer').path}.list\n"
                               f"follow_key {leader.key('follower').path}\n")
        with open(leader.key("writer").path + ".list", "w", encoding="utf-8") as f, \
                open(leader.key("writer").path + ".pub", encoding="utf-8") as public:
            f.write("writer " + public.read())
        rewrite(self, "ledger_dir ledger", "data_dir data")

    def ready(self):
        with inside(AWAY):
            c = self.connect()
            c.request("GET", "/readyz")
            return json.loads(c.getresponse().read())

    def wait_at(self, commit, seconds=120):
        end = time.time() + seconds
        while self.ready().get("commit") != commit:
            assert time.time() < end, f"it is not at {commit}:\n{self.said()}"
            time.sleep(0.01)


def rewrite(server, old, new):
    with open(server.path("ztauth.conf"), encoding="utf-8") as f:
        text = f.read()
    assert old in text
    with open(server.path("ztauth.conf"), "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))


class Decider(threading.Thread):
    """Asks the follower all the time; each answer must be yes, and its commit never an older one."""

    def __init__(self, follower):
        super().__init__(daemon=True)
        self.follower, self.asked, self.wrong, self.done = follower, 0, [], False
        self.commits = []
        self.start()

    def run(self):
        with inside(AWAY):
            while not self.done:
                try:
                    status, answer, _ = self.follower.post(EVALUATION, QUESTION)
                    commit = answer["context"]["ztauth"]["commit"]
                except Exception as e:  # whatever it is, it is no decision
                    self.wrong.append(repr(e))
                    return
                if status != 200 or answer["decision"] is not True:
                    self.wrong.append(answer)
                if not self.commits or self.commits[-1] != commit:
                    self.commits.append(commit)
                self.asked += 1

    def stop(self, history):
        """How many were asked."""
        self.done = True
        self.join(60)
        assert not self.wrong and self.asked > 0, self.wrong
        places = [history.index(c) for c in self.commits]
        assert places == sorted(places), self.commits
        return self.asked


class World:
    def __init__(self):
        self.leader = Zone(extra="server_name 10.77.0.1\n")
        atexit.register(self.leader.close)
        rewrite(self.leader, "listen 127.0.0.1:0", "listen 0.0.0.0:0")
        self.history = []
        self.start()
        rewrite(self.leader, "listen 0.0.0.0:0", f"listen 0.0.0.0:{self.leader.port}")
        with inside(HOME):
            self.leader.govern(writer="writers", follower="readers")
            self.leader.key("follower")
        self.leader.key("writer")

    def start(self):
        with inside(HOME):
            self.leader.start()

    def push(self, number):
        head = self.history[-1] if self.history else None
        objects, new = change(version(number), head, self.leader.key("writer"))
        with inside(HOME):
            status, answer = self.leader.push(self.leader.key("writer"), "main", objects, head, new)
        assert status == 200, answer
        self.history.append(new)


def partitions(world, follower, rng):
    """The wire is taken away at any moment, under pushes, and comes back."""
    number, asked, kinds = 1, 0, []
    for _ in range(ROUNDS):
        before, decider = world.history[-1], Decider(follower)
        kinds.append(rng.choice(["down", "flapping"]))
        flapping = Flapping(rng) if kinds[-1] == "flapping" else None
        if not flapping:
            plug("down")
        for _ in range(rng.randint(1, 4)):
            world.push(number)
            number += 1
            time.sleep(rng.uniform(0, 0.2))
        if not flapping:
            assert follower.ready()["commit"] == before
        if rng.random() < 0.3:
            asked += decider.stop(world.history)
            follower.kill()
            with inside(AWAY):
                follower.start()
            assert follower.ready()["commit"] in world.history
            decider = Decider(follower)
        if flapping:
            flapping.stop()
        plug("up")
        follower.wait_at(world.history[-1])
        asked += decider.stop(world.history)
    print(f"     {kinds.count('down')} times down, {kinds.count('flapping')} times flapping: caught up each time, "
          f"{len(world.history)} commits, {asked} decisions, all of them allowed")


def restored(world, follower):
    """The server comes back from an old backup, and then with another line of history."""
    leader = world.leader
    leader.stop()
    shutil.copytree(leader.path("data"), leader.path("backup"))
    world.start()
    old = world.history[-1]
    world.push(1000)
    newest = world.history[-1]
    follower.wait_at(newest)
    plug("down")
    leader.stop()
    shutil.rmtree(leader.path("data"))
    os.rename(leader.path("backup"), leader.path("data"))
    world.start()
    plug("up")
    follower.wait_said("gone back to an older commit", 120)
    assert follower.ready()["commit"] == newest
    # It goes on from the old one: that is another line.
    world.history.pop()
    assert world.history[-1] == old
    world.push(2000)
    follower.wait_said("line of history", 120)
    assert follower.ready()["commit"] == newest
    follower.kill()
    with inside(AWAY):
        follower.start()
    follower.wait_said("line of history", 120)
    assert follower.ready()["commit"] == newest
    print("     a server that was restored from a backup was refused, and so was its other line")


def main():
    if os.geteuid() != 0 or shutil.which("ip") is None:
        print("network namespaces cannot be made here (needs root, and ip)")
        sys.exit(77)
    print(f"seed {SEED}, {ROUNDS} rounds")
    rng = random.Random(SEED)
    try:
        make_networks()
    except (subprocess.CalledProcessError, OSError) as e:
        remove_networks()
        print(f"network namespaces cannot be made here: {e}")
        sys.exit(77)
    world = follower = None
    try:
        world = World()
        follower = Follower(world.leader)
        world.push(0)
        with inside(AWAY):
            follower.start()
        follower.wait_at(world.history[0])
        partitions(world, follower, rng)
        restored(world, follower)
        follower.stop()
        world.leader.stop()
    finally:
        if follower:
            follower.close()
        remove_networks()


main()
