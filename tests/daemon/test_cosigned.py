#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A log and its witnesses: other servers that cosign, some that hang or lie, a quorum; a log
that was taken back, and one with two histories. docs/formats/witness.md"""

import base64
import http.server
import os
import re
import shutil
import struct
import subprocess
import threading
import time

from harness import EVALUATION, ZTAUTH, Server, main, question, ztauth
from logs import RAW, Log, cosigned, key_id

ZONE = "/zones/100000000001"


def run(*args):
    return subprocess.run([ZTAUTH, *args], capture_output=True, text=True, check=False, timeout=60)


def key_gen(path):
    ztauth("key", "gen", "--alg", "EdDSA", "--out", path)


class Witness:
    """A server that cosigns for others."""

    def __init__(self, vkey):
        self.server = Server(extra="witness_key w.pem\nwitness_logs logs.policy\nwitness_dir seen\n")
        key_gen(self.server.path("w.pem"))
        with open(self.server.path("logs.policy"), "w", encoding="utf-8") as f:
            f.write(f"log {vkey}\nquorum none\n")
        self.server.start()
        self.vkey = re.search(r"witness key: (\S+)", self.server.said()).group(1)
        self.fix_port()

    def fix_port(self):
        """So that it comes back where it was."""
        with open(self.server.path("ztauth.conf"), encoding="utf-8") as f:
            text = f.read().replace("127.0.0.1:0", f"127.0.0.1:{self.server.port}")
        with open(self.server.path("ztauth.conf"), "w", encoding="utf-8") as f:
            f.write(text)
        self.url = f"http://127.0.0.1:{self.server.port}{ZONE}/witness"


class Liar:
    """Says whatever it is told to; with a key that a policy names."""

    def __init__(self, answer):
        self.key = Log("liar.example")
        self.vkey = "liar.example+%s+%s" % (
            key_id("liar.example", 4, self.key.public).hex(),
            base64.b64encode(b"\4" + self.key.key.public_key().public_bytes(*RAW)).decode())
        self.asked = 0
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass  # who asked has given up

            def do_GET(self):
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self):
                liar.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, kind, text = answer(liar, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"


def new_log():
    """A server whose log has witnesses; not started."""
    return Server(extra="log_policy log.policy\n")


def log_vkey(server):
    """Of a server that was never started, nor has a policy yet."""
    with open(server.path("log.policy"), "w", encoding="utf-8") as f:
        f.write("quorum none\n")
    server.start()
    vkey = re.search(r"log key: (\S+)", server.said()).group(1)
    server.stop()
    return vkey


def write_policy(server, vkey, witnesses, quorum):
    with open(server.path("log.policy"), "w", encoding="utf-8") as f:
        f.write(f"log {vkey}\n")
        for i, w in enumerate(witnesses):
            f.write(f"witness w{i} {w.vkey} {w.url}\n")
        names = " ".join(f"w{i}" for i in range(len(witnesses)))
        f.write(f"group all-of-them {quorum} {names}\nquorum all-of-them\n" if witnesses
                else "quorum none\n")


def decide(server, proof):
    return server.post(EVALUATION, question(proof))[1]["context"]


def get(server, path):
    c = server.connect()
    c.request("GET", path)
    answer = c.getresponse()
    return answer.status, answer.read()


def wait_checkpoint(server, check, seconds=15):
    end = time.time() + seconds
    text = None
    while time.time() < end:
        status, text = get(server, ZONE + "/log/checkpoint")
        if status == 200 and check(text):
            return text
        time.sleep(0.05)
    raise AssertionError(f"no such checkpoint, but {text}\n{server.said()}")


def receipt(server, one):
    status, text = get(server, ZONE + "/receipts/" + one["id"])
    assert status == 200, (status, text)
    path = server.path(one["id"] + ".tlog-proof")
    with open(path, "wb") as f:
        f.write(text)
    return path


log = new_log()
VKEY = log_vkey(log)
first, second = Witness(VKEY), Witness(VKEY)


def test_checkpoints_and_receipts_are_cosigned():
    write_policy(log, VKEY, [first, second], "all")
    log.start()
    proof = log.token()
    decision = decide(log, proof)
    note = wait_checkpoint(log, lambda text: cosigned(text, first.vkey) and cosigned(text, second.vkey)
                           and int(text.split(b"\n")[1]) > decision["ztauth"]["log_index"])
    assert len(cosigned(note, first.vkey)) == 1 and len(cosigned(note, second.vkey)) == 1
    path = receipt(log, decision)
    with open(path, "rb") as f:
        text = f.read()
    policy = log.path("log.policy")
    out = run("receipt", "verify", path, "--policy", policy)
    assert out.returncode == 0 and decision["id"] in out.stdout, out.stderr
    out = run("log", "verify", "--dir", log.log_dir, "--policy", policy)
    assert out.returncode == 0 and "cosigned by 2 witnesses" in out.stdout, out
    # Without the line of one there is no quorum; a damaged one is worse than none.
    lines = text.split(b"\n")
    with open(path, "wb") as f:
        f.write(b"\n".join(lines[:-2]) + b"\n")
    out = run("receipt", "verify", path, "--policy", policy)
    assert out.returncode == 2 and "1 of 2 witnesses have cosigned it" in out.stderr, out
    assert run("receipt", "verify", path, "--key", VKEY).returncode == 0
    name = lines[-2].split(b" ")[1]
    raw = bytearray(base64.b64decode(lines[-2].split(b" ")[2]))
    raw[11] ^= 1  # the time
    bad = b"\n".join(lines[:-2]) + b"\n\xe2\x80\x94 " + name + b" " + base64.b64encode(raw) + b"\n"
    with open(path, "wb") as f:
        f.write(bad)
    out = run("receipt", "verify", path, "--policy", policy)
    assert out.returncode == 2 and "does not hold" in out.stderr, out
    with open(log.path("bad.policy"), "w", encoding="utf-8") as f:
        f.write(f"log {VKEY}\nquorum nobody\n")
    out = run("receipt", "verify", path, "--policy", log.path("bad.policy"))
    assert out.returncode == 1 and "2:8: `nobody`" in out.stderr, out
    for args in ((), ("--key", VKEY, "--policy", policy)):
        assert run("receipt", "verify", path, *args).returncode == 64, args


def test_a_quorum_that_is_wanted_is_not_waited_for():
    second.server.stop()
    proof = log.token()
    decision = decide(log, proof)
    receipt(log, decision)
    log.wait_said("witness w1: ")
    log.wait_said("1 of 2 witnesses have cosigned it")
    note = wait_checkpoint(log, lambda text: int(text.split(b"\n")[1]) > decision["ztauth"]["log_index"])
    assert cosigned(note, first.vkey) and not cosigned(note, second.vkey)
    second.server.start()
    # The same checkpoint gets what it lacks, with no new record.
    wait_checkpoint(log, lambda text: cosigned(text, second.vkey), 30)
    log.wait_said("witness w1: cosigns again")
    log.wait_said("the quorum is reached again")


def test_a_quorum_that_is_required_is():
    log.stop()
    with open(log.path("ztauth.conf"), "a", encoding="utf-8") as f:
        f.write("log_quorum required\n")
    second.server.stop()
    log.start()
    # What is on disk has its quorum: it is handed out.
    wait_checkpoint(log, lambda text: cosigned(text, second.vkey))
    decision = decide(log, log.token())
    log.wait_said("no checkpoint: the quorum of witnesses has not cosigned it")
    assert int(get(log, ZONE + "/log/checkpoint")[1].split(b"\n")[1]) <= decision["ztauth"]["log_index"]
    second.server.start()
    receipt(log, decision)  # waits for it
    log.stop()
    assert run("log", "verify", "--dir", log.log_dir, "--policy", log.path("log.policy")).returncode == 0


def cosign(liar, text):
    """As a witness that looks at nothing."""
    message = b"cosignature/v1\ntime 1700000000\n" + text
    raw = key_id("liar.example", 4, liar.key.public) + struct.pack(">Q", 1700000000) + \
        liar.key.key.sign(message)
    return b"\xe2\x80\x94 liar.example " + base64.b64encode(raw) + b"\n"


def hang(liar, body):
    time.sleep(30)
    return 200, "text/plain", b""


LIES = [
    ("hangs", hang),
    ("nonsense", lambda liar, body: (200, "text/plain", b"yes\n")),
    ("an empty answer", lambda liar, body: (200, "text/plain", b"")),
    ("much", lambda liar, body: (200, "text/plain", b"x" * (1 << 20))),
    ("another text", lambda liar, body: (200, "text/plain", cosign(liar, b"shop.example\n5\n"))),
    ("another note", lambda liar, body: (200, "text/plain", b"\n" + cosign(liar, body.split(b"\n\n")[1] + b"\n"))),
    ("it fails", lambda liar, body: (500, "text/plain", b"")),
    ("of all sizes", lambda liar, body: (409, "text/x.tlog.size", b"%d\n" % (liar.asked % 2))),
    ("of no size", lambda liar, body: (409, "text/x.tlog.size", b"-1\n")),
    ("of no type", lambda liar, body: (409, "text/plain", b"3\n")),
    ("a larger one", lambda liar, body: (409, "text/x.tlog.size", b"281474976710656\n")),
    ("sends elsewhere", lambda liar, body: (307, "text/plain", b"")),
]


def test_one_that_hangs_or_lies_harms_nothing():
    for what, answer in LIES:
        liar = Liar(answer)
        server = new_log()
        try:
            vkey = log_vkey(server)
            good = Witness(vkey)
            write_policy(server, vkey, [liar, good], "any")
            server.start()
            proof = server.token()
            start = time.monotonic()
            for _ in range(20):
                decision = decide(server, proof)
            assert time.monotonic() - start < 2, what
            receipt(server, decision)
            assert time.monotonic() - start < 6, what
            note = wait_checkpoint(server, lambda text: int(text.split(b"\n")[1]) >
                                   decision["ztauth"]["log_index"])
            assert len(cosigned(note, good.vkey)) == 1 and b"liar" not in note, (what, note)
            server.wait_said("witness w0: ")
            # It is not asked again and again.
            assert liar.asked <= 8, (what, liar.asked)
            server.stop()
            assert run("log", "verify", "--dir", server.log_dir, "--policy",
                       server.path("log.policy")).returncode == 0, what
        finally:
            server.close()
            good.server.close()
            liar.http.shutdown()
            liar.http.server_close()


def test_a_log_that_was_taken_back_is_refused():
    server = new_log()
    try:
        vkey = log_vkey(server)
        witness = Witness(vkey)
        write_policy(server, vkey, [witness], "all")
        shutil.copytree(server.log_dir, server.path("backup"))
        server.start()
        proof = server.token()
        decision = decide(server, proof)
        seen = wait_checkpoint(server, lambda text: cosigned(text, witness.vkey) and int(
            text.split(b"\n")[1]) > decision["ztauth"]["log_index"])
        server.stop()
        shutil.move(server.log_dir, server.path("newest"))
        shutil.copytree(server.path("backup"), server.log_dir)
        # All of the backup agrees; the witness has seen more.
        assert run("log", "verify", "--dir", server.log_dir, "--key", vkey).returncode == 0
        out = run("serve", "--config", server.path("ztauth.conf"))
        assert out.returncode == 1 and "the log was taken back" in out.stderr, out.stderr
        with open(server.path("log/checkpoint.witnessed"), "rb") as f:
            kept = f.read()
        assert kept.split(b"\n")[:3] == seen.split(b"\n")[:3] and cosigned(kept, witness.vkey)
        # Offline, with that evidence: it has lost entries.
        out = run("log", "verify", "--dir", server.log_dir, "--key", vkey, "--older",
                  server.path("log/checkpoint.witnessed"))
        assert out.returncode == 2 and "it has lost entries" in out.stderr, out
        # While the witness is away it grows into another history, larger than what was seen.
        witness.server.stop()
        server.start()
        for _ in range(20):
            decision = decide(server, server.token())
        wait_checkpoint(server, lambda text: int(text.split(b"\n")[1]) > decision["ztauth"]["log_index"])
        server.stop()
        witness.server.start()
        out = run("serve", "--config", server.path("ztauth.conf"))
        assert out.returncode == 1 and "are not those of today" in out.stderr, out.stderr
        out = run("log", "verify", "--dir", server.log_dir, "--key", vkey, "--older",
                  server.path("newest/checkpoint"))
        assert out.returncode == 2 and "not those that were signed" in out.stderr, out
        out = run("log", "verify", "--dir", server.log_dir, "--policy", server.path("log.policy"))
        assert out.returncode == 2 and "0 of 1 witnesses have cosigned it" in out.stderr, out
        server.close()
        witness.server.close()
    finally:
        server.close()


def test_two_histories_are_seen_where_they_meet():
    """Two servers run, each on a copy of the log; the witness was away when the other began."""
    server = new_log()
    twin = new_log()
    try:
        vkey = log_vkey(server)
        witness = Witness(vkey)
        shutil.rmtree(twin.log_dir, ignore_errors=True)
        shutil.copytree(server.log_dir, twin.log_dir)
        shutil.copy(server.path("log.pem"), twin.path("log.pem"))
        for one in (server, twin):
            write_policy(one, vkey, [witness], "all")
            with open(one.path("ztauth.conf"), "a", encoding="utf-8") as f:
                f.write("log_quorum required\n")
        server.start()
        decision = decide(server, server.token())
        path = receipt(server, decision)
        witness.server.stop()
        twin.start()
        witness.server.start()
        for _ in range(3):
            decide(twin, twin.token())
        twin.wait_said("no checkpoint: the quorum of witnesses has not cosigned it")
        twin.wait_said("witness w0: ")
        # Of which kind depends on how large the two are when they meet.
        witness.server.wait_said("witness: shop.example" + ZONE + "/log: ")
        assert get(twin, ZONE + "/log/checkpoint")[0] == 404
        assert run("receipt", "verify", path, "--policy", server.path("log.policy")).returncode == 0
        kept = [name for name in os.listdir(witness.server.path("seen")) if name.endswith(".unproved")
                or name.endswith(".split")]
        assert kept, os.listdir(witness.server.path("seen"))
        server.stop()
        twin.stop()
        witness.server.stop()
    finally:
        server.close()
        twin.close()
        witness.server.close()


if __name__ == "__main__":
    try:
        main([v for k, v in list(globals().items()) if k.startswith("test_")])
    finally:
        for one in (log, first.server, second.server):
            one.close()
