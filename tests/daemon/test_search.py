#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Searches for subjects, resources and actions. SPEC: authzen 1.0 8, 9; docs/formats/search.md"""

import hashlib
import json
import os
import random
import threading
import time

from harness import EVALUATION, Server, main

SEARCH = "/access/v1/search/"
ALICE = {"type": "User", "id": "alice"}
server = Server(extra="workers 4\n")

SEED = int(os.environ.get("ZTAUTH_SEARCH_SEED", random.randrange(1 << 30)))
print(f"seed {SEED}")
rng = random.Random(SEED)


def write(path, text):
    with open(server.path("ledger/" + path), "w", encoding="utf-8") as f:
        f.write(text)


def read(path):
    with open(server.path("ledger/" + path), encoding="utf-8") as f:
        return f.read()


def reload():
    before, end = server.said().count("in force: "), time.monotonic() + 30
    server.reload()
    while server.said().count("in force: ") == before:
        assert time.monotonic() < end, server.said()
        time.sleep(0.02)


# Some 250 more products, some of which are cheap, and users of whom some are customers.
products = {f"p{i:03}": rng.choice((1, 4200)) for i in range(250)}
users = {f"u{i:02}": rng.random() < 0.5 for i in range(40)}
write("entities/many.json", json.dumps(
    [{"uid": {"type": "Product", "id": k}, "attrs": {"price": v}, "parents": []} for k, v in products.items()] +
    [{"uid": {"type": "User", "id": k}, "attrs": {},
      "parents": [{"type": "Role", "id": "customer"}] if v else []} for k, v in users.items()]))
write("more.cedar", '@id("cheap-is-not-viewed")\n'
      'forbid (principal, action == Action::"view", resource) when { resource.price == 1 };\n')
write("trust/elevation.cedar", read("trust/elevation.cedar") +
      '\n@id("not-this-one")\nforbid (principal, action == ZTAuth::Action::"act_for", resource)\n'
      'when { context has operation && context.operation.resource_id == "p007" };\n')
server.start()
token = server.exchange(subject_token=server.alice("shop.buy shop.view"), scope="shop.buy shop.view")[1]["access_token"]
buys = server.token()  # shop.buy, which is for both actions
views = server.exchange(subject_token=server.alice("shop.view"))[1]["access_token"]
PRODUCT = {"type": "Product"}


def ask(what, wanted=200, t=buys, path=SEARCH, **query):
    body = {"subject": ALICE, "action": {"name": "buy"}, "resource": {"type": "Product", "id": "teapot"},
            "authorization_model": {"tx_token": t} if t else None, **query}
    status, answer, _ = server.post(path + what, json.dumps({k: v for k, v in body.items() if v is not None}))
    assert status == wanted, (status, answer)
    return answer


def names(answer):
    return [r.get("id", r.get("name")) for r in answer["results"]]


def code(answer):
    return answer["context"]["ztauth"]["code"]


def walk(what, limit, **query):
    out, page, pages = [], {"limit": limit}, 0
    while True:
        answer = ask(what, page=page, **query)
        assert len(answer["results"]) == answer["page"]["count"] <= limit
        out += names(answer)
        pages += 1
        if not answer["page"]["next_token"]:
            return out, pages
        page = {"limit": limit, "token": answer["page"]["next_token"]}


# --- hostile first


def test_what_is_no_search():
    for what, query, at in (
        ("subject", {"action": None}, " (line"), ("subject", {"resource": {"type": "Product"}}, "/resource"),
        ("subject", {"subject": {}}, "/subject"), ("subject", {"subject": "User"}, "/subject"),
        ("resource", {"subject": None}, " (line"), ("resource", {"subject": {"type": "User"}}, "/subject"),
        ("resource", {"resource": {"id": "x"}}, "/resource"), ("action", {"resource": None}, " (line"),
        ("resource", {"context": {"ztauth": {}}}, "/context/ztauth"),
        ("action", {"context": {"action": {}}}, "/context/action"),
        ("resource", {"context": {"quantity": "many"}}, "/context/quantity"),
        ("resource", {"page": []}, "/page"), ("resource", {"page": {"limit": -1}}, "/page/limit"),
        ("resource", {"page": {"limit": 1.5}}, "/page/limit"), ("resource", {"page": {"limit": "1"}}, "/page/limit"),
        ("resource", {"page": {"limit": 10**30}}, "/page/limit"), ("resource", {"page": {"token": 1}}, "/page/token"),
        ("resource", {"authorization_model": {"token": "x"}}, "/authorization_model/token"),
    ):
        answer = ask(what, 400, **query)
        assert answer["error"]["code"] == "invalid_request" and at in answer["error"]["at"], (query, answer)
    for body in ("", "[]", "{", '{"subject":{},"subject":{}}'):
        assert server.post(SEARCH + "subject", body)[0] == 400, body
    assert server.post(SEARCH + "subject", "{}", "text/plain")[0] == 400


def test_page_tokens_are_of_one_search():
    query = {"resource": PRODUCT, "page": {"limit": 10}, "context": {"quantity": 1}}
    first = ask("resource", **query)
    good = first["page"]["next_token"]
    assert len(good) == 54 and code(first) == "permitted"

    def refused(what="resource", **change):
        answer = ask(what, 400, **{**query, "page": {"token": good}, **change})
        assert answer["error"]["at"].startswith("/page/token"), (change, answer)

    for i in range(0, 54, 7):
        flipped = "A" if good[i] != "A" else "B"
        refused(page={"token": good[:i] + flipped + good[i + 1:]})
    for bad in ("x", good + "A", good[:-1], " " + good, good + "=", "A" * 54, "\u00e9" * 27):
        refused(page={"token": bad})
    refused(context={"quantity": 2})
    refused(context=None)
    refused(action={"name": "view"})
    refused(action={"name": "buy", "properties": {}})
    refused(resource={"type": "User"})
    refused("subject", resource={"type": "Product", "id": "teapot"}, subject={"type": "User"})
    refused("action", resource={"type": "Product", "id": "teapot"})
    # The limit, and how members are written, are no part of what is asked.
    again = ask("resource", **{**query, "page": {"token": good, "limit": 3}})
    assert len(again["results"]) == 3 and not set(names(again)) & set(names(first))
    # Nor is who is asked for in vain, or the very token that proves it.
    ask("resource", t=server.token(), **{**query, "page": {"token": good}, "resource": {**PRODUCT, "id": "x"}})


def test_page_tokens_end_with_their_snapshot():
    query = {"resource": PRODUCT, "page": {"limit": 10}}
    good = ask("resource", **query)["page"]["next_token"]
    ask("resource", **{**query, "page": {"token": good}})
    reload()
    ask("resource", 400, **{**query, "page": {"token": good}})


def test_each_leg_counts():
    everything, _ = walk("resource", 100, resource=PRODUCT)
    assert set(everything) == {"teapot", *products} - {"p007"}, "elevation is about each resource"
    for t, query, wanted in (
        ("x.y.z", {}, "invalid_token"),
        (None, {}, "invalid_token"),
        (buys, {"subject": {"type": "User", "id": "bob"}}, "subject_mismatch"),
        (buys, {"subject": {"type": "Role", "id": "alice"}}, "subject_mismatch"),
        (views, {}, "insufficient_scope"),
        (buys, {"authorization_model": {"tx_token": buys, "zone_id": "100000000002"}}, "invalid_token"),
        (buys, {"context": {"quantity": 100}}, "no_policy_permits"),
    ):
        answer = ask("resource", t=t, **{"resource": PRODUCT, **query})
        assert answer["results"] == [] and answer["page"]["next_token"] == "", (query, answer)
        assert code(answer) == wanted, (query, answer)
        assert ask("action", t="x.y.z")["results"] == []
    # A token finds nobody but its subject.
    assert names(ask("subject", subject={"type": "User"})) == ["alice"]
    assert names(ask("subject", subject={"type": "User", "id": "u01"})) == ["alice"]
    assert names(ask("subject", subject={"type": "Role"})) == []
    assert names(ask("subject", subject={"type": "User"}, context={"quantity": 100})) == []
    assert names(ask("subject", t=views, subject={"type": "User"})) == []
    # Actions, each with its scope.
    assert sorted(names(ask("action"))) == ["buy", "view"]
    assert names(ask("action", t=views)) == ["view"]
    assert names(ask("action", context={"quantity": 100})) == ["view"]
    assert names(ask("action", resource={"type": "Product", "id": "p007"})) == []


def test_who_is_taken_out_finds_nothing():
    before = read("trust/groups.json")
    write("trust/groups.json", before.replace('"quarantine": []', '"quarantine": ["spiffe://shop.example/*"]'))
    reload()
    for what, query in (("resource", {"resource": PRODUCT}), ("action", {}), ("subject", {"subject": {"type": "User"}})):
        answer = ask(what, **query)
        assert answer["results"] == [] and code(answer) == "actor_quarantined", answer
    write("trust/groups.json", before)
    reload()


def test_what_the_schema_does_not_know():
    """SPEC: authzen certification 4.6: nothing is found, and that is no error."""
    for what, query in (("resource", {"resource": {"type": "Nothing"}}), ("resource", {"action": {"name": "burn"}}),
                        ("resource", {"resource": {"type": "Role"}}), ("subject", {"subject": {"type": "Nothing"}}),
                        ("action", {"resource": {"type": "Nothing", "id": "x"}})):
        answer = ask(what, **query)
        assert answer["results"] == [] and answer["page"] == {"next_token": "", "count": 0}, answer


# --- what it does


def test_pages():
    everything = set(products) - {"p007"} | {"teapot"}
    for limit in (1000, 250, 100, 99, 7):
        found, pages = walk("resource", limit, resource=PRODUCT)
        assert len(found) == len(set(found)) and set(found) == everything, limit
        assert pages in (-(-250 // limit), 250 // limit + 1), (limit, pages)
    assert len(ask("resource", resource=PRODUCT)["results"]) == 100
    assert len(ask("resource", resource=PRODUCT, page={"limit": 10**9})["results"]) == 250
    # None are wanted: where they begin.
    none = ask("resource", resource=PRODUCT, page={"limit": 0})
    assert none["results"] == [] and none["page"]["next_token"]
    assert len(ask("resource", resource=PRODUCT, page={"token": none["page"]["next_token"]})["results"]) == 100
    found, pages = walk("action", 1)
    assert sorted(found) == ["buy", "view"] and pages == 2
    assert ask("action", path="/zones/100000000001" + SEARCH)["results"]


def test_one_record_that_tells_what_was_found():
    before = len(server.log())
    answers = [ask("resource", resource=PRODUCT, page={"limit": 5}), ask("action"),
               ask("subject", subject={"type": "User"}), ask("resource", t="x", resource=PRODUCT)]
    log = server.log()[before:]
    assert len(log) == 4
    for a, r in zip(answers, log):
        assert r["kind"] == "search" and r["id"] == a["context"]["id"], r
        assert r["index"] == a["context"]["ztauth"]["log_index"]
        assert r["allowed"] == bool(a["results"]) and r["code"] == code(a)
        text = json.dumps(a["results"], separators=(",", ":"))
        assert r["results"] == hashlib.sha256(text.encode()).hexdigest(), (text, r)
    assert (log[0]["subject_id"], log[0]["action"], log[0]["resource_type"]) == ("alice", "buy", "Product")
    assert "resource_id" not in log[0] and "action" not in log[1] and "subject_id" not in log[2]
    assert log[0]["rings"][0]["workload"] == "spiffe://shop.example/order-api" and log[0]["txn"]
    # What is no search has none, and one that cannot be written has no answer.
    ask("resource", 400, resource=None)
    assert len(server.log()) == before + 4
    assert ask("action", 503, subject={"type": "User", "id": "x" * 70000}, t="x")["error"]["code"] == "unavailable"
    assert len(server.log()) == before + 4


def test_what_is_found_is_what_is_allowed():
    """In a zone that demands no token, so that everybody is asked about."""
    before = read("manifest.json")
    write("manifest.json", before.replace('"txn-token"', '"none"').replace('"require"', '"properties": true, "require"'))
    reload()

    def allowed(subject, action, resource, context=None):
        body = {"subject": {"type": "User", "id": subject}, "action": {"name": action},
                "resource": {"type": "Product", "id": resource}, **({"context": context} if context else {})}
        return server.post(EVALUATION, json.dumps(body))[1]["decision"]

    for action in ("buy", "view"):
        for context in (None, {"quantity": 5}, {"quantity": 100}):
            product = rng.choice(list(products))
            found, _ = walk("subject", 16, t=None, subject={"type": "User"}, action={"name": action}, context=context,
                            resource={"type": "Product", "id": product})
            assert set(found) == {u for u in [*users, "alice"] if allowed(u, action, product, context)}, (SEED, action)
            user = rng.choice(list(users))
            found, _ = walk("resource", 64, t=None, subject={"type": "User", "id": user}, action={"name": action},
                            resource=PRODUCT, context=context)
            sample = rng.sample(list(products), 30)
            assert set(found) & set(sample) == {p for p in sample if allowed(user, action, p, context)}, (SEED, action)
    # Properties of the known end count as they do for a decision.
    query = {"t": None, "action": {"name": "view"}, "subject": {"type": "User"}}
    for price, some in ((1, False), (2, True)):
        resource = {"type": "Product", "id": "new", "properties": {"price": price}}
        assert bool(ask("subject", resource=resource, **query)["results"]) == some
    write("manifest.json", before)
    reload()


def test_first_searches_at_once():
    """The indexes of a version are made once, whoever comes first; pages go on at any worker."""
    wanted = set(products) - {"p007"} | {"teapot"}
    for _ in range(5):
        reload()
        found = []
        threads = [threading.Thread(target=lambda: found.append(set(walk("resource", 50, resource=PRODUCT)[0])))
                   for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert found == [wanted] * 8, [len(f) for f in found]


def test_work_has_a_limit():
    """A page ends before it has looked at everybody; the next one goes on."""
    before = read("trust/elevation.cedar")
    write("trust/elevation.cedar", before.replace('== "p007"', 'like "p*"'))
    write("entities/crowd.json", json.dumps(
        [{"uid": {"type": "Product", "id": f"pp{i:04}"}, "attrs": {"price": 3}, "parents": []} for i in range(4500)]))
    reload()
    answer = ask("resource", resource=PRODUCT)
    assert answer["page"]["next_token"] and len(answer["results"]) <= 1, answer
    found, pages = walk("resource", 100, resource=PRODUCT)
    assert found == ["teapot"] and 2 <= pages <= 4, (found, pages)
    os.unlink(server.path("ledger/entities/crowd.json"))
    write("trust/elevation.cedar", before)
    reload()


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    server.stop()
finally:
    server.close()
