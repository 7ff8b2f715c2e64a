#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recorded decisions asked again by ztauth plan --log: under other policies, scopes, workloads. SPEC: docs/formats/requests.md"""

import atexit
import json
import os
import shutil
import subprocess
import time

from harness import EVALUATION, ZTAUTH, Server, main, question, ztauth

server = Server(extra="record_requests yes\n").start()
atexit.register(server.close)
token = None
FOLDER = server.path("shop")
REQUESTS = server.path("log/requests")


def decide(**change):
    status, answer, _ = server.post(EVALUATION, question(change.pop("token", None) or token, **change))
    assert status == 200, answer
    return answer["context"]["ztauth"]["log_index"], answer["decision"]


def plan(*args, code=None):
    p = subprocess.run([ZTAUTH, "plan", "--log", server.log_dir, *args], cwd=FOLDER, capture_output=True,
                       text=True)
    assert code is None or p.returncode == code, p
    return p


def flips(code=2):
    out = json.loads(plan("--json", code=code).stdout)
    return out, {f["record"]: f for f in out["flips"]}


def fresh():
    for name in os.listdir(server.path("ledger")):
        path = os.path.join(FOLDER, name)
        shutil.rmtree(path, True) if os.path.isdir(path) else os.path.exists(path) and os.unlink(path)
    shutil.copytree(server.path("ledger"), FOLDER, dirs_exist_ok=True)
    shutil.rmtree(FOLDER + "/tests")


def change(name, old, new):
    path = os.path.join(FOLDER, name)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert old in text
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))


def test_what_is_kept():
    global buy, bulk, forged, token, issued
    os.mkdir(FOLDER)
    fresh()
    env = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.example"}
    env.pop("SSH_AUTH_SOCK", None)
    for verb in (["init"], ["commit", "-m", "begin"]):
        subprocess.run([ZTAUTH, *verb], cwd=FOLDER, env=env, check=True, capture_output=True)
    token, issued = server.token(), time.time()
    buy, yes = decide(context={"quantity": 2})
    assert yes
    bulk, yes = decide(context={"quantity": 100})
    assert not yes
    forged, yes = decide(token="x.y.z")
    assert not yes
    names = os.listdir(REQUESTS)
    assert len(names) == 1 and names[0].endswith(".jsonl")
    assert os.stat(REQUESTS + "/" + names[0]).st_mode & 0o777 == 0o600
    assert os.stat(REQUESTS).st_mode & 0o777 == 0o700
    with open(REQUESTS + "/" + names[0], encoding="utf-8") as f:
        text = f.read()
    kept = [json.loads(line) for line in text.splitlines()]
    records = {r["id"]: r for r in server.records()}
    assert [records[k["id"]]["index"] for k in kept] == [buy, bulk]
    assert kept[0]["request"] == {"subject": {"type": "User", "id": "alice"}, "action": {"name": "buy"},
                                  "resource": {"type": "Product", "id": "teapot"}, "context": {"quantity": 2}}
    assert kept[0]["chain"]["scopes"] == ["shop.buy"]
    assert [r["workload"] for r in kept[0]["chain"]["rings"]] == ["spiffe://shop.example/order-api"]
    for secret in (token, token.split(".")[2], "eyJ"):
        assert secret not in text


def test_nothing_changes():
    out, found = flips(code=0)
    assert not found and out["requests"] == 2 and out["recorded"] == 3
    assert out["unkept"] == 1 and out["outdated"] == 0
    assert "records: 3, 1 without a request that was kept; 0 are" in plan(code=0).stdout


def test_a_policy():
    change("shop.cedar", "quantity > 10", "quantity > 1")
    _, found = flips()
    assert list(found) == [buy]
    flip = found[buy]
    assert flip["before"]["answer"] == "allow" and flip["after"]["answer"] == "deny"
    assert flip["before"]["policies"] == ["customers-buy"] and flip["after"]["policies"] == ["no-bulk"]
    assert "leg" not in flip["after"] and len(flip["after"]["reasons"]) == 2
    text = plan(code=2).stdout
    assert f'record {buy}: allow -> deny: User::"alice" buy Product::"teapot" through spiffe://' in text
    change("shop.cedar", "quantity > 1 ", "quantity > 1000 ")
    assert list(flips()[1]) == [bulk]
    fresh()


def test_the_trust_model():
    change("trust/groups.json", '"quarantine": []', '"quarantine": ["spiffe://shop.example/order-api"]')
    _, found = flips()
    after = found[buy]["after"]
    assert list(found) == [buy] and after["answer"] == "deny"
    assert (after["leg"], after["code"], after["actor"]) == (
        "elevation", "actor_quarantined", "spiffe://shop.example/order-api")
    assert "deny at elevation, actor_quarantined: spiffe://shop.example/order-api" in plan(code=2).stdout
    fresh()
    change("trust/groups.json", '"order-services", "level": "basic"', '"order-services", "level": "bound"')
    assert flips()[1][buy]["after"]["code"] == "actor_below_level"
    fresh()
    change("trust/elevation.cedar", 'resource.source == "corp"', 'resource.source == "other"')
    after = flips()[1][buy]["after"]
    assert after["code"] == "unauthorized_actor" and "resource.source" in json.dumps(after["reasons"])
    fresh()


def test_scopes():
    change("manifest.json", '"actions": ["view", "buy"]', '"actions": ["view"]')
    after = flips()[1][buy]["after"]
    assert (after["leg"], after["code"]) == ("scope", "insufficient_scope")
    fresh()


def test_groups():
    """Flips are counted by what decided under either version and by who asked, whatever the reasons of what stays."""
    change("shop.cedar", "quantity > 10", "quantity > 1")
    out = flips()[0]
    assert (out["to_allow"], out["to_deny"], out["to_none"], out["ungrouped"]) == (0, 1, 0, 0)
    policy, = out["by_policy"]
    assert policy["before"] == {"answer": "allow", "leg": "policy", "code": "permitted", "policies": ["customers-buy"]}
    assert policy["after"] == {"answer": "deny", "leg": "policy", "code": "denied_by_policy", "policies": ["no-bulk"]}
    example, = policy["examples"]
    assert (policy["count"], example["index"]) == (1, buy)
    assert (example["subject"], example["action"], example["resource"]) == ('User::"alice"', "buy", 'Product::"teapot"')
    assert [(s["subjects"], s["before"], s["after"], s["count"]) for s in out["by_subject"]] == [
        ('Role::"customer"', "allow", "deny", 1), ('workloads::"order-services"', "allow", "deny", 1)]
    text = plan(code=2).stdout
    assert "  1: allow at policy, permitted by `customers-buy`\n      -> deny at policy, denied_by_policy by `no-bulk`" in text
    assert '  1: allow -> deny: Role::"customer"\n' in text
    fresh()


def test_as_of_then():
    """A proof that is old by now was not when the decision was made."""
    global old
    time.sleep(max(0, issued + 4.5 - time.time()))
    old, yes = decide(context={"quantity": 2})
    assert yes
    change("trust/levels.json", '"proof": ["bearer", "mtls", "dpop", "wpt"]',
           '"proof": ["bearer", "mtls", "dpop", "wpt"], "proof_age_max_s": 3')
    assert list(flips()[1]) == [old]
    fresh()


def test_a_request_of_another_record():
    page = os.path.join(REQUESTS, os.listdir(REQUESTS)[0])
    with open(page, encoding="utf-8") as f:
        text = f.read()
    with open(page, "w", encoding="utf-8") as f:
        f.write(text.replace('"at":', '"at":1', 1))
    out = flips(code=0)[0]
    assert (out["requests"], out["strange"]) == (2, 1)
    assert "1 with a request that is not the record's" in plan(code=0).stdout
    with open(page, "w", encoding="utf-8") as f:
        f.write(text)


def test_lines_that_are_none():
    page = os.path.join(REQUESTS, os.listdir(REQUESTS)[0])
    with open(page, encoding="utf-8") as f:
        text = f.read()
    first = text.splitlines()[0]
    with open(page, "w", encoding="utf-8") as f:
        f.write("\n{\n" + first[:50] + "\n" + first.replace(json.loads(first)["id"], "0" * 32) + "\n" +
                first + "\n" + text)
    assert flips(code=0)[0]["requests"] == 3
    with open(page, "w", encoding="utf-8") as f:
        f.write(text)


def test_no_question_any_more():
    change("schema.cedarschema", "quantity?: Long", "amount?: Long")
    change("shop.cedar", "context has quantity && context.quantity", "context has amount && context.amount")
    _, found = flips()
    assert found[buy]["after"]["answer"] == "no question"
    fresh()


def test_since():
    change("shop.cedar", "quantity > 10", "quantity > 1")
    time.sleep(1.1)
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    late, yes = decide(context={"quantity": 3})
    out = json.loads(plan("--json", "--since", soon, code=2).stdout)
    assert yes and [f["record"] for f in out["flips"]] == [late] and out["recorded"] == 1
    assert json.loads(plan("--json", "--since", "2020-01-01", code=2).stdout)["recorded"] == 5
    assert json.loads(plan("--json", "--since", "1d", code=2).stdout)["recorded"] == 5
    assert json.loads(plan("--json", "--since", "0s", code=0).stdout)["recorded"] == 0
    assert json.loads(plan("--json", "--since", "2100-01-01", code=0).stdout)["recorded"] == 0
    assert "is no time" in plan("--since", "yesterday", code=1).stderr
    p = subprocess.run([ZTAUTH, "plan", "--since", soon], cwd=FOLDER, capture_output=True, text=True)
    assert p.returncode == 64, p
    fresh()


def test_forgotten():
    shutil.rmtree(REQUESTS)
    out, found = flips(code=0)
    assert not found and out["recorded"] == out["unkept"] == 5
    server.stop()
    server.start()
    decide()
    assert os.listdir(REQUESTS)


def test_it_cannot_be_kept():
    """No reason not to answer."""
    server.stop()
    page = os.path.join(REQUESTS, os.listdir(REQUESTS)[0])
    os.unlink(page)
    os.mkdir(page)
    server.start()
    assert decide()[1] is True
    server.wait_said("a request is not kept: ")
    os.rmdir(page)
    assert decide()[1] is True
    assert os.path.isfile(page)
    server.stop()


def test_configuration():
    conf = server.path("ztauth.conf")
    with open(conf, encoding="utf-8") as f:
        text = f.read()
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text.replace("record_requests yes", "record_requests perhaps"))
    p = subprocess.run([ZTAUTH, "serve", "--config", conf, "--check"], capture_output=True, text=True)
    assert p.returncode == 1 and "expected yes or no" in p.stderr, p
    p = plan()
    assert p.returncode == 0, p
    p = subprocess.run([ZTAUTH, "plan", "--log", server.path("none")], cwd=FOLDER, capture_output=True, text=True)
    assert p.returncode == 1 and "none" in p.stderr, p


main([v for k, v in list(globals().items()) if k.startswith("test_")])
