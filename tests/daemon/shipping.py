# SPDX-License-Identifier: Apache-2.0
"""Servers that send their log to another one, and that one."""

import atexit
import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import time

from harness import EVALUATION, Server, ZTAUTH, question
from sync import ZONE, Key

ENTRY_LEN = struct.Struct(">I")


def entries_of(log_dir):
    """The bytes of all entries, straight from the segments. SPEC: docs/formats/log.md"""
    out = []
    for name in sorted(n for n in os.listdir(log_dir) if n.endswith(".seg")):
        with open(os.path.join(log_dir, name), "rb") as f:
            data = f.read()
        at = 0
        while at < len(data):
            assert data[at:at + 4] == b"ZTAF"
            size, first, count = struct.unpack(">IQI", data[at + 4:at + 20])
            assert first == len(out)
            body, frame = data[at + 60:at + size - 32], at
            while body:
                n = ENTRY_LEN.unpack(body[:4])[0]
                out.append(body[4:4 + n])
                body = body[4 + n:]
            assert len(out) == first + count, frame
            at += size
    return out


def head_of(log_dir, file="checkpoint"):
    """Size and root that a checkpoint says."""
    with open(os.path.join(log_dir, file), encoding="utf-8") as f:
        lines = f.read().split("\n")
    return int(lines[1]), lines[2]


def root_of(leaves):
    """RFC 6962 2.1, once more."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


class Node(Server):
    """It sends its log to the URL, with its key."""

    def __init__(self, name, extra=""):
        super().__init__(extra=extra)
        atexit.register(self.close)
        self.name = name
        self.sender = Key(self.dir, "sender")
        self.vkey = None
        self.learn()

    def learn(self):
        """Its verifier key, which it says itself."""
        self.start()
        self.vkey = re.search(r"log key: (\S+)", self.said()).group(1)
        self.stop()

    def line(self):
        with open(self.sender.path + ".pub", encoding="utf-8") as f:
            return f"{self.name} {self.vkey} {f.read()}"

    def ship_to(self, port):
        conf = self.path("ztauth.conf")
        with open(conf, encoding="utf-8") as f:
            text = re.sub(r"(ship_to|follow_key).*\n", "", f.read())
        with open(conf, "w", encoding="utf-8") as f:
            f.write(text + f"ship_to http://127.0.0.1:{port}/zones/{ZONE}/logs/{self.name}\n"
                    f"follow_key {self.sender.path}\n")
        return self

    def decide(self, count=1):
        token = self.token()
        c = self.connect()
        for _ in range(count):
            assert self.post(EVALUATION, question(token), connection=c)[1]["decision"]


class Collector(Server):
    """It collects the logs of these nodes. Its port stays."""

    def __init__(self, *nodes, folder=None):
        super().__init__()
        atexit.register(self.close)
        self.folder = folder or self.path("nodes")
        os.makedirs(self.folder, exist_ok=True)
        with open(self.path("ztauth.conf"), "a", encoding="utf-8") as f:
            f.write(f"collect {self.folder}\n")
        self.know(*nodes)

    def know(self, *nodes):
        with open(os.path.join(self.folder, "nodes"), "w", encoding="utf-8") as f:
            f.write("# whose logs come here\n" + "".join(n.line() for n in nodes))

    def start(self):
        super().start()
        conf = self.path("ztauth.conf")
        with open(conf, encoding="utf-8") as f:
            text = f.read()
        with open(conf, "w", encoding="utf-8") as f:
            f.write(text.replace("listen 127.0.0.1:0", f"listen 127.0.0.1:{self.port}"))
        return self

    def copy(self, node):
        return os.path.join(self.folder, node.name)

    def status(self, *args):
        """What `ztauth log nodes` says: exit code, and an object a node."""
        out = subprocess.run([ZTAUTH, "log", "nodes", "--dir", self.folder, "--json", *args],
                             capture_output=True, text=True, check=False)
        return out.returncode, {n["name"]: n for n in map(json.loads, out.stdout.splitlines())}

    def has_all(self, node):
        try:
            return head_of(self.copy(node)) == head_of(node.log_dir)
        except FileNotFoundError:
            return False

    def wait_all(self, node, seconds=60):
        """Until it has what the node has; the checkpoint of the node is of all by then."""
        end = time.time() + seconds
        while time.time() < end:
            if head_of(node.log_dir)[0] == len(entries_of(node.log_dir)) and self.has_all(node):
                return
            time.sleep(0.05)
        raise AssertionError(f"not all of {node.name} has come:\n{node.said()}\n{self.said()}")

    def assert_same(self, node):
        """Byte for byte, and the root is the one that was signed: ours, and the program's."""
        theirs, ours = entries_of(node.log_dir), entries_of(self.copy(node))
        assert theirs == ours, (len(theirs), len(ours))
        size, root = head_of(self.copy(node))
        assert size == len(ours)
        assert root_of(ours).hex() == base64.b64decode(root).hex()
        subprocess.run([ZTAUTH, "log", "verify", "--dir", self.copy(node), "--key", node.vkey],
                       check=True, capture_output=True)
