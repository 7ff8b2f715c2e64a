#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`ztauth log witness`: an auditor looks at a log from outside, at a good one, and at those that
go back, fork, or hand out tiles that are not theirs. docs/formats/witness.md"""

import fcntl
import hashlib
import http.server
import os
import re
import subprocess
import tempfile
import threading

from harness import EVALUATION, ZTAUTH, Server, main, question, ztauth
from logs import Log, b64, cosigned, key_id, root, sha

ZONE = "/zones/100000000001"


class Tiles:
    """A log that hands out what it is told to: by its specification, tlog-tiles."""

    def __init__(self):
        self.log = Log("tiles.example")
        self.shown = []      # leaves of the checkpoint
        self.leaves = []     # leaves of the tiles
        self.spoil = lambda path, data: data
        self.partial = True  # also where there are full ones
        self.asked = []
        tiles = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:
                    pass  # who asked has seen enough

            def do_GET(self):
                data = tiles.get(self.path)
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/log"

    def get(self, path):
        self.asked.append(path)
        if path == "/log/checkpoint":
            return self.spoil(path, self.log.checkpoint(self.shown))
        found = re.fullmatch(r"/log/tile/(\d)/((?:x\d{3}/)*\d{3})(?:\.p/(\d+))?", path)
        if not found:
            return None
        level, number = int(found[1]), int(found[2].replace("x", "").replace("/", ""))
        width, span = int(found[3] or 256), 256 ** level
        if width < 256 and not self.partial and (number + 1) * 256 * span <= len(self.leaves):
            return None
        rows = [self.row(level, number * 256 + i) for i in range(width)
                if (number * 256 + i + 1) * span <= len(self.leaves)]
        return self.spoil(path, b"".join(rows)) if len(rows) == width else None

    def row(self, level, i):
        if level == 0:
            return sha(b"\0" + self.leaves[i])
        return root(self.leaves[i * 256 ** level:(i + 1) * 256 ** level])

    def grow(self, count, leaves=None):
        self.leaves = (self.leaves if leaves is None else leaves) + [b"e%d" % i for i in range(count)]
        self.shown = self.leaves


def look(url, vkey, state, *args):
    return subprocess.run([ZTAUTH, "log", "witness", "--url", url, "--key", vkey, "--state", state, *args],
                          capture_output=True, timeout=60, check=False)


def file_of(state, origin, suffix=""):
    return os.path.join(state, hashlib.sha256(origin.encode()).hexdigest() + suffix)


def test_our_log_and_a_cosignature():
    server = Server().start()
    with tempfile.TemporaryDirectory() as work:
        try:
            vkey = re.search(r"log key: (\S+)", server.said()).group(1)
            url = f"http://127.0.0.1:{server.port}{ZONE}/log"
            key = os.path.join(work, "w.pem")
            ztauth("key", "gen", "--alg", "EdDSA", "--out", key)
            state = os.path.join(work, "state")
            proof = server.token()
            for i in range(3):
                one = server.post(EVALUATION, question(proof))[1]["context"]
                ztauth("receipt", "get", one["id"], "--url", url[:-4])
                out = look(url, vkey, state, "--sign", key, "--name", "laptop.example")
                assert out.returncode == 0, out.stderr
                assert (b"go on from 0" in out.stderr) == (i == 0), out.stderr
            with open(file_of(state, "shop.example" + ZONE + "/log"), "rb") as f:
                assert f.read() == out.stdout
            assert int(out.stdout.split(b"\n")[1]) > one["ztauth"]["log_index"]
            line = out.stdout.split(b"\n")[-2].split(b" ")
            assert line[1] == b"laptop.example"
            # What it printed is a checkpoint that a policy with this witness believes.
            public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"],
                                    capture_output=True, check=True).stdout[-32:]
            assert len(cosigned(out.stdout, vkey_of("laptop.example", public))) == 1
            other = re.sub(r"\+A", "+B", vkey, count=1)
            assert look(url, other, state).returncode == 2
            server.stop()
            assert look(url, vkey, state).returncode == 1
        finally:
            server.close()


def vkey_of(name, public):
    return "%s+%s+%s" % (name, key_id(name, 4, public).hex(), b64(b"\4" + public).decode())


def test_a_log_of_somebody_else():
    tiles = Tiles()
    with tempfile.TemporaryDirectory() as state:
        for count in (1, 2, 250, 3, 1, 600):
            tiles.grow(count)
            out = look(tiles.url, tiles.log.vkey, state)
            assert out.returncode == 0, (count, out.stderr)
            assert out.stdout == tiles.log.checkpoint(tiles.leaves)
        # Partial tiles may be gone once full ones are there.
        tiles.leaves = tiles.leaves + [b"more"] * 300
        tiles.partial = False
        tiles.shown = tiles.leaves[:860]
        out = look(tiles.url, tiles.log.vkey, state)
        assert out.returncode == 0, out.stderr
        tiles.asked.clear()
        assert look(tiles.url + "/", tiles.log.vkey, state).returncode == 0
        assert tiles.asked == ["/log/checkpoint"], tiles.asked  # nothing new: nothing to prove


def test_what_does_not_go_on():
    """Tiles of whichever history: none of them makes one go on from the other."""
    for what, size, tiles_of, suffix in (
            ("smaller", 299, "new", ".behind"), ("empty", 0, "new", ".behind"),
            ("as large", 300, "new", ".split"),
            ("larger", 301, "new", ".unproved"), ("larger by tiles", 512, "new", ".unproved"),
            ("larger, with the old tiles", 301, "old", ".unproved"),
            ("larger, with both", 512, "both", ".unproved")):
        tiles = Tiles()
        with tempfile.TemporaryDirectory() as state:
            tiles.grow(300)
            assert look(tiles.url, tiles.log.vkey, state).returncode == 0
            old = tiles.leaves[:]
            fork = old[:100] + [b"another"] + old[101:] + [b"m%d" % i for i in range(300)]
            tiles.shown = fork[:size]
            tiles.leaves = {"new": fork, "old": old + fork[300:],
                            "both": fork[:256] + old[256:300] + fork[300:]}[tiles_of]
            for _ in range(2):  # and it stays so
                out = look(tiles.url, tiles.log.vkey, state)
                assert out.returncode == 2, (what, out.returncode, out.stderr)
                assert (b"kept as " + file_of(state, "tiles.example", suffix).encode()) in out.stderr, what
            with open(file_of(state, "tiles.example"), "rb") as f:
                assert f.read() == tiles.log.checkpoint(old)
            with open(file_of(state, "tiles.example", suffix), "rb") as f:
                assert f.read() == tiles.log.checkpoint(fork[:size])


def test_tiles_that_are_not_of_the_checkpoint():
    for what, spoil, code in (
            ("a flipped bit", lambda path, data: data[:-1] + bytes([data[-1] ^ 1])
             if "tile/0/" in path else data, 2),
            ("a short one", lambda path, data: data[:-1] if "tile" in path else data, 1),
            ("a long one", lambda path, data: data * 2 if "tile/0/002" in path else data, 1),
            ("an endless one", lambda path, data: data * 4000 if "tile/1" in path else data, 1),
            ("none", lambda path, data: None if "tile/1" in path else data, 1),
            ("no checkpoint", lambda path, data: None if "checkpoint" in path else data, 1),
            ("not signed", lambda path, data: data.replace(b"\n600\n", b"\n599\n"), 2),
            ("nonsense", lambda path, data: b"x" if "checkpoint" in path else data, 2),
            ("huge", lambda path, data: b"x" * (1 << 20) if "checkpoint" in path else data, 1)):
        tiles = Tiles()
        with tempfile.TemporaryDirectory() as state:
            tiles.grow(600)
            tiles.spoil = spoil
            out = look(tiles.url, tiles.log.vkey, state)
            assert out.returncode == code, (what, out.returncode, out.stderr)
            assert not os.path.exists(file_of(state, "tiles.example")), what


def test_it_looks_on_until_the_log_does_not_go_on():
    tiles = Tiles()
    with tempfile.TemporaryDirectory() as state:
        tiles.grow(5)
        with subprocess.Popen([ZTAUTH, "log", "witness", "--url", tiles.url, "--key", tiles.log.vkey,
                               "--state", state, "--every", "1"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as p:
            try:
                assert b"5 entries, which go on from 0" in p.stderr.readline()
                tiles.spoil = lambda path, data: None  # it is away for a while
                assert b"404" in p.stderr.readline()
                tiles.spoil = lambda path, data: data
                tiles.grow(5)
                while b"10 entries, which go on from 5" not in (line := p.stderr.readline()):
                    assert b"404" in line or b"go on from 5" in line, line
                tiles.grow(0, [b"another"] * 12)
                while b"do not go on from" not in (line := p.stderr.readline()):
                    assert b"go on from 10" in line, line
                assert p.wait(10) == 2
            finally:
                p.kill()


def test_two_with_one_directory():
    """They would not know of what the other cosigns."""
    tiles = Tiles()
    tiles.grow(5)
    with tempfile.TemporaryDirectory() as state:
        held = os.open(state, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        out = look(tiles.url, tiles.log.vkey, state)
        assert out.returncode == 1 and b"another witness" in out.stderr, out.stderr
        os.close(held)
        assert look(tiles.url, tiles.log.vkey, state).returncode == 0


def test_where_it_keeps_what_it_saw():
    tiles = Tiles()
    with tempfile.TemporaryDirectory() as work:
        state = os.path.join(work, "new")
        tiles.grow(5)
        assert look(tiles.url, tiles.log.vkey, state).returncode == 0
        with open(file_of(state, "tiles.example"), "r+b") as f:
            f.write(b"x")
        out = look(tiles.url, tiles.log.vkey, state)
        assert out.returncode == 2 and file_of(state, "tiles.example").encode() in out.stderr, out.stderr
        assert look(tiles.url, tiles.log.vkey, os.path.join(work, "no/such")).returncode == 1
        for args in (("--sign", "x"), ("--name", "x"), ("--every", "x")):
            assert look(tiles.url, tiles.log.vkey, state, *args).returncode == 64, args


if __name__ == "__main__":
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
