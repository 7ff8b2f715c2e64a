# SPDX-License-Identifier: Apache-2.0
"""A server with all surfaces, the shop's ledger in force, and its own description of them."""

import json
import os
import re
import time

from harness import ROOT, ztauth
from sync import ZONE, Zone, change

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PARAMETERS = {"zone": ZONE, "jti": "0123456789abcdef", "tile": "0/000.p/1", "id": "0" * 32, "name": "main", "node": "edge-1",
              "origin": "0" * 64}


def shop():
    """The files of the shop's ledger."""
    top = os.path.join(ROOT, "examples/shop/ledger")
    out = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                out[os.path.relpath(path, top)] = f.read()
    # Seals are tried, too.
    out["trust/elevation.cedar"] += b'permit (principal, action == ZTAuth::Action::"relay", resource);\n'
    return out


def watches():
    """It is a witness of one log, and collects none yet."""
    os.mkdir(zone.path("nodes"))
    with open(zone.path("nodes/nodes"), "w", encoding="utf-8"):
        pass
    ztauth("key", "gen", "--alg", "EdDSA", "--out", zone.path("witness.pem"))
    with open(zone.path("logs.policy"), "w", encoding="utf-8") as f:
        f.write("log example.com/log+a06c8792+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\nquorum none\n")


zone = Zone(extra="delegations grants\nrevocations revoked\ncollect nodes\nwitness_key witness.pem\n"
            "witness_logs logs.policy\nwitness_dir seen\n")
watches()
ztauth("delegate", "add", "--file", zone.path("grants"), "--empty")
ztauth("revoke", "--file", zone.path("revoked"), "--empty")
zone.start()
writer = zone.key("writer")
zone.govern(writer="writers")
objects, first = change(shop(), None, writer)
assert zone.push(writer, "main", objects, None, first)[0] == 200
while zone.send("GET", "/readyz")[0] != 200:
    time.sleep(0.01)


def fetch(method, target, body=b"", headers=None):
    return zone.send(method.upper(), target, body, headers)


document = json.loads(fetch("get", "/openapi.json")[1])
with open(os.path.join(ROOT, "src/api/openapi.json"), encoding="utf-8") as f:
    assert document == json.load(f)


def operations():
    """(method, path, URLs of its servers, operation)"""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, [s["url"] for s in item.get("servers", document["servers"])], item[method]


def target_of(server, path):
    return re.sub(r"\{(\w+)\}", lambda m: PARAMETERS[m[1]], server.rstrip("/") + path)
