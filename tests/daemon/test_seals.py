#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Chains that outlive their tokens. SPEC: ztauth 8, docs/formats/seal.md"""

import base64
import hashlib
import json
import subprocess
import threading
import time

from harness import EVALUATION, URN, ZTAUTH, Server, main, question, ztauth

SEAL, SEALS, TXN = "/chain/seal", "urn:ztauth:token-type:seal", URN + "token-type:txn_token"
ORDER, MAIL, QUEUE = ("spiffe://shop.example/" + n for n in ("order-api", "mail/sender", "mail/queue"))
ISSUER = "ztauth://shop.example/100000000001"
ALICE = 'User::"alice"'
TEAPOT = {"type": "Product", "id": "teapot"}
DAY = 24 * 3600

server = Server(extra="delegations grants\nsigning_key_previous previous.pem\n")
made = 0


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data):
    return hashlib.sha256(data).digest()


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def digest_of(token):
    part = token.split(".")[1]
    return b64(sha256(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def sign(claims, key="zone.pem", typ="ztauth-seal+jwt", *more):
    return subprocess.run([ZTAUTH, "token", "mint", "--key", server.path(key), "--typ", typ,
                           "--claims", "-", *more], input=json.dumps(claims), capture_output=True,
                          text=True, check=True).stdout.strip()


# --- the world


def write(name, document):
    with open(server.path(name), "w", encoding="utf-8") as f:
        json.dump(document, f)


def groups(quarantine=()):
    write("ledger/trust/groups.json", {"quarantine": list(quarantine), "groups": [
        {"name": "order-services", "level": "basic", "members": [ORDER]},
        {"name": "mail", "level": "basic", "members": ["spiffe://shop.example/mail/*"]}]})


def reload():
    count = server.said().count("in force")
    server.reload()
    end = time.time() + 20
    while server.said().count("in force") == count and time.time() < end:
        time.sleep(0.02)


def set_up():
    groups()
    with open(server.path("ledger/trust/elevation.cedar"), "a", encoding="utf-8") as f:
        f.write('permit (principal in ZTAuth::Group::"mail", action == ZTAuth::Action::"act_for",'
                " resource) when { context.ring > 1 };")
    ztauth("key", "gen", "--out", server.path("previous.pem"))
    keys = []
    for name in (ALICE, QUEUE):
        path = server.path(name.split('"')[1] if '"' in name else "queue") + ".pem"
        jwk = json.loads(ztauth("key", "gen", "--out", path))
        keys.append({"name": name, "jwks": {"keys": [{**jwk, "kid": "k"}]}})
    write("ledger/trust/delegators.json", {"delegators": keys})
    ztauth("delegate", "add", "--file", server.path("grants"), input=grant())
    server.start()


def grant(by=ALICE, key="alice.pem", parent=None, **change):
    global made
    made += 1
    now = int(time.time())
    claims = {"iss": by, "sub": by, "delegate": ORDER, "aud": "100000000001",
              "authority": {"actions": ["buy"], "resources": [TEAPOT]}, "nbf": now - 10,
              "exp": now + 3 * DAY, "jti": f"grant-number-{made:08}", "max_depth": 2,
              "consent": {"kind": "signature"}, "statement": "You let it buy the teapot."}
    if parent:
        up = claims_of(parent)
        claims.update(parent=digest_of(parent), max_depth=1, exp=up["exp"], nbf=up["nbf"])
    return sign({**claims, **change}, key, "ztauth-delegation+jwt", "--kid", "k")


def add(text):
    ztauth("delegate", "add", "--file", server.path("grants"), input=text)
    return text


def jti_of(text):
    return claims_of(text)["jti"]


def revoke(text):
    ztauth("delegate", "revoke", "--file", server.path("grants"), jti_of(text))


def first(**change):
    status, answer = server.exchange(subject_token=server.alice("shop.buy shop.view"), **change)
    assert status == 200, (answer, server.records()[-1])
    return answer["access_token"]


def ask(token, seal, path=SEAL, **change):
    status, answer, _ = server.post(path, question(token, seal=seal, **change))
    return status, answer


def seal(token=None, payload=b"one teapot", channel="orders", action="buy", **change):
    status, answer = ask(token or first(), {"channel": channel, "payload_sha256": b64(sha256(payload)),
                                            **change}, action={"name": action})
    assert status == 200 and answer["decision"] is True, (answer, server.records()[-1])
    return answer["seal"]


def consume(text, payload=b"one teapot", channel="orders", actor="mail/sender", **change):
    form = {"subject_token": text, "subject_token_type": SEALS, "actor_token": server.svid(actor),
            "channel": channel, "payload_sha256": b64(sha256(payload)), **change}
    return server.exchange(**form)


def consumed(text, *args, **change):
    status, answer = consume(text, *args, **change)
    assert status == 200, (answer, server.records()[-1])
    assert answer["issued_token_type"] == TXN, answer
    return answer["access_token"]


def refused(text, code, *args, error="invalid_request", words="", **change):
    status, answer = consume(text, *args, **change)
    assert status == 400 and answer["error"] == error, (answer, server.records()[-1])
    assert answer["ztauth"]["code"] == code, (answer, server.records()[-1])
    record = server.records()[-1]
    assert record["code"] == code and words in record["reason"], record
    return record


def code_of(token, **change):
    return server.post(EVALUATION, question(token, **change))[1]["context"]["ztauth"]["code"]


# --- the way of a message


def test_a_message_goes_through():
    token = first(request_context='{"ip":"192.0.2.1"}', request_details='{"note":1}')
    status, answer = ask(token, {"channel": "orders", "payload_sha256": b64(sha256(b"one teapot"))})
    assert status == 200 and answer["decision"] is True, answer
    record, before, sealed = server.records()[-1], claims_of(token), claims_of(answer["seal"])
    told = answer["context"]["ztauth"]
    assert sealed["decision"] == answer["context"]["id"] == record["id"], (sealed, record)
    assert sealed["log_index"] == told["log_index"] == record["index"], (sealed, record)
    assert sealed["iss"] == sealed["aud"] == ISSUER and sealed["ring"] == 1, sealed
    assert sealed["actor"] == ORDER and "prev" not in sealed and "once" not in sealed, sealed
    assert abs(sealed["exp"] - sealed["iat"] - DAY) <= 1, sealed
    assert sealed["ztauth"]["commit"] == told["commit"], sealed
    after = claims_of(consumed(answer["seal"]))
    for name in ("iss", "txn", "sub", "scope", "rctx", "tctx"):
        assert after[name] == before[name], name
    assert after["ztauth"]["subject"] == before["ztauth"]["subject"], after
    assert after["ztauth"]["rings"][:1] == before["ztauth"]["rings"], after
    assert [r["wl"] for r in after["ztauth"]["rings"]] == [ORDER, MAIL], after
    assert after["act"] == {"sub": MAIL, "act": {"sub": ORDER}}, after
    assert after["ztauth"]["seal"] == {"digest": digest_of(answer["seal"]), "exp": sealed["exp"]}
    assert after["exp"] <= time.time() + 300, after
    record = server.records()[-1]
    assert record["code"] == "issued" and record["txn"] == before["txn"], record
    digest = base64.urlsafe_b64decode(digest_of(answer["seal"]) + "=").hex()
    assert digest in record["credentials"], record


def test_it_counts_in_decisions():
    token = consumed(seal())
    assert code_of(token) == "permitted"
    narrow = consumed(seal(), scope="shop.view")
    assert code_of(narrow) == "insufficient_scope"
    refused(seal(narrow, action="view"), "insufficient_scope", scope="shop.buy",
            error="invalid_scope", actor="mail/queue")


def test_no_decision_no_seal():
    good = {"channel": "orders", "payload_sha256": b64(sha256(b"x"))}
    status, answer = ask(first(), good, context={"quantity": 11})
    assert status == 200 and answer["decision"] is False and "seal" not in answer, answer
    status, answer = ask("x", good)
    assert status == 200 and answer["decision"] is False and "seal" not in answer, answer
    token, count = first(), len(server.records())
    for wrong in ({}, [], "x", 1, [good] * 17, [good, {}], {**good, "more": 1}, {**good, "once": 1},
                  {**good, "payloads": 0}, {**good, "payloads": (1 << 20) + 1},
                  {**good, "channel": ""}, {**good, "channel": "c" * 257},
                  {**good, "channel": "a\nb"}, {**good, "payload_sha256": "A" * 42},
                  {**good, "payload_sha256": "A" * 42 + "B"}):
        status, answer = ask(token, wrong)
        assert status == 400 and answer["error"]["at"].startswith("/seal"), (wrong, answer)
    status, answer, _ = server.post(SEAL, question(token))
    assert status == 400 and "`seal`" in answer["error"]["message"], answer
    status, answer, _ = server.post(SEAL, question(token, authorization_model=None, seal=good))
    assert status == 400 and "tx_token" in answer["error"]["message"], answer
    status, answer = ask(token, good, path=EVALUATION)
    assert status == 400, answer
    assert server.post(SEAL, "{}", content_type="text/plain")[0] == 415
    assert len(server.records()) == count
    assert "seal" in ask(token, good, path="/zones/100000000001" + SEAL)[1]
    assert ask(token, good, path="/zones/100000000002" + SEAL)[0] == 404


def test_many_seals_of_one_decision():
    token = first()
    wanted = [{"channel": c, "payload_sha256": b64(sha256(c.encode()))} for c in ("a", "b", "a")]
    status, answer = ask(token, wanted)
    assert status == 200 and len(answer["seal"]) == 3, answer
    found = [claims_of(s) for s in answer["seal"]]
    assert [f["channel"] for f in found] == ["a", "b", "a"], found
    assert len({f["jti"] for f in found}) == 3 and len({f["log_index"] for f in found}) == 1, found
    consumed(answer["seal"][1], b"b", "b")
    refused(answer["seal"][1], "channel_mismatch", b"b", "a")
    assert len(ask(token, wanted[:1])[1]["seal"]) == 1


def test_what_cannot_be_signed():
    # A token may have 16 KiB, and what is sealed with it makes it longer.
    for n in range(12200, 11000, -40):
        status, answer = server.exchange(request_context=json.dumps({"x": "y" * n}))
        if status == 200:
            break
    assert status == 200, answer
    wanted = {"channel": "c" * 256, "payload_sha256": b64(sha256(b""))}
    status, answer = ask(answer["access_token"], wanted)
    assert status == 200 and answer["decision"] is False and "seal" not in answer, answer
    assert answer["context"]["ztauth"] == {"leg": "record", "code": "unavailable"}, answer
    assert server.records()[-1]["allowed"] is True, server.records()[-1]
    # Nor is one of several.
    status, answer = ask(first(), [wanted, wanted])
    assert len(answer["seal"]) == 2, answer


# --- time


def aged(seconds, text=None, **change):
    """As if it had been made so long ago."""
    claims = claims_of(text or seal())
    for name in ("iat", "exp"):
        claims[name] -= seconds
    return sign({**claims, **change})


def test_delayed():
    # The subject's token and the transaction token ended long ago.
    token = consumed(aged(23 * 3600))
    assert code_of(token) == "permitted"
    assert claims_of(token)["exp"] <= time.time() + 300, token
    end = claims_of(consumed(aged(DAY - 20)))["exp"]
    assert end <= time.time() + 21, end


def test_expired():
    record = refused(aged(DAY), "seal_expired", words="expired")
    assert record["txn"] and record["rings"], record
    refused(aged(DAY - 2, exp=int(time.time()) - 1), "seal_expired")
    # A life that the zone does not give.
    refused(aged(DAY, exp=int(time.time()) + 1000), "seal_expired")
    refused(aged(-60), "invalid_token", words="not valid yet")


def test_the_first_seal_is_the_deadline():
    one = aged(DAY - 100)
    token = consumed(one)
    again = server.exchange(subject_token=token, subject_token_type=TXN,
                            actor_token=server.svid("mail/queue"))[1]["access_token"]
    assert claims_of(again)["ztauth"]["seal"] == claims_of(token)["ztauth"]["seal"]
    for t in (token, again):
        two = seal(t)
        assert claims_of(two)["prev"] == digest_of(one), two
        assert claims_of(two)["exp"] == claims_of(one)["exp"], two
        assert claims_of(two)["txn"] == claims_of(one)["txn"], two
        assert claims_of(consumed(two, actor="mail/queue"))["exp"] <= claims_of(one)["exp"]
    three = seal(consumed(two, actor="mail/queue"))
    assert claims_of(three)["prev"] == digest_of(two), three
    assert claims_of(three)["exp"] == claims_of(one)["exp"], three


def test_reordered():
    token = first()
    seals = [seal(token, p, once=True) for p in (b"1", b"2", b"3")]
    for i in (2, 0, 1):
        consumed(seals[i], (b"1", b"2", b"3")[i])


# --- again


def test_duplicate():
    text = seal()
    one, two = consumed(text), consumed(text)
    assert one != two and claims_of(one)["txn"] == claims_of(two)["txn"]
    assert [r["code"] for r in server.records()[-2:]] == ["issued", "issued"]


def test_once():
    text = seal(once=True)
    # What is refused uses up nothing.
    refused(text, "payload_mismatch", b"two teapots")
    refused(text, "unauthorized_actor", actor="nobody", error="unauthorized_client")
    refused(text, "insufficient_scope", scope="admin", error="invalid_scope")
    consumed(text)
    refused(text, "seal_used", words="used before")
    refused(text, "seal_used", actor="mail/queue")
    # Another signature of the same seal is the same seal.
    refused(sign(claims_of(text)), "seal_used")
    other = seal(once=True)
    for end in (server.kill, server.stop):
        end()
        server.start()
        refused(text, "seal_used")
    consumed(other)
    refused(other, "seal_used")


def test_once_is_used_up_last():
    """What is refused by a grant does not use the seal up, nor the other way round."""
    text, used, fresh = seal(once=True), add(grant(delegate=MAIL, once=True)), add(grant(delegate=MAIL, once=True))
    consumed(seal(), delegation=jti_of(used))
    refused(text, "delegation_invalid", delegation=jti_of(used), words="used")
    consumed(text)
    refused(text, "seal_used", delegation=jti_of(fresh))
    consumed(seal(), delegation=jti_of(fresh))


def test_once_for_many_at_a_time():
    text, answers = seal(once=True), []
    form = {"actor_token": server.svid("mail/sender")}
    threads = [threading.Thread(target=lambda: answers.append(consume(text, **form)[0]))
               for _ in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(answers) == [200] + [400] * 11, answers


def test_dead_letters():
    text = seal()
    # Nothing is consumed where it was not sealed for. Driven again into its channel, it is.
    refused(text, "channel_mismatch", channel="orders.dead", words="another channel")
    consumed(text)
    refused(aged(DAY, text), "seal_expired")


# --- what was changed on the way


def test_swapped():
    text = seal()
    refused(text, "payload_mismatch", b"100 teapots", words="another payload")
    refused(text, "channel_mismatch", channel="refunds")
    refused(text, "channel_mismatch", channel="orders\x00")
    for missing in ({"channel": ""}, {"payload_sha256": ""}, {"payload_sha256": "A" * 43 + "="},
                    {"payload_path": "A" * 43}, {"payload_index": "-1"}, {"payload_index": "01"},
                    {"payload_index": "99999999"}, {"payload_path": "!", "payload_index": "0"}):
        status, answer = consume(text, **missing)
        assert status == 400 and answer["error"] == "invalid_request", (missing, answer)
    mallory = {**claims_of(text), "sub": 'User::"mallory"'}
    head, _, tail = text.split(".")
    refused(".".join((head, b64(json.dumps(mallory).encode()), tail)), "invalid_token",
            words="signature")
    refused(sign(mallory), "invalid_token", words="of this form")


def test_spliced():
    one, two = seal(), seal(first(), b"other", "refunds")
    (h1, p1, s1), (h2, p2, s2) = one.split("."), two.split(".")
    for parts in ((h1, p1, s2), (h2, p2, s1), (h1, p2, s1)):
        refused(".".join(parts), "invalid_token", words="signature")
    # A ring less, a ring of another chain.
    long = seal(consumed(one))
    assert claims_of(long)["ring"] == 2
    claims = claims_of(long)
    for rings in (claims["ztauth"]["rings"][1:], claims["ztauth"]["rings"][:1],
                  claims["ztauth"]["rings"][::-1], []):
        claims["ztauth"]["rings"] = rings
        head, _, tail = long.split(".")
        refused(".".join((head, b64(json.dumps(claims).encode()), tail)), "invalid_token",
                words="signature")
        # The zone itself never signs this.
        refused(sign(claims), "invalid_token", words="of this form")


def test_another_zone():
    claims = claims_of(seal())
    other = ISSUER[:-1] + "2"
    refused(sign(claims, "corp.pem"), "invalid_token", words="not a token of this zone")
    for change in ({"iss": other}, {"aud": other}, {"aud": "shop.example"},
                   {"ztauth": {**claims["ztauth"], "zone": "100000000002"}}):
        refused(sign({**claims, **change}), "invalid_token", words="another zone")
    # A key that is replaced verifies as long as it is published.
    consumed(sign(claims, "previous.pem"))


def test_no_other_token():
    token, text = first(), seal()
    refused(token, "invalid_token", words="not a token of this zone")
    refused(server.alice(), "invalid_token", words="not a token of this zone")
    refused("x", "invalid_token")
    refused(sign(claims_of(token)), "invalid_token", words="of this form")
    # Nor is a seal any other token.
    for kind in (TXN, URN + "token-type:jwt", URN + "token-type:access_token",
                 URN + "token-type:id_token"):
        status, answer = server.exchange(subject_token=text, subject_token_type=kind)
        assert status == 400 and answer["ztauth"]["code"] == "invalid_token", answer
    for claims, typ in ((claims_of(text), "txntoken+jwt"), (claims_of(text), "JWT")):
        status, answer = server.exchange(subject_token=sign(claims, typ=typ), subject_token_type=TXN)
        assert status == 400 and answer["ztauth"]["code"] == "invalid_token", answer
    status, answer = consume(text, actor_token=text)
    assert status == 400 and answer["ztauth"]["code"] == "invalid_token", answer
    assert code_of(text) == "invalid_token"
    assert ask(text, {"channel": "c", "payload_sha256": b64(sha256(b""))})[1]["decision"] is False
    status, answer = server.exchange(subject_token=text, subject_token_type=SEALS, actor_token="")
    assert status == 400, answer
    for name in ("request_context", "request_details"):
        refused(text, "context_is_fixed", **{name: "{}"})


def test_a_chain_has_an_end():
    claims = claims_of(seal())
    claims["ztauth"]["rings"] = claims["ztauth"]["rings"] * 32
    refused(sign({**claims, "ring": 32}), "chain_too_long")


# --- the trust model of today


def test_the_rings_of_today():
    text = seal(consumed(seal()))
    refused(text, "unauthorized_actor", actor="reporting", error="unauthorized_client")
    for out, ring in ((ORDER, 1), (MAIL, 2), (QUEUE, 3)):
        groups([out])
        reload()
        record = refused(text, "actor_quarantined", actor="mail/queue", error="unauthorized_client")
        assert record["ring"] == ring, record
    groups()
    reload()
    consumed(text, actor="mail/queue")


def test_how_old_a_ring_may_be():
    path = "ledger/trust/levels.json"
    with open(server.path(path), encoding="utf-8") as f:
        levels = json.load(f)
    text = aged(3600)
    claims = claims_of(text)
    claims["ztauth"]["rings"][0]["at"] -= 3600
    levels["levels"][0]["requires"]["proof_age_max_s"] = 600
    write(path, levels)
    reload()
    refused(sign(claims), "actor_below_level", error="unauthorized_client")
    del levels["levels"][0]["requires"]["proof_age_max_s"]
    write(path, levels)
    reload()
    consumed(sign(claims))


# --- grants


def test_grants_are_carried():
    g = add(grant())
    token = first(delegation=jti_of(g))
    text = seal(token)
    assert claims_of(text)["dlg"] == [jti_of(g)] and "dlg" not in claims_of(text)["ztauth"]
    after = consumed(text)
    assert claims_of(after)["ztauth"]["dlg"] == [jti_of(g)], after
    assert code_of(after) == "permitted"
    assert code_of(after, resource={"type": "Product", "id": "kettle"}) == "delegation_exceeded"
    status, answer = server.exchange(subject_token=after, subject_token_type=TXN,
                                     actor_token=server.svid("mail/queue"))
    assert status == 200, (answer, server.records()[-1])
    assert claims_of(answer["access_token"])["ztauth"]["dlg"] == [jti_of(g)], answer
    revoke(g)
    refused(text, "delegation_revoked")
    assert code_of(after) == "delegation_revoked"
    status, answer = server.exchange(subject_token=after, subject_token_type=TXN,
                                     actor_token=server.svid("mail/queue"))
    assert status == 400 and answer["ztauth"]["code"] == "delegation_revoked", answer


def test_grants_become_only_narrower():
    root = add(grant(delegate=QUEUE))
    child = add(grant(QUEUE, "queue.pem", parent=root, delegate=MAIL))
    other = add(grant())
    plain, under = seal(), None
    # Only a delegate can have it.
    refused(plain, "delegation_invalid", delegation=jti_of(root), words="not_held")
    under = consumed(plain, actor="mail/queue", delegation=jti_of(root))
    assert claims_of(under)["ztauth"]["dlg"] == [jti_of(root)]
    text = seal(under)
    token = consumed(text, delegation=jti_of(child))
    assert claims_of(token)["ztauth"]["dlg"] == [jti_of(root), jti_of(child)], token
    assert code_of(token) == "permitted"
    refused(text, "delegation_invalid", delegation=jti_of(other), words="unlinked")
    refused(seal(token), "delegation_invalid", delegation=jti_of(root), words="unlinked")
    refused(seal(token), "delegation_invalid", delegation="grant-number-xxxxxxxx")
    # It ends above.
    text = seal(token)
    revoke(root)
    refused(text, "delegation_revoked")


def test_never_beyond_a_grant():
    end = int(time.time()) + 40
    g = add(grant(exp=end))
    text = seal(first(delegation=jti_of(g)))
    assert claims_of(text)["exp"] == end, text
    after = claims_of(consumed(text))
    assert after["exp"] <= end and after["ztauth"]["seal"]["exp"] == end, after
    claims = claims_of(seal())
    claims["dlg"] = [jti_of(g), "grant-number-00000001"]
    refused(sign(claims), "delegation_invalid")


def test_a_grant_that_is_good_once():
    g = add(grant(once=True))
    token = first(delegation=jti_of(g))
    consumed(seal(token))
    # Used up for good, and not by those who carry it on.
    server.kill()
    server.start()
    consumed(seal(token))
    status, answer = server.exchange(delegation=jti_of(g))
    assert status == 400 and answer["ztauth"]["code"] == "delegation_invalid", answer


# --- many payloads


def root_of(leaves):
    if len(leaves) == 1:
        return sha256(b"\0" + sha256(leaves[0]))
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


def path_of(i, leaves):
    if len(leaves) == 1:
        return b""
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    if i < k:
        return path_of(i, leaves[:k]) + root_of(leaves[k:])
    return path_of(i - k, leaves[k:]) + root_of(leaves[:k])


def test_one_of_many():
    lines = [f"line {i}".encode() for i in range(6)]
    status, answer = ask(first(), {"channel": "orders", "payload_sha256": b64(root_of(lines)),
                                   "payloads": len(lines), "once": True})
    assert status == 200, answer
    text = answer["seal"]
    assert claims_of(text)["payloads"] == 6, text

    def part(i, at=None):
        return {"payload_index": str(i if at is None else at), "payload_path": b64(path_of(i, lines))}

    refused(text, "payload_mismatch", lines[0])
    refused(text, "payload_mismatch", lines[0], **part(0, 1))
    refused(text, "payload_mismatch", lines[0], **part(1))
    refused(text, "payload_mismatch", b"line 7", **part(0))
    refused(text, "payload_mismatch", lines[0], **part(0, 6))
    for i, line in enumerate(lines):
        consumed(text, line, **part(i))
        refused(text, "seal_used", line, **part(i))
    refused(seal(payload=lines[0]), "payload_mismatch", lines[0], payload_index="0")
    one = ask(first(), {"channel": "orders", "payload_sha256": b64(root_of(lines[:1])),
                        "payloads": 1})[1]["seal"]
    consumed(one, lines[0], payload_index="0")


def test_metadata():
    found = json.loads(ztauth_get("/.well-known/oauth-authorization-server"))
    assert SEALS in found["subject_token_types_supported"], found
    assert SEALS not in found["actor_token_types_supported"], found
    assert found["ztauth_seal_endpoint"].endswith(SEAL), found
    found = json.loads(ztauth_get("/zones/100000000001/.well-known/oauth-authorization-server"))
    assert found["ztauth_seal_endpoint"].endswith("/zones/100000000001" + SEAL), found


def ztauth_get(path):
    c = server.connect()
    c.request("GET", path)
    return c.getresponse().read()


def test_the_life_that_the_zone_gives():
    text = seal()
    server.stop()
    with open(server.path("ztauth.conf"), "a", encoding="utf-8") as f:
        f.write("seal_lifetime_max 600\n")
    server.start()
    claims = claims_of(seal())
    assert claims["exp"] - claims["iat"] == 600, claims
    # Also what was made before ends sooner.
    consumed(aged(500, text))
    refused(aged(700, text), "seal_expired")


def test_a_damaged_memory():
    server.stop()
    with open(server.path("log/used"), "r+b") as f:
        f.seek(40)
        f.write(b"\xff")
    with open(server.path("err"), "w", encoding="utf-8") as err:
        code = subprocess.run([ZTAUTH, "serve", "--config", server.path("ztauth.conf")], stderr=err,
                              check=False).returncode
    assert code != 0 and "damaged" in server.said() and "log/used" in server.said(), server.said()


try:
    set_up()
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    server.close()
