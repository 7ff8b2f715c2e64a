#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The log, read by the code of Go's checksum database (golang.org/x/mod).

It rebuilds proofs from our tiles and judges checkpoint, receipt and consistency. The module
comes from Debian (golang-golang-x-mod-dev) or from Go's module proxy.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, ZTAUTH, Server, question, ztauth  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
DEBIAN = "/usr/share/gocode"
# Two full tiles of the second level, and a third level.
RECORDS = 70000


def build(to):
    if not shutil.which("go"):
        print("there is no Go here")
        sys.exit(77)
    env = {**os.environ, "GOFLAGS": "-mod=readonly"}
    source = os.path.join(to, "source")
    shutil.copytree(os.path.join(HERE, "tlog"), source)
    if os.path.isdir(DEBIAN + "/src/golang.org/x/mod/sumdb"):
        env.update(GO111MODULE="off", GOPATH=DEBIAN, GOFLAGS="")
        os.unlink(os.path.join(source, "go.mod"))
    out = subprocess.run(["go", "build", "-o", os.path.join(to, "tlog"), "."], cwd=source, env=env,
                         capture_output=True, text=True, check=False)
    if out.returncode != 0 and "dial tcp" in out.stderr:
        print("golang.org/x/mod cannot be had here")
        sys.exit(77)
    assert out.returncode == 0, out.stderr
    return os.path.join(to, "tlog")


def checkpoint(server, size):
    """The first one of at least so many records, as a file."""
    path = server.path(f"checkpoint.{size}")
    for _ in range(200):
        c = server.connect()
        c.request("GET", "/zones/100000000001/log/checkpoint")
        answer = c.getresponse()
        text = answer.read()
        if answer.status == 200 and int(text.split(b"\n")[1]) >= size:
            with open(path, "wb") as f:
                f.write(text)
            return path
        time.sleep(0.05)
    raise AssertionError(f"no checkpoint of {size} records")


def judge(tlog, server, *args):
    url = f"http://127.0.0.1:{server.port}/zones/100000000001"
    return subprocess.run([tlog, url, *args], capture_output=True, text=True, check=False)


def main():
    with tempfile.TemporaryDirectory() as work:
        tlog = build(work)
        server = Server(extra="serve_entries yes\n")
        try:
            subprocess.run([os.path.join(os.path.dirname(ZTAUTH), "tests/interop/log_writer"), server.log_dir,
                            str(RECORDS)], check=True)
            server.start()
            key = re.search(r"log key: (\S+)", server.said()).group(1)
            older = checkpoint(server, RECORDS)
            token = server.token()
            for _ in range(300):
                last = server.post(EVALUATION, question(token))[1]
            receipt = server.path("last.tlog-proof")
            ztauth("receipt", "get", last["context"]["id"], "--out", receipt, "--url",
                   f"http://127.0.0.1:{server.port}/zones/100000000001")
            ztauth("receipt", "verify", receipt, "--key", key)
            checkpoint(server, RECORDS + 301)
            out = judge(tlog, server, key, receipt, older)
            assert out.returncode == 0, out.stderr
            print(out.stdout, end="")
            # Under another key nothing is believed.
            other = Server(extra="").start()
            wrong = re.search(r"log key: (\S+)", other.said()).group(1)
            other.stop()
            other.close()
            assert judge(tlog, server, wrong, receipt, older).returncode == 1
            server.stop()
        finally:
            server.close()


main()
