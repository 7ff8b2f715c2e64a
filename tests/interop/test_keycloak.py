#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keycloak: tokens with groups and roles, introspection, rotation of the realm's keys."""

import json
import os
import sys
import time
import urllib.request

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "daemon"))

from harness import EVALUATION, URN, Server, main, question  # noqa: E402
from keycloak import Keycloak, need  # noqa: E402
from oidc import post  # noqa: E402

need()
SECRET = "keycloak-secret"


def mapper(name, kind, **config):
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind,
            "config": {"access.token.claim": "true", "id.token.claim": "true",
                       "introspection.token.claim": "true", **config}}


def user(name, *roles, groups=()):
    return {"username": name, "enabled": True, "email": name + "@shop.example", "emailVerified": True,
            "firstName": name, "lastName": "Shop", "realmRoles": list(roles), "groups": list(groups),
            "credentials": [{"type": "password", "value": name, "temporary": False}]}


keycloak = Keycloak({
    "realm": "shop", "enabled": True, "sslRequired": "none", "accessTokenLifespan": 300,
    "roles": {"realm": [{"name": "customer"}, {"name": "visitor"}]},
    "groups": [{"name": "gold"}],
    "users": [user("alice", "customer"), user("bob", "visitor"), user("carol", "visitor", groups=["/gold"])],
    "clientScopes": [{"name": "shop.buy", "protocol": "openid-connect",
                      "attributes": {"include.in.token.scope": "true"}}],
    "clients": [
        {"clientId": "shop-web", "enabled": True, "publicClient": True, "directAccessGrantsEnabled": True,
         "defaultClientScopes": ["shop.buy"],
         "protocolMappers": [
             mapper("sub", "oidc-sub-mapper"),
             mapper("roles", "oidc-usermodel-realm-role-mapper", **{
                 "claim.name": "realm_access.roles", "multivalued": "true", "jsonType.label": "String"}),
             mapper("introspector", "oidc-audience-mapper", **{"included.client.audience": "ztauth"}),
             mapper("aud", "oidc-audience-mapper", **{"included.custom.audience": "shop.example"}),
             mapper("groups", "oidc-group-membership-mapper", **{"claim.name": "groups", "full.path": "false"}),
             mapper("name", "oidc-usermodel-attribute-mapper", **{
                 "user.attribute": "username", "claim.name": "preferred_username", "jsonType.label": "String"})]},
        {"clientId": "ztauth", "enabled": True, "publicClient": False, "secret": SECRET,
         "serviceAccountsEnabled": True},
    ]})
try:
    keycloak.start()
except BaseException:
    keycloak.close()
    raise

server = Server(extra=f"fetch_allow {keycloak.url}\nsecrets_dir secrets\n")
os.mkdir(server.path("secrets"))
with open(server.path("secrets/kc"), "w", encoding="utf-8") as secret:
    secret.write(SECRET)
with open(server.path("ledger/entities/shop.json"), encoding="utf-8") as file:
    entities = json.load(file)
entities.append({"uid": {"type": "Role", "id": "gold"}, "attrs": {},
                 "parents": [{"type": "Role", "id": "customer"}]})
with open(server.path("ledger/entities/shop.json"), "w", encoding="utf-8") as file:
    json.dump(entities, file)
with open(server.path("ledger/schema.cedarschema"), encoding="utf-8") as file:
    schema = file.read().replace("entity Role;", "entity Role in [Role];")
with open(server.path("ledger/schema.cedarschema"), "w", encoding="utf-8") as file:
    file.write(schema)

PRINCIPAL = {"kind": "human", "type": "User", "id": "preferred_username",
             "parents": [{"claim": "groups", "type": "Role"}, {"claim": "/realm_access/roles", "type": "Role"}]}
OIDC = {"kind": "oidc", "issuer": keycloak.issuer, "discovery": True, "audience": ["shop.example"],
        "algorithms": ["RS256"], "clients": ["shop-web"], "principal": PRINCIPAL}
TOKEN = keycloak.issuer + "/protocol/openid-connect/token"


def configure(source):
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    document["sources"]["corp"] = source
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


def sign_in(name):
    return post(TOKEN, {"grant_type": "password", "client_id": "shop-web", "username": name, "password": name,
                        "scope": "openid"})


def exchange(token, kind="access_token"):
    status, answer = server.exchange(subject_token=token, subject_token_type=URN + "token-type:" + kind)
    return answer["access_token"] if status == 200 else server.records()[-1]["reason"]


def decide(name):
    token = exchange(sign_in(name)["access_token"])
    assert token.count(".") == 2 and " " not in token, (token, server.said())
    _, answer, _ = server.post(EVALUATION, question(token, subject={"type": "User", "id": name}))
    return answer["decision"]


def test_roles_and_groups():
    assert decide("alice")
    assert not decide("bob")
    assert decide("carol")


def test_refusals():
    given = sign_in("alice")
    assert exchange(given["refresh_token"]).startswith("subject_token: unsupported_alg: ")
    other = post(TOKEN, {"grant_type": "client_credentials"}, ("ztauth", SECRET))["access_token"]
    assert exchange(other).startswith(("subject_token: missing_claim: ", "subject_token: bad_audience: "))


def admin(method, path, body=None):
    token = post(keycloak.url + "/realms/master/protocol/openid-connect/token", {
        "grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "admin"})
    request = urllib.request.Request(
        f"{keycloak.url}/admin/realms/shop{path}", method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + token["access_token"], "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as r:
        text = r.read()
        return json.loads(text) if text else None


def test_the_realm_rotates_its_key():
    before = sign_in("alice")["access_token"]
    realm = admin("GET", "")
    admin("POST", "/components", {
        "name": "rsa-new", "providerId": "rsa-generated", "parentId": realm["id"],
        "providerType": "org.keycloak.keys.KeyProvider",
        "config": {"priority": ["1000"], "algorithm": ["RS256"], "keySize": ["2048"]}})
    after = sign_in("alice")["access_token"]
    assert before.split(".")[0] != after.split(".")[0]
    assert decide("alice")
    assert exchange(before).count(".") == 2


def test_introspection():
    configure({"kind": "introspection", "issuer": keycloak.issuer, "audience": ["shop.example"],
               "endpoint": keycloak.issuer + "/protocol/openid-connect/token/introspect",
               "client_id": "ztauth", "client_auth": "client_secret_basic", "secret_file": "kc",
               "clients": ["shop-web"], "cache_s": 0, "principal": PRINCIPAL})
    said = server.said().count("in force")
    server.reload()
    end = time.time() + 20
    while server.said().count("in force") == said:
        assert time.time() < end, server.said()
        time.sleep(0.01)
    given = sign_in("carol")
    assert decide("carol")
    refused = exchange(given["refresh_token"])
    assert refused.startswith("subject_token: "), refused
    post(keycloak.issuer + "/protocol/openid-connect/logout",
         {"client_id": "shop-web", "refresh_token": given["refresh_token"]})
    assert exchange(given["access_token"]).startswith("subject_token: inactive: ")


configure(OIDC)
server.start()
try:
    main([test_roles_and_groups, test_refusals, test_the_realm_rotates_its_key, test_introspection])
    server.stop()
finally:
    server.close()
    keycloak.close()
