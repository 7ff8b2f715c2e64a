#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Grants are registered, listed and revoked over HTTP, and consented to by an ID token.
SPEC: ztauth 7, 10; docs/formats/delegation.md"""

import json
import threading
import time

from granting import AGENT, ALICE, BOB, OLGA, ORDER, TEAPOT, ZONE, Grants, claims_of, decode, digest_of, encode
from harness import EVALUATION, Server, main, question, ztauth
from issuer import Issuer

ELEVATION = """
@id("agents-may-be-given")
permit (principal, action == ZTAuth::Action::"delegate", resource)
when { context.consent.present };

@id("nobody-for-bob")
forbid (principal, action == ZTAuth::Action::"delegate", resource == ZTAuth::Subject::"User::\\"bob\\"");
"""

issuer = Issuer()
server = Server(extra=f"delegations grants\nfetch_allow {issuer.url}\n")
grants = Grants(server)
call = grants.call
PATH = "/delegations"


def provider_key(name):
    return json.loads(ztauth("key", "gen", "--out", server.path(name + ".pem"), "--kid", name))


def set_up():
    grants.register_keys(administrators=[OLGA])
    with open(server.path("ledger/trust/elevation.cedar"), "a", encoding="utf-8") as f:
        f.write(ELEVATION)
    path = server.path("ledger/trust/groups.json")
    with open(path, encoding="utf-8") as f:
        groups = json.load(f)
    groups["groups"][0]["members"].append(AGENT)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(groups, f)
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        sources = json.load(f)
    sources["sources"]["idp"] = {
        "kind": "oidc", "issuer": issuer.url, "discovery": True, "audience": ["shop-web"],
        "algorithms": ["ES256"], "principal": {"kind": "human", "type": "User"}}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(sources, f)
    issuer.publish(provider_key("first"))
    ztauth("delegate", "add", "--file", server.path("grants"), "--empty")
    server.start()


def register(grant, credential=None, path=PATH):
    return call("POST", path, credential or server.svid(), grant)


def taken(grant, credential=None, path=PATH):
    status, answer = register(grant, credential, path)
    assert status == 201, answer
    return answer


def refused(answer, status, code, at="", word=""):
    assert answer[0] == status, answer
    error = answer[1]["error"]
    assert error["code"] == code and error["at"] == at and word in error["message"], error


def last():
    return [r for r in server.records() if r["kind"] == "delegation"][-1]


def decide(jti):
    status, answer = server.exchange(delegation=jti)
    if status != 200:
        return answer["ztauth"]["code"]
    _, answer, _ = server.post(EVALUATION, question(answer["access_token"]))
    return answer["context"]["ztauth"]["code"]


def test_a_grant_is_registered_by_its_delegate():
    grant = grants.make()
    answer = taken(grant)
    claims = claims_of(grant)
    assert answer["jti"] == claims["jti"] and answer["state"] == "live"
    assert answer["grant"] == grant and answer["statement"] == claims["statement"]
    assert answer["resources"] == ['Product::"teapot"'] and answer["above"] == answer["below"] == []
    record = last()
    assert record["allowed"] and record["action"] == "register" and record["code"] == "registered"
    assert record["subject_id"] == ORDER and record["resource_id"] == claims["jti"]
    assert decode(digest_of(grant)).hex() in record["credentials"]
    assert record["elevation"] == ["agents-may-be-given"]
    assert decide(claims["jti"]) == "permitted"
    refused(register(grant), 409, "exists", "/jti")
    assert last()["code"] == "exists" and not last()["allowed"]


def test_a_delegator_registers_for_a_workload_that_needs_no_better_proof():
    taken(grants.make(), grants.person())
    bound = grants.make(delegate="spiffe://shop.example/payments/card")
    refused(register(bound, grants.person()), 403, "actor_below_level", "/delegate")
    assert last()["leg"] == "elevation"


def test_under_a_zone_too():
    jti = taken(grants.make(), path=f"/zones/{ZONE}/delegations")["jti"]
    assert call("GET", f"/zones/{ZONE}/delegations/{jti}", server.svid())[0] == 200
    assert call("GET", "/zones/100000000002/delegations", server.svid())[0] == 404


def test_what_is_not_registered():
    now = int(time.time())
    agent = server.svid("agent")
    # Each is refused as it would be when it is used.
    rows = (
        (grants.make(key="stranger"), None, 403, "delegation_invalid", "", "bad_signature"),
        (grants.make(aud="100000000002"), None, 403, "delegation_invalid", "/aud", "wrong_zone"),
        (grants.make(iat=None, exp=now - 5, nbf=now - 50), None, 403, "delegation_invalid", "/exp", "expired"),
        (grants.make(parent=grants.make(delegate=ORDER), by=ALICE), None, 403, "delegation_invalid",
         "/parent", "unknown_grant"),
        (grants.make(authority={"actions": [], "resources": [TEAPOT]}), None, 400,
         "delegation_invalid", "/authority/actions", "`actions` must be"),
        (grants.make(), agent, 403, "forbidden", "", ""),
        (grants.make(cnf={"jkt": "A" * 43}), None, 403, "delegation_invalid", "/cnf", "wrong_holder"),
        (grants.make(delegate="spiffe://shop.example/nobody"), grants.person(), 403,
         "unauthorized_actor", "/delegate", ""),
        (grants.make(consent={"kind": "oidc-nonce"}), None, 400, "delegation_invalid", "/consent",
         "ID token"),
        ("a.b.c", None, 400, "delegation_invalid", "", ""),
    )
    for grant, credential, status, code, at, word in rows:
        refused(register(grant, credential), status, code, at, word)
        assert not last()["allowed"] and last()["code"] == code, last()
    refused(call("POST", PATH, None, grants.make()), 401, "invalid_token", "Authorization")
    assert last()["code"] == "invalid_token" and "subject_id" not in last()
    refused(call("POST", PATH, server.svid(), "x", kind="text/plain"), 415, "invalid_request", "Content-Type")
    refused(call("POST", PATH, server.svid(), "[]", kind="application/json"), 400, "invalid_request")
    refused(call("PUT", PATH, server.svid(), "x"), 405, "method_not_allowed")


def test_a_person_is_given_and_no_workload_is_asked_about():
    answer = taken(grants.make(delegate=BOB), grants.person("bob"))
    assert answer["delegate"] == BOB and "elevation" not in last()
    # To use it is for workloads.
    assert decide(answer["jti"]) == "delegation_invalid"


def test_paths():
    for path in ("/delegations/", "/delegations/a/b", "/delegationsx", "/delegations//", "/x/delegations"):
        assert call("GET", path, server.svid())[0] == 404, path
    assert call("POST", PATH + "/a-grant-of-somebody", server.svid(), "x")[0] == 405


def test_one_of_many_at_a_time_registers_it():
    grant, credential, answers = grants.make(), server.svid(), []
    threads = [threading.Thread(target=lambda: answers.append(register(grant, credential)[0])) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert sorted(answers) == [201] + [409] * 7, answers


def test_a_grant_for_later_is_registered_now():
    now = int(time.time())
    answer = taken(grants.make(nbf=now + 100))
    assert answer["state"] == "not_yet"
    assert decide(answer["jti"]) == "delegation_invalid"


def test_consent_is_from_about_now():
    now = int(time.time())
    for change in ({"iat": now + 200}, {"iat": None, "nbf": now + 200}, {"iat": now - 90000, "nbf": now - 90000}):
        refused(register(grants.make(**change)), 403, "delegation_invalid", "/iat", "the consent is")
        assert not last()["allowed"]
    # A clock that goes before, and one that was signed in the morning.
    assert decide(taken(grants.make(iat=now - 80000, nbf=now - 80000))["jti"]) == "permitted"
    assert taken(grants.make(iat=now + 30))["state"] == "not_yet"


def test_a_wider_child_is_told_its_dimension():
    root = grants.make(delegate=AGENT, max_depth=1, purpose="tea")
    taken(root, server.svid("agent"))
    end = claims_of(root)["exp"]
    for change, at, word in (
        ({"authority": {"actions": ["buy", "refund"], "resources": [TEAPOT]}},
         "/authority/actions", "wider_actions"),
        ({"authority": {"actions": ["buy"], "resources": [{"type": "Product"}]}},
         "/authority/resources", "wider_resources"),
        ({"exp": end + 1}, "/exp", "wider_time"),
        ({"max_depth": 1}, "/max_depth", "wider_depth"),
        ({"purpose": "coffee"}, "/purpose", "wider_purpose"),
    ):
        child = grants.make(AGENT, parent=root, **{"purpose": "tea", **change})
        refused(register(child), 403, "delegation_exceeded", at, word)
        assert last()["reason"].endswith(word)
    child = taken(grants.make(AGENT, parent=root, purpose="tea"))
    assert child["above"] == [claims_of(root)["jti"]]
    status, shown = call("GET", f"{PATH}/{claims_of(root)['jti']}", grants.person())
    assert status == 200 and shown["below"] == [child["jti"]]


def test_who_sees_what():
    root = grants.make(delegate=AGENT)
    taken(root, server.svid("agent"))
    child = taken(grants.make(AGENT, parent=root))
    other = taken(grants.make())
    jti = claims_of(root)["jti"]

    def seen(credential, query=""):
        status, answer = call("GET", PATH + query, credential)
        assert status == 200 and not answer["more"], answer
        return {g["jti"] for g in answer["delegations"]}

    everything = {jti, child["jti"], other["jti"]}
    assert everything <= seen(grants.person()) and everything <= seen(grants.person("olga"))
    assert {jti, child["jti"]} <= seen(server.svid("agent")) and other["jti"] not in seen(server.svid("agent"))
    assert not everything & seen(grants.person("bob"))
    # The order service was not given the first, but what came of it.
    assert jti not in seen(server.svid()) and child["jti"] in seen(server.svid())
    assert seen(grants.person("olga"), "?delegator=spiffe%3A%2F%2Fshop.example%2Fagent&delegate=" + ORDER) \
        >= {child["jti"]}
    assert jti not in seen(grants.person("olga"), "?delegator=spiffe%3A%2F%2Fshop.example%2Fagent")
    assert call("GET", f"{PATH}/{jti}", grants.person("bob"))[0] == 404
    assert call("GET", f"{PATH}/{jti}", server.svid())[0] == 404
    assert call("GET", f"{PATH}/no-such-grant-at-all", grants.person("olga"))[0] == 404
    assert call("GET", PATH)[0] == 401


def test_who_revokes():
    def chain():
        root = grants.make(delegate=AGENT)
        taken(root, server.svid("agent"))
        return claims_of(root)["jti"], taken(grants.make(AGENT, parent=root))["jti"]

    root, child = chain()
    assert decide(child) == "permitted"
    refused(call("DELETE", f"{PATH}/{child}", grants.person("bob")), 404, "not_found")
    assert last()["code"] == "not_found" and last()["action"] == "revoke"
    refused(call("DELETE", f"{PATH}/{child}", server.svid()), 403, "forbidden")
    refused(call("DELETE", f"{PATH}/{root}", server.svid("agent")), 403, "forbidden")
    refused(call("DELETE", f"{PATH}/{root}"), 401, "invalid_token", "Authorization")
    assert decide(child) == "permitted"
    for credential, which, dead in ((server.svid("agent"), 1, (1,)), (grants.person(), 1, (1,)),
                                    (grants.person(), 0, (0, 1)), (grants.person("olga"), 0, (0, 1))):
        pair = chain()
        status, answer = call("DELETE", f"{PATH}/{pair[which]}", credential)
        assert status == 200 and answer["state"] == "revoked", answer
        record = last()
        assert record["allowed"] and record["resource_id"] == pair[which] and record["action"] == "revoke"
        for i in (0, 1):
            _, shown = call("GET", f"{PATH}/{pair[i]}", grants.person())
            assert shown["state"] == ("revoked" if i in dead else "live")
        assert decide(pair[1]) == "delegation_revoked"


def test_elevation_is_asked():
    grant = grants.make(by=ALICE, iss=BOB, sub=BOB)
    # Bob has no key here: his grants come by signing in, and are forbidden.
    refused(register(grant), 403, "delegation_invalid", "/iss", "unknown_delegator")
    refused(sign_in(grants.claims(iss=BOB, sub=BOB), sub="bob"), 403, "unauthorized_actor", "/delegate")
    assert last()["elevation"] == ["nobody-for-bob"]


# --- consent by ID token


def sign_in(claims, key="first", other_payload=None, by_person=False, **change):
    """Register a grant with the ID token of a sign-in for it."""
    claims = {**claims, "consent": {"kind": "oidc-nonce"}}
    payload = json.dumps(claims).encode()
    nonce = digest_of("." + encode(payload))
    now = int(time.time())
    id_token = {"iss": issuer.url, "sub": "alice", "aud": "shop-web", "nonce": nonce,
                "iat": now, "exp": now + 120, "auth_time": now}
    id_token.update(change)
    token = grants.mint({k: v for k, v in id_token.items() if v is not None}, key, "JWT", kid=key)
    body = json.dumps({"payload": encode(other_payload or payload), "id_token": token})
    sign_in.last = (payload, token)
    return call("POST", PATH, token if by_person else server.svid(), body, "application/json")


def test_consent_by_signing_in():
    status, answer = sign_in(grants.claims())
    assert status == 201 and answer["consent"] == "oidc-nonce", answer
    payload, token = sign_in.last
    # What is kept is the same payload, under the zone's signature, without the ID token.
    assert decode(answer["grant"].split(".")[1]) == payload
    with open(server.path("grants"), encoding="utf-8") as f:
        kept = f.read()
    assert answer["grant"] in kept and token not in kept and token.split(".")[1] not in kept
    digests = last()["credentials"]
    assert decode(digest_of(answer["grant"])).hex() in digests and len(digests) == 3
    assert decide(answer["jti"]) == "permitted"
    # Where she signs in, it is registered for her: the delegate never sees the ID token.
    status, mine = sign_in(grants.claims(), by_person=True)
    assert status == 201 and decide(mine["jti"]) == "permitted", mine
    # Neither the provider nor its keys are needed from here on.
    issuer.publish(provider_key("second"))
    issuer.stop()
    assert decide(answer["jti"]) == "permitted"
    issuer.start()


def test_no_consent():
    now = int(time.time())
    issuer.publish(provider_key("third"))
    claims = grants.claims()
    for change, word in (
        ({"nonce": None}, "nonce"), ({"nonce": 7}, "nonce"), ({"nonce": "A" * 43}, "nonce"),
        ({"sub": "mallory"}, "another person"),
        ({"aud": "other-web"}, "the ID token is refused"),
        ({"iss": "https://elsewhere.example"}, "the ID token is refused"),
        ({"exp": now - 30, "iat": now - 60}, "the ID token is refused"),
        ({"iat": now - 700}, "10 minutes"), ({"iat": None}, "iat"),
        ({"key": "stranger"}, "the ID token is refused"),
        ({"other_payload": json.dumps({**claims, "max_depth": 3, "consent": {"kind": "oidc-nonce"}}).encode()},
         "nonce"),
    ):
        change = {"key": "third", **change}
        refused(sign_in(claims, **change), 403, "delegation_invalid", "/consent", word)
        assert last()["reason"].startswith("no consent: "), last()
    # One that reaches back, one that is signed by a key, and a grant that is wrong in itself.
    for change in ({"nbf": now - 700}, {"iat": now - 700}):
        refused(sign_in(grants.claims(**change), "third"), 403, "delegation_invalid", "/consent", "before")
    payload = json.dumps(claims).encode()
    body = json.dumps({"payload": encode(payload), "id_token": sign_in.last[1]})
    refused(call("POST", PATH, server.svid(), body, "application/json"), 400, "delegation_invalid", "/consent")
    for bad in (b"{}", b'{"x":' + b"[" * 100 + b"]" * 100 + b"}", b"[", b""):
        body = json.dumps({"payload": encode(bad), "id_token": sign_in.last[1]})
        status, answer = call("POST", PATH, server.svid(), body, "application/json")
        assert status == 400 and answer["error"]["code"] in ("delegation_invalid", "invalid_request"), answer
    # A person of another kind of source did not sign in.
    corp = ztauth("token", "mint", "--key", server.path("corp.pem"), "--claims", "-", input=json.dumps(
        {"iss": "https://corp.example", "sub": "alice", "aud": "shop.example", "iat": now, "exp": now + 60,
         "nonce": digest_of("." + encode(sign_in.last[0]))})).strip()
    body = json.dumps({"payload": encode(sign_in.last[0]), "id_token": corp})
    refused(call("POST", PATH, server.svid(), body, "application/json"), 403, "delegation_invalid", "/consent")


def test_one_sign_in_is_for_one_grant():
    status, answer = sign_in(grants.claims(), "third")
    assert status == 201, answer
    payload, token = sign_in.last
    again = json.dumps({"payload": encode(payload), "id_token": token})
    refused(call("POST", PATH, server.svid(), again, "application/json"), 409, "exists", "/jti")
    other = json.dumps({**json.loads(payload), "jti": "another-grant-of-hers"}).encode()
    again = json.dumps({"payload": encode(other), "id_token": token})
    refused(call("POST", PATH, server.svid(), again, "application/json"), 403, "delegation_invalid",
            "/consent", "nonce")


def test_no_other_signature_stands_for_a_sign_in():
    """Whoever writes the file makes no grant: not with the key of a delegator, nor of a stranger."""
    for key in ("alice", "stranger"):
        forged = grants.make(key=key, consent={"kind": "oidc-nonce"})
        ztauth("delegate", "add", "--file", server.path("grants"), input=forged)
        assert decide(claims_of(forged)["jti"]) == "delegation_invalid"


def test_what_the_zone_signed_lives_as_long_as_its_key():
    status, answer = sign_in(grants.claims(exp=int(time.time()) + 3000), "third")
    assert status == 201, answer
    for name, previous, code in (("next", "zone.pem", "permitted"), ("last", "next.pem", "delegation_invalid")):
        server.stop()
        ztauth("key", "gen", "--out", server.path(name + ".pem"))
        with open(server.path("ztauth.conf"), encoding="utf-8") as f:
            lines = [line for line in f if not line.startswith("signing_key")]
        with open(server.path("ztauth.conf"), "w", encoding="utf-8") as f:
            f.writelines(lines + [f"signing_key {name}.pem\nsigning_key_previous {previous}\n"])
        server.start()
        assert decide(answer["jti"]) == code
    assert "unknown_key" in server.records()[-1]["reason"]


try:
    set_up()
    main([test_a_grant_is_registered_by_its_delegate,
          test_a_delegator_registers_for_a_workload_that_needs_no_better_proof, test_under_a_zone_too,
          test_what_is_not_registered, test_a_person_is_given_and_no_workload_is_asked_about, test_paths,
          test_one_of_many_at_a_time_registers_it, test_a_grant_for_later_is_registered_now, test_consent_is_from_about_now,
          test_a_wider_child_is_told_its_dimension, test_who_sees_what, test_who_revokes,
          test_elevation_is_asked, test_consent_by_signing_in, test_no_consent,
          test_one_sign_in_is_for_one_grant, test_no_other_signature_stands_for_a_sign_in,
          test_what_the_zone_signed_lives_as_long_as_its_key])
    server.stop()
finally:
    server.close()
    issuer.stop()
