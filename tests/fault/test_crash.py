#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load, again and again: what was acknowledged is in the log, with what is personal
in it, and the log goes on from every checkpoint that was seen. Then kill -9 of what erases."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, ZTAUTH, Server, question, ztauth  # noqa: E402

ROUNDS = 20
KILLS = 12
CLIENTS = 8


def verify(server, seen):
    """All of the log, and that it begins with what the last checkpoint was of."""
    key = re.search(r"log key: (\S+)", server.said()).group(1)
    older = ["--older", seen] if os.path.exists(seen) else []
    ztauth("log", "verify", "--dir", server.log_dir, "--key", key, *older)
    shutil.copy(os.path.join(server.log_dir, "checkpoint"), seen)


def holds(folder, text):
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            if text in f.read():
                return True
    return False


def erase_killed(server, seen):
    """However often it is cut short, nobody else loses anything, and in the end all is gone."""
    command = [ZTAUTH, "log", "erase", "--dir", server.log_dir, "--subject", 'User::"alice"']
    before = server.records()
    bob = [r["index"] for r in before if r.get("subject_id") == "bob"]
    for i in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            time.sleep(i * 0.004)
            process.kill()
        verify(server, seen)
    ztauth(*command[1:])
    verify(server, seen)
    assert not holds(os.path.join(server.log_dir, "openings"), b"alice")
    after = server.records()
    assert [r["id"] for r in after] == [r["id"] for r in before]
    assert bob == [r["index"] for r in after if r.get("subject_id") == "bob"] and bob


def main():
    server = Server()
    seen = server.path("seen")
    acknowledged = {}
    lock = threading.Lock()
    torn = 0

    def load(token):
        try:
            c = server.connect()
            while True:
                answer = server.post(EVALUATION, question(token), connection=c)[1]
                with lock:
                    acknowledged[answer["context"]["ztauth"]["log_index"]] = answer["context"]["id"]
        except Exception:  # the server is gone: that is the point
            return

    try:
        for i in range(ROUNDS):
            server.start()
            torn += "cut off" in server.said()
            token = server.token()
            threads = [threading.Thread(target=load, args=(token,)) for _ in range(CLIENTS)]
            for t in threads:
                t.start()
            time.sleep(0.15 + 0.01 * i)
            server.kill()
            for t in threads:
                t.join()
            records = server.records()
            kept = {r["index"]: r["id"] for r in records}
            closed = [r for r in records if r["index"] in acknowledged and "erased" in r]
            assert not closed, closed
            lost = {i: d for i, d in acknowledged.items() if kept.get(i) != d}
            assert not lost, f"round {i}: {len(lost)} acknowledged decisions are not in the log"
            verify(server, seen)
        server.start()
        server.post(EVALUATION, question(token, subject={"type": "User", "id": "bob"}))
        server.stop()
        verify(server, seen)
        erase_killed(server, seen)
        assert len(acknowledged) > ROUNDS, "the load was no load"
        print(f"{ROUNDS} kills, {len(acknowledged)} acknowledged decisions, none missing; "
              f"{torn} torn ends; {len(server.records())} records")
    finally:
        server.close()


main()
