#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ztauth commit is killed at random moments: HEAD is the old or the new commit,
and everything that it reaches is there (docs/formats/workspace.md)."""
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROUNDS = 50
root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
ztauth = os.path.join(os.environ.get("BUILD", os.path.join(root, "build")), "ztauth")
kinds = {1: b"commit", 2: b"tree", 3: b"blob"}


def head_of(store):
    """HEAD, after a look at all that it reaches."""
    db = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
    head = db.execute("SELECT oid FROM ref WHERE name = 'main'").fetchone()[0]
    waiting, seen = [(head, 1)], set()
    while waiting:
        oid, kind = waiting.pop()
        if oid in seen:
            continue
        seen.add(oid)
        row = db.execute("SELECT kind, body FROM object WHERE oid = ?", (oid,)).fetchone()
        assert row is not None, "HEAD reaches %s, which is not there" % oid.hex()
        body = row[1] or b""
        assert row[0] == kind
        assert hashlib.sha256(b"%s %d\0" % (kinds[kind], len(body)) + body).digest() == oid
        if kind == 1:
            for line in body.split(b"\n\n")[0].split(b"\n"):
                name, _, value = line.partition(b" ")
                if name in (b"tree", b"parent"):
                    waiting.append((bytes.fromhex(value.decode()), 2 if name == b"tree" else 1))
        while kind == 2 and body:
            entry, _, rest = body.partition(b"\0")
            waiting.append((rest[:32], 2 if entry.startswith(b"40000 ") else 3))
            body = rest[32:]
    db.close()
    return head


def commit(folder, number, kill_after=None):
    with open(os.path.join(folder, "shop.cedar"), "a") as f:
        f.write("// %d\n" % number)
    os.makedirs(os.path.join(folder, "entities"), exist_ok=True)
    with open(os.path.join(folder, "entities", "e%d.json" % number), "w") as f:
        f.write("[]" + " " * random.randrange(300000))
    process = subprocess.Popen([ztauth, "commit", "-m", "round %d" % number],
                               cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if kill_after is not None:
        time.sleep(kill_after)
        process.send_signal(signal.SIGKILL)
    return process.wait()


def main():
    os.environ.pop("SSH_AUTH_SOCK", None)
    random.seed(1)
    work = tempfile.mkdtemp()
    folder = os.path.join(work, "shop")
    store = os.path.join(folder, ".ztauth", "store.db")
    shutil.copytree(os.path.join(root, "examples", "shop", "ledger"), folder)
    try:
        subprocess.run([ztauth, "init", folder], check=True, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        for number in range(5):
            assert commit(folder, number) == 0
        usual = (time.monotonic() - began) / 5
        before, old, new = head_of(store), 0, 0
        for number in range(5, 5 + ROUNDS):
            commit(folder, number, random.uniform(0, 1.2 * usual))
            now = head_of(store)
            old, new = old + (now == before), new + (now != before)
            # Whatever happened, the program reads it, and goes on from there.
            subprocess.run([ztauth, "show"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            before = now
        assert commit(folder, 5 + ROUNDS) == 0
        assert head_of(store) != before
        print("killed %d times: %d old, %d new" % (ROUNDS, old, new))
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
