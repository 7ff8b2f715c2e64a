#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens whose issuer says in a status list what became of them. SPEC: status-list"""

import base64
import json
import time
import zlib

from harness import Server, main, ztauth
from issuer import Issuer

issuer = Issuer()
other = Issuer()
server = Server(extra=f"fetch_allow {issuer.url}\n")
URI = issuer.url + "/list"
STATUSES = bytes([0b11100100])  # of two bits each: 0, 1, 2, 3


def source(**change):
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    document["sources"]["corp"].update(change)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


def mint(claims, key="corp", typ="JWT"):
    path = server.path("claims.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(claims, f)
    return ztauth("token", "mint", "--key", server.path(key + ".pem"), "--claims", path, "--typ",
                  typ).strip()


def token(index, uri=URI):
    now = int(time.time())
    return mint({"iss": "https://corp.example", "sub": "alice", "aud": "shop.example", "iat": now,
                 "scope": "shop.buy", "exp": now + 300,
                 "status": {"status_list": {"idx": index, "uri": uri}}})


def publish(key="corp", path="/list", statuses=STATUSES, **claims):
    lst = base64.urlsafe_b64encode(zlib.compress(statuses)).rstrip(b"=").decode()
    text = mint({"sub": issuer.url + path, "iat": int(time.time()), "ttl": 300,
                 "status_list": {"bits": 2, "lst": lst}, **claims}, key, "statuslist+jwt")
    issuer.answers[path] = lambda h, b: (
        200, {"Content-Type": "application/statuslist+jwt"}, text)


def exchange(index, uri=URI):
    """200, or why it was refused."""
    status, answer = server.exchange(subject_token=token(index, uri))
    if status == 200:
        return 200
    assert answer["ztauth"]["code"] == "invalid_token", answer
    return server.records()[-1]["reason"].split(": ")[1]


def test_each_status():
    publish()
    server.start()
    assert exchange(0) == 200
    assert exchange(1) == "status_invalid"
    assert exchange(2) == "status_suspended"
    assert exchange(3) == "status_unknown"
    assert exchange(4) == "status_unknown"
    assert issuer.count("/list") == 1


def test_lists_that_do_not_count():
    """By another key, of another place, that are too large, that may not be asked for."""
    for path, change in (
        ("/forged", {"key": "spire"}), ("/moved", {"sub": URI}), ("/old", {"exp": 1}),
        ("/bomb", {"statuses": bytes(5 << 20)}), ("/iss", {"iss": "https://other.example"}),
    ):
        publish(path=path, **change)
        assert exchange(0, issuer.url + path) == "status_unknown", path
    assert exchange(0, issuer.url + "/none") == "status_unknown"
    assert exchange(0, other.url + "/list") == "status_unknown"
    assert not other.asked


def test_time_goes_by():
    """A list is fetched again when its time is over; without it nothing is valid."""
    publish(path="/short", ttl=1)
    uri = issuer.url + "/short"
    assert exchange(0, uri) == 200
    publish(path="/short", statuses=bytes([1]), ttl=1)
    time.sleep(1.1)
    assert exchange(0, uri) == "status_invalid"
    publish(path="/short", ttl=1)
    time.sleep(1.1)
    assert exchange(0, uri) == 200
    issuer.answers["/short"] = (503, {}, "{}")
    time.sleep(1.1)
    assert exchange(0, uri) == "status_unknown"


def test_grace():
    """If the source says so, the last list counts for a while."""
    server.stop()
    source(status_grace_s=3600)
    publish(path="/grace", ttl=1)
    server.start()
    uri = issuer.url + "/grace"
    assert exchange(0, uri) == 200
    issuer.answers["/grace"] = (503, {}, "{}")
    time.sleep(1.1)
    assert exchange(0, uri) == 200
    assert exchange(1, uri) == "status_invalid"


if __name__ == "__main__":
    try:
        main([test_each_status, test_lists_that_do_not_count, test_time_goes_by, test_grace])
    finally:
        server.close()
        issuer.stop()
        other.stop()
