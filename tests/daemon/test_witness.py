#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A server as a witness of other logs: what it cosigns, what it refuses, also under load and
over a restart. SPEC: c2sp tlog-witness; docs/formats/witness.md"""

import hashlib
import os
import re
import subprocess
import threading
import time

from harness import ZTAUTH, Server, main
from logs import Log, consistency

ZONE = "/zones/100000000001"
BOTH = "witness_key w.pem\nwitness_logs logs.policy\nwitness_dir seen\n"


def witness(*logs):
    """A server that knows these logs."""
    server = Server(extra=BOTH)
    subprocess.run([ZTAUTH, "key", "gen", "--alg", "EdDSA", "--out", server.path("w.pem")],
                   check=True, capture_output=True)
    with open(server.path("logs.policy"), "w", encoding="utf-8") as f:
        f.write("".join(f"log {log.vkey}\n" for log in logs) + "quorum none\n")
    return server.start()


log, other, stranger = Log("log.example"), Log("other.example"), Log("stranger.example")
server = witness(log, other)
VKEY = re.search(r"witness key: (\S+)", server.said()).group(1)


def post(body, where=None, path="/witness/add-checkpoint", connection=None):
    c = connection or (where or server).connect()
    c.request("POST", ZONE + path, body)
    answer = c.getresponse()
    return answer.status, answer.read(), answer.headers


def body(one, old, size, leaves=None, proof=None):
    leaves = leaves or one.leaves
    proof = consistency(leaves[:size], old) if proof is None else proof
    return one.call(old, proof, one.checkpoint(leaves[:size]))


def latest(one, where=None):
    name = hashlib.sha256(one.origin.encode()).hexdigest()
    c = (where or server).connect()
    c.request("GET", f"{ZONE}/witness/{name}/checkpoint")
    answer = c.getresponse()
    return answer.status, answer.read()


def seen(one, suffix=""):
    name = hashlib.sha256(one.origin.encode()).hexdigest()
    return server.path("seen/" + name + suffix)


def test_it_cosigns_what_grows():
    log.grow(10)
    assert latest(log)[0] == 404
    status, line, _ = post(body(log, 0, 5))
    assert status == 200, (status, line)
    log.check_cosignature(5, line, VKEY)
    status, line, _ = post(body(log, 5, 10))
    assert status == 200, (status, line)
    log.check_cosignature(10, line, VKEY)
    # The same again: another time, no other state.
    status, line, _ = post(body(log, 10, 10))
    assert status == 200
    status, note = latest(log)
    assert status == 200 and note == log.checkpoint(log.leaves[:10]) + line, note
    with open(seen(log), "rb") as f:
        assert f.read() == note


def test_it_refuses():
    fork = log.leaves[:8] + [b"another"] * 4
    table = [
        (b"", 400), (b"old 10\n\n", 400), (b"old x\n\n" + log.checkpoint(log.leaves[:10]), 400),
        (body(log, 11, 10, proof=[]), 400),
        (body(stranger, 0, 0), 404),
        (log.call(10, [], log.checkpoint(log.leaves[:10]).replace(b"log.example", b"log.exampld")), 404),
        (log.call(10, [], log.checkpoint(log.leaves[:10], key=other)), 403),
        (log.call(10, [], log.checkpoint(log.leaves[:10]).replace(b"\n10\n", b"\n11\n")), 403),
        (body(log, 0, 10), 409), (body(log, 9, 10), 409), (body(log, 5, 5), 409),
        (body(log, 10, 12, leaves=fork), 422),
        (body(log, 10, 10, leaves=fork), 422),
        (body(log, 10, 10, proof=[b"x" * 32]), 422),
    ]
    before = latest(log)
    for text, wanted in table:
        status, answer, headers = post(text)
        assert status == wanted, (status, wanted, answer, text)
        if wanted == 409:
            assert answer == b"10\n" and headers["Content-Type"] == "text/x.tlog.size", answer
    assert latest(log) == before
    # What it was shown is kept: with what it cosigned it proves two histories.
    with open(seen(log, ".split"), "rb") as f:
        assert f.read() == log.checkpoint(fork[:10])
    with open(seen(log, ".unproved"), "rb") as f:
        assert f.read() == log.checkpoint(fork)
    assert "log.example: signed two histories: 10 entries after 10" in server.said()
    c = server.connect()
    for method, path, wanted in (("GET", "/witness/add-checkpoint", 405), ("GET", "/witness/", 404),
                                 ("POST", "/witness/" + "0" * 64 + "/checkpoint", 405),
                                 ("GET", "/witness/../ztauth.conf", 404),
                                 ("GET", "/witness/" + "A" * 64 + "/checkpoint", 404),
                                 ("GET", "/witness/" + "0" * 64 + ".split", 404)):
        c.request(method, ZONE + path)
        answer = c.getresponse()
        answer.read()
        assert answer.status == wanted, (method, path, answer.status)


def test_many_at_once_never_take_it_back():
    """Each tries to move the log to a size of its own, from whatever it is told."""
    other.grow(200)
    cosigned, wrong = [], []

    def move(first):
        c = server.connect()
        for size in range(first, 201, 8):
            old = 0
            for _ in range(100):
                if old > size:
                    break
                status, answer, _ = post(body(other, old, size), connection=c)
                if status == 200:
                    cosigned.append(size)
                    break
                if status != 409:
                    wrong.append((status, answer))
                    return
                told = int(answer)
                if told < old:
                    wrong.append((old, told))
                old = told

    threads = [threading.Thread(target=move, args=(1 + i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong, wrong[:3]
    assert len(cosigned) > 20, cosigned
    note = latest(other)[1]
    assert int(note.split(b"\n")[1]) == max(cosigned) == 200


def test_killed_it_has_what_it_said():
    """What was cosigned for anybody is there after any end."""
    one = Log("log.example")
    one.grow(2000)
    where = witness(one)
    said = [0]

    def move():
        try:
            c = where.connect()
            while said[0] < 2000:
                size = said[0] + 1
                status, answer, _ = post(body(one, said[0], size, leaves=one.leaves[:size]),
                                         connection=c)
                # Killed between disk and answer it may know one more.
                said[0] = size if status == 200 else int(answer)
        except OSError:
            pass  # killed

    try:
        for i in range(8):
            thread = threading.Thread(target=move)
            thread.start()
            time.sleep(0.05 + 0.03 * i)
            where.kill()
            thread.join()
            where.start()
            status, answer, _ = post(body(one, 2000, 2000, proof=[]), where)
            assert status == 409 and said[0] <= int(answer) <= said[0] + 1, (answer, said)
            said[0] = int(answer)
        assert said[0] > 8, said
        where.stop()
    finally:
        where.close()


def test_it_remembers_over_a_restart():
    server.kill()
    server.start()
    assert post(body(other, 0, 200))[1] == b"200\n"
    assert post(body(log, 10, 10, leaves=log.leaves[:8] + [b"another"] * 2))[0] == 422
    # Two with one directory could cosign two histories.
    out = subprocess.run([ZTAUTH, "serve", "--config", server.path("ztauth.conf")],
                         capture_output=True, text=True, check=False, timeout=60)
    assert out.returncode == 1, out.stderr


def test_it_does_not_start_on_what_it_cannot_read():
    server.stop()
    with open(seen(log), "rb") as f:
        good = f.read()
    for bad in (good.replace(b"\n10\n", b"\n9\n"), b"", other.checkpoint(other.leaves)):
        with open(seen(log), "wb") as f:
            f.write(bad)
        out = subprocess.run([ZTAUTH, "serve", "--config", server.path("ztauth.conf")],
                             capture_output=True, text=True, check=False, timeout=60)
        assert out.returncode == 1 and os.path.basename(seen(log)) in out.stderr, (bad, out.stderr)
    with open(seen(log), "wb") as f:
        f.write(good)
    with open(server.path("logs.policy"), "a", encoding="utf-8") as f:
        f.write("log nonsense\n")
    out = subprocess.run([ZTAUTH, "serve", "--config", server.path("ztauth.conf")],
                         capture_output=True, text=True, check=False, timeout=60)
    assert out.returncode == 1 and "logs.policy:4:5" in out.stderr, out.stderr


def test_configurations_that_are_none():
    where = Server(extra="")
    try:
        subprocess.run([ZTAUTH, "key", "gen", "--alg", "EdDSA", "--out", where.path("w.pem")],
                       check=True, capture_output=True)
        with open(where.path("p"), "w", encoding="utf-8") as f:
            f.write("quorum none\n")
        with open(where.path("ztauth.conf"), encoding="utf-8") as f:
            good = f.read()
        for lines, why in (
                ("witness_key w.pem\n", "need each other"),
                ("witness_key w.pem\nwitness_dir seen\n", "need each other"),
                ("witness_logs p\nwitness_dir seen\n", "need each other"),
                ("witness_key log.pem\nwitness_logs p\nwitness_dir seen\n", "are one key"),
                ("witness_key zone.pem\nwitness_logs p\nwitness_dir seen\n", "zone.pem"),
                ("witness_key w.pem\nwitness_logs none\nwitness_dir seen\n", "none: cannot open"),
                ("witness_key w.pem\nwitness_logs p\nwitness_dir p\n", "/p: "),
                ("log_quorum required\n", "needs `log_policy`"),
                ("log_policy p\nlog_quorum any\n", "wanted or required"),
                ("log_policy none\n", "none: cannot open")):
            with open(where.path("ztauth.conf"), "w", encoding="utf-8") as f:
                f.write(good + lines)
            out = subprocess.run([ZTAUTH, "serve", "--config", where.path("ztauth.conf")],
                                 capture_output=True, text=True, check=False, timeout=60)
            assert out.returncode == 1 and why in out.stderr, (lines, out.stderr)
        with open(where.path("ztauth.conf"), "w", encoding="utf-8") as f:
            f.write(good.replace("log_key log.pem\n", "") + "log_policy p\n")
        out = subprocess.run([ZTAUTH, "serve", "--config", where.path("ztauth.conf")],
                             capture_output=True, text=True, check=False, timeout=60)
        assert out.returncode == 1 and "`log_policy` needs `log_key`" in out.stderr, out.stderr
        # A server that is none has nothing there.
        with open(where.path("ztauth.conf"), "w", encoding="utf-8") as f:
            f.write(good)
        where.start()
        assert post(body(log, 0, 5), where)[0] == 404
        where.stop()
    finally:
        where.close()


def test_what_cannot_be_written_is_not_cosigned():
    one = Log("log.example")
    one.grow(20)
    where = witness(one)
    try:
        assert post(body(one, 0, 5), where)[0] == 200
        os.rename(where.path("seen"), where.path("gone"))
        status, answer, _ = post(body(one, 5, 6), where)
        assert status == 503 and b"cannot write" in answer, answer
        where.wait_said("nothing is cosigned until a restart")
        os.rename(where.path("gone"), where.path("seen"))
        assert post(body(one, 5, 6), where)[0] == 503
        where.stop()
        where.start()
        assert post(body(one, 5, 6), where)[0] == 200
        where.stop()
    finally:
        where.close()


if __name__ == "__main__":
    try:
        main([v for k, v in list(globals().items()) if k.startswith("test_")])
    finally:
        server.close()
