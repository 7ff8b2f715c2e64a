#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens and decisions under delegation grants. SPEC: ztauth 4, 5.4, 7"""

import base64
import hashlib
import json
import subprocess
import time

from harness import EVALUATION, ZTAUTH, Server, main, question, ztauth

server = Server(extra="delegations grants\n")
ALICE, AGENT, ORDER = 'User::"alice"', "spiffe://shop.example/agent", "spiffe://shop.example/order-api"
TEAPOT = {"type": "Product", "id": "teapot"}
made = 0


def register_keys(without=()):
    entries = []
    for name, key in ((ALICE, "alice"), (AGENT, "agent")):
        if key not in without:
            with open(server.path(key + ".jwk"), encoding="utf-8") as f:
                entries.append({"name": name, "jwks": {"keys": [json.load(f)]}})
    with open(server.path("ledger/trust/delegators.json"), "w", encoding="utf-8") as f:
        json.dump({"delegators": entries}, f)


def jti_of(grant):
    return claims_of(grant)["jti"]


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def digest_of(grant):
    part = grant.split(".")[1]
    payload = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    return base64.urlsafe_b64encode(hashlib.sha256(payload).digest()).rstrip(b"=").decode()


def grant(by="alice", key=None, parent=None, when=None, **change):
    """A grant over the teapot, signed."""
    global made
    made += 1
    now = int(time.time())
    name = {"alice": ALICE, "agent": AGENT}[by]
    claims = {"iss": name, "sub": name, "delegate": ORDER, "aud": "100000000001",
              "authority": {"actions": ["buy"], "resources": [TEAPOT]},
              "nbf": now - 10, "exp": now + 200, "jti": f"grant-number-{made:08}",
              "max_depth": 2, "consent": {"kind": "signature"},
              "statement": "You let it buy the teapot."}
    if when:
        claims["authority"]["when"] = when
    if parent:
        claims.update(parent=digest_of(parent), max_depth=1, exp=claims_of(parent)["exp"],
                      nbf=claims_of(parent)["nbf"])
    claims.update(change)
    path = server.path("claims.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(claims, f)
    return ztauth("token", "mint", "--key", server.path((key or by) + ".pem"), "--claims", path,
                  "--typ", "ztauth-delegation+jwt", "--kid", "k").strip()


def add(text, fails=None):
    done = subprocess.run([ZTAUTH, "delegate", "add", "--file", server.path("grants")], input=text,
                          capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (fails is None), done.stderr
    assert fails is None or fails in done.stderr, done.stderr
    return text


def revoke(text):
    ztauth("delegate", "revoke", "--file", server.path("grants"), jti_of(text))


def exchange(text):
    """The token, or the code and the reason of the refusal."""
    status, answer = server.exchange(delegation=jti_of(text))
    if status == 200:
        return answer["access_token"]
    return answer["ztauth"]["code"], server.records()[-1]["reason"].split(": ")[1]


def decide(token, **change):
    status, answer, _ = server.post(EVALUATION, question(token, **change))
    assert status == 200, answer
    told = answer["context"]["ztauth"]
    assert answer["decision"] == (told["code"] == "permitted")
    return told["code"]


def set_up():
    for key in ("alice", "agent", "stranger"):
        jwk = json.loads(ztauth("key", "gen", "--out", server.path(key + ".pem")))
        jwk["kid"] = "k"
        with open(server.path(key + ".jwk"), "w", encoding="utf-8") as f:
            json.dump(jwk, f)
    register_keys()
    add(grant())
    server.start()


def test_a_grant_is_followed():
    g = add(grant())
    token = exchange(g)
    assert claims_of(token)["ztauth"]["dlg"] == [jti_of(g)]
    assert claims_of(token)["exp"] <= claims_of(g)["exp"]
    assert decide(token) == "permitted"
    digest = base64.urlsafe_b64decode(digest_of(g) + "=").hex()
    assert digest in json.dumps(server.records()[-1])
    # What the policy permits, and the grant does not:
    assert decide(server.token(), resource={"type": "Product", "id": "kettle"}) != \
        "delegation_exceeded"
    assert decide(token, resource={"type": "Product", "id": "kettle"}) == "delegation_exceeded"
    revoke(g)
    assert decide(token) == "delegation_revoked"
    assert exchange(g) == ("delegation_revoked", "revoked")


def test_what_no_token_is_had_for():
    now = int(time.time())
    for g, code, reason in (
        (grant(key="stranger"), "delegation_invalid", "bad_signature"),
        (grant(aud="100000000002"), "delegation_invalid", "wrong_zone"),
        (grant(delegate=AGENT), "delegation_invalid", "not_held"),
        (grant(nbf=now + 100), "delegation_invalid", "not_yet_valid"),
        (grant(by="agent"), "delegation_invalid", "not_of_subject"),
        (grant(cnf={"jkt": "A" * 43}), "delegation_invalid", "wrong_holder"),
    ):
        assert exchange(add(g)) == (code, reason)
    assert exchange(grant()) == ("delegation_invalid", "unknown_grant")


def test_conditions_are_asked_with_the_request():
    token = exchange(add(grant(when="context has quantity && context.quantity < 5")))
    assert decide(token, context={"quantity": 3}) == "permitted"
    assert decide(token, context={"quantity": 6}) == "delegation_exceeded"
    assert decide(token) == "delegation_exceeded"


def test_a_chain_ends_with_any_of_its_grants():
    root = add(grant(delegate=AGENT, when="context.quantity < 5"))
    child = add(grant("agent", parent=root))
    token = exchange(child)
    assert claims_of(token)["ztauth"]["dlg"] == [jti_of(root), jti_of(child)]
    assert decide(token, context={"quantity": 3}) == "permitted"
    assert decide(token, context={"quantity": 6}) == "delegation_exceeded"
    revoke(root)
    assert decide(token, context={"quantity": 3}) == "delegation_revoked"
    assert exchange(child) == ("delegation_revoked", "revoked")
    add(grant("agent", parent=root), fails="revoked")


def test_a_wider_child_is_not_registered():
    root = add(grant(delegate=AGENT, max_depth=1))
    for change, reason in (
        ({"authority": {"actions": ["buy", "refund"], "resources": [TEAPOT]}}, "wider_actions"),
        ({"authority": {"actions": ["buy"], "resources": [{"type": "Product"}]}},
         "wider_resources"),
        ({"exp": claims_of(root)["exp"] + 1}, "wider_time"),
        ({"max_depth": 1}, "wider_depth"),
    ):
        add(grant("agent", parent=root, **{"max_depth": 0, **change}), fails=reason)
    add(grant("agent", parent=grant(delegate=AGENT)), fails="unlinked")
    add(root, fails="there is a grant of this `jti`")
    add("a.b.c", fails="base64url")


def test_once_is_once():
    g = add(grant(once=True))
    assert decide(exchange(g)) == "permitted"
    assert exchange(g) == ("delegation_invalid", "used")


def test_a_key_that_is_taken_out_ends_what_it_signed():
    token = exchange(add(grant()))
    assert decide(token) == "permitted"
    register_keys(without=("alice",))
    server.reload()
    end = time.time() + 20
    while decide(token) != "delegation_invalid" and time.time() < end:
        time.sleep(0.05)
    assert decide(token) == "delegation_invalid"
    assert "unknown_delegator" in server.records()[-1]["reason"]
    register_keys()
    server.reload()
    while decide(token) != "permitted" and time.time() < end:
        time.sleep(0.05)
    assert decide(token) == "permitted"


def test_a_level_that_demands_consent():
    """SPEC: ztauth 6: a grant that holds, and names the workload, is the delegator's consent."""
    path = server.path("ledger/trust/levels.json")
    with open(path, encoding="utf-8") as f:
        before = f.read()
    levels = json.loads(before)
    levels["levels"][0]["requires"]["consent"] = True
    g, once = add(grant()), server.token()
    other = add(grant(delegate="spiffe://shop.example/reporting"))
    token = exchange(g)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(levels, f)
    server.reload()
    end = time.time() + 20
    while decide(once) != "consent_required" and time.time() < end:
        time.sleep(0.05)
    # Without a grant no token is had, and one that is there is worth nothing.
    assert decide(once) == "consent_required"
    assert server.exchange()[1]["ztauth"]["code"] == "consent_required"
    assert decide(token) == "permitted" and decide(exchange(g)) == "permitted"
    for refused in (other, g):
        if refused == g:
            revoke(g)
        status, answer = server.exchange(delegation=jti_of(refused))
        assert (status, answer["ztauth"]["code"]) == (400, "consent_required")
    assert decide(token) == "consent_required"
    with open(path, "w", encoding="utf-8") as f:
        f.write(before)
    server.reload()
    while decide(once) != "permitted" and time.time() < end:
        time.sleep(0.05)
    assert decide(once) == "permitted" and decide(token) == "delegation_revoked"


def test_a_damaged_list_changes_nothing():
    g = add(grant())
    token = exchange(g)
    with open(server.path("grants"), "a", encoding="utf-8") as f:
        f.write("+ x\n")
    assert decide(token) == "permitted"
    server.wait_said("what was read before stays in force")


try:
    set_up()
    main([test_a_grant_is_followed, test_what_no_token_is_had_for,
          test_conditions_are_asked_with_the_request, test_a_chain_ends_with_any_of_its_grants,
          test_a_wider_child_is_not_registered, test_once_is_once,
          test_a_key_that_is_taken_out_ends_what_it_signed, test_a_level_that_demands_consent,
          test_a_damaged_list_changes_nothing])
finally:
    server.close()
