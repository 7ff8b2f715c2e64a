#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Workloads of another trust domain: they act here under a statement of that domain, up to its level, and no longer
than it is in force; at the server and at the one that follows it. SPEC: ztauth 5.3, 6; docs/formats/trust.md"""

import atexit
import json
import os
import shutil
import statistics
import subprocess
import time

from harness import ROOT, ZTAUTH, Server, main, ztauth
from sync import ZONE, Zone, change

AGENT, VAULT = "spiffe://b.example/agent", "spiffe://b.example/vault"
STATEMENT = "trust/statements/b.json"
leader = Zone()
atexit.register(leader.close)
writer, follow_key = leader.key("writer"), leader.key("follower")
for name, use in (("b-corp", "sig"), ("b-spire", "jwt-svid")):
    jwk = json.loads(ztauth("key", "gen", "--out", leader.path(name + ".pem")))
    with open(leader.path(f"keys/{name}.json"), "w", encoding="utf-8") as file:
        json.dump({"keys": [{**jwk, "use": use}]}, file)
leader.start()
leader.govern(writer="writers", follower="readers")
URL = f"http://127.0.0.1:{leader.port}/zones/{ZONE}/ledgers/main"
FOLDER = leader.path("shop")
ENV = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@shop.example"}
ENV.pop("SSH_AUTH_SOCK", None)
# What b.example has: the key of its statements, and the one after it.
KEYS = {n: json.loads(ztauth("key", "gen", "--out", leader.path(n + ".pem"))) for n in ("b-old", "b-new")}

follower = Server(extra=f"follow {URL}\nsigners signers\nfollow_key follow-key\n")
atexit.register(follower.close)


def run(*args, code=0, text=None):
    p = subprocess.run([ZTAUTH, *args], cwd=FOLDER, env=ENV, capture_output=True, text=True, check=False, input=text)
    assert p.returncode == code, p
    return p.stdout + p.stderr


def write(path, content):
    path = os.path.join(FOLDER, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(content if isinstance(content, str) else json.dumps(content))


def at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def made(key="b-old", seconds=3600, **claims):
    """The text of a statement of b.example."""
    return run("trust", "statement", "make", "--key", leader.path(key + ".pem"), "--until", at(seconds),
               text=json.dumps({"iss": "b.example", "aud": "shop.example", **claims}))


def federation(level="basic", **more):
    return made(kind="federation", level=level, **more)


def pin(*keys, **more):
    domain = {"name": "b.example", "jwks": {"keys": [KEYS[k] for k in keys]}, "sources": ["b-corp"], **more}
    write("trust/domains.json", {"own": "shop.example", "domains": [domain]})


def push(message):
    run("commit", "-m", message, "--key", writer.path)
    run("push", "--key", writer.path)


def setup():
    """The follower has the keys of the leader, so that tokens of the one are good at the other."""
    shutil.rmtree(follower.path("keys"))
    shutil.copytree(leader.path("keys"), follower.path("keys"))
    with open(leader.path("ztauth.conf"), encoding="utf-8") as f:
        key = [line.split()[1] for line in f if line.startswith("signing_key")][0]
    shutil.copy(leader.path(key), follower.path("zone.pem"))
    shutil.copy(follow_key.path, follower.path("follow-key"))
    with open(writer.path + ".pub", encoding="utf-8") as pub, \
            open(follower.path("signers"), "w", encoding="utf-8") as f:
        f.write("someone " + pub.read())
    conf = follower.path("ztauth.conf")
    with open(conf, encoding="utf-8") as f:
        text = f.read().replace("ledger_dir ledger", "data_dir data")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text)
    shutil.copytree(os.path.join(ROOT, "examples/shop/ledger"), FOLDER)
    shutil.rmtree(FOLDER + "/tests")
    sources = json.load(open(FOLDER + "/identity/sources.json", encoding="utf-8"))
    for ours, theirs, whose in (("spire", "b-spire", {"trust_domain": "b.example"}),
                                ("corp", "b-corp", {"issuer": "https://b.example"})):
        sources["sources"][theirs] = {**sources["sources"][ours], **whose, "jwks_file": theirs + ".json"}
    write("identity/sources.json", sources)
    write("trust/levels.json", {"levels": [{"name": "basic", "rank": 1}, {"name": "high", "rank": 2}]})
    write("trust/groups.json", {"groups": [
        {"name": "ours", "level": "basic", "members": ["spiffe://shop.example/*"]},
        {"name": "partners", "level": "basic", "members": [AGENT]},
        {"name": "vaults", "level": "high", "members": [VAULT]}]})
    write("trust/elevation.cedar", "permit (principal, action, resource);\n")
    pin("b-old")
    run("init", "--zone", ZONE, "--name", "main")
    run("remote", "add", "origin", URL)
    push("Begin")
    follower.start()


def svid(workload):
    return ztauth("token", "mint", "--key", leader.path("b-spire.pem"), "--sub", workload, "--aud",
                  "shop.example").strip()


def exchange(workload=AGENT, **more):
    return leader.exchange(actor_token=svid(workload), **more)


def refused(workload=AGENT, **more):
    """The code and the reason that the record has."""
    status, out = exchange(workload, **more)
    assert status == 400 and "access_token" not in out, out
    record = leader.records()[-1]
    return record["code"], record["reason"]


def wait_token(workload=AGENT, **more):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        status, out = exchange(workload, **more)
        if status == 200:
            return out["access_token"]
        time.sleep(0.01)
    raise AssertionError(out)


ALLOW, REFUSED = (True, "permitted"), (False, "unauthorized_actor")


def test_before():
    """Its keys are known and it is in a group, but nobody speaks for its domain."""
    setup()
    deadline = time.monotonic() + 30
    while leader.exchange()[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    code, reason = refused()
    assert code == "unauthorized_actor" and "federates its domain `b.example`" in reason, reason
    write(STATEMENT, federation())
    push("Let b.example in")
    token = wait_token()
    for server in (leader, follower):
        server.wait_answer(token, ALLOW)


def test_up_to_its_level():
    code, reason = refused(VAULT)
    assert code == "actor_below_level" and STATEMENT in reason, reason
    write(STATEMENT, federation("high", scope={"actions": ["buy"]}))
    push("Let b.example have more, for less")
    token = wait_token(VAULT, subject_token=leader.alice("shop.buy shop.view"))
    assert leader.answer(token) == ALLOW
    assert leader.answer(token, action={"name": "view"}) == REFUSED
    assert "outside the scope" in leader.records()[-1]["reason"]
    write(STATEMENT, federation())
    push("That was too much")
    for server in (leader, follower):
        server.wait_answer(token, (False, "actor_below_level"))
        assert STATEMENT in server.records()[-1]["reason"]


def test_withdrawal_bites():
    """The same token, from the push to the refusal."""
    token = wait_token()
    times = {"server": [], "follower": []}
    for _ in range(5):
        os.rename(os.path.join(FOLDER, STATEMENT), leader.path("kept"))
        run("commit", "-m", "Take b.example out", "--key", writer.path)
        start = time.monotonic()
        run("push", "--key", writer.path)
        times["server"].append(leader.wait_answer(token, REFUSED) - start)
        times["follower"].append(follower.wait_answer(token, REFUSED) - start)
        assert refused()[0] == "unauthorized_actor"
        shutil.move(leader.path("kept"), os.path.join(FOLDER, STATEMENT))
        push("Let it in again")
        for server in (leader, follower):
            server.wait_answer(token, ALLOW)
    for name, list_ in times.items():
        print(f"     from `ztauth push` to the refusal, {name}: {statistics.median(list_) * 1000:.0f} ms (median), "
              f"{max(list_) * 1000:.0f} ms at most")


def test_a_key_is_taken_out():
    """The statement stays, and counts for nothing; one of the new key does."""
    token = wait_token()
    pin("b-new")
    push("The old key of b.example leaked")
    for server in (leader, follower):
        server.wait_answer(token, REFUSED)
        assert STATEMENT in server.records()[-1]["reason"]
    assert "statement-lapsed" in run("validate")
    # Whatever else is to be done, is: it does not stand in the way.
    run("trust", "quarantine", VAULT, "--because", "to be sure", "--key", writer.path, "--push")
    write(STATEMENT, made("b-new", kind="federation", level="basic"))
    push("A statement of the new key")
    for server in (leader, follower):
        server.wait_answer(token, ALLOW)


def test_for_its_own_subjects():
    """By a delegation of their domain, and for nobody else of it."""
    bob = ztauth("token", "mint", "--key", leader.path("b-corp.pem"), "--iss", "https://b.example", "--sub", "bob",
                 "--aud", "shop.example", "--scope", "shop.buy").strip()
    code, reason = refused(subject_token=bob)
    assert code == "unauthorized_actor" and "subjects of `b.example`" in reason, reason
    write("trust/statements/bob.json", made("b-new", kind="delegation", workload=AGENT,
                                            subjects=[{"type": "User", "id": "bob"}]))
    push("b.example lets its agent act for bob")
    wait_token(subject_token=bob)
    os.unlink(os.path.join(FOLDER, "trust/statements/bob.json"))
    push("No more")
    deadline = time.monotonic() + 30
    while exchange(subject_token=bob)[0] == 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert refused(subject_token=bob)[0] == "unauthorized_actor"


def test_keys_by_statement():
    """The keys of its workloads are those that the domain states, while it does."""
    with open(FOLDER + "/identity/sources.json", encoding="utf-8") as f:
        kept = f.read()
    sources = json.loads(kept)
    with open(leader.path("keys/b-spire.json"), encoding="utf-8") as f:
        bundle = json.load(f)
    del sources["sources"]["b-spire"]["jwks_file"]
    sources["sources"]["b-spire"]["bundle_statement"] = True
    write("identity/sources.json", sources)
    push("Only as b.example says")
    deadline = time.monotonic() + 30
    while exchange()[0] == 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    code, reason = refused()
    assert code == "invalid_token" and "no statement in force has the keys of `b.example`" in reason, reason
    write(STATEMENT, made("b-new", seconds=4, kind="federation", level="basic", bundle=bundle))
    push("b.example says its keys")
    follower.wait_answer(wait_token(), ALLOW)
    while exchange()[0] == 200 and time.monotonic() < deadline + 30:
        time.sleep(0.01)
    assert "no statement in force has the keys" in refused()[1]
    write("identity/sources.json", kept)
    write(STATEMENT, made("b-new", kind="federation", level="basic"))
    push("As it was")
    wait_token()


def test_nobody_brings_what_does_not_count():
    """Neither by a commit, nor past it, by a push of objects that nothing of ours has made."""
    head = leader.refs("main")["main"]
    files = leader.files_of("main", head)
    forged = made("b-old", kind="federation", level="high")
    moved = json.loads(forged)["jws"].split(".")
    genuine = json.loads(files[STATEMENT])["jws"].split(".")
    for text, rule in ((forged, "statement-lapsed"), ("{}", "statement"), ("{", "syntax"),
                       (made("b-new", kind="federation", level="nowhere"), "statement"),
                       (json.dumps({"jws": ".".join([genuine[0], moved[1], genuine[2]])}), "statement")):
        write("trust/statements/c.json", text)
        said = run("commit", "-m", "Slip it in", "--key", writer.path, code=3)
        assert "trust/statements/c.json:1:" in said and rule in said, said
        objects, new = change({**files, "trust/statements/c.json": text.encode()}, head, writer)
        status, out = leader.push(writer, "main", objects, head, new)
        assert status == 422, (status, out)
        finding = [f for f in out["findings"] if f["severity"] == "error"][0]
        assert (finding["file"], finding["line"], finding["rule"]) == ("trust/statements/c.json", 1, rule), finding
        assert finding["column"] > 0
    os.unlink(os.path.join(FOLDER, "trust/statements/c.json"))
    assert leader.refs("main")["main"] == head


def test_an_end_by_itself():
    """No commit when it is over, and one that has nothing to do with it is still made."""
    end = time.time() + 5
    write(STATEMENT, made("b-new", seconds=5, kind="federation", level="basic"))
    push("Only for a moment")
    commit = leader.refs("main")["main"]
    token = wait_token()
    for server in (leader, follower):
        server.wait_answer(token, REFUSED)
        record = server.records()[-1]
        assert record["commit"] == commit and STATEMENT in record["reason"], record
        assert time.time() >= int(end)
    assert "it has ended at" in run("validate")
    run("trust", "restore", VAULT, "--because", "it was not it", "--key", writer.path, "--push")
    # But it is not brought back.
    statement = open(os.path.join(FOLDER, STATEMENT), encoding="utf-8").read()
    write("trust/statements/again.json", statement.replace("}", " }"))
    os.unlink(os.path.join(FOLDER, STATEMENT))
    assert "statement-lapsed" in run("commit", "-m", "Again", "--key", writer.path, code=3)


test_before()
print("ok test_before")
main([test_up_to_its_level, test_withdrawal_bites, test_a_key_is_taken_out, test_for_its_own_subjects,
      test_keys_by_statement, test_nobody_brings_what_does_not_count, test_an_end_by_itself])
follower.stop()
leader.stop()
