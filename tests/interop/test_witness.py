#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Witnesses of others: litewitness (filippo.io/torchwood) cosigns our log, and a log made with
golang.org/x/mod comes to our witness, whose cosignatures torchwood verifies.

The modules come from Go's module proxy; they want Go 1.24.
"""

import base64
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "daemon"))
from harness import EVALUATION, ZTAUTH, Server, question, ztauth  # noqa: E402
from logs import key_id  # noqa: E402

ZONE = "/zones/100000000001"
TORCHWOOD = "filippo.io/torchwood/cmd/"


def sh(*args, **kw):
    return subprocess.run(args, capture_output=True, text=True, check=True, **kw).stdout


def build(to):
    if not shutil.which("go"):
        print("there is no Go here")
        sys.exit(77)
    source = os.path.join(to, "source")
    shutil.copytree(os.path.join(HERE, "witness"), source)
    env = {**os.environ, "GOFLAGS": "-mod=readonly"}
    for what in (".", TORCHWOOD + "litewitness", TORCHWOOD + "witnessctl"):
        out = subprocess.run(["go", "build", "-o", to + "/", what], cwd=source, env=env,
                             capture_output=True, text=True, check=False)
        if out.returncode != 0 and any(why in out.stderr for why in (
                "dial tcp", "requires go", "invalid go version", "unknown directive",
                "unknown block")):
            print("the modules cannot be had here, or Go is too old")
            sys.exit(77)
        assert out.returncode == 0, out.stderr


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Litewitness:
    """It wants its key in an agent, and the logs that it knows in a database."""

    def __init__(self, work, vkey):
        key, agent, db = (os.path.join(work, name) for name in ("id", "agent.sock", "lite.db"))
        sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        self.agent = subprocess.Popen(["ssh-agent", "-D", "-a", agent], stdout=subprocess.DEVNULL)
        while not os.path.exists(agent):
            time.sleep(0.02)
        sh("ssh-add", "-q", key, env={**os.environ, "SSH_AUTH_SOCK": agent})
        with open(key + ".pub", encoding="utf-8") as f:
            public = base64.b64decode(f.read().split()[1])[-32:]
        name = "lite.example/w"
        self.vkey = "%s+%s+%s" % (name, key_id(name, 4, public).hex(),
                                  base64.b64encode(b"\4" + public).decode())
        control = os.path.join(work, "witnessctl")
        origin = vkey.split("+")[0]
        sh(control, "add-log", "-db", db, "-origin", origin)
        sh(control, "add-key", "-db", db, "-origin", origin, "-key", vkey)
        print_of = sh("ssh-keygen", "-l", "-f", key).split()[1]
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(os.path.join(work, "lite.log"), "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [os.path.join(work, "litewitness"), "-db", db, "-name", name, "-key", print_of,
             "-ssh-agent", agent, "-listen", f"127.0.0.1:{port}"],
            stdout=self.log, stderr=self.log)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("litewitness does not listen")

    def close(self):
        for one in (self.process, self.agent):
            one.terminate()
            one.wait(10)
        self.log.close()


def get(server, path):
    c = server.connect()
    c.request("GET", path)
    answer = c.getresponse()
    return answer.status, answer.read()


def witness_of(key_file, vkey):
    server = Server(extra="witness_key w.pem\nwitness_logs logs.policy\nwitness_dir seen\n")
    ztauth("key", "gen", "--alg", "EdDSA", "--out", server.path("w.pem"))
    shutil.copy(server.path("w.pem"), key_file)
    with open(server.path("logs.policy"), "w", encoding="utf-8") as f:
        f.write(f"log {vkey}\nquorum none\n")
    server.start()
    return server, re.search(r"witness key: (\S+)", server.said()).group(1)


def our_log_and_their_witness(work):
    """Their witness cosigns checkpoints as the log grows, and refuses a log that was copied."""
    log = Server(extra="log_policy log.policy\nlog_quorum required\n")
    with open(log.path("log.policy"), "w", encoding="utf-8") as f:
        f.write("quorum none\n")
    log.start()
    log.stop()
    vkey = re.search(r"log key: (\S+)", log.said()).group(1)
    lite = Litewitness(work, vkey)
    ours, our_vkey = witness_of(os.path.join(work, "w.pem"), vkey)
    twin = None
    try:
        with open(log.path("log.policy"), "w", encoding="utf-8") as f:
            f.write(f"log {vkey}\nwitness lite {lite.vkey} {lite.url}\n"
                    f"witness ours {our_vkey} http://127.0.0.1:{ours.port}{ZONE}/witness\n"
                    "group both all lite ours\nquorum both\n")
        backup = log.path("backup")
        shutil.copytree(log.log_dir, backup)
        log.start()
        receipt = os.path.join(work, "one.tlog-proof")
        for _ in range(5):
            one = log.post(EVALUATION, question(log.token()))[1]["context"]
            ztauth("receipt", "get", one["id"], "--out", receipt, "--url",
                   f"http://127.0.0.1:{log.port}{ZONE}")
            ztauth("receipt", "verify", receipt, "--policy", log.path("log.policy"))
        note = os.path.join(work, "checkpoint")
        with open(note, "wb") as f:
            f.write(get(log, ZONE + "/log/checkpoint")[1])
        print(sh(os.path.join(work, "witness"), "judge", note, vkey, os.path.join(work, "w.pem"),
                 our_vkey), end="")
        log.stop()
        ztauth("log", "verify", "--dir", log.log_dir, "--policy", log.path("log.policy"))
        # A log that was taken back: theirs says what it saw, and cosigns nothing.
        twin = log.log_dir + ".newest"
        shutil.move(log.log_dir, twin)
        shutil.copytree(backup, log.log_dir)
        with open(log.path("log.policy"), "w", encoding="utf-8") as f:
            f.write(f"log {vkey}\nwitness lite {lite.vkey} {lite.url}\nquorum lite\n")
        log.start()
        log.wait_said("witness lite: it says it saw")
        for _ in range(30):
            log.post(EVALUATION, question(log.token()))
        assert get(log, ZONE + "/log/checkpoint")[0] == 404
        log.stop()
        print("litewitness cosigned our log, and not the one that was taken back")
    finally:
        log.close()
        ours.close()
        lite.close()


def their_log_and_our_witness(work):
    skey, vkey = sh(os.path.join(work, "witness"), "key", "go.example/log").split()
    key = os.path.join(work, "w2.pem")
    ours, our_vkey = witness_of(key, vkey)
    try:
        print(sh(os.path.join(work, "witness"), "ask", f"http://127.0.0.1:{ours.port}{ZONE}/witness",
                 skey, key, our_vkey), end="")
        assert "signed two histories" in ours.said()
        ours.stop()
    finally:
        ours.close()


with tempfile.TemporaryDirectory() as folder:
    build(folder)
    their_log_and_our_witness(folder)
    our_log_and_their_witness(folder)
