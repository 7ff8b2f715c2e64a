# SPDX-License-Identifier: Apache-2.0
"""Grants, signed by whoever has a key, and the file of them once more. SPEC: docs/formats/delegation.md"""

import hashlib
import json
import os
import secrets
import time

from granting import encode
from harness import ztauth

FIRST = "ztauth-delegations 2"


class Person:
    """Somebody who gives grants."""

    def __init__(self, directory, entity='User::"alice"'):
        self.dir, self.entity, self.made = directory, entity, 0
        jwk = json.loads(ztauth("key", "gen", "--out", self.path("person.pem")))
        self.entry = {"name": entity, "jwks": {"keys": [{**jwk, "kid": "k"}]}}

    def path(self, name):
        return os.path.join(self.dir, name)

    def grant(self, **claims):
        """To buy the teapot, for the order service of the shop."""
        self.made += 1
        now = int(time.time())
        claims = {"iss": self.entity, "sub": self.entity, "delegate": "spiffe://shop.example/order-api",
                  "aud": "100000000001", "authority": {"actions": ["buy"], "resources": [
                      {"type": "Product", "id": "teapot"}]}, "nbf": now - 10, "exp": now + 250,
                  "jti": f"grant-number-{self.made:08}", "max_depth": 0, "consent": {"kind": "signature"},
                  "statement": "You let it buy the teapot.", **claims}
        with open(self.path("claims.json"), "w", encoding="utf-8") as f:
            json.dump(claims, f)
        return ztauth("token", "mint", "--key", self.path("person.pem"), "--claims",
                      self.path("claims.json"), "--typ", "ztauth-delegation+jwt", "--kid", "k").strip()


def chain(bodies):
    """A file of these lines, with their checks."""
    out, check = b"", b""
    for body in bodies:
        check = hashlib.sha256(check + body.encode()).digest()
        out += f"{body} {encode(check)}\n".encode()
    return out


def bodies_of(text):
    """The lines of a file without their checks, which must be right."""
    bodies = [line.rsplit(" ", 1)[0] for line in text.decode().splitlines()]
    assert chain(bodies) == text
    return bodies


def made_anew(text, now=None, before=None):
    """The file that is made of one: without grants that have ended."""
    lines = bodies_of(text)
    check = text.decode().splitlines()[-1].rsplit(" ", 1)[1]
    now = int(time.time() * 1000) if now is None else now
    marks = {kind: {line[2:] for line in lines if line[:2] == kind} for kind in ("- ", "1 ")}
    out = []
    for line in lines:
        if line[:2] == "+ " and int(line.split(" ")[1]) * 1000 > now:
            jti = line.split(" ")[2]
            out += [line] + [kind + jti for kind in ("- ", "1 ") if jti in marks[kind]]
    return chain([f"{FIRST} {before or check} {now} {len(out)}", *out])


def chance():
    return encode(secrets.token_bytes(32))
