#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a source demands of claims, and what becomes of them. SPEC: ztauth 3, 5"""

import json
import shutil
import subprocess
import time

from harness import EVALUATION, URN, ZTAUTH, Server, main, question

server = Server(extra="record_requests yes\n")


def corp(**change):
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    document["sources"]["corp"].update(change)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


corp(kind="oidc", audience=["shop.example", "shop-web"], clients=["shop-web", "shop-app"],
     acr=["urn:corp:mfa", "urn:corp:hardware"], amr=["otp"], max_auth_age_s=3600,
     principal={
         "kind": "human", "type": "User", "id": "/account/name",
         "parents": [{"claim": "groups", "type": "Role"},
                     {"claim": "/realm_access/roles", "type": "Role"}],
         "attributes": {"dept": "https://corp.example/dept", "level": "/account/level"}})
with open(server.path("ledger/schema.cedarschema"), encoding="utf-8") as file:
    schema = file.read().replace("entity User in [Role];", "entity User in [Role] { dept?: String, level?: Long };")
with open(server.path("ledger/schema.cedarschema"), "w", encoding="utf-8") as file:
    file.write(schema.replace("entity Role;", "entity Role in [Role];"))
with open(server.path("ledger/entities/shop.json"), encoding="utf-8") as file:
    entities = json.load(file)
entities.append({"uid": {"type": "Role", "id": "gold"}, "attrs": {},
                 "parents": [{"type": "Role", "id": "customer"}]})
with open(server.path("ledger/entities/shop.json"), "w", encoding="utf-8") as file:
    json.dump(entities, file)
with open(server.path("ledger/shop.cedar"), "a", encoding="utf-8") as file:
    file.write('@id("not-interns")\nforbid (principal in Role::"intern", action, resource);\n'
               '@id("level-one")\nforbid (principal, action, resource)\n'
               'when { principal has level && principal.level < 2 };\n'
               '@id("no-sales")\nforbid (principal, action, resource)\n'
               'when { principal has dept && principal.dept == "sales" };\n')
server.start()


def token(typ="JWT", **change):
    now = int(time.time())
    claims = {"iss": "https://corp.example", "sub": "u-1", "aud": "shop.example",
              "iat": now, "exp": now + 300, "auth_time": now, "azp": "shop-web",
              "acr": "urn:corp:mfa", "amr": ["pwd", "otp"], "scope": "shop.buy",
              "account": {"name": "bob", "level": 3}, "groups": ["customer"]}
    claims.update(change)
    claims = {k: v for k, v in claims.items() if v is not None}
    return subprocess.run([ZTAUTH, "token", "mint", "--key", server.path("corp.pem"), "--typ", typ,
                           "--claims", "-"], input=json.dumps(claims), capture_output=True,
                          text=True, check=True).stdout.strip()


def exchange(given, kind="access_token"):
    return server.exchange(subject_token=given, subject_token_type=URN + "token-type:" + kind)


def test_demands():
    now = int(time.time())
    for change, kind, code in (
        ({}, "access_token", None),
        ({}, "id_token", None),
        ({"typ": "at+jwt", "client_id": "shop-app", "jti": "t", "azp": None}, "access_token", None),
        ({"typ": "at+jwt", "client_id": "shop-app", "azp": None}, "access_token", "missing_claim"),
        ({"typ": "at+jwt", "jti": "t"}, "access_token", "missing_claim"),
        ({"typ": "at+jwt", "client_id": "shop-app", "jti": "t", "iat": None}, "access_token", "missing_claim"),
        ({"typ": "at+jwt"}, "id_token", "bad_type"),
        ({"azp": None}, "access_token", "missing_claim"),
        ({"azp": 7}, "access_token", "bad_claim"),
        ({"azp": "other"}, "access_token", "bad_client"),
        ({"client_id": "other"}, "access_token", "bad_client"),
        ({"azp": None, "client_id": "other"}, "access_token", "bad_client"),
        ({"aud": ["shop.example", "x"], "azp": None, "client_id": "shop-app"}, "id_token", "missing_claim"),
        ({"aud": ["shop.example", "x"]}, "id_token", None),
        ({"aud": "shop-web", "azp": None}, "id_token", None),
        ({"aud": ["shop-web"], "azp": None}, "id_token", None),
        ({"aud": "shop.example", "azp": None}, "id_token", "bad_client"),
        ({"aud": ["x", "y"]}, "access_token", "bad_audience"),
        ({"aud": "shop-web"}, "access_token", None),
        ({"acr": None}, "access_token", "weak_auth"),
        ({"acr": "0"}, "access_token", "weak_auth"),
        ({"acr": 0}, "access_token", "bad_claim"),
        ({"acr": "urn:corp:hardware"}, "access_token", None),
        ({"amr": ["pwd"]}, "access_token", "weak_auth"),
        ({"amr": "otp"}, "access_token", "weak_auth"),
        ({"amr": None}, "access_token", "weak_auth"),
        ({"auth_time": None}, "access_token", "missing_claim"),
        ({"auth_time": "now"}, "access_token", "bad_claim"),
        ({"auth_time": now - 4000}, "access_token", "stale_auth"),
        ({"auth_time": now + 4000}, "access_token", "stale_auth"),
        ({"scope": None, "scp": ["shop.buy", "shop.view"]}, "access_token", None),
        ({"scope": None, "scp": "shop.buy shop.view"}, "access_token", None),
        ({"scope": None, "scp": [1]}, "access_token", "bad_claim"),
        ({"account": {}}, "access_token", "missing_claim"),
        ({"account": "bob"}, "access_token", "missing_claim"),
        ({"account": {"name": 7}}, "access_token", "bad_claim"),
        ({"account": {"name": ""}}, "access_token", "bad_subject"),
        ({"groups": [7]}, "access_token", "bad_claim"),
        ({"groups": {"a": 1}}, "access_token", "bad_claim"),
        ({"groups": [""]}, "access_token", "bad_claim"),
        ({"groups": ["g%d" % i for i in range(257)]}, "access_token", "too_large"),
        ({"groups": "customer"}, "access_token", None),
    ):
        status, answer = exchange(token(**change), kind)
        assert (status == 200) == (code is None), (change, kind, answer)
        if code:
            assert answer["ztauth"]["code"] == "invalid_token", answer
            reason = server.records()[-1]["reason"]
            assert reason.startswith(f"subject_token: {code}: "), (change, reason)


def test_what_becomes_of_them():
    for change, decision, policies in (
        ({}, True, ["customers-buy"]),
        ({"groups": []}, False, []),
        ({"groups": ["gold"]}, True, ["customers-buy"]),
        ({"groups": None, "realm_access": {"roles": ["x", "customer"]}}, True, ["customers-buy"]),
        ({"realm_access": {"roles": ["intern"]}}, False, ["not-interns"]),
        ({"realm_access": "intern"}, True, ["customers-buy"]),
        ({"account": {"name": "bob", "level": 1}}, False, ["level-one"]),
        ({"account": {"name": "bob"}}, True, ["customers-buy"]),
        ({"https://corp.example/dept": "sales"}, False, ["no-sales"]),
        ({"https://corp.example/dept": "it"}, True, ["customers-buy"]),
        # What the store says of alice stays: she is a customer by it.
        ({"account": {"name": "alice"}, "groups": []}, True, ["customers-buy"]),
        ({"account": {"name": "alice"}, "groups": ["intern"]}, False, ["not-interns"]),
    ):
        status, answer = exchange(token(**change))
        assert status == 200, answer
        who = change.get("account", {"name": "bob"})["name"]
        status, answer, _ = server.post(EVALUATION, question(
            answer["access_token"], subject={"type": "User", "id": who}))
        assert status == 200, answer
        assert answer["decision"] == decision, (change, answer)
        assert answer["context"]["ztauth"]["policies"] == policies, (change, answer)


def test_they_are_kept_to_decide_again():
    """What only the token said of the subject decides again as it did. SPEC: docs/formats/requests.md"""
    for change, yes in (({}, True), ({"groups": ["customer", "intern"]}, False), ({"account": {"name": "bob", "level": 1}}, False),
                        ({"https://corp.example/dept": "sales"}, False), ({"groups": ["gold"]}, True)):
        status, issued = exchange(token(**change))
        assert status == 200, issued
        status, answer, _ = server.post(EVALUATION, question(issued["access_token"], subject={"type": "User", "id": "bob"}))
        assert (status, answer["decision"]) == (200, yes), (change, answer)
    p = subprocess.run([ZTAUTH, "log", "replay", "--log", server.log_dir, "--with", server.path("ledger"), "--json"],
                       capture_output=True, text=True)
    counts = json.loads(p.stdout)
    assert p.returncode == 0 and counts["agree"] >= 5 and counts["agree"] == counts["recorded"] - counts["token"], p


def test_replays_group_by_them():
    """A subject that the ledger does not know is in the groups that its token said, each counted once."""
    folder = server.path("proposal")
    shutil.copytree(server.path("ledger"), folder)
    with open(folder + "/shop.cedar", "a", encoding="utf-8") as f:
        f.write('@id("closed")\nforbid (principal, action, resource);\n')
    status, issued = exchange(token(groups=["gold", "customer"]))
    assert status == 200, issued
    status, answer, _ = server.post(EVALUATION, question(issued["access_token"], subject={"type": "User", "id": "bob"}))
    assert (status, answer["decision"]) == (200, True), answer
    p = subprocess.run([ZTAUTH, "log", "replay", "--log", server.log_dir, "--with", folder, "--json"],
                       capture_output=True, text=True)
    out = json.loads(p.stdout)
    groups = {g["subjects"]: g["count"] for g in out["by_subject"]}
    last = [g for g in out["by_subject"] if g["subjects"] == 'Role::"gold"'][0]["examples"][-1]
    assert p.returncode == 2 and last["index"] == answer["context"]["ztauth"]["log_index"], p
    assert groups['Role::"customer"'] == groups['workloads::"order-services"'] == out["to_deny"], out
    assert 0 < groups['Role::"gold"'] < out["to_deny"] and "in no group" not in groups, out


def test_the_command_line_shows_them():
    out = subprocess.run(
        [ZTAUTH, "token", "verify", "--sources", server.path("ledger/identity/sources.json"), "--keys",
         server.path("keys"), token(groups=["gold"])], capture_output=True, text=True, check=True)
    shown = json.loads(out.stdout)
    assert shown["id"] == "bob" and shown["attributes"] == {"level": 3}, shown
    assert shown["parents"] == [{"type": "Role", "id": "gold"}], shown


def test_what_the_schema_does_not_know_is_no_question():
    for change, words in (
        ({"account": {"name": "bob", "level": "high"}}, "attribute `level` of the token has the wrong type"),
        ({"https://corp.example/dept": 7}, "attribute `dept` of the token has the wrong type"),
    ):
        answer = exchange(token(**change))[1]
        status, answer, _ = server.post(EVALUATION, question(
            answer["access_token"], subject={"type": "User", "id": "bob"}))
        assert status == 400 and answer["error"]["message"] == words, answer
        assert answer["error"]["at"] == "/subject"


def test_sources_that_do_not_load():
    for change, words in (
        ({"discovery": False}, "`discovery` is true, or not there"),
        ({"discovery": True}, "one of `jwks`, `jwks_file`, `jwks_uri` and `discovery`"),
        ({"jwks_file": None, "jwks_uri": "http://corp.example/jwks"}, "`jwks_uri` is no https URL"),
        ({"jwks_file": None, "jwks_uri": "https://a@corp.example/"}, "`jwks_uri` is no https URL"),
        ({"jwks_file": None, "jwks_uri": "https://corp.example/", "keys_refresh_s": 0}, "`keys_refresh_s`"),
        ({"jwks_file": None, "jwks_uri": "https://corp.example/", "keys_max_age_s": 5}, "`keys_refresh_s`"),
        ({"jwks_file": None, "discovery": True, "issuer": "corp"}, "`issuer` is no https URL"),
        ({"clients": []}, "`clients` is empty"),
        ({"acr": [1]}, "`acr` holds strings"),
        ({"max_auth_age_s": -1}, "`max_auth_age_s` is 0 to"),
        ({"principal": {"kind": "human", "type": "User", "id": "/a~b"}}, "`~` is written ~0"),
        ({"principal": {"kind": "human", "type": "User", "parents": {}}}, "`parents` is an array"),
        ({"principal": {"kind": "human", "type": "User", "parents": [{"claim": "a"}]}}, "needs `type`"),
        ({"principal": {"kind": "human", "type": "User", "parents": [{"type": "a"}]}}, "name of a claim"),
        ({"principal": {"kind": "human", "type": "User", "attributes": {"a": 1}}}, "name of a claim"),
        ({"kind": "ldap"}, "no such kind of source"),
        ({"colour": "red"}, "no such member"),
    ):
        other = Server()
        try:
            path = other.path("ledger/identity/sources.json")
            with open(path, encoding="utf-8") as f:
                document = json.load(f)
            document["sources"]["corp"].update(change)
            document["sources"]["corp"] = {
                k: v for k, v in document["sources"]["corp"].items() if v is not None}
            with open(path, "w", encoding="utf-8") as f:
                json.dump(document, f)
            out = subprocess.run([ZTAUTH, "serve", "--check", "--config", other.path("ztauth.conf")],
                                 capture_output=True, text=True, check=False)
            assert out.returncode != 0 and words in out.stderr, (change, out.stderr)
        finally:
            other.close()


try:
    main([test_demands, test_what_becomes_of_them, test_they_are_kept_to_decide_again,
          test_replays_group_by_them, test_the_command_line_shows_them,
          test_what_the_schema_does_not_know_is_no_question, test_sources_that_do_not_load])
    server.stop()
finally:
    server.close()
