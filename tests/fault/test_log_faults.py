#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What may befall the log of a server, one after another: it goes on from what it acknowledged, or
does not start and says why; it never answers what it did not record, and mends nothing in silence.
SPEC: docs/formats/log.md, docs/formats/tree.md, docs/formats/checkpoint.md"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, ZTAUTH, Server, main, question, ztauth  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


class Faulty:
    """A server that has recorded some decisions, and has a checkpoint of them all."""

    def __init__(self):
        self.server = Server()
        self.server.start()
        self.token = self.server.token()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def log(self, name=""):
        return os.path.join(self.server.log_dir, name)

    def decide(self, count):
        """Allowed ones, recorded; their ids by index."""
        out = {}
        for _ in range(count):
            answer = self.server.post(EVALUATION, question(self.token))[1]
            assert answer["decision"] is True, answer
            out[answer["context"]["ztauth"]["log_index"]] = answer["context"]["id"]
        return out

    def segment(self):
        return sorted(glob.glob(self.log("*.seg")))[-1]

    def key(self):
        return re.search(r"log key: (\S+)", self.server.said()).group(1)

    def has(self, decisions):
        kept = {r["index"]: r["id"] for r in self.server.records()}
        assert all(kept.get(i) == d for i, d in decisions.items())

    def refuses_to_start(self, *words):
        """And leaves all as it is."""
        before = contents(self.log())
        s = self.server
        with open(s.path("err"), "w", encoding="utf-8") as err:
            s.process = subprocess.Popen([ZTAUTH, "serve", "--config", s.path("ztauth.conf")], stderr=err)
        assert s.process.wait(30) != 0, "it has started"
        assert all(w in s.said() for w in words), s.said()
        assert contents(self.log()) == before

    def verify(self, *args):
        return subprocess.run([ZTAUTH, "log", "verify", "--dir", self.log(), "--key", self.vkey, *args],
                              capture_output=True, text=True, check=False)


def contents(folder):
    out = {}
    for path in glob.glob(folder + "/**", recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                out[path] = f.read()
    return out


def flip(path, at):
    with open(path, "r+b") as f:
        f.seek(at, os.SEEK_SET if at >= 0 else os.SEEK_END)
        byte = f.read(1)[0]
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([byte ^ 4]))


def test_torn_tail():
    """Rule 3: what no checkpoint covers and was not finished is cut off, and that is said."""
    with Faulty() as f:
        told = f.decide(5)
        f.server.stop()
        size = os.path.getsize(f.segment())
        with open(f.segment(), "ab") as segment:
            segment.write(b"ZTAF\0\0\1\0" + bytes(40))
        f.server.start()
        assert "cut off" in f.server.said(), f.server.said()
        f.has(told)
        assert os.path.getsize(f.segment()) >= size
        f.has(f.decide(1))


def test_tail_that_was_signed_for():
    """Rule 3: but not what a checkpoint covers."""
    with Faulty() as f:
        f.decide(5)
        f.server.stop()
        os.truncate(f.segment(), os.path.getsize(f.segment()) - 3)
        f.refuses_to_start("lost entries")


def test_bit_flips():
    """Rules 3 and 4: in a frame, in the tree, in the checkpoint, or in the hash that it signs."""
    with Faulty() as f:
        f.decide(20)
        f.server.stop()
        with open(f.log("checkpoint"), "rb") as c:
            root = c.read().split(b"\n\n")[0].rindex(b"\n") + 5
        for name, at in ((f.segment(), 0), (f.segment(), 100), (f.segment(), os.path.getsize(f.segment()) // 2),
                         (f.log("tree/0"), 0), (f.log("tree/0"), -1), (f.log("tree/at"), 5),
                         (f.log("checkpoint"), 0), (f.log("checkpoint"), root), (f.log("checkpoint"), -5)):
            flip(name, at)
            f.refuses_to_start(os.path.basename(name) if name != f.segment() else f.log()[:-1])
            flip(name, at)
        f.server.start()


def test_backup_with_newer_checkpoint():
    """Rule 7: the log is that of yesterday, the checkpoint is not."""
    with Faulty() as f:
        f.decide(5)
        f.server.stop()
        shutil.copytree(f.log(), f.server.path("backup"))
        f.server.start()
        f.decide(5)
        f.server.stop()
        shutil.copy(f.log("checkpoint"), f.server.path("newest"))
        shutil.rmtree(f.log())
        shutil.copytree(f.server.path("backup"), f.log())
        shutil.copy(f.server.path("newest"), f.log("checkpoint"))
        f.refuses_to_start("lost entries")


def test_backup_of_all():
    """Rule 7: nothing here says that there was more. Whoever kept a checkpoint sees it, before and after the log
    goes on; so does whoever has a receipt from in between."""
    with Faulty() as f:
        f.decide(5)
        f.server.stop()
        shutil.copytree(f.log(), f.server.path("backup"))
        f.server.start()
        f.vkey = f.key()
        f.decide(5)
        f.server.stop()
        shutil.copy(f.log("checkpoint"), f.server.path("kept"))
        shutil.rmtree(f.log())
        shutil.copytree(f.server.path("backup"), f.log())
        assert f.verify().returncode == 0
        assert f.verify("--older", f.server.path("kept")).returncode == 2
        f.server.start()
        f.decide(20)
        f.server.stop()
        assert f.verify().returncode == 0
        out = f.verify("--older", f.server.path("kept"))
        assert out.returncode == 2 and "not those that were signed for" in out.stderr, out


def test_two_writers():
    """Rule 6."""
    with Faulty() as f:
        second = Server(log_dir=f.server.log_dir)
        try:
            shutil.copy(f.server.path("log.pem"), second.path("log.pem"))
            with open(second.path("err"), "w", encoding="utf-8") as err:
                second.process = subprocess.Popen([ZTAUTH, "serve", "--config", second.path("ztauth.conf")],
                                                  stderr=err)
            assert second.process.wait(30) != 0 and "another process writes this log" in second.said(), second.said()
        finally:
            second.close()
        f.has(f.decide(2))


def preload(server, **env):
    """Start it in a system that fails as shim.c does."""
    shim = server.path("shim.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, os.path.join(HERE, "shim.c")], check=True)
    kept = dict(os.environ)
    # A library of a sanitizer would want to be first.
    os.environ.update(env, LD_PRELOAD=shim, ASAN_OPTIONS="verify_asan_link_order=0")
    try:
        server.start()
    finally:
        os.environ.clear()
        os.environ.update(kept)


def test_failing_sync():
    """Rule 2: no answer without its record, and no second try. After a restart what was acknowledged is there."""
    with Faulty() as f:
        told = f.decide(3)
        f.server.stop()
        broken = f.server.path("broken")
        preload(f.server, FAULT_SYNC=broken)
        told.update(f.decide(3))
        open(broken, "w").close()
        refused = {"leg": "record", "code": "unavailable"}
        answer = f.server.post(EVALUATION, question(f.token))[1]
        assert answer["decision"] is False and answer["context"]["ztauth"] == refused, answer
        os.unlink(broken)
        time.sleep(0.1)
        for _ in range(5):  # the disk is well again, but nobody knows what it holds
            answer = f.server.post(EVALUATION, question(f.token))[1]
            assert answer["decision"] is False and answer["context"]["ztauth"] == refused, answer
        c = f.server.connect()
        c.request("GET", "/readyz")
        answer = c.getresponse()
        reasons = json.loads(answer.read())["reasons"]
        assert answer.status == 503 and [r["condition"] for r in reasons] == ["log"], reasons
        f.server.kill()
        f.server.start()
        f.has(told)
        f.has(f.decide(1))


def test_clock_going_back():
    """Rule 7: frames are in the order of their times, whatever the clock says."""
    with Faulty() as f:
        f.server.stop()
        clock = f.server.path("clock")
        preload(f.server, FAULT_CLOCK=clock)
        told = f.decide(3)
        with open(clock, "w", encoding="utf-8") as c:
            c.write("-3600")
        before = len(f.server.records())
        status, answer, _ = f.server.post(EVALUATION, question(f.token))
        assert status == 200, answer
        assert len(f.server.records()) == before + 1
        f.server.stop()
        f.server.start()
        f.has(told)
        times = frame_times(f.segment())
        assert times == sorted(times) and len(times) > 4


def frame_times(path):
    """Of docs/formats/log.md: where the time of a frame stands."""
    out, at = [], 0
    with open(path, "rb") as f:
        data = f.read()
    while at < len(data):
        assert data[at:at + 4] == b"ZTAF"
        out.append(int.from_bytes(data[at + 20:at + 28], "big"))
        at += int.from_bytes(data[at + 4:at + 8], "big")
    return out


main([test_torn_tail, test_tail_that_was_signed_for, test_bit_flips, test_backup_with_newer_checkpoint,
      test_backup_of_all, test_two_writers, test_failing_sync, test_clock_going_back])
