#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a server tells the one that started it. SPEC: sd_notify(3)"""

import os
import signal
import socket
import tempfile

from harness import EVALUATION, Server, main, question


def started(name):
    """A server that was told to say how it is, and where that arrives."""
    there = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    there.settimeout(20)
    there.bind(name.replace("@", "\0", 1))
    os.environ["NOTIFY_SOCKET"] = name
    try:
        return Server().start(), there
    finally:
        del os.environ["NOTIFY_SOCKET"]


def told(there):
    return there.recv(4096).decode().split("\n")


def lives_under(name):
    server, there = started(name)
    try:
        assert told(there) == ["READY=1"]
        # It was said from within the sandbox, and when there were answers.
        assert server.post(EVALUATION, question(server.token()))[0] == 200
        server.process.send_signal(signal.SIGHUP)
        reloading, when = told(there)
        assert reloading == "RELOADING=1"
        assert when.startswith("MONOTONIC_USEC=") and when.partition("=")[2].isdigit(), when
        assert told(there) == ["READY=1"]
        server.stop()
        assert told(there) == ["STOPPING=1"]
        assert "NOTIFY_SOCKET" not in server.said(), server.said()
    finally:
        server.close()
        there.close()


def test_a_path():
    with tempfile.TemporaryDirectory() as folder:
        lives_under(os.path.join(folder, "notify"))


def test_an_abstract_name():
    lives_under(f"@ztauth-test-{os.getpid()}")


def test_nobody_there():
    for name, said in (("relative", "neither a path nor @name"), ("/" + "x" * 200, "neither"),
                       ("/nowhere/notify", "No such file")):
        os.environ["NOTIFY_SOCKET"] = name
        try:
            server = Server().start()
        finally:
            del os.environ["NOTIFY_SOCKET"]
        try:
            assert f"NOTIFY_SOCKET: {said}" in server.said(), server.said()
            assert server.post(EVALUATION, question(server.token()))[0] == 200
            server.stop()
        finally:
            server.close()


main([v for k, v in list(globals().items()) if k.startswith("test_")])
