#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the two processes of a server can do no more, as the kernel tells it."""

import os
import subprocess

from harness import EVALUATION, Server, main, question


def tasks(pid):
    """What the kernel says of each thread."""
    said = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as f:
            said.append(dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line))
    return said


def pids(server):
    keeper = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
    return server.process.pid, int(keeper.stdout)


def test_every_thread_is_in_it():
    server = Server().start()
    try:
        assert server.post(EVALUATION, question(server.token()))[0] == 200
        # A sanitizer is left alone, and a kernel may not filter; that is said.
        filtered = "0" if "sandbox: " in server.said() else "2"
        for pid in pids(server):
            for task in tasks(pid):
                assert (task["NoNewPrivs"], task["Seccomp"]) == ("1", filtered), task
        server.stop()
    finally:
        server.close()


def test_an_operator_may_do_without():
    server = Server(extra="sandbox no\n").start()
    try:
        assert "sandbox: none, as configured" in server.said()
        for pid in pids(server):
            for task in tasks(pid):
                assert (task["NoNewPrivs"], task["Seccomp"]) == ("1", "0"), task
        server.stop()
    finally:
        server.close()


main([v for k, v in list(globals().items()) if k.startswith("test_")])
