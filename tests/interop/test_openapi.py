#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""/openapi.json before an outside judge, and answers before its schemas. SPEC: openapi 3.1"""

import json
import os
import sys
import urllib.parse

from packages import ROOT, run_with

run_with("openapi", "openapi-spec-validator==0.9.0")
sys.path.insert(0, os.path.join(ROOT, "tests", "daemon"))

from jsonschema import Draft202012Validator  # noqa: E402
from openapi_spec_validator import validate  # noqa: E402

from described import document, fetch, operations, target_of, writer, zone  # noqa: E402
from harness import URN, main  # noqa: E402

seen = set()


def schema_of(response, kind):
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].split("/")[-1]]
    return response["content"][kind]["schema"]


def judge(schema, value):
    Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def ask(method, path, body=None, kind="application/json", wanted=None, headers=None, target=None):
    """Call, and hold what goes and comes to the description."""
    operation = document["paths"][path][method]
    if body is not None and wanted == 200:
        given = dict(urllib.parse.parse_qsl(body)) if kind != "application/json" else body
        judge(operation["requestBody"]["content"][kind]["schema"], given)
    text = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = {**(headers or {}), **({"Content-Type": kind} if text else {})}
    status, data, got = fetch(method, target or target_of("/", path), text, headers)
    assert wanted is None or status == wanted, (path, status, data)
    told = got["Content-Type"].split(";")[0]
    schema = schema_of(operation["responses"][str(status)], told)
    if told == "application/json":
        judge(schema, json.loads(data))
    seen.add((operation["operationId"], status))
    return json.loads(data) if told == "application/json" else data


def exchange(**change):
    form = {"grant_type": URN + "grant-type:token-exchange", "requested_token_type": URN + "token-type:txn_token",
            "subject_token_type": URN + "token-type:access_token", "actor_token_type": URN + "token-type:jwt",
            "subject_token": zone.alice(), "actor_token": zone.svid(), **change}
    return urllib.parse.urlencode(form)


FORM = "application/x-www-form-urlencoded"
ALICE, BUY = {"type": "User", "id": "alice"}, {"name": "buy"}
TEAPOT = {"type": "Product", "id": "teapot"}


def test_it_is_valid():
    validate(document)
    broken = json.loads(json.dumps(document))
    del broken["paths"]["/token"]["post"]["responses"]
    broken["paths"]["/token"]["post"]["parameters"] = 7
    try:
        validate(broken)
    except Exception:  # whatever it is called
        return
    raise AssertionError("the judge sees nothing")


def test_tokens_and_decisions():
    token = ask("post", "/token", exchange(), FORM, 200)["access_token"]
    ask("post", "/token", exchange(subject_token="x"), FORM, 400)
    ask("get", "/jwks.json", wanted=200)
    model = {"authorization_model": {"tx_token": token}}
    whole = {"subject": ALICE, "action": BUY, "resource": TEAPOT, **model}
    assert ask("post", "/access/v1/evaluation", whole, wanted=200)["decision"] is True
    ask("post", "/access/v1/evaluation", {**whole, "context": {"quantity": 100}}, wanted=200)
    ask("post", "/access/v1/evaluation", {**whole, "subject": {"type": "User", "id": "bob"}}, wanted=200)
    ask("post", "/access/v1/evaluation", {}, wanted=400)
    for evaluations in ([{}, {"context": {"quantity": 100}}, {"context": 1}], []):
        ask("post", "/access/v1/evaluations", {**whole, "evaluations": evaluations}, wanted=200)
    ask("post", "/access/v1/evaluations", {"evaluations": 1}, wanted=400)
    ask("post", "/access/v1/search/subject", {**whole, "subject": {"type": "User"}}, wanted=200)
    found = ask("post", "/access/v1/search/resource", {**whole, "resource": {"type": "Product"}}, wanted=200)
    assert found["results"] == [TEAPOT], found
    ask("post", "/access/v1/search/action", {"subject": ALICE, "resource": TEAPOT, **model}, wanted=200)
    ask("post", "/access/v1/search/action", {}, wanted=400)
    seal = {"channel": "orders", "payload_sha256": "A" * 43}
    assert ask("post", "/chain/seal", {**whole, "seal": seal}, wanted=200)["seal"]
    ask("post", "/chain/seal", {**whole, "seal": [seal, seal]}, wanted=200)
    ask("post", "/chain/seal", whole, wanted=400)
    ask("post", "/chain/seal", whole, "text/plain", wanted=415)


def test_metadata_and_server():
    for name in ("authzen-configuration", "oauth-authorization-server"):
        own = ask("get", "/.well-known/" + name, wanted=200)
        of_zone = ask("get", "/.well-known/" + name + "/zones/{zone}", wanted=200)
        assert own.keys() == of_zone.keys() and own != of_zone
    for path in ("/healthz", "/readyz", "/openapi.json"):
        ask("get", path, wanted=200)
    ask("get", "/delegations", wanted=401)
    ask("get", "/delegations", headers={"Authorization": "Bearer " + zone.alice()}, wanted=200)


def test_log():
    record = ask("post", "/access/v1/evaluation", {"subject": ALICE, "action": BUY, "resource": TEAPOT}, wanted=200)
    ask("get", "/receipts/{id}", target="/receipts/" + record["context"]["id"], wanted=200)
    ask("get", "/receipts/{id}", wanted=404)
    ask("get", "/log/checkpoint", wanted=200)
    ask("get", "/log/tile/{tile}", target="/log/tile/0/000.p/1", wanted=200)
    ask("get", "/log/tile/{tile}", target="/log/tile/9/999", wanted=404)


def test_ledgers():
    def signed(method, path, body=None, wanted=200, target=None):
        target = target or target_of("/zones/100000000001", path)
        text = b"" if body is None else json.dumps(body).encode()
        return ask(method, path, body, wanted=wanted, target=target,
                   headers=zone.headers(writer, method.upper(), target, text))

    assert [one["name"] for one in signed("get", "/ledgers")["ledgers"]] == ["main"]
    first = signed("get", "/ledgers/{name}/refs")["refs"]["main"]
    signed("get", "/ledgers/{name}/log")
    below = "/zones/100000000001/ledgers/main/"
    signed("get", "/ledgers/{name}/diff", target=f"{below}diff?from={first}&to={first}")
    signed("get", "/ledgers/{name}/objects/{id}", target=below + "objects/" + first)
    signed("post", "/ledgers/{name}/fetch", {"want": [first], "have": []})
    signed("get", "/ledgers/{name}/delegations", target=below + "delegations?from=0")
    signed("get", "/ledgers/{name}/revocations", target=below + "revocations?wait_ms=0")
    signed("get", "/ledgers/{name}/info/refs", target=below + "info/refs?service=git-upload-pack")
    signed("post", "/ledgers", {"name": "mine"}, wanted=403)
    ask("get", "/ledgers/{name}/refs", target=below + "refs", wanted=403)


def test_all_have_been_seen():
    """Each operation has answered here with success, but for those that change what others need."""
    rest = {o["operationId"] for _, _, _, o in operations()} - {i for i, status in seen if status < 300}
    assert rest == {"register", "revoke", "showGrant", "createLedger", "store", "push", "gitUpload", "addCheckpoint",
                    "cosigned", "collect", "collected"}, rest


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    zone.stop()
finally:
    zone.close()
