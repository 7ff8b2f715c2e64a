#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Grants at a server that follows another one, and what was taken back, of credentials too. SPEC: docs/formats/sync.md"""

import atexit
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import threading
import time

from granting import claims_of
from grants import FIRST, Person, bodies_of, chain, chance, made_anew
from harness import EVALUATION, ROOT, ZTAUTH, Server, main, question, ztauth
from sync import ZONE, Zone, change

MAX_AGE = 3
leader = Zone(extra="delegations grants\nrevocations revoked\n")
atexit.register(leader.close)
alice = Person(leader.dir)
writer, follow_key = leader.key("writer"), leader.key("follower")


def shop():
    """The ledger of the shop, in which alice may delegate."""
    files, top = {}, os.path.join(ROOT, "examples/shop/ledger")
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                files[os.path.relpath(path, top)] = f.read()
    files["trust/delegators.json"] = json.dumps({"delegators": [alice.entry]}).encode()
    return files


class Follower(Server):
    def __init__(self):
        super().__init__(extra=f"follow http://127.0.0.1:{leader.port}/zones/{ZONE}/ledgers/main\n"
                               "signers signers\nfollow_key key\ndelegations grants\nrevocations revoked\n"
                               f"follow_max_age_s {MAX_AGE}\n")
        atexit.register(self.close)
        conf = self.path("ztauth.conf")
        with open(conf, encoding="utf-8") as f:
            text = f.read().replace("ledger_dir ledger", "data_dir data")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(text)
        with open(writer.path + ".pub", encoding="utf-8") as pub:
            with open(self.path("signers"), "w", encoding="utf-8") as f:
                f.write("someone " + pub.read())
        os.symlink(follow_key.path, self.path("key"))
        ztauth("revoke", "--file", self.path("revoked"), "--empty")
        shutil.copy(leader.path("zone.pem"), self.path("zone.pem"))
        shutil.copytree(leader.path("keys"), self.path("keys"), dirs_exist_ok=True)


def add(**claims):
    g = alice.grant(**claims)
    subprocess.run([ZTAUTH, "delegate", "add", "--file", leader.path("grants")], input=g, text=True, check=True)
    return g


def revoke(g):
    ztauth("delegate", "revoke", "--file", leader.path("grants"), claims_of(g)["jti"])


def token_of(g, server=leader):
    status, answer = server.exchange(delegation=claims_of(g)["jti"], subject_token=leader.alice(),
                                     actor_token=leader.svid())
    return answer["access_token"] if status == 200 else server.records()[-1]["reason"].split(": ")[1]


def decide(token, server):
    status, answer, _ = server.post(EVALUATION, question(token))
    assert status == 200, answer
    return answer["context"]["ztauth"]["code"]


def wait(token, code, server, seconds=20):
    """How long it took until this was decided, in ms."""
    start = time.time()
    while time.time() < start + seconds:
        if decide(token, server) == code:
            return (time.time() - start) * 1000
    raise AssertionError(f"{decide(token, server)}, not {code}: {server.records()[-1]}\n{server.said()}")


def file_of(server, text=None):
    """What is in the file; or put another one in its place."""
    if text is not None:
        with open(server.path("grants.new"), "wb") as f:
            f.write(text)
        os.rename(server.path("grants.new"), server.path("grants"))
    with open(server.path("grants"), "rb") as f:
        return f.read()


def wait_same(seconds=20):
    end = time.time() + seconds
    while file_of(leader) != file_of(follower) and time.time() < end:
        time.sleep(0.01)
    assert file_of(leader) == file_of(follower), follower.said()


with open(leader.path("grants"), "wb"):
    pass
ztauth("revoke", "--file", leader.path("revoked"), "--empty")
leader.start()
leader.govern(writer="writers", follower="readers")
pushed, head = change(shop(), None, writer)
answer_of_push = leader.push(writer, "main", pushed, None, head)
assert answer_of_push[0] == 200, answer_of_push
with open(leader.path("ztauth.conf"), encoding="utf-8") as f_conf:
    conf_text = f_conf.read().replace("listen 127.0.0.1:0", f"listen 127.0.0.1:{leader.port}")
with open(leader.path("ztauth.conf"), "w", encoding="utf-8") as f_conf:
    f_conf.write(conf_text)
follower = Follower()


def test_picks_up():
    follower.start()
    g = add()
    token = token_of(g)
    wait(token, "permitted", follower)
    assert decide(token, leader) == "permitted"
    wait_same()
    revoke(g)
    wait(token, "delegation_revoked", follower)
    wait_same()


def test_how_soon():
    """From the end of the command that takes a grant back to the refusal at the follower."""
    times = []
    for _ in range(15):
        g = add()
        token = token_of(g)
        wait(token, "permitted", follower)
        time.sleep(0.05)
        revoke(g)
        times.append(wait(token, "delegation_revoked", follower))
    times.sort()
    print(f"     refused after {times[7]:.0f} ms (median), {times[-1]:.0f} ms at most")
    assert times[7] < 250, times


def test_catches_up():
    g, kept = add(), add()
    tokens = token_of(g), token_of(kept)
    wait(tokens[1], "permitted", follower)
    follower.stop()
    revoke(g)
    more = [add() for _ in range(5)]
    follower.start()
    wait(tokens[0], "delegation_revoked", follower)
    assert decide(tokens[1], follower) == "permitted"
    wait(token_of(more[-1]), "permitted", follower)
    wait_same()


def test_made_anew():
    """The follower makes the same file of its own, also without grants that have ended."""
    short = add(exp=int(time.time()) + 2)
    g = add()
    token = token_of(g)
    revoke(g)
    wait(token, "delegation_revoked", follower)
    wait_same()
    time.sleep(2)
    said = follower.said()
    new = made_anew(file_of(leader))
    assert claims_of(short)["jti"].encode() not in new and len(new) < len(file_of(leader))
    inode = os.stat(follower.path("grants")).st_ino
    file_of(leader, new)
    wait_same()
    assert os.stat(follower.path("grants")).st_ino != inode
    assert decide(token, follower) == "delegation_revoked"
    wait(token_of(add()), "permitted", follower)
    assert follower.said() == said


def test_fetched_anew():
    """A file that was made of none that the follower had is fetched whole."""
    g = add()
    token = token_of(g)
    wait(token, "permitted", follower)
    file_of(leader, made_anew(file_of(leader), before=chance()))
    wait_same()
    assert decide(token, follower) == "permitted"
    revoke(g)
    wait(token, "delegation_revoked", follower)
    wait_same()


def test_once():
    g, other = add(once=True), add(once=True)
    wait(token_of(add()), "permitted", follower)
    assert token_of(g, follower) == "not_here"
    token = token_of(g)
    assert decide(token, leader) == "permitted"
    assert token_of(g) == "used"
    leader.kill()
    leader.start()
    assert token_of(g) == "used"
    assert len(token_of(other).split(".")) == 3
    wait(token, "permitted", follower)


def test_outage():
    g = add()
    token = token_of(g)
    wait(token, "permitted", follower)
    leader.kill()
    assert decide(token, follower) == "permitted"
    waited = wait(token, "delegation_invalid", follower)
    assert waited < MAX_AGE * 1000 + 2000, waited
    assert "stale" in follower.records()[-1]["reason"]
    assert token_of(g, follower) == "stale"
    assert ask(follower, "GET", "/delegations")[0] == 503
    follower.kill()
    follower.start()
    assert decide(token, follower) == "delegation_invalid"
    assert "stale" in follower.records()[-1]["reason"]
    revoke(g)
    leader.start()
    wait(token, "delegation_revoked", follower)
    wait(token_of(add()), "permitted", follower)


def ask(server, method, path, body=None, credential=None):
    """(status, answer) of a call about grants; by the workload that they are given to, if nobody else is named."""
    c = server.connect()
    c.request(method, path, body, {"Authorization": "Bearer " + (credential or leader.svid()),
                                   "Content-Type": "application/jose"})
    r = c.getresponse()
    return r.status, json.loads(r.read())


def test_changes_are_made_elsewhere():
    g = add()
    jti = claims_of(g)["jti"]
    token = token_of(g)
    wait(token, "permitted", follower)
    assert ask(follower, "GET", f"/delegations/{jti}")[1]["state"] == "live"
    text = file_of(follower)
    for method, path, body in (("POST", "/delegations", alice.grant()), ("DELETE", f"/delegations/{jti}", None)):
        status, answer = ask(follower, method, path, body)
        assert status == 421 and answer["error"] == {
            "code": "not_here", "at": "",
            "message": f"grants are changed at http://127.0.0.1:{leader.port}/zones/{ZONE}"}, answer
        record = follower.records()[-1]
        assert record["kind"] == "delegation" and record["code"] == "not_here" and not record["allowed"], record
    c = follower.connect()
    c.request("POST", "/delegations", alice.grant(), {"Content-Type": "application/jose"})
    assert c.getresponse().status == 401
    assert file_of(follower) == text
    status, answer = ask(leader, "DELETE", f"/delegations/{jti}", credential=leader.alice())
    assert (status, answer.get("state")) == (200, "revoked"), answer
    wait(token, "delegation_revoked", follower)
    assert ask(follower, "GET", f"/delegations/{jti}")[1]["state"] == "revoked"


class Liar(http.server.BaseHTTPRequestHandler):
    """A server that says what it likes about grants, and nothing about anything else."""
    answer = b""

    def log_message(self, *args):
        pass

    def do_GET(self):
        found = "/delegations?" in self.path
        self.send_response(200 if found else 503)
        self.send_header("Content-Length", str(len(Liar.answer) if found else 0))
        self.end_headers()
        self.wfile.write(Liar.answer if found else b"")


def test_lies():
    """Each is refused; nothing changes, and nobody takes it for news."""
    wait_same()
    follower.stop()
    text, path = file_of(follower), follower.path("ztauth.conf")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(path, encoding="utf-8") as f:
        conf = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(conf.replace(f"127.0.0.1:{leader.port}", f"127.0.0.1:{server.server_port}"))
    at, jti = len(text), claims_of(add())["jti"]
    more = file_of(leader)[at:]
    unknown = chain([*bodies_of(text), "- grant-of-nobody-at-all"])[at:]
    for answer, words in (
            (b"", "has no grants"), (b"delegations 1 0 0", "has no grants"), (b"delegations 2 0 0\n", "has no grants"),
            (b"delegations 1 x 0\n", "has no grants"), (b"delegations 1 9 0\n", "has no grants"),
            (b"delegations 1 0 5\n", "has no grants"), (b"delegations 1 0 5\nxxxxxx", "has no grants"),
            (b"delegations 1 0 0 0\n", "has no grants"), (b"delegations 1 0 99999999999999999999\nx", "has no grants"),
            (b"delegations 1 7 9\nx\n", "other lines than were asked for"),
            (b"delegations 1 0 0\n", "no first line"),
            (b"delegations 1 0 4\nxxx\n", "no first line"),
            (f"delegations 1 {at} {at + len(more)}\n".encode() + more.replace(b"+", b"-"), "what was written"),
            (f"delegations 1 {at} {at + len(more)}\n".encode() + more[:-1], "do not end with one"),
            (f"delegations 1 {at} {at + len(unknown)}\n".encode() + unknown, "no grant of this `jti`")):
        Liar.answer = answer
        follower.start()
        follower.wait_said(words)
        status = follower.connect()
        status.request("GET", "/readyz")
        assert json.loads(status.getresponse().read())["grants_age_ms"] is None, answer
        follower.stop()
        assert file_of(follower) == text, answer
    Liar.answer = f"delegations 1 {at} {at + len(more)}\n".encode() + more
    follower.start()
    wait_same()
    assert jti.encode() in file_of(follower)
    follower.stop()
    server.shutdown()
    with open(path, "w", encoding="utf-8") as f:
        f.write(conf)
    follower.start()


def test_who_may():
    for key, name, status in ((None, "main", 403), (leader.key("thief"), "main", 403),
                              (leader.admin, "admin", 404), (follow_key, "main", 200)):
        assert leader.ask(key, "GET", f"/{name}/delegations")[0] == status, (key, name)
    for query in ("from=x", "from=1", "from=1&check=A", "wait_ms=60001", "from=99999999999999999999"):
        assert leader.ask(follow_key, "GET", f"/main/delegations?{query}")[0] == 400, query
    text = file_of(leader)
    head, _, lines = leader.ask(follow_key, "GET", "/main/delegations?from=0")[1].partition(b"\n")
    assert head == f"delegations 1 0 {len(text)}".encode() and lines == text
    last = text.decode().splitlines()[-1].rsplit(" ", 1)[1]
    for start, check, at in ((len(text), last, len(text)), (len(text) - 1, last, 0), (len(text) + 1, last, 0),
                             (len(text), "A" * 43, 0), (1, last, 0)):
        head, _, lines = leader.ask(follow_key, "GET", f"/main/delegations?from={start}&check={check}")[1] \
            .partition(b"\n")
        assert head == f"delegations 1 {at} {len(text)}".encode() and lines == text[at:], (start, check)


def exchange(server, subject):
    status, answer = server.exchange(subject_token=subject, actor_token=leader.svid())
    return "issued" if status == 200 else server.records()[-1]["reason"]


def test_credentials():
    """What is taken back at one of them is taken back at the follower."""
    def take_back(server, token):
        ztauth("revoke", "--file", server.path("revoked"), "--digest", hashlib.sha256(token.encode()).hexdigest())

    ours, theirs = leader.alice("shop.buy ours"), leader.alice()
    assert exchange(follower, theirs) == "issued"
    take_back(follower, ours)
    assert "revoked" in exchange(follower, ours) and exchange(leader, ours) == "issued"
    take_back(leader, theirs)
    start = time.time()
    while "revoked" not in exchange(follower, theirs):
        assert time.time() < start + 20, follower.said()
    print(f"     refused after {(time.time() - start) * 1000:.0f} ms")
    assert "revoked" in exchange(follower, ours)
    follower.stop()
    follower.start()
    assert "revoked" in exchange(follower, theirs) and "revoked" in exchange(follower, ours)
    for key, name, status in ((None, "main", 403), (leader.admin, "admin", 404), (follow_key, "main", 200)):
        assert leader.ask(key, "GET", f"/{name}/revocations")[0] == status, (key, name)
    assert leader.ask(follow_key, "GET", "/main/revocations?have=x")[0] == 400
    with open(leader.path("revoked"), "rb") as f:
        text = f.read()
    assert leader.ask(follow_key, "GET", "/main/revocations")[1] == text
    seen = hashlib.sha256(text).hexdigest()
    assert leader.ask(follow_key, "GET", f"/main/revocations?have={seen}")[1] == b""


def test_goes_back():
    """Neither server takes a file in which something is no longer taken back."""
    g, h = add(), add()
    token, good = token_of(g), token_of(h)
    revoke(g)
    wait(token, "delegation_revoked", follower)
    wait_same()
    text = file_of(leader)
    lines = bodies_of(text)
    lines.remove("- " + claims_of(g)["jti"])
    file_of(leader, chain([f"{FIRST} {chance()} 0 0", *lines[1:]]))
    assert decide(token, leader) == "delegation_revoked"
    leader.wait_said("has lost what was known")
    leader.kill()
    leader.start()
    assert decide(token, leader) == "permitted"
    follower.wait_said("has lost what was known")
    assert decide(token, follower) in ("delegation_revoked", "delegation_invalid")
    wait(good, "delegation_invalid", follower)
    assert "stale" in follower.records()[-1]["reason"]
    assert file_of(follower) == text
    leader.kill()
    file_of(leader, text)
    leader.start()
    follower.stop()  # or it would not ask for all of a file again so soon
    follower.start()
    wait(good, "permitted", follower)
    assert decide(token, follower) == "delegation_revoked"


main([test_picks_up, test_how_soon, test_catches_up, test_made_anew, test_fetched_anew, test_once,
      test_changes_are_made_elsewhere, test_outage, test_who_may, test_credentials, test_lies, test_goes_back])
follower.stop()
leader.stop()
