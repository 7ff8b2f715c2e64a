#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The zone's signing key is replaced while clients go on, and nothing fails meanwhile."""

import base64
import json
import os
import subprocess
import threading
import time

from harness import EVALUATION, URN, ZTAUTH, Server, main, question, ztauth

server = Server(extra="signing_key_next next.pem\nsigning_key_previous previous.pem\nworkers 2\n")
server.start()
OTHERS = "signing key: other keys are in force"


def new_key(name):
    """Its kid."""
    return json.loads(ztauth("key", "gen", "--out", server.path(name)))["kid"]


def jwks():
    c = server.connect()
    c.request("GET", "/zones/100000000001/jwks.json")
    r = c.getresponse()
    keys = json.loads(r.read())["keys"]
    assert r.status == 200 and all("d" not in k and k["use"] == "sig" for k in keys), keys
    return [k["kid"] for k in keys]


def reload(words=OTHERS):
    count = server.said().count(words)
    server.reload()
    end = time.time() + 20
    while server.said().count(words) == count:
        assert time.time() < end and server.process.poll() is None, server.said()
        time.sleep(0.01)


def kid_of(token):
    part = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["kid"]


def decided(token):
    status, answer, _ = server.post(EVALUATION, question(token))
    assert status == 200, answer
    return answer["decision"], answer["context"]["ztauth"]["code"]


def rotate():
    """What an operator does; the kid that signs from now on."""
    os.rename(server.path("zone.pem"), server.path("previous.pem"))
    os.rename(server.path("next.pem"), server.path("zone.pem"))
    kid = new_key("next.pem")
    reload()
    return kid


def test_the_next_is_known_before_it_signs():
    first = jwks()
    assert len(first) == 1
    coming = new_key("next.pem")
    old = server.token()
    reload()
    assert jwks() == first + [coming]
    assert kid_of(server.token()) == first[0]
    after = rotate()
    assert jwks() == [coming, after, first[0]]
    assert kid_of(server.token()) == coming
    # What the previous key signed is good until it expires; so is a chain that goes on.
    assert decided(old) == (True, "permitted")
    status, answer = server.exchange(subject_token=old, subject_token_type=URN + "token-type:txn_token")
    assert status == 200 and kid_of(answer["access_token"]) == coming, answer


def test_clients_notice_nothing():
    """Tokens, decisions and key sets, all the time, while the key is replaced twelve times."""
    stop, wrong, done = threading.Event(), [], [0, 0, 0]
    subject, actor = server.alice(), server.svid()

    def client(number):
        held = []
        try:
            while not stop.is_set():
                status, answer = server.exchange(subject_token=subject, actor_token=actor)
                if status != 200:
                    wrong.append(answer)
                    return
                token = answer["access_token"]
                known = jwks()
                if kid_of(token) not in known:
                    wrong.append((kid_of(token), known))
                # Of now, and some requests old.
                held.append(token)
                for each in (token, held[-4:][0]):
                    if decided(each) != (True, "permitted"):
                        wrong.append(decided(each))
                done[number] += 1
        except Exception as e:  # any end of a client is a gap
            wrong.append(e)

    threads = [threading.Thread(target=client, args=(i,)) for i in range(3)]
    for t in threads:
        t.start()
    seen = {kid_of(server.token())}
    for _ in range(12):
        rotate()
        before = list(done)  # what was asked for meanwhile has the key before
        seen.add(kid_of(server.token()))
        # Each client comes round: what it holds was signed by this key or the one before.
        while any(d < b + 6 for d, b in zip(done, before)) and not wrong:
            time.sleep(0.01)
    stop.set()
    for t in threads:
        t.join(60)
    assert not wrong, wrong[:3]
    assert len(seen) == 13, seen


def test_a_key_that_does_not_load_changes_nothing():
    before, token = jwks(), server.token()
    with open(server.path("zone.pem"), "rb") as f:
        good = f.read()
    public = subprocess.run(["openssl", "pkey", "-in", server.path("zone.pem"), "-pubout"],
                            capture_output=True, check=True).stdout
    for name, text, words in (
        ("zone.pem", b"x", "zone.pem"),
        ("zone.pem", public, "expected a private key for ES256"),
        ("next.pem", b"x", "next.pem"),
    ):
        with open(server.path(name), "rb") as f:
            kept = f.read()
        with open(server.path(name), "wb") as f:
            f.write(text)
        reload("what was read before stays in force")
        assert words in server.said().rsplit("signing key:", 1)[1], server.said()
        assert jwks() == before and kid_of(server.token()) == before[0]
        assert decided(token) == (True, "permitted")
        with open(server.path(name), "wb") as f:
            f.write(kept)
    os.rename(server.path("zone.pem"), server.path("away.pem"))
    reload("what was read before stays in force")
    assert kid_of(server.token()) == before[0]
    with open(server.path("zone.pem"), "wb") as f:
        f.write(good)


def test_a_public_half_is_enough_to_verify():
    kid = new_key("other.pem")
    public = subprocess.run(["openssl", "pkey", "-in", server.path("other.pem"), "-pubout"],
                            capture_output=True, check=True).stdout
    with open(server.path("next.pem"), "wb") as f:
        f.write(public)
    reload()
    assert jwks()[1] == kid
    # Of another server of the zone, which has that key.
    token = server.token()
    claims = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    theirs = subprocess.run([ZTAUTH, "token", "mint", "--key", server.path("other.pem"), "--typ",
                             "txntoken+jwt", "--claims", "-"], input=claims, capture_output=True,
                            text=True, check=True).stdout.strip()
    assert decided(theirs) == (True, "permitted")


def test_a_key_that_is_dropped_counts_no_more():
    token = server.token()
    os.rename(server.path("zone.pem"), server.path("stolen.pem"))
    kid = new_key("zone.pem")
    for name in ("next.pem", "previous.pem"):
        os.unlink(server.path(name))
    reload()
    assert jwks() == [kid]
    assert decided(token) == (False, "invalid_token")
    status, answer = server.exchange(subject_token=token, subject_token_type=URN + "token-type:txn_token")
    assert status == 400 and answer["ztauth"]["code"] == "invalid_token", answer
    assert decided(server.token()) == (True, "permitted")


def test_it_starts_with_what_is_there():
    token = server.token()
    os.rename(server.path("zone.pem"), server.path("previous.pem"))
    kid = new_key("zone.pem")
    server.stop()
    server.start()
    assert jwks()[0] == kid and len(jwks()) == 2
    assert decided(token) == (True, "permitted")
    with open(server.path("next.pem"), "w", encoding="utf-8") as f:
        f.write("x")
    out = subprocess.run([ZTAUTH, "serve", "--check", "--config", server.path("ztauth.conf")],
                         capture_output=True, text=True, check=False)
    assert out.returncode != 0 and "next.pem" in out.stderr, out.stderr
    server.stop()


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    server.close()
