#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys that are fetched: discovery, rotation, outage, and who is not asked. SPEC: ztauth 3"""

import json
import threading
import time
import urllib.parse

from harness import URN, Server, main, ztauth
from issuer import Issuer

issuer = Issuer()
other = Issuer()
server = Server(extra=f"fetch_allow {issuer.url}\nworkers 1\n")


def make_key(name):
    return json.loads(ztauth("key", "gen", "--out", server.path(name + ".pem")))


def corp(**change):
    """The source `corp`, at the issuer."""
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    source = {"kind": "jwt", "issuer": issuer.url, "audience": ["shop.example"],
              "algorithms": ["ES256"], "discovery": True}
    source.update(change)
    document["sources"]["corp"] = {k: v for k, v in source.items() if v is not None}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


def mint(key, iss=None):
    return ztauth("token", "mint", "--key", server.path(key + ".pem"), "--iss", iss or issuer.url,
                  "--sub", "alice", "--aud", "shop.example", "--scope", "shop.buy").strip()


def exchange(token):
    status, answer = server.exchange(subject_token=token)
    assert (status == 503) == (answer.get("error") == "temporarily_unavailable"), (status, answer)
    return answer.get("ztauth", {}).get("code", status)


def reason():
    return server.records()[-1].get("reason", "")


def ready():
    c = server.connect()
    c.request("GET", "/readyz")
    r = c.getresponse()
    return r.status, json.loads(r.read())


def again(**change):
    """The server anew: nothing was fetched yet."""
    server.stop()
    corp(**change)
    server.start()


def wait_for(what):
    end = time.time() + 20
    while not what():
        assert time.time() < end, server.said()
        time.sleep(0.02)


def test_discovery():
    issuer.publish(jwk1)
    assert exchange(mint("one")) == 200
    assert "sources_without_keys" not in ready()[1]


def test_rotation_is_found_by_the_first_token():
    asked = issuer.count("/jwks")
    issuer.publish(jwk1, jwk2)
    assert exchange(mint("two")) == 200
    assert exchange(mint("one")) == 200
    assert issuer.count("/jwks") == asked + 1


def test_unknown_kids_do_not_make_us_ask_without_bound():
    asked, begin, token = issuer.count("/jwks"), time.monotonic(), mint("zone")
    for _ in range(50):
        assert exchange(token) == "invalid_token"
    assert "subject_token: unknown_key: source `corp`" in reason(), reason()
    # Five at once, and one each five seconds.
    bound = 5 + (time.monotonic() - begin) / 5 + 1
    assert issuer.count("/jwks") - asked <= bound, (issuer.count("/jwks") - asked, bound)


def test_an_outage_loses_nothing_whose_key_is_known():
    issuer.stop()
    for _ in range(20):
        assert exchange(mint("one")) == 200
    issuer.start()


def test_keys_outlive_a_reload():
    asked = issuer.count("/jwks")
    server.reload()
    wait_for(lambda: server.said().count("in force") > 1)
    assert exchange(mint("one")) == 200
    assert issuer.count("/jwks") == asked


def test_no_keys_at_the_start():
    issuer.stop()
    again()
    assert ready() == (200, {"status": "ready", "commit": ready()[1]["commit"],
                             "sources_without_keys": ["corp"]})
    assert exchange(mint("one")) == "unavailable"
    assert "subject_token: no_keys: source `corp`" in reason(), reason()
    server.wait_said("identity: source corp: " + issuer.url)
    issuer.start()
    server.wait_said("identity: source corp: answers again")
    assert exchange(mint("one")) == 200


def test_many_calls_wait_for_one_answer():
    gate = threading.Event()
    keys = issuer.answers["/jwks"]
    issuer.answers["/jwks"] = lambda h, b: gate.wait(10) and keys(h, b)
    again()
    asked = issuer.count("/jwks")
    token, results = mint("one"), []
    threads = [threading.Thread(target=lambda: results.append(exchange(token))) for _ in range(8)]
    for t in threads:
        t.start()
    wait_for(lambda: "/jwks" in issuer.asked[-3:])
    # Nobody else is held up.
    assert ready()[0] == 200
    gate.set()
    for t in threads:
        t.join(20)
    assert results == [200] * 8, results
    assert issuer.count("/jwks") - asked <= 1
    issuer.answers["/jwks"] = keys


def test_old_keys_are_refused_in_the_end():
    again(keys_refresh_s=1, keys_max_age_s=2)
    assert exchange(mint("one")) == 200
    issuer.stop()
    wait_for(lambda: exchange(mint("one")) == "unavailable")
    assert "no_keys" in reason()
    issuer.start()
    wait_for(lambda: exchange(mint("one")) == 200)


def test_who_answers_wrongly_gives_no_keys():
    url = issuer.url
    metadata = "/.well-known/openid-configuration"
    for answer, why in (
        ((200, {}, {"issuer": other.url, "jwks_uri": url + "/jwks"}), "not of this `issuer`"),
        ((200, {}, {"issuer": url + "/", "jwks_uri": url + "/jwks"}), "not of this `issuer`"),
        ((200, {}, {"issuer": url}), "has no `jwks_uri`"),
        ((200, {}, {"issuer": url, "jwks_uri": other.url + "/jwks"}), "`fetch_allow`"),
        ((200, {}, {"issuer": url, "jwks_uri": "file:///etc/passwd"}), "`fetch_allow`"),
        ((200, {}, {"issuer": url, "jwks_uri": url.replace("//", "//x@") + "/jwks"}), "`fetch_allow`"),
        ((302, {"Location": url + "/elsewhere"}, ""), "status 302"),
        ((500, {}, "{}"), "status 500"),
        ((200, {}, "[]"), "no JSON object"),
        ((200, {}, '{"issuer":1,"issuer":2}'), "twice"),
        ((200, {}, " " * 300000 + "{}"), "over 262144 bytes"),
    ):
        issuer.publish(jwk1)
        issuer.answers["/elsewhere"] = issuer.answers[metadata]
        issuer.answers[metadata] = answer
        again()
        assert exchange(mint("one")) == "unavailable", why
        server.wait_said(why)
        assert other.asked == []
    issuer.publish({"kty": "oct", "k": "AAAA"})
    again()
    assert exchange(mint("one")) == "unavailable"
    server.wait_said("a key set holds public keys")
    issuer.publish(jwk1)


def test_jwks_uri_and_oauth_metadata():
    again(discovery=None, jwks_uri=issuer.url + "/jwks")
    assert exchange(mint("one")) == 200
    base = issuer.url + "/realm"
    del issuer.answers["/.well-known/openid-configuration"]
    issuer.answers["/.well-known/oauth-authorization-server/realm"] = (
        200, {}, {"issuer": base, "jwks_uri": issuer.url + "/jwks"})
    again(issuer=base)
    assert exchange(mint("one", base)) == 200


def test_nothing_is_asked_that_is_not_allowed():
    other.publish(jwk1)
    again(issuer=other.url)
    assert exchange(mint("one", other.url)) == "unavailable"
    server.wait_said("`fetch_allow` of the configuration does not name it")
    assert other.asked == []


def test_it_stops_while_somebody_waits():
    gate = threading.Event()
    issuer.publish(jwk1)
    issuer.answers["/jwks"] = lambda h, b: gate.wait(30) and (200, {}, {})
    again()
    form = urllib.parse.urlencode({
        "grant_type": URN + "grant-type:token-exchange",
        "requested_token_type": URN + "token-type:txn_token",
        "subject_token_type": URN + "token-type:jwt", "subject_token": mint("one"),
        "actor_token_type": URN + "token-type:jwt", "actor_token": server.svid()})
    with server.socket() as s:
        s.sendall(f"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: {len(form)}\r\n"
                  "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
                  f"{form}".encode())
        # There is one loop: it has seen the call before it answers this.
        assert ready()[0] == 200
        server.stop()
        answer = s.recv(65536)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 503 ")), answer
    gate.set()
    server.start()


jwk1, jwk2 = make_key("one"), make_key("two")
corp()
issuer.publish(jwk1)
server.start()
try:
    main([
        test_discovery,
        test_rotation_is_found_by_the_first_token,
        test_unknown_kids_do_not_make_us_ask_without_bound,
        test_an_outage_loses_nothing_whose_key_is_known,
        test_keys_outlive_a_reload,
        test_no_keys_at_the_start,
        test_many_calls_wait_for_one_answer,
        test_old_keys_are_refused_in_the_end,
        test_who_answers_wrongly_gives_no_keys,
        test_jwks_uri_and_oauth_metadata,
        test_nothing_is_asked_that_is_not_allowed,
        test_it_stops_while_somebody_waits,
    ])
finally:
    server.close()
