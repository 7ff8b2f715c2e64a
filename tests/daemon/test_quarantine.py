#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A workload is taken out by `ztauth trust quarantine --push`: a token that was good a moment ago is refused by
the server, and by the one that follows it. An elevation that has an end ends without any commit.
SPEC: ztauth 5.3, 6"""

import atexit
import json
import os
import shutil
import statistics
import subprocess
import time

from harness import ROOT, ZTAUTH, Server, main
from sync import ZONE, Zone

WEB = "spiffe://shop.example/order-api"
shop = os.path.join(ROOT, "examples/shop/ledger")
leader = Zone(extra="record_requests yes\n")
atexit.register(leader.close)
writer, follow_key = leader.key("writer"), leader.key("follower")
leader.start()
leader.govern(writer="writers", follower="readers")
URL = f"http://127.0.0.1:{leader.port}/zones/{ZONE}/ledgers/main"
FOLDER = leader.path("shop")
ENV = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.example"}
ENV.pop("SSH_AUTH_SOCK", None)

follower = Server(extra=f"follow {URL}\nsigners signers\nfollow_key follow-key\n")
atexit.register(follower.close)


def run(*args, code=0):
    p = subprocess.run([ZTAUTH, *args], cwd=FOLDER, env=ENV, capture_output=True, text=True, check=False)
    assert p.returncode == code, p
    return p.stdout


def setup():
    """The follower has the keys of the leader, so that tokens of the one are good at the other."""
    shutil.rmtree(follower.path("keys"))
    shutil.copytree(leader.path("keys"), follower.path("keys"))
    with open(leader.path("ztauth.conf"), encoding="utf-8") as f:
        key = [line.split()[1] for line in f if line.startswith("signing_key")][0]
    shutil.copy(leader.path(key), follower.path("zone.pem"))
    shutil.copy(follow_key.path, follower.path("follow-key"))
    shutil.copy(writer.path + ".pub", leader.path("pub"))
    with open(leader.path("pub"), encoding="utf-8") as pub, \
            open(follower.path("signers"), "w", encoding="utf-8") as f:
        f.write("someone " + pub.read())
    conf = follower.path("ztauth.conf")
    with open(conf, encoding="utf-8") as f:
        text = f.read().replace("ledger_dir ledger", "data_dir data")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text)
    shutil.copytree(shop, FOLDER)
    shutil.rmtree(FOLDER + "/tests")
    run("init", "--zone", ZONE, "--name", "main")
    run("remote", "add", "origin", URL)
    run("commit", "-m", "begin", "--key", writer.path)
    run("push", "--key", writer.path)
    follower.start()


ALLOW, QUARANTINED = (True, "permitted"), (False, "actor_quarantined")


def test_before():
    setup()
    deadline = time.monotonic() + 30
    while leader.exchange()[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    leader.wait_answer(leader.token(), ALLOW)
    follower.wait_answer(leader.token(), ALLOW)


def test_what_would_stop():
    """A dry run shows it, and writes nothing."""
    head = run("log", "--json")
    out = json.loads(run("trust", "quarantine", WEB, "--dry-run", "--log", leader.log_dir, "--json", code=2))
    flips = out["plan"]["flips"]
    assert flips and all(f["after"]["code"] == "actor_quarantined" for f in flips)
    assert run("log", "--json") == head and "M " not in run("status")


def test_revocation_bites():
    """The same token, from the push to the refusal."""
    token = leader.token()
    times = {"server": [], "follower": []}
    for _ in range(5):
        run("trust", "quarantine", WEB, "--because", "its key leaked", "--key", writer.path)
        start = time.monotonic()
        run("push", "--key", writer.path)
        times["server"].append(leader.wait_answer(token, QUARANTINED) - start)
        times["follower"].append(follower.wait_answer(token, QUARANTINED) - start)
        status, out = leader.exchange()
        assert status == 400 and "access_token" not in out, out
        run("trust", "restore", WEB, "--because", "a new key", "--key", writer.path, "--push")
        leader.wait_answer(token, ALLOW)
        follower.wait_answer(token, ALLOW)
    for name, list_ in times.items():
        print(f"     from `ztauth push` to the refusal, {name}: {statistics.median(list_) * 1000:.0f} ms (median), "
              f"{max(list_) * 1000:.0f} ms at most")


def test_it_is_explained():
    """Under the commit that the record names, which is no longer the newest. SPEC: docs/audit.md"""
    record = [r for r in leader.records() if r["code"] == "actor_quarantined" and r["kind"] == "decision"][-1]
    assert json.loads(run("log", "--json", "--limit", "1"))["id"] != record["commit"]
    told = json.loads(run("explain", record["id"], "--log", leader.log_dir, "--json"))
    assert told["again"]["agrees"] and told["rings"][0]["quarantine"] == [WEB]
    assert [(c["change"], c["name"], c["decision"]) for c in told["changes"]] == [("restore", WEB, True)]
    pushed = [r for r in leader.records() if r["kind"] == "access"][-1]
    told = json.loads(run("explain", pushed["id"], "--log", leader.log_dir, "--json"))
    assert told["action"] == pushed["action"] and told["again"] == {"not": "calls about ledgers are not kept"}


def test_by_prefix():
    token = leader.token()
    run("trust", "quarantine", "spiffe://shop.example/*", "--because", "all of it", "--key", writer.path, "--push")
    for server in (leader, follower):
        server.wait_answer(token, QUARANTINED)
    run("trust", "restore", "spiffe://shop.example/*", "--because", "over", "--key", writer.path, "--push")
    for server in (leader, follower):
        server.wait_answer(token, ALLOW)


def test_push_of_what_is_there():
    """A push that failed is made up for by saying it again."""
    run("trust", "quarantine", WEB, "--because", "its key leaked", "--key", writer.path)
    out = json.loads(run("trust", "quarantine", WEB, "--because", "again", "--key", writer.path, "--push", "--json"))
    assert out["already"] and out["result"] is None and out["pushed"]["outcome"] == "moved", out
    follower.wait_answer(leader_token, QUARANTINED)
    run("trust", "restore", WEB, "--because", "over", "--key", writer.path, "--push")
    follower.wait_answer(leader_token, ALLOW)


def test_an_end_by_itself():
    """One commit, which says until when; no other when it is over."""
    end = time.time() + 4
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(end)) + f".{int(end * 1000) % 1000:03d}Z"
    with open(FOLDER + "/trust/elevation.cedar", "w", encoding="utf-8") as f:
        f.write('@id("until") permit (principal in ZTAuth::Group::"order-services",\n'
                '  action == ZTAuth::Action::"act_for", resource)\n'
                f'when {{ context.now < datetime("{text}") }};\n')
    run("commit", "-m", "Only for a moment", "--key", writer.path)
    run("push", "--key", writer.path)
    commit = leader.refs("main")["main"]
    for server in (leader, follower):
        server.wait_answer(leader_token, (False, "unauthorized_actor"))
        assert server.records()[-1]["time"] >= text
        # Allowed before, under this commit, and refused under the same.
        seen = [(r["commit"], r["allowed"]) for r in server.records() if r.get("commit") == commit]
        assert seen[-1] == (commit, False), seen
    allowed = [r for r in leader.records() if r.get("commit") == commit and r.get("allowed")]
    assert allowed and all(r["time"] < text for r in allowed)


test_before()
print("ok test_before")
leader_token = leader.token()
main([test_what_would_stop, test_revocation_bites, test_it_is_explained, test_by_prefix,
      test_push_of_what_is_there, test_an_end_by_itself])
follower.stop()
leader.stop()
