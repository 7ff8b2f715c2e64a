#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Several evaluations in one call, and what AuthZEN says of all calls.
SPEC: authzen 1.0 7, 10; docs/formats/evaluation.md"""

import glob
import http.client
import json
import os
import struct

from harness import EVALUATION, Server, main, question

EVALUATIONS = "/access/v1/evaluations"
server = Server(extra="record_requests yes\n").start()
token = server.token()
ALICE, TEAPOT = {"type": "User", "id": "alice"}, {"type": "Product", "id": "teapot"}


def ask(evaluations, wanted=200, model=True, **beside):
    body = {"subject": ALICE, "action": {"name": "buy"}, "resource": TEAPOT,
            "authorization_model": {"tx_token": token} if model else None,
            "evaluations": evaluations, **beside}
    status, answer, _ = server.post(EVALUATIONS, json.dumps({k: v for k, v in body.items() if v is not None}))
    assert status == wanted, answer
    return answer


def codes(answer):
    """Of each element, its code, or where it is wrong."""
    assert set(answer) == {"evaluations"}, answer
    out = []
    for e in answer["evaluations"]:
        if "error" in e["context"]:
            assert e["decision"] is False and e["context"]["error"]["status"] == 400, e
            assert e["context"]["error"]["code"] == "invalid_request", e
            out.append(e["context"]["error"]["at"].split(" ")[0])
        else:
            out.append(e["context"]["ztauth"]["code"])
            assert e["decision"] == (out[-1] == "permitted"), e
    return out


def frames():
    """How many entries each frame of the log has. SPEC: docs/formats/log.md"""
    out = []
    for path in sorted(glob.glob(os.path.join(server.log_dir, "*.seg"))):
        with open(path, "rb") as f:
            data = f.read()
        at = 0
        while at < len(data):
            assert data[at:at + 4] == b"ZTAF"
            size, _, count = struct.unpack(">IQI", data[at + 4:at + 20])
            out.append(count)
            at += size
    return out


# --- hostile first


def test_what_is_no_call():
    model = {"authorization_model": {"tx_token": token}}
    for body, at in (
        ("", "line 1"), ("[]", ""), ("{", "line 1"), ("null", ""), (b"\xff", "line 1"),
        ('{"evaluations":[],"evaluations":[]}', "line 1"),
        ('{"evaluations":[{"subject":{},"subject":{}}]}', "line 1"),
        ({"evaluations": {}}, "/evaluations"), ({"evaluations": None}, "/evaluations"),
        ({"evaluations": [{}], "options": []}, "/options"),
        ({"evaluations": [{}], "options": {"evaluations_semantic": "first"}},
         "/options/evaluations_semantic"),
        ({"evaluations": [{}], "options": {"evaluations_semantic": 0}}, "/options/evaluations_semantic"),
        # What all of them are given must be right by itself.
        ({"evaluations": [{}], "subject": "alice"}, "/subject"),
        ({"evaluations": [{}], "subject": {"type": 1}}, "/subject/type"),
        ({"evaluations": [{}], "resource": {"type": "", "id": "x"}}, "/resource/type"),
        ({"evaluations": [{}], "action": {"name": ["buy"]}}, "/action/name"),
        ({"evaluations": [{}], "context": []}, "/context"),
        ({"evaluations": [{}], "context": {"ztauth": {"level": 9}}}, "/context/ztauth"),
        ({"evaluations": [{}], "context": {"action": {}}}, "/context/action"),
        ({"evaluations": [{}], "authorization_model": {"tx_tokn": "x"}}, "/authorization_model/tx_tokn"),
        # Too many; and too much for each of many.
        ({"evaluations": [{}] * 1001, **model}, "/evaluations"),
        ({"evaluations": [{}] * 1000, "context": {"a": "x" * 5000}}, ""),
        ({"evaluations": [{}] * 1000, "subject": {**ALICE, "properties": {"a": list(range(4500))}}}, ""),
    ):
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        status, answer, _ = server.post(EVALUATIONS, text)
        assert status == 400 and answer["error"]["code"] == "invalid_request", (body, answer)
        assert at in answer["error"]["at"], (body, answer)


def test_each_is_judged_for_itself():
    other = {"tx_token": server.token(), "zone_id": "100000000002"}
    answer = ask([
        {},
        {"context": {"ztauth": {"level": 9}}},
        {"context": {"action": {"a": 1}}},
        {"authorization_model": other},
        {"authorization_model": {}},
        {"subject": {"type": "User", "id": "bob"}},
        {"subject": {"id": "bob"}},
        {"action": {"name": "burn"}},
        {"action": {"name": "view"}},
        {"action": {}},
        {"action": {"name": ""}},
        {"resource": {"type": "Nothing"}},
        {"resource": {"type": "no name", "id": "x"}},
        {"context": {"quantity": 100}},
        {"context": {"quantity": "many"}},
        {"evaluations": [{}], "options": 7},
        None, 7, [], "x",
        {},
    ])
    assert codes(answer) == [
        "permitted",
        "/evaluations/1/context/ztauth",
        "/evaluations/2/context/action",
        "/evaluations/3/authorization_model",
        "/evaluations/4/authorization_model",
        "subject_mismatch",
        "subject_mismatch",
        "insufficient_scope",
        "permitted",
        "permitted",
        "/evaluations/10/action/name",
        "insufficient_scope",
        "insufficient_scope",
        "denied_by_policy",
        "/evaluations/14/context/quantity",
        "permitted",
        "/evaluations/16", "/evaluations/17", "/evaluations/18", "/evaluations/19",
        "permitted",
    ], codes(answer)


def test_no_member_of_another_is_taken():
    """What one evaluation says is not there for the next."""
    answer = ask([{"context": {"quantity": 100}}, {}, {"resource": {"id": "mug"}}, {}])
    assert codes(answer) == ["denied_by_policy", "permitted", "permitted", "permitted"]
    assert [r["resource_id"] for r in server.records()[-4:]] == ["teapot", "teapot", "mug", "teapot"]
    # The context beside them counts where none is, and is replaced whole.
    answer = ask([{}, {"context": {}}, {"context": {"quantity": 1}}], context={"quantity": 100})
    assert codes(answer) == ["denied_by_policy", "permitted", "permitted"]


def test_nothing_beside_them():
    full = {"subject": ALICE, "action": {"name": "buy"}, "resource": TEAPOT}
    bare = {"subject": None, "action": None, "resource": None}
    answer = ask([full, {}, {"subject": ALICE}, {**full, "resource": {"type": "Product"}},
                  {**full, "resource": {"id": "teapot"}}], **bare)
    assert codes(answer) == ["permitted", "/evaluations/1", "/evaluations/2",
                             "/evaluations/3/resource", "/evaluations/4/resource"]
    # SPEC: authzen certification 3.2.7: a type beside them is enough.
    answer = ask([{"resource": {"id": "teapot"}}, {"resource": {"id": "mug"}}, {}],
                 resource={"type": "Product"})
    assert codes(answer) == ["permitted", "permitted", "/evaluations/2/resource"], answer


def test_tokens_count_for_all():
    """Leg 1 fails for each, and each has its record."""
    before = len(server.records())
    for model, code in (({"tx_token": "x.y.z"}, "invalid_token"), (None, "invalid_token"),
                        ({"tx_token": token, "zone_id": "100000000002"}, "invalid_token")):
        answer = ask([{}, {"action": {"name": "view"}}], authorization_model=model)
        assert codes(answer) == [code, code]
    assert [r["leg"] for r in server.records()[before:]] == ["token"] * 6


# --- what it does


def test_semantics():
    yes, no, bad = {}, {"context": {"quantity": 100}}, {"context": {"ztauth": 1}}
    for semantic, items, wanted in (
        (None, [no, yes, bad, no], "nyen"),
        ("execute_all", [no, yes, bad, no], "nyen"),
        ("deny_on_first_deny", [yes, no, yes], "yn"),
        ("deny_on_first_deny", [yes, bad, yes], "ye"),
        ("deny_on_first_deny", [yes, yes], "yy"),
        ("permit_on_first_permit", [no, bad, yes, no], "ney"),
        ("permit_on_first_permit", [no, bad], "ne"),
    ):
        before = len(server.records())
        answer = ask(items, options=semantic and {"evaluations_semantic": semantic, "other": 1})
        told = "".join("y" if c == "permitted" else "e" if c[0] == "/" else "n" for c in codes(answer))
        assert told == wanted, (semantic, answer)
        # What is not executed is not recorded either.
        assert len(server.records()) - before == len(wanted.replace("e", ""))


def test_one_frame_and_a_record_each():
    before, count = frames(), len(server.log())
    answer = ask([{"resource": {"id": f"p{i}"}} for i in range(1000)])
    assert frames()[len(before):] == [1000], frames()[len(before):]
    log = server.log()[count:]
    assert len(log) == 1000, (len(log), log[:2])
    assert len({r["id"] for r in log}) == 1000 and len({r["request"] for r in log}) == 1, {r["request"] for r in log}
    for i, (e, r) in enumerate(zip(answer["evaluations"], log)):
        assert e["decision"] is True and e["context"]["id"] == r["id"]
        assert e["context"]["ztauth"]["log_index"] == r["index"] == count + i
        assert r["resource_id"] == f"p{i}" and r["kind"] == "decision" and r["leg"] == "policy"
    kept = []
    for path in glob.glob(os.path.join(server.log_dir, "requests", "*.jsonl")):
        with open(path, encoding="utf-8") as f:
            kept += [json.loads(line) for line in f]
    assert {r["id"] for r in log} <= {k["id"] for k in kept}


def test_records_that_do_not_fit():
    """All or none: a megabyte of what records say is more than a lane takes."""
    before = len(server.log())
    answer = ask([{"resource": {"id": "x" * 980}} for i in range(1000)], wanted=503)
    assert answer["error"]["code"] == "unavailable"
    # One that is too large by itself takes the others with it.
    answer = ask([{}, {"resource": {"id": "x" * 70000}}, {}], wanted=503)
    assert len(server.log()) == before
    assert codes(ask([{}])) == ["permitted"] and len(server.log()) == before + 1


def test_one_alone():
    """SPEC: authzen 1.0 7.1: without evaluations it is as the other surface."""
    for beside in ({"evaluations": None}, {"evaluations": []}):
        answer = ask(**beside)
        assert answer["decision"] is True and answer["context"]["ztauth"]["code"] == "permitted"
        assert "evaluations" not in answer
    assert ask([], context={"quantity": 100})["decision"] is False
    for left_out in ("subject", "action", "resource"):
        assert ask([], wanted=400, **{left_out: None})["error"]["at"].startswith(" "), left_out


def test_unknown_members():
    """SPEC: authzen 1.0 4: they are ignored, but in what is ours."""
    full = json.loads(question(token))
    full.update(foo="bar", future={"nested": True})
    full["subject"].update(identity="x", properties={"department": "Sales"})
    full["resource"].update(ownerID="y")
    full["action"].update(x=[])
    assert server.post(EVALUATION, json.dumps(full))[1]["decision"] is True
    full["evaluations"] = [{"foo": 1, "resource": {"id": "mug", "x": 1}}]
    assert codes(server.post(EVALUATIONS, json.dumps(full))[1]) == ["permitted"]


def test_in_a_zone():
    body = json.dumps({"evaluations": [json.loads(question(None))]})
    assert server.post("/zones/100000000001" + EVALUATIONS, body)[0] == 200
    assert server.post("/zones/100000000002" + EVALUATIONS, body)[0] == 404


# --- HTTP


def request(method, path, body=None, headers=None):
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    c.request(method, path, body, headers or {})
    r = c.getresponse()
    return r.status, r.headers, r.read()


def test_content_types():
    for path in (EVALUATION, EVALUATIONS):
        for kind, wanted in (("application/json", 200), ("Application/JSON; charset=utf-8", 200),
                             ("application/json ;x=y", 200), ("text/plain", 400), ("", 400),
                             ("application/jsonx", 400), ("application/json2; a=b", 400),
                             ("application/x-www-form-urlencoded", 400)):
            status, headers, text = request("POST", path, question(token), {"Content-Type": kind})
            assert status == wanted, (kind, text)
            assert headers["Content-Type"] == "application/json"
        assert request("POST", path, question(token))[0] == 400


def test_request_ids():
    """SPEC: authzen 1.0 10: given back, whatever the answer is."""
    kind = {"Content-Type": "application/json"}
    for name in ("bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "a b;c,\"d\"", "x" * 8000, "%0d%0aEvil: 1"):
        for method, path, body in (("POST", EVALUATION, question(token)), ("POST", EVALUATION, "{"),
                                   ("POST", EVALUATIONS, question(token)), ("POST", EVALUATIONS, ""),
                                   ("GET", EVALUATION, None), ("GET", "/nowhere", None),
                                   ("GET", "/jwks.json", None), ("POST", "/token", "x=y")):
            _, headers, _ = request(method, path, body, {**kind, "X-Request-ID": name})
            assert headers["X-Request-ID"] == name, (method, path, headers)
            assert "Evil" not in headers
    assert "X-Request-ID" not in request("POST", EVALUATION, question(token), kind)[1]
    # No header of the answer can be made of it.
    for bad in (b"a\rEvil: 1", b"a\0b", b"a\n Evil: 1"):
        answer = server.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-ID: " + bad + b"\r\n\r\n")
        assert b"Evil" not in [line.split(b":")[0] for line in answer.splitlines()], answer


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    server.stop()
finally:
    server.close()
