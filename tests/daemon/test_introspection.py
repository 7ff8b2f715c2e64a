#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Opaque tokens, of which their issuer is asked. SPEC: ztauth 3, rfc7662"""

import base64
import glob
import json
import os
import time
import urllib.parse

from harness import URN, Server, main
from issuer import Issuer

SECRET = "s3cret:with%odd&chars"
issuer = Issuer()
server = Server(extra=f"fetch_allow {issuer.url}\nsecrets_dir secrets\nworkers 1\n")
os.mkdir(server.path("secrets"))
with open(server.path("secrets/corp"), "w", encoding="utf-8") as file:
    file.write(SECRET + "\n")

tokens = {}  # text -> answer
forms = []


def introspect(handler, body):
    form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
    forms.append((handler.headers, form))
    answer = tokens.get(form["token"], {"active": False})
    return answer if isinstance(answer, tuple) else (200, {}, answer)


def active(**change):
    now = int(time.time())
    answer = {"active": True, "aud": "shop.example", "sub": "alice", "iat": now, "exp": now + 300,
              "scope": "shop.buy", "client_id": "shop-web", "token_type": "Bearer", "iss": issuer.url}
    answer.update(change)
    return {k: v for k, v in answer.items() if v is not None}


def configure(**change):
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    source = {"kind": "introspection", "audience": ["shop.example"], "issuer": issuer.url,
              "endpoint": issuer.url + "/introspect", "client_id": "zt:auth", "cache_s": 30,
              "client_auth": "client_secret_basic", "secret_file": "corp"}
    source.update(change)
    document["sources"]["corp"] = {k: v for k, v in source.items() if v is not None}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


def again(**change):
    server.stop()
    configure(**change)
    server.start()


def exchange(token, kind="access_token"):
    status, answer = server.exchange(subject_token=token, subject_token_type=URN + "token-type:" + kind)
    return answer.get("ztauth", {}).get("code", status)


def reason():
    return server.records()[-1].get("reason", "")


def test_it_is_asked_once():
    tokens["one"] = active()
    assert [exchange("one") for _ in range(5)] == [200] * 5, (server.said(), reason())
    assert len(forms) == 1
    headers, form = forms[0]
    user, _, password = base64.b64decode(headers["Authorization"].split(" ")[1]).decode().partition(":")
    assert (urllib.parse.unquote(user), urllib.parse.unquote(password)) == ("zt:auth", SECRET)
    assert form == {"token": "one", "token_type_hint": "access_token"}


def test_refusals():
    now = int(time.time())
    for number, (answer, code) in enumerate((
        ({"active": False}, "inactive"),
        (active(token_type="refresh_token"), "bad_type"),
        (active(token_type=7), "bad_type"),
        (active(token_type="DPoP"), None),
        (active(token_type=None, iss=None), None),
        (active(iss="https://other"), "unknown_issuer"),
        (active(aud=None), "missing_claim"),
        (active(aud="other"), "bad_audience"),
        (active(exp=None), "missing_claim"),
        (active(exp=now - 100), "expired"),
        (active(nbf=now + 100), "not_yet_valid"),
        (active(sub=None), "missing_claim"),
        (active(scope=["shop.buy"]), None),
        (active(scope=7), "bad_claim"),
    )):
        token = f"case {number}"
        tokens[token] = answer
        got = exchange(token)
        assert got == (code and "invalid_token" or 200), (answer, got, reason())
        assert code is None or reason().startswith(f"subject_token: {code}: "), reason()
        assert token not in json.dumps(server.records())


def test_what_is_not_claimed_is_not_asked():
    asked = len(forms)
    assert exchange("one", "jwt") == "invalid_token"
    assert exchange("one", "id_token") == "invalid_token"
    again(prefix="shop_")
    tokens["shop_one"] = active()
    assert exchange("one") == "invalid_token"
    assert "unknown_issuer" in reason()
    assert len(forms) == asked
    assert exchange("shop_one") == 200


def test_wrong_answers_give_nothing():
    for answer, words in (
        ((500, {}, "{}"), "status 500"),
        ((401, {}, "{}"), "status 401"),
        ((302, {"Location": issuer.url + "/jwks"}, ""), "status 302"),
        ((200, {}, "[]"), "whether it is `active`"),
        ((200, {}, '{"active":"true"}'), "whether it is `active`"),
        ((200, {}, '{"active":true,"active":false}'), "twice"),
        ((200, {}, '{"active":true,"pad":"' + "x" * 70000 + '"}'), "over 65536 bytes"),
    ):
        again()
        tokens["bad"] = answer
        assert exchange("bad") == "unavailable"
        assert "subject_token: no_answer: source `corp`" in reason(), reason()
        server.wait_said("identity: source corp: " + issuer.url + "/introspect")
        assert words in server.said(), (words, server.said())
        asked = len(forms)
        assert exchange("other") == "unavailable"
        assert len(forms) == asked, "a pause follows a failure"


def test_an_answer_is_forgotten_in_time():
    again(cache_s=1)
    tokens["short"] = active()
    assert exchange("short") == 200
    tokens["short"] = {"active": False}
    end = time.time() + 20
    while exchange("short") == 200:
        assert time.time() < end
        time.sleep(0.05)
    assert "inactive" in reason()


def test_without_a_cache_each_call_asks():
    again(cache_s=0)
    tokens["now"] = active()
    asked = len(forms)
    assert [exchange("now") for _ in range(3)] == [200] * 3
    assert len(forms) == asked + 3
    tokens["now"] = {"active": False}
    assert exchange("now") == "invalid_token"


def test_secret_in_the_form():
    again(client_auth="client_secret_post")
    assert exchange("one") == 200
    headers, form = forms[-1]
    assert headers["Authorization"] is None
    assert (form["client_id"], form["client_secret"]) == ("zt:auth", SECRET)


def test_no_secret_no_question():
    again(secret_file="absent")
    asked = len(forms)
    assert exchange("one") == "unavailable"
    assert len(forms) == asked
    server.wait_said("secrets/absent")


def test_the_secret_is_nowhere():
    assert SECRET not in json.dumps(server.records())
    for name in glob.glob(server.path("*")):
        if os.path.isfile(name):
            with open(name, "rb") as f:
                assert SECRET.encode() not in f.read(), name


issuer.answers["/introspect"] = introspect
configure()
server.start()
try:
    main([
        test_it_is_asked_once,
        test_refusals,
        test_what_is_not_claimed_is_not_asked,
        test_wrong_answers_give_nothing,
        test_an_answer_is_forgotten_in_time,
        test_without_a_cache_each_call_asks,
        test_secret_in_the_form,
        test_no_secret_no_question,
        test_the_secret_is_nowhere,
    ])
    server.stop()
finally:
    server.close()
