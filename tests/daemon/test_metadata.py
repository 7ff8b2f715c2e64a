#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The metadata of the token service. SPEC: rfc8414"""

import http.client
import json
import urllib.parse

from harness import URN, Server, main

WELL_KNOWN = "/.well-known/oauth-authorization-server"
ZONE = "/zones/100000000001"
server = Server().start()
issued = Server(extra="issuer https://tts.example\npublic_url https://tts.example\n").start()


def get(path, s=server, method="GET", host=None):
    c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=30)
    c.putrequest(method, path, skip_host=host is not None)
    if host is not None:
        c.putheader("Host", host)
    c.endheaders()
    r = c.getresponse()
    text = r.read()
    return r.status, r.headers["Content-Type"], json.loads(text) if text else None


def test_what_it_says():
    base = f"http://127.0.0.1:{server.port}"
    status, kind, found = get(WELL_KNOWN)
    assert status == 200 and kind == "application/json", (status, kind)
    # SPEC: rfc8414 2: these must be there.
    assert found["issuer"] == "ztauth://shop.example/100000000001", found
    assert found["response_types_supported"] == [], found
    assert found["token_endpoint"] == base + "/token", found
    assert found["jwks_uri"] == base + "/jwks.json", found
    assert found["grant_types_supported"] == [URN + "grant-type:token-exchange"], found
    assert found["token_endpoint_auth_methods_supported"] == ["none"], found
    assert found["requested_token_types_supported"] == [URN + "token-type:txn_token"], found
    assert "none" not in found["dpop_signing_alg_values_supported"], found


def test_of_a_zone():
    base = f"http://127.0.0.1:{server.port}{ZONE}"
    # SPEC: rfc8414 3.1: the path of the issuer stands behind the well-known one.
    for path in (WELL_KNOWN + ZONE, ZONE + WELL_KNOWN):
        status, _, found = get(path)
        assert status == 200, path
        assert found["token_endpoint"] == base + "/token", found
        assert found["jwks_uri"] == base + "/jwks.json", found
    for path in (WELL_KNOWN + "/zones/100000000002", "/zones/100000000002" + WELL_KNOWN,
                 WELL_KNOWN + "/zones/", WELL_KNOWN + "/", WELL_KNOWN + ZONE + "/",
                 WELL_KNOWN + ZONE + "0", WELL_KNOWN + ZONE + WELL_KNOWN):
        assert get(path)[0] == 404, path


def test_what_it_names_is_there():
    for path in (WELL_KNOWN, WELL_KNOWN + ZONE):
        found = get(path)[2]
        keys = get(urllib.parse.urlsplit(found["jwks_uri"]).path)[2]["keys"]
        assert [k["alg"] for k in keys] == ["ES256"], keys
        endpoint = urllib.parse.urlsplit(found["token_endpoint"]).path
        form = {"grant_type": found["grant_types_supported"][0],
                "requested_token_type": found["requested_token_types_supported"][0],
                "subject_token": server.alice(), "actor_token": server.svid(),
                "subject_token_type": URN + "token-type:access_token",
                "actor_token_type": URN + "token-type:jwt",
                # Of seals alone.
                "channel": "c", "payload_sha256": "A" * 43}
        status, answer, _ = server.post(endpoint, urllib.parse.urlencode(form),
                                        "application/x-www-form-urlencoded")
        assert status == 200 and answer["issued_token_type"] == form["requested_token_type"], answer
        # Each type that is named is looked at, and no other.
        for which in ("subject", "actor"):
            types = found[which + "_token_types_supported"]
            assert len(types) >= 3 and (URN + "token-type:txn_token" in types) == (which == "subject")
            for name in types + [URN + "token-type:refresh_token", "x"]:
                asked = {**form, which + "_token": "x", which + "_token_type": name}
                status, answer, _ = server.post(endpoint, urllib.parse.urlencode(asked),
                                                "application/x-www-form-urlencoded")
                assert status == 400, answer
                known = answer["ztauth"]["code"] == "invalid_token"
                assert known == (name in types), (name, answer)


def test_of_the_decision_point():
    """SPEC: authzen 1.0 9"""
    names = {"access_evaluation_endpoint": "/access/v1/evaluation",
             "access_evaluations_endpoint": "/access/v1/evaluations",
             "search_subject_endpoint": "/access/v1/search/subject",
             "search_resource_endpoint": "/access/v1/search/resource",
             "search_action_endpoint": "/access/v1/search/action"}
    where = "/.well-known/authzen-configuration"
    base = f"http://127.0.0.1:{server.port}"
    for path, point in ((where, base), (where + ZONE, base + ZONE), (ZONE + where, base + ZONE)):
        status, kind, found = get(path)
        assert status == 200 and kind == "application/json", (path, status)
        assert found == {"policy_decision_point": point, **{k: point + v for k, v in names.items()}}, found
        for url in list(found.values())[1:]:
            # There is one that says what is wrong with nothing.
            status, answer, _ = server.post(urllib.parse.urlsplit(url).path, "{}")
            assert status == 400 and answer["error"]["at"].startswith(" (line 1"), (url, answer)
    for path in (where + "/zones/100000000002", where + "/", where + ZONE + "/", where + "x" + ZONE):
        assert get(path)[0] == 404, path
    assert get(where, host="evil.example")[0] == 404
    assert get(where + ZONE, issued, host="evil.example")[2]["policy_decision_point"] == "https://tts.example" + ZONE
    assert get(where, method="HEAD")[0] == 200


def test_names_and_methods():
    assert get(WELL_KNOWN, host="evil.example")[0] == 404
    assert get(WELL_KNOWN, host="localhost")[2]["token_endpoint"] == "http://localhost/token"
    assert get(WELL_KNOWN, method="HEAD")[0] == 200
    assert get(WELL_KNOWN, method="POST")[0] in (405, 411)
    # Where the names are set, the header says nothing.
    for host in ("evil.example", None):
        found = get(WELL_KNOWN, issued, host=host)[2]
        assert found["issuer"] == "https://tts.example", found
        assert found["token_endpoint"] == "https://tts.example/token", found
    assert get(WELL_KNOWN + ZONE, issued)[2]["token_endpoint"] == f"https://tts.example{ZONE}/token"


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    server.stop()
    issued.stop()
finally:
    server.close()
    issued.close()
