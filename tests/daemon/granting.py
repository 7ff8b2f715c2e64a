# SPDX-License-Identifier: Apache-2.0
"""Grants that tests make, and the calls of a zone about them."""

import base64
import hashlib
import json
import time

from harness import ztauth

ZONE = "100000000001"
ALICE, BOB, OLGA = 'User::"alice"', 'User::"bob"', 'User::"olga"'
AGENT, ORDER = "spiffe://shop.example/agent", "spiffe://shop.example/order-api"
TEAPOT = {"type": "Product", "id": "teapot"}
KEYS = {ALICE: "alice", AGENT: "agent"}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(token):
    return json.loads(decode(token.split(".")[1]))


def digest_of(token):
    return encode(hashlib.sha256(decode(token.split(".")[1])).digest())


class Grants:
    """Those of one server, whose delegators have keys in its directory."""

    made = 0

    def __init__(self, server):
        self.server = server
        for name in (*KEYS.values(), "stranger"):
            jwk = json.loads(ztauth("key", "gen", "--out", server.path(name + ".pem")))
            jwk["kid"] = "k"
            with open(server.path(name + ".jwk"), "w", encoding="utf-8") as f:
                json.dump(jwk, f)

    def register_keys(self, administrators=()):
        entries = []
        for name, key in KEYS.items():
            with open(self.server.path(key + ".jwk"), encoding="utf-8") as f:
                entries.append({"name": name, "jwks": {"keys": [json.load(f)]}})
        with open(self.server.path("ledger/trust/delegators.json"), "w", encoding="utf-8") as f:
            json.dump({"delegators": entries, "administrators": list(administrators)}, f)

    def claims(self, by=ALICE, parent=None, **change):
        Grants.made += 1
        now = int(time.time())
        out = {"iss": by, "sub": by, "delegate": ORDER, "aud": ZONE,
               "authority": {"actions": ["buy"], "resources": [TEAPOT]},
               "iat": now, "nbf": now - 10, "exp": now + 300, "jti": f"grant-number-{Grants.made:08}",
               "max_depth": 2, "consent": {"kind": "signature"},
               "statement": "You let it buy the teapot."}
        if parent:
            above = claims_of(parent)
            out.update(parent=digest_of(parent), max_depth=above["max_depth"] - 1,
                       exp=above["exp"], nbf=above["nbf"])
        out.update(change)
        return {k: v for k, v in out.items() if v is not None}

    def mint(self, claims, key, typ, kid="k"):
        return ztauth("token", "mint", "--key", self.server.path(key + ".pem"), "--claims", "-",
                      "--typ", typ, "--kid", kid, input=json.dumps(claims)).strip()

    def make(self, by=ALICE, key=None, parent=None, **change):
        return self.mint(self.claims(by, parent, **change), key or KEYS[by], "ztauth-delegation+jwt")

    def call(self, method, path, credential=None, body=None, kind="application/jose", **headers):
        """(status, answer)"""
        c = self.server.connect()
        if credential:
            headers.setdefault("Authorization", "Bearer " + credential)
        if body is not None:
            headers["Content-Type"] = kind
        c.request(method, path, body, headers)
        r = c.getresponse()
        text = r.read()
        return r.status, json.loads(text) if text else {}

    def person(self, name="alice"):
        return ztauth("token", "mint", "--key", self.server.path("corp.pem"), "--iss",
                      "https://corp.example", "--sub", name, "--aud", "shop.example").strip()
