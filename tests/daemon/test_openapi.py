#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""/openapi.json and the server: each has all that the other has. SPEC: ztauth 10"""

import os
import re

from described import METHODS, document, fetch, operations, target_of, zone
from harness import ROOT, main
from sync import ZONE


def source(name):
    with open(os.path.join(ROOT, "src/api", name), encoding="utf-8") as f:
        return f.read()


def routes():
    """(method, path, in which of the two forms), as the tables of the server have them."""
    both, root, below = ["/", "/zones/{zone}"], ["/"], ["/zones/{zone}"]
    service = source("service.c")
    names = dict(re.findall(r'#define (ZTA_API_\w+) ("[^"]+")', source("service.h")))
    table = service[service.index("} routes[] = {"):]
    table = table[:table.index("\n};")]
    found = re.findall(r'\{ ("[^"]+"|ZTA_API_\w+), "([A-Z]+)", (true|false),', table)
    assert len(found) == table.count("{ "), "a route is written in another way"
    for path, method, zoned in found:
        path = names.get(path, path).strip('"')
        yield method, path, both if zoned == "true" else root
        if path.startswith("/.well-known/"):
            yield method, path + "/zones/{zone}", root
    table = source("ledger_route.c")
    table = table[:table.index("\n};")]
    found = re.findall(r'\{ "([A-Z]+)", (NULL|"[^"]+"), (?:NULL|"[^"]+"), (true|false),', table)
    assert len(found) == table.count("{ ")
    for method, verb, one in found:
        last = {"info": "/refs"}.get(verb.strip('"'), "/{id}") if one == "true" else ""
        yield method, "/ledgers" + ("" if verb == "NULL" else "/{name}/" + verb.strip('"') + last), below
    table = source("delegations.c")
    table = table[table.index("} verbs[] = {"):]
    for method, one in re.findall(r'\{ "([A-Z]+)", (true|false),', table):
        yield method, "/delegations" + ("/{jti}" if one == "true" else ""), both
    found = dict(re.findall(r'#define (CHECKPOINT|TILE|RECEIPTS) "([^"]+)"', source("log_desk.c")))
    for name, last in (("CHECKPOINT", ""), ("TILE", "{tile}"), ("RECEIPTS", "{id}")):
        yield "GET", found[name] + last, both
    desk = source("witness_desk.c")
    assert '"/witness/add-checkpoint"' in desk and '"/witness/"' in desk
    yield "POST", "/witness/add-checkpoint", both
    yield "GET", "/witness/{origin}/checkpoint", both
    assert '"/logs/"' in source("collector_desk.c")
    yield "GET", "/logs/{node}", below
    yield "POST", "/logs/{node}/entries", below


def test_both_have_the_same():
    described = sorted((method.upper(), path, tuple(servers)) for method, path, servers, _ in operations())
    served = sorted((method, path, tuple(forms)) for method, path, forms in routes())
    assert described == served, set(described) ^ set(served)
    ids = [o["operationId"] for _, _, _, o in operations()]
    assert len(ids) == len(set(ids)), ids


def test_each_is_there():
    """What is described is answered, with a status and a content type that are described."""
    for method, path, servers, operation in operations():
        kinds = list(operation.get("requestBody", {}).get("content", {})) or [None]
        for server in servers:
            for kind in kinds:
                target = target_of(server, path)
                status, data, headers = fetch(method, target, b"{}" if kind else b"",
                                              {"Content-Type": kind} if kind else {})
                answer = operation["responses"].get(str(status))
                assert answer, (method, target, status, data[:200])
                assert status != 405 and b"nothing at this path" not in data, (method, target, data[:200])
                if "$ref" in answer:
                    answer = document["components"]["responses"]["Error"]
                assert headers["Content-Type"].split(";")[0] in answer["content"], (target, headers["Content-Type"])


def test_nothing_else_is():
    """Other methods are refused, and say which there are."""
    for path, item in document["paths"].items():
        servers = [s["url"] for s in item.get("servers", document["servers"])]
        for method in METHODS[:5] + METHODS[6:7]:
            if method in item or method == "options":
                continue
            status, data, headers = fetch(method, target_of(servers[0], path))
            assert status == 405, (method, path, status, data)
            allowed = {m.upper() for m in METHODS if m in item} | {"OPTIONS"}
            allowed |= {"HEAD"} if "get" in item else set()
            assert set(headers["Allow"].split(", ")) == allowed, (path, headers["Allow"])
    for server, path in (("/", "/ledgers"), ("/", "/ledgers/main/refs"), ("/zones/" + ZONE, "/healthz"),
                         ("/zones/" + ZONE, "/openapi.json"), ("/", "/access/v1/search"), ("/", "/access/v1")):
        assert fetch("get", target_of(server, path))[0] == 404, path


def test_options_and_head():
    for method, path, servers, operation in operations():
        target = target_of(servers[0], path)
        status, data, headers = fetch("options", target)
        assert status == 204 and data == b"" and headers["Content-Length"] is None, (path, status)
        assert method.upper() in headers["Allow"].split(", ") and "OPTIONS" in headers["Allow"], headers["Allow"]
        status, data, headers = fetch("head", target)
        has_get = "get" in document["paths"][path]
        assert data == b"" and status == (fetch("get", target)[0] if has_get else 405), (path, status)


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    zone.stop()
finally:
    zone.close()
