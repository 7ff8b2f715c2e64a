#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A grant in the place of the subject's credential: who was given it acts while its
delegator is not there. SPEC: ztauth 3, 7; docs/formats/delegation.md"""

import json
import os
import time

from granting import AGENT, ALICE, ORDER, Grants, claims_of, decode, digest_of, encode
from harness import EVALUATION, URN, Server, main, question, ztauth

TYPE = "urn:ztauth:token-type:delegation"
POLICY = """
@id("by-grant")
permit (principal in ZTAuth::Group::"order-services", action == ZTAuth::Action::"act_for", resource)
when { resource.source == "delegation" && context.consent.present };
"""

server = Server(extra="delegations grants\n")
grants = Grants(server)


def set_up():
    grants.register_keys()
    with open(server.path("ledger/trust/elevation.cedar"), "a", encoding="utf-8") as f:
        f.write(POLICY)
    path = server.path("ledger/trust/groups.json")
    with open(path, encoding="utf-8") as f:
        groups = json.load(f)
    groups["groups"][2]["members"].append(AGENT)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(groups, f)
    say_standing(True)
    ztauth("delegate", "add", "--file", server.path("grants"), "--empty")
    server.start()


def say_standing(value):
    path = server.path("ledger/manifest.json")
    with open(path, encoding="utf-8") as f:
        manifest = json.load(f)
    manifest["zone"]["standing_grants"] = value
    with open(path, "w", encoding="utf-8") as f:
        json.dump(manifest, f)


def add(grant):
    ztauth("delegate", "add", "--file", server.path("grants"), input=grant)
    return grant


def exchange(grant, **change):
    form = {"subject_token": grant, "subject_token_type": TYPE}
    form.update(change)
    return server.exchange(**form)


def token(grant, **change):
    status, answer = exchange(grant, **change)
    assert status == 200, answer
    return answer["access_token"]


def code(grant, **change):
    status, answer = exchange(grant, **change)
    assert status == 400, answer
    return answer["ztauth"]["code"]


def decide(text, **change):
    status, answer, _ = server.post(EVALUATION, question(text, **change))
    assert status == 200, answer
    return answer["context"]["ztauth"]["code"]


def test_it_stands_for_the_delegator():
    grant = add(grants.make())
    text = token(grant)
    claims = claims_of(text)
    inside = claims["ztauth"]
    assert claims["sub"] == ALICE and claims["act"]["sub"] == ORDER
    assert inside["subject"]["kind"] == "human" and inside["subject"]["source"] == "delegation"
    assert inside["subject"]["digest"] == digest_of(grant)
    assert inside["dlg"] == [claims_of(grant)["jti"]]
    assert claims["exp"] <= claims_of(grant)["exp"]
    # The scopes that it could need, and no others.
    assert claims["scope"] == "shop.buy"
    assert decide(text) == "permitted"
    record = server.records()[-1]
    assert record["subject_id"] == "alice" and decode(digest_of(grant)).hex() in record["credentials"]


def test_not_unless_the_zone_says_so():
    """Nor does what was made before go on. SPEC: ztauth 5: nothing defaults to allow"""
    grant, ours = add(grants.make()), add(grants.make())
    text, mine = token(grant), server.exchange(delegation=claims_of(ours)["jti"])[1]["access_token"]
    say_standing(False)
    server.reload()
    end = time.time() + 20
    while exchange(grant)[0] == 200 and time.time() < end:
        time.sleep(0.1)
    assert code(grant) == "delegation_invalid"
    assert "no_standing_grants" in server.records()[-1]["reason"]
    assert decide(text) in ("unauthorized_actor", "delegation_invalid")
    # She was there for this one.
    assert decide(mine) == "permitted"
    say_standing(True)
    server.reload()
    while exchange(grant)[0] != 200 and time.time() < end:
        time.sleep(0.1)
    assert decide(text) == "permitted"


def test_no_more_than_was_given():
    text = token(add(grants.make()))
    assert decide(text, resource={"type": "Product", "id": "kettle"}) == "delegation_exceeded"
    assert decide(text, subject={"type": "User", "id": "bob"}) == "subject_mismatch"
    grant = add(grants.make())
    assert code(grant, scope="shop.view") == "insufficient_scope"
    assert claims_of(token(grant, scope="shop.buy"))["scope"] == "shop.buy"


def test_who_acts_shows_itself():
    grant = add(grants.make())
    # It was given to the order service, and this is another.
    assert code(grant, actor_token=server.svid("reporting")) in (
        "delegation_invalid", "unauthorized_actor")
    assert code(add(grants.make(delegate=AGENT))) in ("delegation_invalid", "unauthorized_actor")


def test_what_is_no_grant_here():
    now = int(time.time())
    known, unknown = add(grants.make()), grants.make()
    assert code(unknown) == "delegation_invalid"
    # The `jti` of one that is known, and another payload.
    claims = claims_of(known)
    claims["authority"]["actions"].append("view")
    other = grants.mint(claims, "alice", "ztauth-delegation+jwt")
    assert code(other) == "delegation_invalid"
    for text in ("x", server.alice(), server.token(), known.rsplit(".", 1)[0],
                 grants.mint(claims_of(known), "alice", "JWT")):
        assert code(text) == "invalid_token", text
    # And a grant is no other credential.
    for kind in ("access_token", "jwt", "id_token", "txn_token"):
        assert code(known, subject_token_type=URN + "token-type:" + kind) == "invalid_token"
    assert server.exchange(actor_token=known, actor_token_type=TYPE)[0] == 400
    assert code(known, delegation="grant-number-00000000") == "invalid_request"


def test_not_before_and_not_after():
    """Consent that does not hold is none, and the grant's own leg would refuse it too."""
    now = int(time.time())
    for change in ({"nbf": now + 100}, {"aud": "100000000002"}):
        assert code(add(grants.make(**change))) in ("unauthorized_actor", "delegation_invalid")
        assert server.records()[-1]["allowed"] is False


def test_it_ends():
    grant = add(grants.make())
    text = token(grant)
    ztauth("delegate", "revoke", "--file", server.path("grants"), claims_of(grant)["jti"])
    assert decide(text) in ("unauthorized_actor", "delegation_revoked")
    assert code(grant) in ("unauthorized_actor", "delegation_revoked")


def test_once_is_once():
    grant = add(grants.make(once=True))
    text = token(grant)
    assert decide(text) == "permitted" and decide(text) == "permitted"
    assert code(grant) == "delegation_invalid"
    assert "used" in server.records()[-1]["reason"]


def test_a_chain_is_the_first_delegators():
    first = add(grants.make(delegate=AGENT))
    child = add(grants.make(by=AGENT, parent=first))
    claims = claims_of(token(child))
    assert claims["sub"] == ALICE
    assert claims["ztauth"]["dlg"] == [claims_of(first)["jti"], claims_of(child)["jti"]]


def test_the_signature_of_what_is_shown_does_not_matter():
    """The one that the zone knows is judged, so a changed signature is the same grant."""
    grant = add(grants.make())
    head, payload, signature = grant.split(".")
    changed = encode(bytes([decode(signature)[0] ^ 1]) + decode(signature)[1:])
    assert claims_of(token(".".join((head, payload, changed))))["sub"] == ALICE
    # One that is registered with a bad signature never holds.
    assert code(add(grants.make(key="stranger"))) in ("unauthorized_actor", "delegation_invalid")


def with_documents(change, check):
    """The documents of the ledger as `change` makes them, in force while `check` holds."""
    paths = {name: server.path("ledger/" + name) for name in ("identity/sources.json", "trust/domains.json")}
    with open(paths["identity/sources.json"], encoding="utf-8") as f:
        before = f.read()
    documents = change(json.loads(before))
    for name, document in documents.items():
        with open(paths[name], "w", encoding="utf-8") as f:
            json.dump(document, f)
    server.reload()
    end = time.time() + 20
    while not check() and time.time() < end:
        time.sleep(0.1)
    assert check(), server.said()
    with open(paths["identity/sources.json"], "w", encoding="utf-8") as f:
        f.write(before)
    if "trust/domains.json" in documents:
        os.remove(paths["trust/domains.json"])
    server.reload()


def test_scopes_without_bindings():
    """A zone that binds no scopes has one for each action, of its name."""
    path, grant = server.path("ledger/manifest.json"), add(grants.make())
    with open(path, encoding="utf-8") as f:
        before = f.read()
    manifest = json.loads(before)
    del manifest["zone"]["scopes"]
    with open(path, "w", encoding="utf-8") as f:
        json.dump(manifest, f)
    server.reload()
    end = time.time() + 20
    while claims_of(token(grant))["scope"] != "buy" and time.time() < end:
        time.sleep(0.1)
    text = token(grant)
    assert claims_of(text)["scope"] == "buy" and decide(text) == "permitted"
    assert decide(text, action={"name": "view"}) == "insufficient_scope"
    with open(path, "w", encoding="utf-8") as f:
        f.write(before)
    server.reload()
    while claims_of(token(grant))["scope"] != "shop.buy" and time.time() < end:
        time.sleep(0.1)


def test_subjects_of_another_domain():
    """A grant is no way around the statements that another domain would have to make."""
    grant = add(grants.make())
    with open(server.path("corp.pem"), encoding="utf-8"), \
            open(server.path("keys/corp.json"), encoding="utf-8") as f:
        keys = json.load(f)

    def foreign(sources):
        return {"trust/domains.json": {"own": "shop.example", "domains": [
            {"name": "corp.example", "jwks": keys, "sources": ["corp"]}]},
                "identity/sources.json": sources}

    def refused():
        status, answer = exchange(grant)
        return status == 400 and answer["ztauth"]["code"] == "delegation_invalid"

    with_documents(foreign, refused)
    assert "not_of_subject" in [r for r in server.records() if not r["allowed"]][-1]["reason"]


def test_what_a_source_says_is_not_hidden():
    grant = add(grants.make())
    text = token(grant)

    for mapping in ({"parents": [{"type": "Group", "claim": "groups"}]},
                    {"attributes": {"left": "left"}}):
        def mapped(sources, mapping=mapping):
            sources["sources"]["corp"]["principal"].update(mapping)
            return {"identity/sources.json": sources}

        def refused():
            status, answer = exchange(grant)
            return status == 400 and answer["ztauth"]["code"] == "delegation_invalid" \
                and decide(text) in ("unauthorized_actor", "delegation_invalid")

        with_documents(mapped, refused)
        assert "hides_claims" in [r for r in server.records() if not r["allowed"]][-2]["reason"]
        end = time.time() + 20
        while exchange(grant)[0] != 200 and time.time() < end:
            time.sleep(0.1)


def test_metadata():
    c = server.connect()
    c.request("GET", "/.well-known/oauth-authorization-server")
    answer = json.loads(c.getresponse().read())
    assert TYPE in answer["subject_token_types_supported"]
    assert TYPE not in answer["actor_token_types_supported"]


try:
    set_up()
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    server.close()
