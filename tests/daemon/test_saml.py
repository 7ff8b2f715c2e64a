#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A SAML assertion becomes a transaction token, once."""

import base64
import json
import shutil
import sys

from assertions import make_assertion, make_identity_provider
from harness import URN, Server, main

if shutil.which("openssl") is None:
    print("openssl is not installed")
    sys.exit(77)

server = Server()
make_identity_provider(server.path("idp.key"), server.path("keys/idp.pem"))
with open(server.path("ledger/identity/sources.json"), encoding="utf-8") as f:
    sources = json.load(f)
# The elevation of the shop asks for source `corp`.
sources["sources"]["staff"] = sources["sources"].pop("corp")
sources["sources"]["corp"] = {
    "kind": "saml", "issuer": "https://idp.example", "audience": "shop.example",
    "recipient": "https://shop.example/token", "algorithms": ["RS256"], "cert_file": "idp.pem"}
with open(server.path("ledger/identity/sources.json"), "w", encoding="utf-8") as f:
    json.dump(sources, f)
server.start()

def assertion(name, who="alice"):
    return make_assertion(server.path("idp.key"), name, who)


def exchange(token, **change):
    return server.exchange(subject_token=token, subject_token_type=URN + "token-type:saml2", **change)


def test_once():
    token = assertion("_1")
    # What else is refused does not use it up.
    assert exchange(token, actor_token="x")[0] == 400
    status, answer = exchange(token)
    assert status == 200, answer
    claims = json.loads(base64.urlsafe_b64decode(answer["access_token"].split(".")[1] + "=="))
    assert claims["sub"] == 'User::"alice"', claims
    status, answer = exchange(token)
    assert (status, answer["ztauth"]["code"]) == (400, "invalid_token"), answer
    assert "replayed" in server.records()[-1].get("reason", ""), server.records()[-1]
    # The memory is the server's, not the snapshot's.
    server.reload()
    assert exchange(token)[0] == 400
    assert exchange(assertion("_2"))[0] == 200


def test_refused():
    wrong = base64.urlsafe_b64encode(base64.urlsafe_b64decode(assertion("_3") + "==").replace(b"alice", b"admin"))
    for token, code in ((wrong.decode(), "bad_signature"), ("x", "malformed"), (server.alice(), "malformed")):
        status, answer = exchange(token)
        assert (status, answer["ztauth"]["code"]) == (400, "invalid_token"), answer
        assert code in server.records()[-1].get("reason", ""), server.records()[-1]
    # An assertion is no workload's proof, and nothing but what it says it is.
    assert server.exchange(actor_token=assertion("_4"), actor_token_type=URN + "token-type:saml2")[0] == 400
    assert server.exchange(subject_token=assertion("_5"))[0] == 400


try:
    main([test_once, test_refused])
    server.stop()
finally:
    server.close()
