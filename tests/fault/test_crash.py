#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load, again and again: what was acknowledged is in the log, with what is personal
in it, the log goes on from every checkpoint that was seen, and every receipt that was handed out
proves its decision, under a checkpoint that the log goes on from. Then kill -9 of what erases. An
argument is the number of kills."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, ZTAUTH, Server, question, ztauth  # noqa: E402

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
KILLS = 12
CLIENTS = 8
# Decisions of a client to one receipt.
RECEIPTS = 40


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


def kill_a_writer(rounds):
    """The log alone, at all that it can take: its thread is killed in the middle of large frames."""
    total = torn = 0
    for i in range(rounds):
        if i % 10 == 0:
            work = tempfile.TemporaryDirectory()
            told = 0
        with subprocess.Popen([os.path.join(os.path.dirname(ZTAUTH), "tests/interop/log_writer"), work.name + "/log",
                               "100000000", "say"], stdout=subprocess.PIPE) as p:
            first = p.stdout.readline()
            time.sleep(0.002 + 0.003 * (i % 20))
            p.kill()
            said = (first + p.stdout.read()).split(b"\n")
        told = int(said[-2])
        out = ztauth("log", "verify", "--dir", work.name + "/log")
        kept = int(re.match(r"(\d+)", out).group(1))
        assert kept >= told, f"{told} were acknowledged, {kept} are there"
        # A record says which it is.
        last = json.loads(ztauth("log", "tail", "--dir", work.name + "/log", "--from", str(told - 1)).splitlines()[0])
        assert last["index"] == told - 1 and last["id"] == number_id(told - 1), last
        torn += "torn" in out
        total += 1
    print(f"{total} kills of a writer at full load, {torn} torn ends; the last log has {kept} records")


def number_id(n):
    """The id that log_writer gives to record `n`."""
    return ((n + 1) * 0x9E3779B97F4A7C15 % 2 ** 64).to_bytes(8, "little").hex() + "0" * 16


def check_receipts(server, receipts):
    """One by one, and the log against the checkpoint of each; those are few."""
    key = re.search(r"log key: (\S+)", server.said()).group(1)
    path = server.path("receipt")
    notes = set()
    for decision, text in receipts.items():
        with open(path, "wb") as f:
            f.write(text)
        assert json.loads(ztauth("receipt", "verify", path, "--key", key))["id"] == decision
        notes.add(text.split(b"\n\n", 1)[1])
    for note in sorted(notes)[::len(notes) // 50 + 1]:
        with open(path, "wb") as f:
            f.write(note)
        ztauth("log", "verify", "--dir", server.log_dir, "--key", key, "--older", path)
    return len(notes)


def main():
    kill_a_writer(ROUNDS)
    kill_a_server()


def kill_a_server():
    server = Server()
    seen = server.path("seen")
    acknowledged = {}
    receipts = {}  # by decision
    lock = threading.Lock()
    torn = 0

    def load(token):
        try:
            c = server.connect()
            for i in itertools.count():
                answer = server.post(EVALUATION, question(token), connection=c)[1]
                decision = answer["context"]["id"]
                with lock:
                    acknowledged[answer["context"]["ztauth"]["log_index"]] = decision
                if i % RECEIPTS == 0:
                    c.request("GET", f"/zones/100000000001/receipts/{decision}")
                    answer = c.getresponse()
                    text = answer.read()
                    with lock:
                        receipts[decision] = text if answer.status == 200 else b""
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
            time.sleep(0.15 + 0.01 * (i % 20))
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
        assert len(acknowledged) > ROUNDS and len(receipts) > ROUNDS, "the load was no load"
        checkpoints = check_receipts(server, receipts)
        print(f"{ROUNDS} kills, {len(acknowledged)} acknowledged decisions, none missing; "
              f"{torn} torn ends; {len(server.records())} records; "
              f"{len(receipts)} receipts under {checkpoints} checkpoints hold")
    finally:
        server.close()


main()
