#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Transactions that go on: a token is replaced by one whose chain is a ring longer. SPEC: ztauth 4"""

import base64
import json
import subprocess
import time

from harness import EVALUATION, URN, ZTAUTH, Server, main, question, ztauth

ISSUER = "ztauth://shop.example/100000000001"
MAIL, ORDER = "spiffe://shop.example/mail/sender", "spiffe://shop.example/order-api"
TXN = URN + "token-type:txn_token"

server = Server()


def groups(quarantine=()):
    path = server.path("ledger/trust/groups.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    document["groups"] = [g for g in document["groups"] if g["name"] != "mail"]
    document["groups"].append(
        {"name": "mail", "level": "basic", "members": ["spiffe://shop.example/mail/*"]})
    document["quarantine"] = list(quarantine)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


groups()
with open(server.path("ledger/trust/elevation.cedar"), "a", encoding="utf-8") as file:
    # Mail is never first, and not for what is read out.
    file.write("""
@id("mail-acts-later")
permit (principal in ZTAuth::Group::"mail", action == ZTAuth::Action::"act_for", resource)
when { context.ring > 1 && context.depth >= context.ring };
@id("no-mail-about-teapots")
forbid (principal in ZTAuth::Group::"mail", action == ZTAuth::Action::"act_for", resource)
when { context has operation && context.operation.resource_id == "secret" };
""")
server.start()


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def sign(claims, key="zone.pem", typ="txntoken+jwt"):
    return subprocess.run([ZTAUTH, "token", "mint", "--key", server.path(key), "--typ", typ,
                           "--claims", "-"], input=json.dumps(claims), capture_output=True,
                          text=True, check=True).stdout.strip()


def first(**change):
    status, answer = server.exchange(subject_token=server.alice("shop.buy shop.view"), **change)
    assert status == 200, answer
    return answer["access_token"]


def replace(token, actor="mail/sender", **change):
    return server.exchange(subject_token=token, subject_token_type=TXN,
                           actor_token=server.svid(actor), **change)


def replaced(token, actor="mail/sender", **change):
    status, answer = replace(token, actor, **change)
    assert status == 200, (answer, server.records()[-1])
    assert answer["issued_token_type"] == TXN and answer["token_type"] == "N_A", answer
    return answer["access_token"]


def refused(token, error, code, actor="mail/sender", words="", **change):
    status, answer = replace(token, actor, **change)
    assert status == 400 and answer["error"] == error, (answer, server.records()[-1])
    assert answer["ztauth"]["code"] == code, answer
    record = server.records()[-1]
    assert record["code"] == code and words in record["reason"], record
    return record


def test_the_chain_gets_longer():
    context, details = {"ip": "192.0.2.1", "n": 1.50, "é": "\u00e9\n"}, {"note": [1, {"a": None}]}
    token = first(request_context=json.dumps(context), request_details=json.dumps(details))
    before, after = claims_of(token), claims_of(replaced(token))
    for name in ("iss", "aud", "txn", "sub", "scope", "rctx", "tctx"):
        assert after[name] == before[name], name
    assert after["rctx"] == context and after["tctx"] == details, after
    assert after["ztauth"]["subject"] == before["ztauth"]["subject"], after
    rings = after["ztauth"]["rings"]
    assert rings[:1] == before["ztauth"]["rings"] and len(rings) == 2, rings
    assert rings[1]["wl"] == MAIL and rings[1]["proof"] == "bearer", rings
    # SPEC: rfc8693 4.1: the current actor is the outer one.
    assert after["act"] == {"sub": MAIL, "act": {"sub": ORDER}}, after
    assert after["req_wl"] == MAIL and after["exp"] <= before["exp"], after
    third = claims_of(replaced(replaced(token), "mail/queue"))
    assert [r["wl"] for r in third["ztauth"]["rings"]] == [ORDER, MAIL, "spiffe://shop.example/mail/queue"]
    assert third["act"]["act"]["act"] == {"sub": ORDER} and third["txn"] == before["txn"], third
    record = server.records()[-1]
    assert [r["workload"] for r in record["rings"]] == [r["wl"] for r in third["ztauth"]["rings"]]
    assert record["txn"] == before["txn"] and record["code"] == "issued", record


def test_it_counts_in_decisions():
    token = replaced(first())
    status, answer, _ = server.post(EVALUATION, question(token))
    assert status == 200 and answer["decision"] is True, answer
    assert answer["context"]["ztauth"]["actor"] == MAIL, answer
    narrow = replaced(token, scope="shop.view")
    answer = server.post(EVALUATION, question(narrow))[1]
    assert answer["context"]["ztauth"]["code"] == "insufficient_scope", answer


def test_only_narrower():
    token = first()
    narrow = replaced(token, scope="shop.view")
    assert claims_of(narrow)["scope"] == "shop.view"
    refused(narrow, "invalid_scope", "insufficient_scope", scope="shop.buy")
    refused(token, "invalid_scope", "insufficient_scope", scope="shop.view admin")
    refused(token, "invalid_target", "invalid_target", audience="other.example")
    replaced(token, audience="shop.example")
    for name in ("request_context", "request_details"):
        refused(token, "invalid_request", "context_is_fixed", **{name: "{}"})


def test_never_beyond_the_first():
    claims = claims_of(first())
    claims["exp"] = int(time.time()) + 20
    token = sign(claims)
    for _ in range(3):
        token = replaced(token)
        assert claims_of(token)["exp"] <= claims["exp"]
    # Nor beyond the proof of the new actor.
    actor = ztauth("token", "mint", "--key", server.path("spire.pem"), "--sub", MAIL, "--aud",
                   "shop.example", "--ttl", "10").strip()
    status, answer = server.exchange(subject_token=token, subject_token_type=TXN, actor_token=actor)
    assert status == 200 and claims_of(answer["access_token"])["exp"] <= time.time() + 10, answer


def test_tokens_that_are_none():
    good = claims_of(first())
    now = int(time.time())
    for change, words in (
        ({"iss": "ztauth://shop.example/100000000002"}, "another zone"),
        ({"aud": "other.example"}, "another zone"),
        ({"ztauth": {**good["ztauth"], "zone": "100000000002"}}, "another zone"),
        ({"exp": now - 1}, "expired"),
        ({"iat": now + 60}, "expired, or is not valid yet"),
        ({"sub": 'User::"mallory"'}, "of this form"),
        ({"rctx": "x"}, "of this form"),
        ({"tctx": ["x"]}, "of this form"),
        ({"ztauth": {**good["ztauth"], "rings": []}}, "of this form"),
        ({"ztauth": {**good["ztauth"], "rings": good["ztauth"]["rings"] * 33}}, "of this form"),
    ):
        refused(sign({**good, **change}), "invalid_request", "invalid_token", words=words)
    refused(sign(good, "corp.pem"), "invalid_request", "invalid_token", words="not a token of this zone")
    refused(sign(good, typ="JWT"), "invalid_request", "invalid_token", words="not a token of this zone")
    refused(server.alice(), "invalid_request", "invalid_token", words="not a token of this zone")
    refused("x", "invalid_request", "invalid_token")
    head, body, tail = sign(good).split(".")
    body = base64.urlsafe_b64encode(json.dumps({**good, "scope": "admin"}).encode()).decode()
    refused(".".join((head, body.rstrip("="), tail)), "invalid_request", "invalid_token",
            words="signature")
    # A token of ours under another name is no credential of a source.
    status, answer = server.exchange(subject_token=sign(good))
    assert status == 400 and answer["ztauth"]["code"] == "invalid_token", answer
    assert "unknown_issuer" in server.records()[-1]["reason"]
    # Nor is it one of an actor.
    status, answer = server.exchange(subject_token=sign(good), subject_token_type=TXN,
                                     actor_token=sign(good), actor_token_type=TXN)
    assert status == 400 and answer["error"] == "invalid_request", answer


def test_a_chain_has_an_end():
    claims = claims_of(first())
    claims["ztauth"]["rings"] = claims["ztauth"]["rings"] * 31
    token = replaced(sign(claims))
    assert len(claims_of(token)["ztauth"]["rings"]) == 32
    refused(token, "invalid_request", "chain_too_long")


def test_grants_are_not_lost():
    claims = claims_of(first())
    claims["ztauth"]["dlg"] = ["grant-1"]
    refused(sign(claims), "invalid_request", "delegation_invalid", words="unknown_grant")


def test_the_new_actor_must_be_allowed():
    token = first()
    refused(token, "unauthorized_client", "unauthorized_actor", actor="reporting")
    refused(token, "unauthorized_client", "unauthorized_actor", actor="nobody")
    refused(token, "unauthorized_client", "actor_below_level", actor="payments/card")
    record = refused(token, "unauthorized_client", "unauthorized_actor", actor="reporting")
    assert record["ring"] == 2, record
    # Mail may not be the first.
    status, answer = server.exchange(actor_token=server.svid("mail/sender"))
    assert status == 400 and answer["ztauth"]["code"] == "unauthorized_actor", answer
    # A person is no actor.
    status, answer = server.exchange(subject_token=token, subject_token_type=TXN,
                                     actor_token=server.alice())
    assert status == 400 and answer["ztauth"]["code"] == "invalid_token", answer
    # The operation of the first token counts for all who follow.
    secret = {"action": "buy", "resource": {"type": "Product", "id": "secret"}}
    token = first(request_details=json.dumps(secret))
    refused(token, "unauthorized_client", "unauthorized_actor")


def test_every_ring_is_checked_anew():
    token = first()
    longer = replaced(token)

    def reload():
        count = server.said().count("in force")
        server.reload()
        end = time.time() + 20
        while server.said().count("in force") == count and time.time() < end:
            time.sleep(0.02)

    groups([ORDER])
    reload()
    record = refused(longer, "unauthorized_client", "actor_quarantined", actor="mail/queue")
    assert record["ring"] == 1, record
    groups([MAIL])
    reload()
    record = refused(longer, "unauthorized_client", "actor_quarantined", actor="mail/queue")
    assert record["ring"] == 2, record
    replaced(token, actor="mail/queue")
    groups()
    reload()
    replaced(longer, actor="mail/queue")


def person(**claims):
    now = int(time.time())
    return sign({"iss": "https://corp.example", "sub": "alice", "aud": "shop.example", "iat": now,
                 "exp": now + 300, "scope": "shop.buy", **claims}, "corp.pem", "JWT")


def test_the_subject_names_its_actor():
    for may_act, error, code in (
        ({"sub": ORDER}, None, None),
        ({"sub": MAIL}, "unauthorized_client", "may_act_mismatch"),
        ({"sub": "order-api"}, "unauthorized_client", "may_act_mismatch"),
        ({"sub": ORDER, "iss": "https://corp.example"}, "unauthorized_client", "may_act_mismatch"),
        ({"sub": ORDER, "aud": "shop.example"}, None, None),
        ({}, "invalid_request", "invalid_token"),
        (ORDER, "invalid_request", "invalid_token"),
        ({"sub": [ORDER]}, "invalid_request", "invalid_token"),
    ):
        status, answer = server.exchange(subject_token=person(may_act=may_act))
        if error is None:
            assert status == 200, (may_act, answer)
            # Who got the token may hand it on.
            replaced(answer["access_token"])
            continue
        assert status == 400 and answer["error"] == error, (may_act, answer)
        assert answer["ztauth"] == {"leg": "token", "code": code}, answer
        assert "may_act" in server.records()[-1]["reason"]


def test_types_that_are_never_taken():
    for name in ("refresh_token", "self_signed", "unsigned_json"):
        for token in (person(), '{"sub":"alice"}'):
            status, answer = server.exchange(subject_token=token,
                                             subject_token_type=URN + "token-type:" + name)
            assert status == 400 and answer["error"] == "invalid_request", answer
            assert name in answer["error_description"], answer


def test_it_stops():
    server.stop()


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    server.close()
