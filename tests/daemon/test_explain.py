#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ztauth explain of decisions that a server made, for each leg and code. SPEC: ztauth 5, 9; docs/audit.md"""

import atexit
import base64
import hashlib
import json
import os
import shutil
import subprocess
import time

from harness import EVALUATION, ROOT, URN, ZTAUTH, Server, main, question, ztauth

server = Server(extra="record_requests yes\ndelegations grants\n")
atexit.register(server.close)
FOLDER, REQUESTS, LEDGER = server.path("shop"), server.path("log/requests"), server.path("ledger")
ORDER = "spiffe://shop.example/order-api"
ALICE = 'User::"alice"'
TEAPOT = {"type": "Product", "id": "teapot"}
made = 0


# --- the server and its ledger, which a workspace has too

def edit(name, old, new):
    path = os.path.join(LEDGER, name)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert old in text, (name, old)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))


def restore():
    for name in ("shop.cedar", "manifest.json", "trust/groups.json", "trust/levels.json", "trust/elevation.cedar"):
        shutil.copy(os.path.join(ROOT, "examples/shop/ledger", name), os.path.join(LEDGER, name))


def decide(tx_token, code, **change):
    """Its id, from the answer."""
    status, answer, _ = server.post(EVALUATION, question(tx_token, **change))
    assert status == 200, answer
    assert answer["context"]["ztauth"]["code"] == code, answer
    return answer["context"]["id"]


def explain(decision, *args, code=0, cwd=None):
    p = subprocess.run([ZTAUTH, "explain", str(decision), "--log", server.log_dir, *args], cwd=cwd or FOLDER,
                       capture_output=True, text=True, check=False)
    assert p.returncode == code, p
    return p.stdout if code != 1 else p.stderr


def account(decision, *args, **kw):
    return json.loads(explain(decision, "--json", *args, **kw))


def changes(told):
    """What was tried: {(change, name): the code that came of it}."""
    return {(c["change"], c.get("name", "")): c["code"] for c in told["changes"]}


def holds(text, *lines):
    for line in lines:
        assert line in text, f"no {line!r} in:\n{text}"
    # What a terminal shows: nothing of ours is wider than it, but for names.
    assert all(len(line) <= 80 or "`" in line or "spiffe:" in line for line in text.splitlines()), text


# --- tests

def test_set_up():
    global token
    shutil.rmtree(os.path.join(LEDGER, "tests"))
    for key in ("alice",):
        jwk = {**json.loads(ztauth("key", "gen", "--out", server.path(key + ".pem"))), "kid": "k"}
        with open(os.path.join(LEDGER, "trust/delegators.json"), "w", encoding="utf-8") as f:
            json.dump({"delegators": [{"name": ALICE, "jwks": {"keys": [jwk]}}]}, f)
    with open(server.path("grants"), "w", encoding="utf-8"):
        pass
    os.unlink(server.path("grants"))
    ztauth("delegate", "add", "--file", server.path("grants"), input=grant())
    os.mkdir(FOLDER)
    ztauth("init", cwd=FOLDER)
    server.start()
    server.put_in_force(FOLDER)
    token = server.token()


def test_permitted():
    global permitted
    permitted = decide(token, "permitted", context={"quantity": 2})
    told = account(permitted)
    assert told["again"] == {"agrees": True, "decision": True, "code": "permitted", "scopes": ["shop.buy"]}
    assert told["decision"] is True and told["policies"] == ["customers-buy"]
    assert told["subject"] == {"type": "User", "id": "alice"} and told["resource"] == TEAPOT
    ring = told["rings"][0]
    assert (ring["workload"], ring["proof"], ring["source"]) == (ORDER, "bearer", "spire")
    assert (ring["code"], ring["level"], ring["policies"]) == ("", "basic", ["orders-act-for-customers"])
    assert changes(told) == {("no-policy", "customers-buy"): "no_policy_permits",
                             ("no-scope", "shop.buy"): "insufficient_scope"}
    holds(explain(permitted), "allowed: every leg agreed", f'{ALICE}: buy Product::"teapot"', f"1. {ORDER}",
          "in `order-services` by", "it may act, by `orders-act-for-customers`",
          "no grants: by the subject's own token", "its scopes: `shop.buy`", "decided again under it: the same",
          "without the scope `shop.buy`:\n    denied by scope: no scope")


def test_by_index():
    told = account(permitted)
    assert account(told["index"]) == told


def test_denied_by_policy():
    d = decide(token, "denied_by_policy", context={"quantity": 100})
    told = account(d)
    assert changes(told) == {("no-policy", "no-bulk"): "permitted", ("action", "view"): "permitted"}
    assert [r["policy"] for r in told["reasons"]] == ["no-bulk"]
    holds(explain(d), "denied: a policy forbids it", "context.quantity > 10", "context.quantity  =  100",
          "had `no-bulk` not held: allowed")
    # Nor would it have been, where no permit holds or another forbid does.
    edit("shop.cedar", 'principal in Role::"customer"', 'principal == User::"bob"')
    server.put_in_force(FOLDER)
    told = account(decide(token, "denied_by_policy", context={"quantity": 100}))
    assert changes(told) == {("no-policy", "no-bulk"): "no_policy_permits"}  # nor does any permit view
    restore()
    edit("shop.cedar", '@id("customers-buy")', '@id("never") forbid (principal, action, resource);\n@id("customers-buy")')
    server.put_in_force(FOLDER)
    told = account(decide(token, "denied_by_policy", context={"quantity": 100}))
    assert changes(told) == {("no-policy", "no-bulk"): "denied_by_policy", ("no-policy", "never"): "denied_by_policy"}
    restore()


def test_no_policy_permits():
    """The nearest is told of, not the first."""
    edit("shop.cedar", '@id("customers-buy")\npermit (',
         '@id("far") permit (principal == User::"bob", action == Action::"view", resource);\n'
         '@id("customers-buy")\npermit (')
    edit("shop.cedar", "resource is Product\n)", "resource is Product\n) when { resource.price < 4000 }")
    server.put_in_force(FOLDER)
    d = decide(token, "no_policy_permits")
    told = account(d)
    assert changes(told) == {("policy", "customers-buy"): "permitted"}
    assert told["reasons"][0]["part"] == "when" and "resource.price" in json.dumps(told["reasons"])
    holds(explain(d), "denied: no policy permits it", "resource.price < 4000", "resource.price  =  4200",
          "had `customers-buy` held: allowed")
    # An out-of-scope one, if there is none nearer.
    restore()
    edit("shop.cedar", 'principal in Role::"customer"', 'principal == User::"bob"')
    server.put_in_force(FOLDER)
    told = account(decide(token, "no_policy_permits"))
    assert [(r["policy"], r["outcome"], r["part"]) for r in told["reasons"]] == [
        ("customers-buy", "out-of-scope", "principal")]
    restore()
    server.put_in_force(FOLDER)


def test_insufficient_scope():
    narrow = server.exchange(subject_token=server.alice("shop.view"))[1]["access_token"]
    d = decide(narrow, "insufficient_scope")
    told = account(d)
    assert told["again"]["agrees"] and changes(told) == {("scope", "shop.buy"): "permitted",
                                                         ("action", "view"): "permitted"}
    holds(explain(d), "denied: no scope of its token covers it", "its scopes: `shop.view`",
          "with the scope `shop.buy` as well: allowed", "had the action been `view`: allowed")
    # A scope alone does not open what the policies forbid.
    told = account(decide(narrow, "insufficient_scope", context={"quantity": 100}))
    assert changes(told) == {("scope", "shop.buy"): "denied_by_policy", ("action", "view"): "permitted"}


def test_actor_quarantined():
    edit("trust/groups.json", '"quarantine": []', '"quarantine": ["spiffe://shop.example/*"]')
    server.put_in_force(FOLDER)
    d = decide(token, "actor_quarantined")
    told = account(d)
    assert told["ring"] == 1 and told["rings"][0]["quarantine"] == ["spiffe://shop.example/*"]
    assert changes(told) == {("restore", ORDER): "permitted"}
    holds(explain(d), "denied: the workload is in quarantine", "in quarantine by `spiffe://shop.example/*`",
          f"with `{ORDER}` out of quarantine: allowed")
    # Out of it, it may still be one that may not act.
    edit("trust/groups.json", ORDER, ORDER + "2")
    server.put_in_force(FOLDER)
    told = account(decide(token, "actor_quarantined"))
    assert changes(told) == {("restore", ORDER): "unauthorized_actor"}
    restore()


def test_actor_below_level():
    edit("trust/groups.json", '"order-services", "level": "basic"', '"order-services", "level": "bound"')
    server.put_in_force(FOLDER)
    d = decide(token, "actor_below_level")
    told = account(d)
    assert told["rings"][0]["groups"][0]["other_proof"] is True
    got = changes(told)
    assert {k: v for k, v in got.items() if v == "permitted"} == {
        # Another group would give a level, but the policy asks for this one, whose level is not met.
        ("proof", p): "permitted" for p in ("mtls", "dpop", "wpt")}, got
    holds(explain(d), "denied: the workload's proof is too weak", "level `bound` (2) is not met:",
          "it demands proof by mtls, dpop or wpt, at most 300 s old",
          "with a proof by mtls, made just then: allowed")
    assert "proof by bearer" not in explain(d)
    # Too old is another thing than too weak.
    restore()
    edit("trust/levels.json", '"proof": ["bearer", "mtls", "dpop", "wpt"]', '"proof_age_max_s": 1')
    server.put_in_force(FOLDER)
    time.sleep(2.1)
    told = account(decide(token, "actor_below_level"))
    assert told["rings"][0]["groups"][0]["too_old"] is True
    assert changes(told)[("proof", "bearer")] == "permitted"
    restore()


def test_consent_required():
    edit("trust/levels.json", '"rank": 1, "requires": {', '"rank": 1, "requires": { "consent": true,')
    server.put_in_force(FOLDER)
    d = decide(token, "consent_required")
    told = account(d)
    assert told["rings"][0]["groups"][0]["no_consent"] is True and told["again"]["agrees"]
    assert not [c for c in told["changes"] if c["decision"]]
    holds(explain(d), "denied: the workload's level demands consent", "nothing that was tried")
    restore()


def test_unauthorized_actor():
    # By no group: the others are tried.
    edit("trust/groups.json", f'"members": ["{ORDER}"]', '"members": ["spiffe://shop.example/other"]')
    server.put_in_force(FOLDER)
    d = decide(token, "unauthorized_actor")
    assert changes(account(d)) == {("group", "order-services"): "permitted"}
    holds(explain(d), "in no group", "with the workload in the group `order-services`: allowed")
    # By the policies.
    restore()
    edit("trust/elevation.cedar", 'resource.source == "corp"', 'resource.source == "other"')
    server.put_in_force(FOLDER)
    d = decide(token, "unauthorized_actor")
    told = account(d)
    # Another group may act, but demands another proof than it gave.
    assert changes(told) == {("act-for", ""): "permitted"}, changes(told)
    assert told["reasons"][0]["policy"] == "orders-act-for-customers"
    holds(explain(d), 'resource.source == "other"', "if trust/elevation.cedar let it act: allowed")
    # By a forbid.
    restore()
    edit("trust/elevation.cedar", '@id("orders', '@id("not-now") forbid (principal, action, resource);\n@id("orders')
    server.put_in_force(FOLDER)
    told = account(decide(token, "unauthorized_actor", context={"quantity": 100}))
    assert changes(told) == {("act-for", ""): "denied_by_policy"}
    assert told["rings"][0]["policies"] == ["not-now"]
    restore()
    server.put_in_force(FOLDER)


def test_two_workloads():
    """The one that failed is named, and the others are said to be well."""
    mail = "spiffe://shop.example/mail"
    both = f'"members": ["{ORDER}", "{mail}"]'
    edit("trust/groups.json", f'"members": ["{ORDER}"]', both)
    server.put_in_force(FOLDER)
    status, answer = server.exchange(subject_token=server.token(), subject_token_type=URN + "token-type:txn_token",
                                     actor_token=server.svid("mail"))
    assert status == 200, answer
    longer = answer["access_token"]
    edit("trust/groups.json", both, f'"members": ["{ORDER}"]')
    server.put_in_force(FOLDER)
    d = decide(longer, "unauthorized_actor")
    told = account(d)
    assert told["ring"] == 2 and [(r["workload"], r["code"]) for r in told["rings"]] == [
        (ORDER, ""), (mail, "unauthorized_actor")]
    assert changes(told)[("group", "order-services")] == "permitted" and told["again"]["agrees"]
    holds(explain(d), "decided by elevation: unauthorized_actor, at workload 2", f"1. {ORDER}", f"2. {mail}")
    # Both are out: one back is not enough.
    edit("trust/groups.json", '"quarantine": []', f'"quarantine": ["{ORDER}", "{mail}"]')
    server.put_in_force(FOLDER)
    told = account(decide(longer, "actor_quarantined"))
    assert told["ring"] == 1 and changes(told) == {("restore", ORDER): "actor_quarantined"}
    restore()
    server.put_in_force(FOLDER)


def test_without_a_token():
    edit("manifest.json", '"require": "txn-token"', '"require": "none"')
    server.put_in_force(FOLDER)
    d = decide(None, "permitted", authorization_model=None)
    told = account(d)
    assert told["again"]["agrees"] and told["rings"] == [] and changes(told) == {
        ("no-policy", "customers-buy"): "no_policy_permits"}
    holds(explain(d), "no workload that is known", "nobody's: no grants, and no token")
    d = decide(None, "denied_by_policy", authorization_model=None, context={"quantity": 100})
    assert changes(account(d)) == {("no-policy", "no-bulk"): "permitted", ("action", "view"): "permitted"}
    restore()
    server.put_in_force(FOLDER)


def test_token():
    for tx_token, change, code in (("x.y.z", {}, "invalid_token"), (None, {"authorization_model": None}, "invalid_token"),
                                   (token, {"subject": {"type": "User", "id": "bob"}}, "subject_mismatch")):
        d = decide(tx_token, code, **change)
        told = account(d)
        assert told["again"] == {"not": "what fails at its token is not kept"} and told["changes"] == []
        holds(explain(d), "decided by token", "not decided again: what fails at its token is not kept",
              "the server said: ")


def grant(when=None, **change):
    global made
    made += 1
    now = int(time.time())
    claims = {"iss": ALICE, "sub": ALICE, "delegate": ORDER, "aud": "100000000001",
              "authority": {"actions": ["buy"], "resources": [TEAPOT]}, "nbf": now - 10, "exp": now + 200,
              "jti": f"grant-number-{made:08}", "max_depth": 2, "consent": {"kind": "signature"},
              "statement": "You let it buy the teapot."}
    if when:
        claims["authority"]["when"] = when
    claims.update(change)
    with open(server.path("claims.json"), "w", encoding="utf-8") as f:
        json.dump(claims, f)
    return ztauth("token", "mint", "--key", server.path("alice.pem"), "--claims", server.path("claims.json"),
                  "--typ", "ztauth-delegation+jwt", "--kid", "k").strip()


def under(text):
    """A token under the grant, and its digest."""
    payload = text.split(".")[1]
    payload = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    ztauth("delegate", "add", "--file", server.path("grants"), input=text)
    status, answer = server.exchange(delegation=json.loads(payload)["jti"])
    assert status == 200, answer
    return answer["access_token"], hashlib.sha256(payload).hexdigest(), json.loads(payload)["jti"]


def test_delegation():
    grants = ("--grants", server.path("grants"))
    tx_token, digest, jti = under(grant(when="context.quantity < 5"))
    d = decide(tx_token, "permitted", context={"quantity": 3})
    told = account(d, *grants)
    assert told["again"] == {"not": "what comes with grants of delegation is not kept"}
    assert [(g["digest"], g["delegator"], g["delegate"], g["actions"], g["when"]) for g in told["grants"]] == [
        (digest, ALICE, ORDER, ["buy"], "context.quantity < 5")]
    assert "bad_because" not in told
    holds(explain(d, *grants), f"1. {ALICE} lets", "do `buy`", 'with Product::"teapot"', "when context.quantity < 5",
          "they were told: You let it buy the teapot.")
    # Without the list there is its digest.
    told = account(d)
    assert told["grants"] == [{"digest": digest, "known": False}]
    holds(explain(d), "a grant that is not at hand", digest)
    for change, finding in (({"resource": {"type": "Product", "id": "kettle"}}, "outside_resources"),
                            ({"action": {"name": "view"}}, "outside_actions")):
        d = decide(tx_token, "delegation_exceeded", **change)
        told = account(d, *grants)
        assert (told["bad_grant"], told["bad_because"]) == (1, finding)
        holds(explain(d, *grants), "denied: it is outside what was granted", "grant 1: its ")
    # A condition: all that can be told again holds.
    told = account(decide(tx_token, "delegation_exceeded", context={"quantity": 6}), *grants)
    assert (told["bad_grant"], told["bad_because"]) == (0, "holds")
    ztauth("delegate", "revoke", "--file", server.path("grants"), jti)
    d = decide(tx_token, "delegation_revoked", context={"quantity": 3})
    told = account(d, *grants)
    assert told["grants"][0]["revoked"] is True and told["bad_because"] == "holds"
    holds(explain(d, *grants), "denied: a grant was taken back", "it is taken back by now",
          "the server said: grant 1 of the chain: revoked")
    # Its delegator is nobody any more.
    tx_token, _, _ = under(grant())
    path = os.path.join(LEDGER, "trust/delegators.json")
    with open(path, encoding="utf-8") as f:
        kept = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write('{"delegators": []}')
    server.put_in_force(FOLDER)
    d = decide(tx_token, "delegation_invalid")
    assert account(d, *grants)["bad_because"] == "unknown_delegator"
    with open(path, "w", encoding="utf-8") as f:
        f.write(kept)
    server.put_in_force(FOLDER)


def test_a_token_that_was_had():
    record = [r for r in server.records() if r["kind"] == "token"][-1]
    told = account(record["id"])
    assert told["kind"] == "token" and told["again"]["not"] == "what tokens are asked for with is not kept"
    assert told["rings"][0]["groups"][0]["group"] == "order-services"
    holds(explain(record["id"]), f"{ALICE}: a token")


def test_only_the_log():
    text = explain(permitted, cwd="/")
    holds(text, "allowed: every leg agreed", f"1. {ORDER}", "by `customers-buy`",
          "not decided again: no workspace of the ledger is at hand", "that takes deciding again")
    assert "order-services" not in text
    told = account(permitted, cwd="/")
    assert told["rings"][0]["groups"] == [] and "code" not in told["rings"][0]
    # A workspace of something else.
    other = server.path("other")
    os.mkdir(other)
    ztauth("init", cwd=other)
    assert account(permitted, cwd=other)["again"] == {"not": "the workspace does not have the version"}


def test_it_does_not_agree():
    """Kept requests are no part of the log: what was changed there shows."""
    page = os.path.join(REQUESTS, os.listdir(REQUESTS)[0])
    with open(page, encoding="utf-8") as f:
        text = f.read()

    def changed(old, new):
        lines = [line.replace(old, new) if permitted in line else line for line in text.splitlines(True)]
        assert "".join(lines) != text
        with open(page, "w", encoding="utf-8") as f:
            f.write("".join(lines))

    changed('"quantity":2', '"quantity":11')
    told = account(permitted, code=2)
    assert told["again"] == {"agrees": False, "decision": False, "code": "denied_by_policy", "scopes": ["shop.buy"]}
    assert told["changes"] == [] and told["decision"] is True
    holds(explain(permitted, code=2), "decided again under it: not the same: denied, a policy forbids it")
    changed('"quantity":2', '"quantity":"x"')
    assert account(permitted, code=2)["again"]["code"] == "invalid_request"
    for old, new in (('"id":"teapot"', '"id":"kettle"'), ("order-api", "order-ap1"), ('"bearer"', '"mtls"'),
                     ('"name":"buy"', '"name":"view"')):
        changed(old, new)
        assert account(permitted)["again"] == {"not": "the request that was kept is not the record's"}
    with open(page, "w", encoding="utf-8") as f:
        f.write("".join(line for line in text.splitlines(True) if permitted not in line))
    assert account(permitted)["again"] == {"not": "its request was not kept"}
    with open(page, "w", encoding="utf-8") as f:
        f.write(text)
    assert account(permitted)["again"]["agrees"] is True


def test_nothing_that_a_terminal_obeys():
    d = decide("x.y.z", "invalid_token", action={"name": "buy\x1b[2J\u009b31m"},
               resource={"type": "Product", "id": "\x07tea\n"})
    text = explain(d)
    holds(text, 'buy?[2J?31m Product::"?tea?"')
    assert not [c for c in text if ord(c) < 32 and c != "\n" or 0x7f <= ord(c) < 0xa0], text


def test_what_is_none():
    assert "32 hexadecimal digits" in explain("x", code=1)
    assert "32 hexadecimal digits" in explain("A" * 32, code=1)
    assert "has no record" in explain("0" * 32, code=1)
    assert "has no record" in explain("123456789", code=1)
    p = subprocess.run([ZTAUTH, "explain", permitted], capture_output=True, text=True, check=False)
    assert p.returncode == 64 and "--log is needed" in p.stderr, p
    p = subprocess.run([ZTAUTH, "explain", permitted, "--log", server.path("none")], capture_output=True, text=True,
                       check=False)
    assert p.returncode == 1, p
    assert explain(permitted, "--grants", server.path("none")) == explain(permitted)
    with open(server.path("bad"), "w", encoding="utf-8") as f:
        f.write("x\n")
    with_grant = [r["id"] for r in server.records() if len(r.get("credentials", [])) > 2][-1]
    assert "damaged" in explain(with_grant, "--grants", server.path("bad"), code=1)


main([v for k, v in list(globals().items()) if k.startswith("test_")])
