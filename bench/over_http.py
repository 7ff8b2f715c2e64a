#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recorded decisions a second over HTTP, with wrk, and memory at rest."""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "daemon"))
from harness import EVALUATION, Server, question  # noqa: E402


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) * 1024


def main():
    server = Server()
    try:
        server.start()
        keeper = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True,
                                text=True, check=True).stdout.split()[0]
        print(f"memory at rest            {resident(server.process.pid):>12,} bytes, server")
        print(f"                          {resident(keeper):>12,} bytes, keeper")
        if not shutil.which("wrk"):
            print("over HTTP                 wrk is not installed")
            return
        script = server.path("post.lua")
        with open(script, "w", encoding="utf-8") as f:
            f.write('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                    f"wrk.body = [=[{question(server.token())}]=]\n")
        for connections in (1, 16, 64, 256):
            out = subprocess.run(
                ["wrk", "-t", "1", "-c", str(connections), "-d", "4s", "--latency", "-s", script,
                 f"http://127.0.0.1:{server.port}{EVALUATION}"],
                capture_output=True, text=True, check=True).stdout
            rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
            p99 = re.search(r"99%\s+(\S+)", out).group(1)
            assert "Non-2xx" not in out, out
            print(f"over HTTP, {connections:>3} connections {rate:>12,.0f} recorded decisions/s, p99 {p99}")
        server.stop()
    finally:
        server.close()


main()
