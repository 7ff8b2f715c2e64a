# SPDX-License-Identifier: Apache-2.0
"""What tests of ztauth-publish share: a server with records, and the program."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, Server, ZTAUTH, question  # noqa: E402
from shipping import entries_of, head_of  # noqa: E402

PUBLISH = os.path.join(os.path.dirname(ZTAUTH), "ztauth-publish")
ORIGIN = "shop.example/zones/100000000001/log"


def skip(why):
    print(why)
    sys.exit(77)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def wait_port(port, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nobody listens on port {port}")


class Source(Server):
    """A server whose log is published."""

    def start(self):
        super().start()
        self.vkey = re.search(r"log key: (\S+)", self.said()).group(1)
        return self

    def decide(self, count):
        token, c = self.token(), self.connect()
        for _ in range(count):
            assert self.post(EVALUATION, question(token), connection=c)[1]["decision"]

    def is_covered(self):
        try:
            return head_of(self.log_dir)[0] == len(entries_of(self.log_dir))
        except FileNotFoundError:
            return False  # the first checkpoint is yet to come

    def wait_covered(self):
        while not self.is_covered():
            time.sleep(0.05)
        return entries_of(self.log_dir)

    def args(self, to, topic, *more, cursor="cursor"):
        return [PUBLISH, "--dir", self.log_dir, "--key", self.vkey, "--cursor", self.path(cursor), "--to", to,
                "--topic", topic, *more]

    def publish(self, to, topic, *more, cursor="cursor"):
        """All that is there now."""
        return subprocess.run(self.args(to, topic, *more, cursor=cursor), capture_output=True, text=True, timeout=120,
                              check=False)

    def cursor(self, name="cursor"):
        try:
            with open(self.path(name), encoding="utf-8") as f:
                origin, number = f.read().split()
        except FileNotFoundError:
            return 0
        assert origin == ORIGIN
        return int(number)

    def wait_cursor(self, number, seconds=120):
        end = time.time() + seconds
        while self.cursor() < number:
            assert time.time() < end, (self.cursor(), number)
            time.sleep(0.05)


class Follower:
    """The program with --follow, which may be killed."""

    def __init__(self, source, to, topic, *more):
        self.args = source.args(to, topic, "--follow", *more)
        self.err = open(source.path("publish.err"), "a+", encoding="utf-8")  # noqa: SIM115
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.args, stderr=self.err)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        assert code == 0, (code, self.said())

    def said(self):
        self.err.seek(0)
        return self.err.read()

    def wait_said(self, text, seconds=60):
        end = time.time() + seconds
        while text not in self.said():
            assert time.time() < end and self.process.poll() is None, self.said()
            time.sleep(0.05)


def check_wrong_use(source, to):
    """What is set up wrongly is told, and moves no cursor."""
    good = source.args(to, "t", cursor="none")
    for args, words in ((good[:-2], "wrong use"), ([*good, "--format", "xml"], "wrong use"),
                        ([*good, "--to", "amqp://x"], "nats://... or kafka://..."),
                        ([*good, "--key", "nobody+00000000+AAAA"], "ztauth-publish: "),
                        ([*good, "--conf", source.path("zone.pem")], "expected `name=value`"),
                        ([*good, "--dir", source.dir], "ztauth-publish: ")):
        out = subprocess.run(args, capture_output=True, text=True, timeout=60, check=False)
        assert out.returncode in (1, 64) and words in out.stderr, (args, out.returncode, out.stderr)
    with open(source.path("wrong.conf"), "w", encoding="utf-8") as f:
        f.write("# a setting that there is not\nno.such.setting=1\n")
    out = source.publish(to, "t", "--conf", source.path("wrong.conf"), cursor="none")
    assert out.returncode == 1 and "no.such.setting" in out.stderr, out.stderr
    with open(source.path("other"), "w", encoding="utf-8") as f:
        f.write("other.example/zones/1/log 5\n")
    out = source.publish(to, "t", cursor="other")
    assert out.returncode == 1 and "the cursor is of another log" in out.stderr, out.stderr
    with open(source.path("ahead"), "w", encoding="utf-8") as f:
        f.write(f"{ORIGIN} 1000000\n")
    out = source.publish(to, "t", cursor="ahead")
    assert out.returncode == 1 and "put back from a backup" in out.stderr, out.stderr
    assert source.cursor("none") == 0
