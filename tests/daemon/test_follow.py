#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A server that follows another: through outages, and whatever the other says. SPEC: docs/design/ledger.md"""

import atexit
import hashlib
import http.server
import json
import os
import subprocess
import threading
import time

from harness import Server, main
from sync import FILES, ZONE, Zone, change, transfer, version

leader = Zone()
atexit.register(leader.close)
leader.start()
writer, thief = leader.key("writer"), leader.key("thief")
follow_key = leader.key("follower")
leader.govern(writer="writers", follower="readers")


class Follower(Server):
    def __init__(self, url):
        super().__init__(extra=f"follow {url}\nsigners signers\nfollow_key key\n")
        conf = self.path("ztauth.conf")
        with open(conf, encoding="utf-8") as f:
            text = f.read().replace("ledger_dir ledger", "data_dir data")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(text)
        self.allow(writer)
        atexit.register(self.close)
        os.symlink(follow_key.path, self.path("key"))

    def allow(self, *keys):
        with open(self.path("signers"), "w", encoding="utf-8") as f:
            for key in keys:
                with open(key.path + ".pub", encoding="utf-8") as pub:
                    f.write("someone " + pub.read())

    def ready(self):
        c = self.connect()
        c.request("GET", "/readyz")
        return json.loads(c.getresponse().read())

    def wait_at(self, commit, seconds=20):
        start = time.time()
        while time.time() < start + seconds:
            if self.ready().get("commit") == commit:
                return (time.time() - start) * 1000
            time.sleep(0.002)
        raise AssertionError(f"it is not at {commit}:\n{self.said()}")


def decide(server):
    body = {"subject": {"type": "User", "id": "u"}, "action": {"name": "view"},
            "resource": {"type": "Doc", "id": "d"}}
    status, answer, _ = server.post("/access/v1/evaluation", json.dumps(body))
    assert status == 200, answer
    return server.records()[-1]


def url_of(port):
    return f"http://127.0.0.1:{port}/zones/{ZONE}/ledgers/main"


history = []


def push(number, key=writer, files=None):
    objects, new = change(files or version(number), history[-1] if history else None, key)
    status, answer = leader.push(writer, "main", objects, history[-1] if history else None, new)
    assert status == 200, answer
    history.append(new)
    return new


follower = Follower(url_of(leader.port))


def test_nothing_at_first():
    follower.start()
    assert follower.ready()["error"]["code"] == "unavailable"


def test_picks_up():
    push(0)
    follower.wait_at(history[-1])
    times = []
    for i in range(1, 21):
        push(i)
        times.append(follower.wait_at(history[-1]))
    times.sort()
    print(f"     picked up after {times[10]:.1f} ms (median), {times[-1]:.1f} ms at most")
    assert 0 <= follower.ready()["age_ms"] < 60000
    record = decide(follower)
    assert record["follow"] == "confirmed" and 1 <= record["age"] < 60000 and record["commit"] == history[-1]
    assert not {"follow", "age"} & set(decide(leader))


def test_catches_up():
    follower.stop()
    for i in range(30, 40):
        push(i)
    follower.start()
    follower.wait_at(history[-1])


def test_takes_no_pushes():
    c = follower.connect()
    c.request("GET", f"/zones/{ZONE}/ledgers/main/refs")
    assert c.getresponse().status == 404


def test_outage():
    before = history[-1]
    port = leader.port
    leader.kill()
    follower.wait_said("follow:")
    assert follower.ready()["commit"] == before
    age = follower.ready()["age_ms"]
    time.sleep(0.3)
    assert follower.ready()["age_ms"] >= age + 300
    record = decide(follower)
    assert record["follow"] == "confirmed" and record["age"] >= age + 300
    follower.kill()
    follower.start()
    assert follower.ready()["commit"] == before
    assert follower.ready()["age_ms"] is None
    record = decide(follower)
    assert record["follow"] == "unconfirmed" and "age" not in record and record["commit"] == before
    with open(leader.path("ztauth.conf"), encoding="utf-8") as f:
        conf = f.read().replace("listen 127.0.0.1:0", f"listen 127.0.0.1:{port}")
    with open(leader.path("ztauth.conf"), "w", encoding="utf-8") as f:
        f.write(conf)
    leader.start()
    push(50)
    follower.wait_at(history[-1])


def test_key_that_is_not_allowed():
    """The server lets the thief commit, the follower does not."""
    good = history[-1]
    leader.govern(writer="writers", follower="readers", thief="writers")
    objects, stolen = change(version(60), good, thief)
    assert leader.push(thief, "main", objects, good, stolen)[0] == 200
    follower.wait_said("belongs to no allowed signer")
    time.sleep(0.3)
    assert follower.ready()["commit"] == good
    age = decide(follower)["age"]
    time.sleep(0.2)
    assert decide(follower)["age"] >= age + 200  # the other is elsewhere
    follower.allow(writer, thief)
    follower.wait_at(stolen)
    history.append(stolen)


class Liar(http.server.BaseHTTPRequestHandler):
    """A server that says what it likes."""
    head, answer, asked = None, b"", 0

    def log_message(self, *args):
        pass

    def send(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if "wait_ms" in self.path:
            time.sleep(0.05)
        self.send(200, json.dumps({"refs": {"main": Liar.head}, "sequence": 1}).encode())

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Liar.asked += 1
        self.send(200, Liar.answer, "application/vnd.ztauth.transfer")


def test_lies():
    """Each is refused, and the last good commit stays in force."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    objects, first = change(version(100), None, writer)
    Liar.head, Liar.answer = first, transfer(objects)
    f = Follower(url_of(server.server_port)).start()
    f.wait_at(first)
    more, second = change(version(101), first, writer)
    unsigned, unsigned_id = change(version(102), first)
    other, other_id = change(version(103), None, writer)
    broken, broken_id = change({**FILES, "a.cedar": b"permit (;\n"}, first, writer)
    text = transfer(more)
    gap = [o for o in more if o[1] != version(101)["a.cedar"]]
    flipped = text[:-40] + bytes([text[-40] ^ 1]) + text[-39:]
    body = more[-1][1].replace(b"change", b"chance")
    forged_id = hashlib.sha256(b"commit %d\0" % len(body) + body).hexdigest()
    for head, answer, words in (
            (second, b"", "no transfer"),
            (second, text[:-1], "cut off"),
            (second, flipped, "digest"),
            (second, transfer([]), "commit at its end"),
            (second, transfer(more[:-1]), "commit at its end"),
            (second, transfer(gap), "there is no object"),
            (unsigned_id, transfer(unsigned), "not signed"),
            (forged_id, transfer(more[:-1] + [("commit", body)]), "not one of this content"),
            (other_id, transfer(other), "line of history"),
            (broken_id, transfer(broken), "a.cedar"),
            ("11" * 32, transfer(unsigned), "not signed"),
            ("zz", text, "id of the ref")):
        asked, said = Liar.asked, f.said().count(words)
        Liar.head, Liar.answer = head, answer
        end = time.time() + 20
        while f.said().count(words) == said and time.time() < end:
            time.sleep(0.01)
        assert f.said().count(words) > said, (words, f.said())
        assert Liar.asked > asked or head == "zz"
        Liar.head = first
        mark = time.time()
        while f.ready()["age_ms"] >= (time.time() - mark) * 1000:
            time.sleep(0.01)
        assert f.ready()["commit"] == first, words
    Liar.head, Liar.answer = second, text
    f.wait_at(second)
    Liar.head = first
    f.wait_said("gone back to an older commit")
    assert f.ready()["commit"] == second
    f.stop()
    server.shutdown()


def test_configuration():
    f = Follower("http://127.0.0.1:1/zones/x/ledgers/../y")
    out = subprocess.run([os.path.join(os.environ.get("BUILD", "build"), "ztauth"), "serve", "--config",
                          f.path("ztauth.conf")], capture_output=True, text=True, check=False)
    assert out.returncode == 1 and "URL of a ledger" in out.stderr, out.stderr


main([test_nothing_at_first, test_picks_up, test_catches_up, test_takes_no_pushes, test_outage,
      test_key_that_is_not_allowed, test_lies, test_configuration])
follower.stop()
leader.stop()
